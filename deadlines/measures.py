"""Figures about sheets for those who watch: behind, set aside, waiting for the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from deadlines.law import current
from deadlines.sheets import AT_ONCE
from deadlines.state import deployed_faults, rulebook_faults
from enforcement import measures
from enforcement.measures import Sample, gauge
from enforcement.middleware import CHINA

#: Every figure is read through a partial index and stops there.
CAP = 1_000_000

_SHEETS = """
SELECT (SELECT count(*) FROM (SELECT FROM deadlines_stale LIMIT %(cap)s) a),
       (SELECT count(*) FROM (
            (SELECT FROM deadlines_sheet WHERE token < %(token)s LIMIT %(cap)s) UNION ALL
            (SELECT FROM deadlines_sheet WHERE token > %(token)s LIMIT %(cap)s)) b),
       (SELECT count(*) FROM (SELECT FROM deadlines_sheet WHERE sick <> '' LIMIT %(cap)s) c)
"""
#: The oldest thing due: the first second of its day, or when a sheet asked to be seen at once.
_DUE = """
SELECT (SELECT count(*) FROM (SELECT FROM deadlines_sheet
            WHERE next_look <= %(today)s AND sick = '' LIMIT %(cap)s) d),
       least(
           (SELECT min(next_look) FROM deadlines_sheet
            WHERE next_look > %(at_once)s AND next_look <= %(today)s AND sick = '')::timestamp
               AT TIME ZONE 'Asia/Shanghai',
           (SELECT min(built_at) FROM deadlines_sheet
            WHERE next_look = %(at_once)s AND sick = ''))
"""


def _read(now: datetime) -> Iterator[Sample]:
    values: dict[str, Any] = {
        "cap": CAP,
        "token": current().token,
        "today": now.astimezone(CHINA).date(),
        "at_once": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHEETS, values)
        stale, old, sick = cursor.fetchone()
        cursor.execute(_DUE, values)
        due, oldest = cursor.fetchone()
    yield "enforcement_sheets_stale", {"why": "events"}, stale
    yield "enforcement_sheets_stale", {"why": "law"}, old
    yield "enforcement_cases_sick", {}, sick
    yield "enforcement_due_waiting", {}, due
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0
    yield "enforcement_due_oldest_seconds", {}, age


def _law(now: datetime) -> Iterator[Sample]:
    yield "enforcement_rulebook_faults", {}, len({*rulebook_faults(), *deployed_faults()})


measures.register(
    [
        gauge("sheets_stale", "sheets behind their timeline, or made under other law"),
        gauge("cases_sick", "cases set aside because their clocks cannot be derived"),
        gauge("due_waiting", "cases due that the sweep has not looked at"),
        gauge("due_oldest_seconds", "for how long the oldest of them has been due"),
    ],
    _read,
)
measures.register(
    [gauge("rulebook_faults", "mistakes in the rules in use or in those on the disk")], _law
)
