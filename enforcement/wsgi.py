"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from enforcement import embedded, startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
embedded.ensure()
application = get_wsgi_application()
startup.refuse_unfit()
