"""The roof of the REST interface: every app's resources, and one address for each verb."""

from django.urls import path, re_path

from accountability import api as accountability
from cases.api import urls as cases
from cases.api.moves import move_urls
from deadlines import api as deadlines
from enforcement import api as floor
from enforcement.rest.docs import Schema, docs
from enforcement.rest.faces import Nowhere
from petitions import api as petitions

app_name = "api"
urlpatterns = [
    *floor.urls,
    *cases,
    *deadlines.urls,
    *accountability.urls,
    *petitions.urls,
    *move_urls(),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", Nowhere.as_view(), name="nowhere"),
]
