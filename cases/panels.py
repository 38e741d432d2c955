"""Boxes on the case page: upper apps register theirs, the page never names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from cases.models import Case
from enforcement.models import User

#: (case, user, today) → template context of the box, or None to leave the box out.
Context = Callable[[Case, User, date], dict[str, Any] | None]


class Glance(NamedTuple):
    """What tells, before a box is drawn, whether it has rows and whether one waits for an act.

    One query takes a glance at all boxes of a case; only those that are looked at, or on whose
    rows somebody may act, are drawn. A page thus costs the same however many boxes there are.

    Attributes:
        rows: SQL of the rows, a table with ``case_id`` or a bracketed query.
        waiting: SQL condition of the rows on which somebody may be able to act.
        all_alike: everybody who sees the case sees every row, so the count may be shown as it is.
        hidden: without rows there is no box.
    """

    rows: str
    waiting: str = "false"
    all_alike: bool = True
    hidden: bool = False


@dataclass(frozen=True)
class Panel:
    """One box: where it stands, what draws it, what it shows, how to take a glance at it."""

    code: str
    title: str
    template: str
    context: Context
    order: int = 100
    place: str = "tab"
    glance: Glance | None = None


PANELS: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a box to every case page (a second one under the same code replaces it)."""
    PANELS[panel.code] = panel


def boxes(
    case: Case, user: User, today: date, place: str, chosen: str = ""
) -> list[dict[str, Any]]:
    """Return the boxes of one place in order, each with its context under ``data``.

    Args:
        chosen: code of the box that is looked at; the others may hold their count alone.
    """
    panels = sorted((p for p in PANELS.values() if p.place == place), key=lambda p: p.order)
    seen = _glances(case, [p for p in panels if p.glance is not None])
    drawn = []
    for panel in panels:
        data = _box(panel, case, user, today, panel.code == chosen, seen.get(panel.code))
        if data is not None:
            drawn.append({"panel": panel, **data})
    return drawn


def _box(
    panel: Panel, case: Case, user: User, today: date, here: bool, seen: tuple[int, int] | None
) -> dict[str, Any] | None:
    if panel.glance is None or seen is None:
        return panel.context(case, user, today)
    rows, waiting = seen
    if not here and not rows:
        return None if panel.glance.hidden else {"rows": [], "count": 0}
    if not here and not waiting and panel.glance.all_alike:
        return {"rows": [], "count": rows}
    data = panel.context(case, user, today)
    if data is not None and panel.glance.all_alike:
        data["count"] = rows  # a box draws so many rows at most, and says how many there are
    return data


def _glances(case: Case, panels: list[Panel]) -> dict[str, tuple[int, int]]:
    """Return, in one query, how many rows each box has and how many of them wait for an act."""
    if not panels:
        return {}
    # Written by the apps, never input.
    parts = [
        f"(SELECT '{p.code}', count(*), count(*) FILTER (WHERE {p.glance.waiting})"  # noqa: S608
        f" FROM {p.glance.rows} r WHERE r.case_id = %(case)s)"
        for p in panels
        if p.glance is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"case": case.pk})
        return {code: (rows, waiting) for code, rows, waiting in cursor.fetchall()}
