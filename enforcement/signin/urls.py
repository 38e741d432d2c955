"""Addresses about signing in: our own, and those of allauth that are in use."""

from django.urls import include, path

from enforcement.signin import elsewhere, own, people

urlpatterns = [
    path("security/", own.security, name="security"),
    path("sessions/", own.sessions, name="usersessions_list"),
    path("sessions/<int:pk>/end/", own.session_end, name="session_end"),
    path("keys/", own.keys, name="api_keys"),
    path("keys/<int:pk>/revoke/", own.key_revoke, name="api_key_revoke"),
    path("oidc/<slug:provider_id>/login/", elsewhere.leave, name="openid_connect_login"),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        elsewhere.come_back,
        name="openid_connect_callback",
    ),
    path("people/", people.people, name="signin_people"),
    path("people/<int:pk>/unlock/", people.unlock, name="signin_unlock"),
    path("people/<int:pk>/reset/", people.reset_factor, name="signin_reset"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
]
