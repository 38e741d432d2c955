"""How much one visitor may ask of the whole site: so many requests a minute, whatever they are.

Each door keeps its own, lower limits (sign-in, portal, interface); this one stops who turns to
everything at once. Files, health and the interface, which counts for itself, are not counted.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enforcement.errors import Refused

MINUTE = 60
#: Beginnings of addresses that count for themselves, or must answer always.
UNCOUNTED = ("/api/", "/health/live", "/health/ready", "/metrics")


class TooMuch(Refused):
    """Too many requests (HTTP 429)."""

    status = 429


def address_of(request: HttpRequest) -> str:
    """Return the address somebody comes from, as the trusted proxies report it."""
    try:
        return str(get_adapter(request).get_client_ip(request))
    except PermissionDenied:  # a unix socket has none
        return "unknown"


class Limits:
    """Counts the requests of a person, or of an address where nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through unless it is one too many in this minute."""
        if request.path.startswith(UNCOUNTED) or _within(request):
            return self.get_response(request)
        refused = TooMuch("request.too_many", "一分钟内的请求太多，请稍候再试。")
        answer = render(request, "429.html", {"refused": refused}, status=refused.status)
        answer["Retry-After"] = str(MINUTE)
        return answer


def _within(request: HttpRequest) -> bool:
    known = request.user.is_authenticated
    most = settings.PAGE_RATE if known else settings.PAGE_RATE_ANONYMOUS
    if not most:
        return True
    key = f"pages:{'user' if known else 'address'}:{request.user.pk or address_of(request)}"
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:  # the first of this minute
        cache.add(key, 1, MINUTE)
        return True
