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
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL
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


@dataclass(frozen=True)
class Spread(Generic[M]):
    """A list over the courts of a subtree, gathered from the beginning of each court's own list.

    An index that begins with the court gives each its next rows in order; only so many of each are
    read. Sorting the rows of all of them, or going down the order of the whole country until enough
    belong to the subtree, costs seconds at national size.

    Attributes:
        rows: the list without its condition on the court.
        column: path of the column that holds a court's key.
        lft, rgt: the subtree.
    """

    rows: QuerySet[M]
    column: str
    lft: int
    rgt: int

    def keys(self, rows: QuerySet[M], order: Sequence[str], most: int) -> list[Any]:
        """Return the keys of the first rows of all courts together."""
        names = [key.removeprefix("-") for key in order]
        of_court = rows.select_related(None).filter(**{self.column: RawSQL("c.key", [])})
        sql, params = of_court.values_list("pk", *names)[:most].query.sql_with_params()
        by = ", ".join(
            f"{place} {'DESC' if key.startswith('-') else 'ASC'}"
            for place, key in enumerate(order, start=2)
        )
        with connections[rows.db].cursor() as cursor:
            cursor.execute(_GATHER.format(rows=sql, by=by), [self.lft, self.rgt, *params, most])
            return [row[0] for row in cursor.fetchall()]


_GATHER = """
SELECT k.* FROM (SELECT key FROM enforcement_court WHERE lft >= %s AND rgt <= %s) c,
    LATERAL ({rows}) k ORDER BY {by} LIMIT %s
"""


def page_of(
    rows: QuerySet[M],
    order: Sequence[str],
    request: HttpRequest,
    *,
    size: int = SIZE,
    spread: Spread[M] | None = None,
) -> Page[M]:
    """Return the page that the request's ``?after=`` or ``?before=`` asks for: ``page_at``."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return page_at(rows, order, after=after, before=before, size=size, spread=spread)


def page_at(
    rows: QuerySet[M],
    order: Sequence[str],
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
    spread: Spread[M] | None = None,
) -> Page[M]:
    """Return the page after, or before, the row of a cursor; the first one without a cursor.

    Args:
        rows: the whole list, filtered.
        spread: how to gather the keys of a list over a subtree of courts.
        order: field or annotation names, ``-`` in front for descending; together unique and
            never null. Dates, numbers and text are understood.

    Raises:
        Invalid: ``page.cursor`` for a cursor that cannot be read.
    """
    if before:
        found = _fetched(rows, _turned(order), before, size + 1, spread)
        more, shown = len(found) > size, found[:size][::-1]
        return Page(
            shown,
            next=_cursor(shown[-1], order) if shown else "",
            prev=_cursor(shown[0], order) if shown and more else "",
        )
    found = _fetched(rows, order, after, size + 1, spread)
    shown = found[:size]
    return Page(
        shown,
        next=_cursor(shown[-1], order) if len(found) > size else "",
        prev=_cursor(shown[0], order) if shown and after else "",
    )


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> int:
    """Count rows, but not further than one beyond the cap."""
    return rows.order_by()[: cap + 1].count()


def _fetched(
    rows: QuerySet[M], order: Sequence[str], cursor: str, most: int, spread: Spread[M] | None
) -> list[M]:
    """Return the first rows, joined with what belongs to them only after they were chosen.

    A list that has to be sorted would else carry the columns of every joined table through the
    sort, for thousands of rows of which fifty are shown.
    """
    if spread is not None:
        keys = spread.keys(_beyond(spread.rows, order, cursor), order, most)
    elif rows.query.select_related:
        chosen = _beyond(rows, order, cursor).select_related(None)
        keys = list(chosen.values_list("pk", flat=True)[:most])
    else:
        return list(_beyond(rows, order, cursor)[:most])
    found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


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
