"""Addresses about signing in: our own, and those of allauth that are in use.

Not all of allauth's: accounts come from the court, so nobody registers, joins an identity by hand,
or gets a password by mail (the system sends none). What is not here is not there to be attacked.
"""

from collections.abc import Iterable

from allauth.account import views as account
from allauth.mfa import urls as mfa
from allauth.socialaccount import views as social
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_http_methods

from enforcement.signin import elsewhere, own, people
from enforcement.signin.proof import needs_proof

#: What a page is asked with. Forms of the framework take PUT for POST, and we want one way in.
_PAGE = require_http_methods(["GET", "HEAD", "POST"])


def _pages(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Return allauth's addresses, to be read and sent to and nothing else."""
    return [
        URLResolver(one.pattern, _pages(one.url_patterns))
        if isinstance(one, URLResolver)
        else URLPattern(one.pattern, _PAGE(one.callback), one.default_args, one.name)
        for one in patterns
    ]


_OURS = [
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
]

_ALLAUTH = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", needs_proof(account.password_set), name="account_set_password"),
    path("2fa/", include(mfa.urlpatterns)),
    path("3rdparty/login/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/login/error/", social.login_error, name="socialaccount_login_error"),
]

urlpatterns = [*_OURS, *_pages(_ALLAUTH)]
