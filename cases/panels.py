"""Boxes on the case page: upper apps register theirs, the page never names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.models import Case
from enforcement.models import User

#: (case, user, today) → template context of the box, or None to leave the box out.
Context = Callable[[Case, User, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One box: where it stands, what draws it, what it shows."""

    code: str
    title: str
    template: str
    context: Context
    order: int = 100
    place: str = "tab"


PANELS: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a box to every case page (a second one under the same code replaces it)."""
    PANELS[panel.code] = panel


def boxes(case: Case, user: User, today: date, place: str) -> list[dict[str, Any]]:
    """Return the boxes of one place in order, each with its context under ``data``."""
    drawn = []
    for panel in sorted(PANELS.values(), key=lambda p: p.order):
        if panel.place != place:
            continue
        data = panel.context(case, user, today)
        if data is not None:
            drawn.append({"panel": panel, **data})
    return drawn
