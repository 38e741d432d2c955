"""When something breaks: a page that says so in plain words, with the id to report, and no more.

These pages need neither database nor Redis nor who is signed in, for that may be what broke.
"""

from __future__ import annotations

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from redis.exceptions import RedisError

from enforcement.rest.problems import problem

#: Seconds after which a program may try again.
LATER = "10"
#: What a disk that takes no more says.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: First part of the addresses that answer programs.
API = "/api/"


def is_outage(error: BaseException | None) -> bool:
    """Tell whether a server that we need is away, rather than something wrong with us."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, OperationalError | InterfaceError | RedisError):
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that no view caught: 503 when a server is away, else 500."""
    away = is_outage(sys.exc_info()[1])
    status = 503 if away else 500
    if request.path_info.startswith(API):
        code, detail = ("unavailable", OUTAGE) if away else ("error", BROKEN)
        answer = problem(status, code, detail)
    else:
        answer = HttpResponse(_page(f"{status}.html", request), status=status)
    if away:
        answer["Retry-After"] = LATER
    answer["Cache-Control"] = "no-store"
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read."""
    return HttpResponse(_page("400.html", request), status=400)


def _page(name: str, request: HttpRequest) -> str:
    """Return a page drawn without the frame: a frame would ask who is signed in."""
    return get_template(name).render({"request": request})


#: Not "nothing was written": a connection that broke while committing cannot know.
OUTAGE = (
    "系统暂时不能服务，请稍后重试。提交过内容的，请先核对是否已经办成，"
    "或者用同一个 Idempotency-Key 重试。"
)
BROKEN = "系统出错，没有写入任何内容。请稍后重试，或者联系系统管理员。"
