"""The roof of all addresses."""

from django.urls import include, path

from enforcement import metrics, pages

handler400 = "enforcement.trouble.bad_request"
handler500 = "enforcement.trouble.server_error"

urlpatterns = [
    path("", pages.home, name="home"),
    path("post/", pages.switch_post, name="switch_post"),
    path("health/", pages.health, name="health"),
    path("health/sweep/", pages.sweep_health, name="sweep_health"),
    path("health/sweep/<slug:part>/", pages.sweep_cases, name="sweep_cases"),
    path("health/live", pages.live, name="health_live"),
    path("health/ready", pages.ready, name="health_ready"),
    path("accounts/", include("enforcement.signin.urls")),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("enforcement.api_urls")),
    path("", include("cases.urls")),
    path("", include("deadlines.urls")),
    path("", include("accountability.urls")),
    path("", include("petitions.urls")),
    path("portal/", include("petitions.portal_urls")),
]
