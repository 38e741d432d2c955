"""Limits on how often a program may ask, counted in the shared cache."""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from enforcement.rest.tokens import token_of

log = logging.getLogger("enforcement.api")


class _Limit(SimpleRateThrottle):
    """Counts by a key of its own; without the cache it lets everybody pass.

    A court's work must not stop because the counters are away; the log says that they are.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Tell whether the request may pass."""
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError):
            log.warning("the cache does not answer: requests are not limited now")
            return True


class PerToken(_Limit):
    """One program by its token; a person in a browser by their account."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Return the key to count under, None for those without sign-in."""
        token = token_of(request)
        if token is not None:
            return f"api:token:{token.pk}"
        return f"api:user:{request.user.pk}" if request.user.is_authenticated else None


class PerAddress(_Limit):
    """Whoever is not signed in, by address."""

    scope = "address"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """Return the key to count under, None for those signed in."""
        signed_in = request.user is not None and request.user.is_authenticated
        return None if signed_in else f"api:{self.scope}:{self.get_ident(request)}"


class SignIn(PerAddress):
    """Attempts to get a token, by address; far fewer than questions."""

    scope = "signin"
