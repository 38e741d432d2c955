"""Addresses about signing in: our own, and those of allauth that are in use.

Not all of allauth's: accounts come from the court, so nobody registers, joins an identity by hand,
or gets a password by mail (the system sends none). What is not here is not there to be attacked.
"""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import include, path

from enforcement.signin import elsewhere, own, people
from enforcement.signin.proof import needs_proof

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
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", needs_proof(account.password_set), name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path(
        "3rdparty/login/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"
    ),
    path("3rdparty/login/error/", social.login_error, name="socialaccount_login_error"),
]
