"""Thousands of cases in no time: two are built through the verbs, the others are their copies.

A copy has a number, a chain and caches of its own, written set-based as the sweep writes; what it
owes is never taken from here but derived from its timeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cases.models import Case
from deadlines.models import Sheet
from tests.builders import enforcing
from tests.concurrency.crowd import Lapse, truth
from tests.people import People

#: The day on which the notices of the due cases lapse, and a moment of it.
DAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 17, 2, tzinfo=UTC)

_OWN = {"id", "serial", "number", "head"}
_CASES = """
INSERT INTO cases_case ({names}, serial, number, head)
SELECT {names}, t.serial + %(from)s + n, '（2026）陕1002执' || t.serial + %(from)s + n || '号',
    decode(repeat('00', 32), 'hex')
FROM cases_case t, generate_series(1, %(copies)s) n WHERE t.id = %(case)s
RETURNING id
"""
_EVENTS = """
INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, by_id, data, hash)
SELECT c.id, e.seq, e.kind, e."on", e.at, e.by_id, e.data, timeline_chain(c.head, timeline_text(
    c.id, e.seq, e.kind, e."on", e.at, e.by_id, e.data)) OVER (PARTITION BY c.id ORDER BY e.seq)
FROM cases_case c, cases_caseevent e WHERE c.id = ANY(%(ids)s) AND e.case_id = %(case)s
"""
_HEADS = """
UPDATE cases_case c SET head = e.hash FROM cases_caseevent e
WHERE c.id = ANY(%(ids)s) AND e.case_id = c.id AND e.seq = c.version
"""
_COPY = """
INSERT INTO {table} (case_id, {names}) SELECT i, {names}
FROM {table}, unnest(%(ids)s::bigint[]) i WHERE case_id = %(case)s
"""
_FRESH = "DELETE FROM deadlines_stale WHERE case_id = ANY(%(ids)s)"


@dataclass(frozen=True)
class Loaded:
    """What was made: the cases that lapse on ``DAY``, and what is owed on it."""

    due: list[int]
    owed: set[Lapse]


def load(people: People, cases: int, due: int) -> list[int]:
    """Make cases, of which ``due`` lapse on ``DAY``; return the ids of these."""
    received = DAY - timedelta(days=4)
    filed = received - timedelta(days=2)
    late = enforcing(people, filed)
    quiet = enforcing(people, filed).noticed(received)
    assert quiet.swept(received).flagged == 0  # nothing is left to be looked at before DAY
    found = [late.case.pk, *copies(late.case, 1, due - 1)]
    copies(quiet.case, due, cases - due - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return found


def loaded(people: People, cases: int, due: int) -> Loaded:
    """Make cases as ``load`` does, and derive what is owed."""
    found = load(people, cases, due)
    owed = truth(DAY)
    assert {lapse[0] for lapse in owed} == set(found)
    assert len(owed) == due
    return Loaded(found, owed)


def copies(case: Case, first: int, number: int) -> list[int]:
    """Copy a case with its whole timeline and its caches; return the ids of the copies."""
    values: dict[str, Any] = {"case": case.pk, "from": first, "copies": number}
    columns = [f.column for f in Case._meta.concrete_fields if f.column not in _OWN]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CASES.format(names=", ".join(columns)), values)
        values["ids"] = [row[0] for row in cursor.fetchall()]
        cursor.execute(_EVENTS, values)
        cursor.execute(_HEADS, values)
        for table in ("cases_handlerterm", "deadlines_clock", "deadlines_sheet"):
            cursor.execute(_COPY.format(table=table, names=_names(cursor, table)), values)
        cursor.execute(_FRESH, values)
    return list(values["ids"])


def _names(cursor: Any, table: str) -> str:
    found = connection.introspection.get_table_description(cursor, table)
    return ", ".join(f'"{c.name}"' for c in found if c.name not in {"id", "case_id"})


def cache_lost(case_ids: Iterable[int]) -> None:
    """Throw away sheets and clocks of some cases: the sweep has to derive them first."""
    Sheet.objects.filter(case_id__in=case_ids).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM deadlines_clock WHERE case_id = ANY(%s)", [list(case_ids)])
