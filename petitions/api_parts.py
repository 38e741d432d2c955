"""What the faces of petitions share: rows and single things reached through their own doors."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from cases.access import under
from cases.api.parts import (
    Scoped,
    court_asked,
    narrowed,
)
from cases.reading import noted
from enforcement.rest.faces import One, Rows
from enforcement.staff import Who

PETITIONS, REVIEWS, REPORTS, ORDERS = "信访", "一案双查", "督查报告", "督办函"
OPEN = ("open", "未办结")


class DoorRows(Rows):
    """A list that begins with what its own door lets the person see."""

    door: Any
    paths: dict[str, str] = {}
    asks = Scoped

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the rows that meet the filters."""
        rows = type(self).door(who.user, who.today)
        if court := court_asked(who, asked.get("court")):
            rows = rows.filter(under(court, "case__"))
        return narrowed(rows, asked, case="case_id", **self.paths)


class DoorOne(One):
    """One row, reached through its own door."""

    door: Any

    def one(self, who: Who, **at: Any) -> Any:
        """Return the row."""
        return type(self).door(who.user, at["id"], who.today)

    def shown(self, request: Request, row: Any) -> None:
        """Write down that its case was read."""
        noted(request, row)

    def version(self, row: Any) -> int:
        """Return the version of the case."""
        version: int = row.case.version
        return version


def in_state(rows: QuerySet[Any], state: str | None, unfinished: Any) -> QuerySet[Any]:
    """Keep rows of one state, or of every state in which something is left to do."""
    if not state:
        return rows
    return rows.filter(state__in=unfinished if state == OPEN[0] else [state])
