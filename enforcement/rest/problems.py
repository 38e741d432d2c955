"""Errors as problem details (RFC 9457): one shape for every refusal, with a code for programs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as WrongValue
from django.core.signals import got_request_exception
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework import exceptions

from enforcement import counters
from enforcement.errors import Invalid, Refused

log = logging.getLogger("enforcement.api")

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """One kind of problem: its anchor in the documentation, title and usual remedy."""

    slug: str
    title: str
    remedy: str


KINDS: dict[int, Kind] = {
    400: Kind("invalid", "输入有误", "按 errors 逐项更正后重新提交。"),
    401: Kind("signin", "需要登录", "申请令牌，并以 Authorization: Bearer 提交。"),
    403: Kind("forbidden", "无权办理", "由 detail 所说的岗位办理。"),
    404: Kind("not-found", "没有找到", "核对地址；不存在的和无权查看的得到同样的回答。"),
    405: Kind("method", "不支持的方法", "使用 Allow 所列的方法。"),
    406: Kind("not-acceptable", "不能提供所要的格式", "Accept 使用 application/json。"),
    409: Kind("refused", "现在不能办理", "读取 moves，看现在可以办理什么、为什么。"),
    412: Kind("stale", "案件已有新的记录", "重新读取案件，核对后以新的版本提交。"),
    413: Kind("too-large", "内容过大", "精简内容后重新提交。"),
    415: Kind("media-type", "不支持的内容类型", "Content-Type 使用 application/json。"),
    422: Kind("key-reused", "幂等键已用于另一请求", "每个新的请求使用新的 Idempotency-Key。"),
    428: Kind("version-required", "需要版本", '以 If-Match: "版本" 说明您看到的是哪一版。'),
    429: Kind("throttled", "请求过于频繁", "等待 Retry-After 所说的秒数。"),
    500: Kind("error", "系统出错", "稍后重试；仍然出错的，请联系系统管理员。"),
    503: Kind("unavailable", "暂时不能服务", "稍后重试。"),
}


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one field; an empty ``field`` means the whole."""

    field: str
    code: str
    detail: str


class WrongInput(Invalid):
    """Several fields are wrong at once (HTTP 400)."""

    def __init__(self, errors: Iterable[Wrong]) -> None:
        super().__init__("input.invalid", "填写有误，请逐项更正后重新提交。")
        self.errors = list(errors)


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Iterable[Wrong] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer in the one shape of refusals.

    It is a plain response, not DRF's: a refusal is JSON whatever the request wanted to accept.
    """
    kind = KINDS.get(status, KINDS[400])
    body = {
        "type": f"{reverse('api:docs')}#problem-{kind.slug}",
        "title": kind.title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [asdict(wrong) for wrong in errors],
    }
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=MEDIA_TYPE, headers=headers or {})


def answer_to(error: Exception, *, challenge: str = "") -> HttpResponse | None:
    """Return the problem for an error, None for one that nobody foresaw.

    Args:
        challenge: what a 401 says in ``WWW-Authenticate``.
    """
    if isinstance(error, Refused):
        counters.refused(error)
        headers = {"WWW-Authenticate": challenge} if error.status == 401 else {}
        return problem(error.status, error.code, error.message, _wrong_of(error), headers)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, challenge)
    match error:
        case Http404():
            return problem(404, "not_found", "没有找到，或者您无权查看。")
        case PermissionDenied():
            return problem(403, "access.denied", "您无权办理此项。")
        case RequestDataTooBig():
            return problem(413, "body.too_large", "提交的内容过大。")
        case WrongValue():
            return problem(400, "input.invalid", "；".join(error.messages))
        case SuspiciousOperation():
            return problem(400, "input.malformed", "提交的内容无法读取。")
        case DataError():
            return problem(400, "input.range", "有数值或者文字超出了可以保存的范围，请核对。")
        case OperationalError() | InterfaceError():
            log.error("the database did not answer: %s", type(error).__name__)
            later = {"Retry-After": "5"}
            return problem(503, "unavailable", "系统繁忙，请稍后重试。", headers=later)
    return None


def answer_to_unforeseen(error: Exception, request: Any) -> HttpResponse:
    """Report an error nobody foresaw as Django would, and answer 500 without showing anything."""
    got_request_exception.send(sender=None, request=request)
    log.error("unforeseen error at %s", request.path, exc_info=error)
    return problem(500, "error", "系统出错，没有写入任何内容。请稍后重试，或者联系系统管理员。")


def _wrong_of(error: Refused) -> list[Wrong]:
    if isinstance(error, WrongInput):
        return error.errors
    return [Wrong(error.field, error.code, error.message)] if error.field else []


def _of_framework(error: exceptions.APIException, challenge: str) -> HttpResponse:
    """Say what DRF refused in our words."""
    status, headers = error.status_code, {"WWW-Authenticate": challenge}
    match error:
        case exceptions.ValidationError():
            wrong = list(flattened(error.detail))
            return problem(400, "input.invalid", "填写有误，请逐项更正后重新提交。", wrong)
        case exceptions.ParseError():
            return problem(400, "input.malformed", str(error.detail))
        case exceptions.AuthenticationFailed():
            failed = {"WWW-Authenticate": f'{challenge}, error="invalid_token"'}
            return problem(401, "token.invalid", str(error.detail), headers=failed)
        case exceptions.NotAuthenticated():
            say = "请先登录，或者提交有效的令牌。"
            return problem(401, "signin.required", say, headers=headers)
        case exceptions.Throttled():
            wait = max(1, round(getattr(error, "wait", None) or 1))
            say = f"请求过于频繁，请在 {wait} 秒后重试。"
            return problem(429, "throttled", say, headers={"Retry-After": str(wait)})
        case exceptions.MethodNotAllowed():
            return problem(405, "method.not_allowed", "此地址不支持这种方法。")
        case exceptions.NotAcceptable():
            return problem(406, "accept", "此地址不能提供所要的格式，请接受 application/json。")
        case exceptions.UnsupportedMediaType():
            return problem(415, "content.type", "不支持这种内容类型，请提交 application/json。")
        case exceptions.PermissionDenied():
            code = "csrf.failed" if "CSRF" in str(error.detail) else "access.denied"
            return problem(403, code, "请求未通过校验，请刷新页面后重试。")
    return problem(status, str(error.default_code), str(error.detail))


def flattened(detail: Any, path: str = "") -> Iterable[Wrong]:
    """Yield every mistake of a DRF validation error with its dotted path."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            key = "" if name == "non_field_errors" else str(name)
            yield from flattened(inner, ".".join(filter(None, [path, key])))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from flattened(inner, f"{path}.{index}" if nested else path)
    else:
        yield Wrong(path, f"input.{getattr(detail, 'code', 'invalid')}", str(detail))
