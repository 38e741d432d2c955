"""One id from the browser to the task: every line of a log says which request it belongs to.

The id comes from our own proxy (``BEHIND_PROXY``), else it is made here; it goes back in
``X-Request-ID``, stands on error pages, and travels with every task the request sends.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import Token
from time import perf_counter
from typing import Any

from celery.signals import (
    before_task_publish,
    task_postrun,
    task_prerun,
)
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bind_contextvars, bound_contextvars, get_contextvars
from structlog.contextvars import reset_contextvars as unbind

from enforcement import counters, logs

log = logs.logger("enforcement.web")

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
#: First part of the address → which face of the system answered.
FACES = {name: name for name in ("api", "portal", "static")} | {
    "health": "watch",
    "metrics": "watch",
}


def new_id() -> str:
    """Return an id that nobody had before."""
    return uuid.uuid4().hex


def id_of(request: HttpRequest) -> str:
    """Return the id our proxy gave the request, else a new one; a stranger's is not believed."""
    given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return given if _FORM.fullmatch(given) else new_id()


def face_of(request: HttpRequest) -> str:
    """Return which face of the system an address belongs to."""
    return FACES.get(request.path_info.lstrip("/").partition("/")[0], "page")


class Trace:
    """Stands outermost: gives the request its id, and notes how it was answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request through; the answer carries the id."""
        request.request_id = id_of(request)  # type: ignore[attr-defined]
        began = perf_counter()
        with bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            answer = self.get_response(request)
            answer[HEADER] = request.request_id  # type: ignore[attr-defined]
            _note(request, answer.status_code, perf_counter() - began)
        return answer


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    """Write the line of a request: its route and numbers, never what was typed into it."""
    face = face_of(request)
    counters.count("enforcement_http_requests_total", face=face, status=f"{status // 100}xx")
    counters.observe("enforcement_http_seconds", seconds, face=face)
    if face in {"static", "watch"} and status < 500:
        return
    match = request.resolver_match
    numbers = {k: v for k, v in (match.kwargs if match else {}).items() if isinstance(v, int)}
    log.info(
        "request",
        method=request.method if request.method in METHODS else "other",
        route=match.route if match else "",
        status=status,
        ms=round(seconds * 1000, 1),
        user=_user_of(request),
        **{f"at_{name}": number for name, number in numbers.items()},
    )


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _user_of(request: HttpRequest) -> int | None:
    """Return the number of who is signed in if that is known already; asks no database."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return getattr(user, "pk", None)


# -- tasks -------------------------------------------------------------------------------------

_bound: dict[str, Any] = {}


@before_task_publish.connect
def _send_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Let the task carry the id of the request, or of the task, that sends it."""
    sent_by = get_contextvars().get("request_id")
    if headers is not None and sent_by:
        headers.setdefault("request_id", sent_by)


@task_prerun.connect
def _begin_task(task_id: str = "", task: Any = None, **_: Any) -> None:
    ids = {"task_id": task_id, "task": getattr(task, "name", "")}
    sent_by = getattr(task.request, "request_id", None) or (task.request.headers or {}).get(
        "request_id"
    )
    _bound[task_id] = bind_contextvars(**ids, request_id=sent_by or task_id)


@task_postrun.connect
def _end_task(task_id: str = "", task: Any = None, state: str | None = None, **_: Any) -> None:
    name = getattr(task, "name", "")
    counters.count("enforcement_tasks_total", task=name, state=(state or "unknown").lower())
    tokens: dict[str, Token[Any]] | None = _bound.pop(task_id, None)
    if tokens:
        unbind(**tokens)
