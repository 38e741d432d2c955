"""What a browser may do with our answers: content security policy, isolation, files as files.

Every script carries the nonce of its own answer, so nothing that a person typed, uploaded or put
into an address can run, not even a file of this very site. Styles come from our files alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

POLICY = "Content-Security-Policy"
#: For a page. Charts draw on a canvas; Tabler's arrows and ticks are ``data:`` pictures.
PAGE = (
    "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
#: For data: nothing in it is ever to be loaded or run.
DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
#: For a file handed out: as data, and without an origin of its own.
FILE = f"{DATA}; sandbox"
#: Powers of the browser that no page of ours uses.
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)


class Nonce:
    """The nonce of one answer, made when a template first asks for it.

    A page without script gets none, and its policy allows none.
    """

    def __init__(self) -> None:
        self._made = ""

    def __str__(self) -> str:
        self._made = self._made or secrets.token_urlsafe(16)
        return self._made

    @property
    def source(self) -> str:
        """Return the source of scripts for the policy."""
        return f"'nonce-{self._made}'" if self._made else "'none'"


class Headers:
    """Puts the policy on every answer; it stands outermost, so that errors have it too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through with a nonce, and the answer with its headers."""
        nonce = Nonce()
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        answer = self.get_response(request)
        page = answer.get("Content-Type", "").startswith("text/html")
        answer.setdefault(POLICY, PAGE.format(script=nonce.source) if page else DATA)
        answer.setdefault("Permissions-Policy", PERMISSIONS)
        answer.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.setdefault("X-Content-Type-Options", "nosniff")
        # Files of the site's own say how long they may be kept; whatever else says nothing is
        # made for one person: neither the browser of a shared computer nor a proxy keeps it.
        answer.setdefault("Cache-Control", "private, no-store")
        return answer


def handed_out(answer: Any, name: str, *, download: bool) -> Any:
    """Name a file, and forbid the browser to guess its kind, run what is in it, or keep it."""
    answer["Content-Disposition"] = content_disposition_header(download, name) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer[POLICY] = FILE
    answer["Cache-Control"] = "private, no-store"
    return answer
