"""The gate before every page: who was away too long signs in again, and a post that needs a second
factor leads to setting one up, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from enforcement.frame import posts_of
from enforcement.middleware import now_of
from enforcement.rest.problems import problem
from enforcement.signin import factors

#: Key of the session: when the person last did something, in seconds.
SEEN = "seen"
#: The moment is written at most this often: one write a minute, not one a request.
STEP = 60
#: What a person may reach before the second factor is set up.
OPEN = frozenset(
    {
        "account_logout",
        "account_login",
        "account_reauthenticate",
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "health_live",
        "health_ready",
    }
)
API = "/api/"


class Gate:
    """Stands behind the door (``enforcement.middleware.Door``), which says what time it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through; the view is known later."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Turn away who was away too long, or who lacks the second factor."""
        if not request.user.is_authenticated:
            return None
        if _away(request):
            return _sign_in_again(request)
        match = request.resolver_match
        if match is not None and match.view_name in OPEN:
            return None
        if factors.required_of(posts_of(request)) and not factors.known_to_have_one(request):
            return _set_up(request)
        return None


def _away(request: HttpRequest) -> bool:
    """Tell whether the person did nothing for too long; note that they do something now."""
    if not settings.IDLE_MINUTES:
        return False
    now = int(now_of(request).timestamp())
    seen = request.session.get(SEEN)
    # Apart either way: a clock that was ahead for a while must not keep a session open for long.
    apart = STEP if seen is None else abs(now - seen)
    if apart > settings.IDLE_MINUTES * 60:
        return True
    if apart >= STEP:
        request.session[SEEN] = now
        _note_use(request)
    return False


def _note_use(request: HttpRequest) -> None:
    """Write into the list of sessions when and from where this one was last used."""
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a unix socket has none
        return
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=now_of(request), ip=address
    )


def _sign_in_again(request: HttpRequest) -> HttpResponseBase | None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    match = request.resolver_match
    if request.path.startswith(API) or (match is not None and match.view_name == "account_login"):
        return None  # the interface answers 401 by itself, the sign-in page is where to go
    messages.info(request, f"您超过 {settings.IDLE_MINUTES} 分钟没有操作，已自动退出，请重新登录。")
    back = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return _lead(request, f"{reverse('account_login')}?{back}")


def _set_up(request: HttpRequest) -> HttpResponseBase:
    words = "您的岗位需要先启用两步验证，启用后才能使用系统。"
    if request.path.startswith(API):
        return problem(403, "signin.second_factor", words)
    return _lead(request, reverse("mfa_index"))


def _lead(request: HttpRequest, to: str) -> HttpResponseBase:
    """Lead a page, or a part of a page that script asked for, to another page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": to})
    return HttpResponseRedirect(to)
