"""Looking at answers of the interface."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model

V1 = "/api/v1"


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem of that kind, and return it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["title"]
    assert body["detail"].endswith(("。", "？"))
    assert body["type"].startswith("/api/v1/docs/#problem-")
    return body


def fields_wrong(answer: Any) -> dict[str, str]:
    """Return field → code of everything that is wrong with an input."""
    return {wrong["field"]: wrong["code"] for wrong in answer.json()["errors"]}


def body_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a verb as a program would send them."""
    names = {"target": "target_text"}
    return {names.get(name, name): _json(value) for name, value in data.items()}


def _json(value: Any) -> Any:
    match value:
        case Model():
            return value.pk
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    return value
