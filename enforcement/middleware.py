"""The door every request passes: today and now, the post acted from, refusals as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from enforcement import counters
from enforcement.errors import Invalid, Refused

CHINA = ZoneInfo("Asia/Shanghai")
UNREADABLE = "网址中有无法识别的字符，请从页面上的链接重新打开。"


class Door:
    """Puts ``now`` (UTC) and ``today`` (legal day) on the request; shows refusals as pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through with the time it came in at."""
        request.now = timezone.now()  # type: ignore[attr-defined]
        request.today = request.now.astimezone(CHINA).date()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal that no view caught with a page that says what to do.

        What the database cannot keep as text is a refusal too, where a filter asked it for a row:
        a form says so by itself, and keeps the rest.
        """
        if isinstance(error, DataError) and _unreadable(request):
            error = Invalid("address.unreadable", UNREADABLE)
        if not isinstance(error, Refused):
            return None
        counters.refused(error)
        name = "404.html" if error.status == 404 else "refused.html"
        return render(
            request, name, {"refused": error, "exception": error.message}, status=error.status
        )


def _unreadable(request: HttpRequest) -> bool:
    """Tell whether the address holds NUL, which no database keeps and no page of ours makes."""
    asked = (value for values in request.GET.lists() for value in values[1])
    return "\0" in request.path_info or any("\0" in value for value in asked)


def now_of(request: HttpRequest) -> datetime:
    """Return the moment the request came in."""
    return cast(datetime, cast(Any, request).now)


def today_of(request: HttpRequest) -> date:
    """Return the legal day on which the request came in."""
    return cast(date, cast(Any, request).today)
