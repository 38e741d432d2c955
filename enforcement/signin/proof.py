"""Asking again who somebody is before what matters most (再次确认身份).

A sign-in, or a proof given since, of the last ``REAUTH_MINUTES`` counts. Programs with a token
are not asked: their token was given out after a proof.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from enforcement.errors import Forbidden
from enforcement.middleware import now_of

View = Callable[..., HttpResponseBase]

#: Verbs that are done only after a recent proof; each app names its own when it is ready.
VERBS: set[str] = set()


def proved(request: HttpRequest) -> bool:
    """Tell whether the person proved who they are a short while ago."""
    if not settings.REAUTH_MINUTES:
        return True
    now = now_of(request).timestamp()
    records = get_authentication_records(request, request.user)
    last = max((float(record["at"]) for record in records), default=0.0)
    return now - last < settings.REAUTH_MINUTES * 60


def ask_again(request: HttpRequest, back: str = "") -> HttpResponseRedirect:
    """Lead the person to prove who they are, and back.

    Args:
        back: where to, when this address cannot be opened but only be sent to.
    """
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if methods:
        at = methods[0]["url"]
    else:  # neither password nor second factor: signed in elsewhere, and does so again
        logout(request)
        at = reverse("account_login")
    messages.info(request, "这项操作需要再次确认是您本人。")
    to = back or request.get_full_path()
    return HttpResponseRedirect(f"{at}?{urlencode({REDIRECT_FIELD_NAME: to})}")


def needs_proof(view: View) -> View:
    """Let a page be opened and its form be sent only after a recent proof."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not proved(request):
            return ask_again(request)
        return view(request, *args, **kwargs)

    return guarded


def require_proof(request: HttpRequest) -> None:
    """Refuse a request of the interface that came with a session and without a recent proof.

    Raises:
        Forbidden: ``signin.proof``.
    """
    if not proved(request):
        raise Forbidden(
            "signin.proof", "这项操作需要再次确认身份，请在网页上办理，或者使用接口令牌。"
        )
