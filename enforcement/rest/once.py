"""One answer a request: the same ``Idempotency-Key`` again gets it, and nothing is redone.

The key is written in the transaction of the act itself, so either both stand or neither: a
second request with the key waits for the first. Refusals are not kept; they wrote nothing, and
what was refused may be allowed a minute later.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from enforcement.errors import Invalid, Refused
from enforcement.middleware import now_of
from enforcement.models import IdempotentAnswer, User

#: How long an answer is kept.
KEPT = timedelta(hours=24)
#: Headers that belong to the answer.
HEADERS = ("ETag", "Location")
_KEY = re.compile(r"[!-~]{8,200}")


def once(request: Request, work: Callable[[], Response]) -> Response:
    """Do the work, or return the answer it gave before under the request's key.

    Raises:
        Invalid: ``idempotency.key`` for a key that cannot be one.
        Refused: ``idempotency.reused`` (422) when the key came with another request.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not _KEY.fullmatch(key):
        raise Invalid(
            "idempotency.key", "Idempotency-Key 应为 8 至 200 个可见的 ASCII 字符。",
            field="Idempotency-Key",
        )  # fmt: skip
    with transaction.atomic():
        row, fresh = _reserved(request, key)
        if not fresh:
            return _again(row, fingerprint(request))
        answer = work()
        _keep(row, answer)
    return answer


def _reserved(request: Request, key: str) -> tuple[IdempotentAnswer, bool]:
    """Take the key for this request; the second taker waits for the first to end."""
    user, now = cast(User, request.user), now_of(cast(Any, request))
    IdempotentAnswer.objects.filter(user=user, expires__lte=now).delete()
    return IdempotentAnswer.objects.get_or_create(
        user=user,
        key=key,
        defaults={"fingerprint": fingerprint(request), "at": now, "expires": now + KEPT},
    )


def fingerprint(request: Request) -> str:
    """Return the hash of what the request asks: method, address, version, body."""
    asked = [
        request.method,
        request.get_full_path(),
        request.headers.get("If-Match", ""),
        _plain(request.data),
    ]
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Return a body in one writing: files by their hash, numbers as text."""
    if isinstance(value, UploadedFile):
        value.seek(0)
        found = hashlib.file_digest(cast(Any, value), "sha256").hexdigest()
        value.seek(0)
        return ["file", value.name, found]
    if isinstance(value, Decimal):
        return ["number", str(value)]
    if hasattr(value, "lists"):
        return {name: [_plain(v) for v in values] for name, values in value.lists()}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _keep(row: IdempotentAnswer, answer: Response) -> None:
    row.status = answer.status_code
    row.headers = {name: answer[name] for name in HEADERS if answer.has_header(name)}
    row.body = JSONRenderer().render(answer.data).decode()
    row.save(update_fields=["status", "headers", "body"])


def _again(row: IdempotentAnswer, asked: str) -> Response:
    if row.fingerprint != asked:
        raise Refused(
            "idempotency.reused", "这个 Idempotency-Key 已用于另一请求，请换用新的键。", status=422
        )
    headers = {**row.headers, "Idempotency-Replayed": "true"}
    return Response(json.loads(str(row.body)), status=row.status, headers=headers)
