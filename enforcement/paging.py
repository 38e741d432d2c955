"""Paging by key: a page begins after the last row of the one before, at any depth equally fast.

A cursor is the keys of one row, written as text that fits into an address. Whoever changes it by
hand gets another place in the same list, never rows that the list does not hold.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from enforcement.errors import Invalid

#: Rows on one page of a list.
SIZE = 50
#: Beyond this a count only says that there are more.
CAP = 1000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list.

    Attributes:
        rows: the rows, in the list's order.
        next: cursor of the page after this one, empty when there is none.
        prev: cursor of the page before this one, empty when there is none.
    """

    rows: list[M]
    next: str = ""
    prev: str = ""


def page_of(
    rows: QuerySet[M], order: Sequence[str], request: HttpRequest, *, size: int = SIZE
) -> Page[M]:
    """Return the page that the request's ``?after=`` or ``?before=`` asks for: ``page_at``."""
    asked = request.GET
    return page_at(
        rows, order, after=asked.get("after", ""), before=asked.get("before", ""), size=size
    )


def page_at(
    rows: QuerySet[M], order: Sequence[str], *, after: str = "", before: str = "", size: int = SIZE
) -> Page[M]:
    """Return the page after, or before, the row of a cursor; the first one without a cursor.

    Args:
        rows: the whole list, filtered.
        order: field or annotation names, ``-`` in front for descending; together unique and
            never null. Dates, numbers and text are understood.

    Raises:
        Invalid: ``page.cursor`` for a cursor that cannot be read.
    """
    if before:
        found = list(_beyond(rows, _turned(order), before)[: size + 1])
        more, shown = len(found) > size, found[:size][::-1]
        return Page(
            shown,
            next=_cursor(shown[-1], order) if shown else "",
            prev=_cursor(shown[0], order) if shown and more else "",
        )
    found = list(_beyond(rows, order, after)[: size + 1])
    shown = found[:size]
    return Page(
        shown,
        next=_cursor(shown[-1], order) if len(found) > size else "",
        prev=_cursor(shown[0], order) if shown and after else "",
    )


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> int:
    """Count rows, but not further than one beyond the cap."""
    return rows.order_by()[: cap + 1].count()


def _turned(order: Sequence[str]) -> list[str]:
    return [key.removeprefix("-") if key.startswith("-") else f"-{key}" for key in order]


def _beyond(rows: QuerySet[M], order: Sequence[str], cursor: str) -> QuerySet[M]:
    """Order the rows and keep those behind the cursor.

    The first key also stands alone in the condition, so that an index is entered at its place.
    """
    rows = rows.order_by(*order)
    if not cursor:
        return rows
    values = _values(cursor, len(order))
    condition, equal = Q(), Q()
    for key, value in zip(order, values, strict=True):
        name, beyond = key.removeprefix("-"), "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name}__{beyond}": value})
        equal &= Q(**{name: value})
    first = order[0].removeprefix("-")
    edge = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]})
    try:
        return rows.filter(edge & condition)
    except (ValidationError, ValueError, TypeError):
        raise _lost() from None


def _cursor(row: Model, order: Sequence[str]) -> str:
    keys = [_key(row, key.removeprefix("-")) for key in order]
    plain = [{"d": k.isoformat()} if isinstance(k, date) else k for k in keys]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _key(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _values(cursor: str, wanted: int) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        plain = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        values = [date.fromisoformat(v["d"]) if isinstance(v, dict) else v for v in plain]
    except (ValueError, TypeError, KeyError):
        values = []
    if len(values) != wanted or not all(isinstance(v, (date, int, str)) for v in values):
        raise _lost()
    return values


def _lost() -> Invalid:
    return Invalid("page.cursor", "翻页的位置已经失效，请从第一页重新打开。")
