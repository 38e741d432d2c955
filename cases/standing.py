"""Events as they stand (现行内容): with the day a correction gave them, without the void ones.

What an act is compared with is how the timeline reads today, never the day first written down.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from cases.models import Case, CaseEvent

CORRECTED = "event.corrected"


class Standing(NamedTuple):
    """One event that stands: number, kind, legal day as corrected, fields as recorded."""

    seq: int
    kind: str
    on: date
    fields: dict[str, Any]


def corrections_of(case: Case) -> dict[int, list[dict[str, Any]]]:
    """Return the corrections of each event, oldest first: number of the event → their fields."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for event in CaseEvent.objects.filter(case=case, kind=CORRECTED).order_by("seq"):
        found[event.fields["corrects"]].append(event.fields)
    return dict(found)


def standing(case: Case, *kinds: str) -> list[Standing]:
    """Return the events of these kinds that stand, in the order of recording."""
    rows = CaseEvent.objects.filter(case=case, kind__in=[*kinds, CORRECTED]).order_by("seq")
    found: dict[int, Standing] = {}
    for event in rows:
        if event.kind != CORRECTED:
            found[event.seq] = Standing(event.seq, event.kind, event.on, event.fields)
            continue
        fix = event.fields
        if fix.get("void"):
            found.pop(fix["corrects"], None)
        elif fix.get("on") and fix["corrects"] in found:
            day = date.fromisoformat(fix["on"])
            found[fix["corrects"]] = found[fix["corrects"]]._replace(on=day)
    return list(found.values())


def last_day(case: Case, *kinds: str) -> date | None:
    """Return the latest day of the events of these kinds that stand, None when there is none."""
    return max((event.on for event in standing(case, *kinds)), default=None)
