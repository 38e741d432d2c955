"""ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

from enforcement import embedded, startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
embedded.ensure()
application = get_asgi_application()
startup.refuse_unfit()
