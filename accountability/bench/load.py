"""Makes cases in bulk by COPY: real chains, real sheets, lapses where a measurement wants them.

Every case has six clocks. Those of group A (the first ``due`` cases) lapse together, rule after
rule: the notice on ``DAY``, the lead a week later, the case limit half a year later. Group B
lapses on the notice one day after group A, for the naive loop. The others lapse on nothing
for a long time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cases import chain
from cases.models import Case, CaseEvent, HandlerTerm
from cases.numbers import format_number
from deadlines.clocks import derive
from deadlines.events import Event
from deadlines.law import current
from deadlines.models import Clock, Sheet
from deadlines.sheets import next_look_of
from enforcement.models import Court, Post, User
from enforcement.roles import Role

#: A Tuesday with plain weeks around it; group A's notices lapse on it.
DAY = date(2026, 3, 17)
YEAR = 2026
COURTS = 40


@dataclass(frozen=True)
class Load:
    """What was made: the days on which group A lapses, and the ids of group B."""

    days: tuple[date, ...]
    loop_day: date
    loop_ids: tuple[int, ...]
    cases: int
    events: int
    clocks: int


@dataclass(frozen=True)
class Plan:
    """One case to make: its id and place, and the day its file was received."""

    case_id: int
    court: Court
    judge_id: int
    serial: int
    received: date
    group: str


def make(cases: int, due: int, loop: int) -> Load:
    """Write ``cases`` cases: ``due`` in group A, ``loop`` in group B, the rest quiet."""
    plans = list(_plans(cases, due, loop))
    law, now = current(), datetime(2026, 3, 16, 1, tzinfo=UTC)
    heads: dict[int, tuple[int, bytes]] = {}
    events, clocks, sheets = [], [], []
    days: set[date] = set()
    for plan in plans:
        timeline = list(_timeline(plan))
        head, rows = _chained(plan.case_id, timeline, now)
        heads[plan.case_id] = (len(rows), head)
        events += rows
        found = derive(timeline, law.rulebook, law.calendar)
        clocks += [_clock(plan, c) for c in found]
        flagging = [c.lapse_on for c in found if c.severity == "flag" and c.lapse_on]
        if plan.group == "A":
            days.update(flagging)
        running = [c.due for c in found if c.stopped_on is None and c.due]
        sheets.append(
            (plan.case_id, len(rows), law.token, next_look_of(found), min(running),
             plan.judge_id, plan.court.key, "", now)
        )  # fmt: skip
    with transaction.atomic():
        _copy(Case, _CASE, [_case(p, *heads[p.case_id]) for p in plans])
        _copy(
            HandlerTerm,
            ("case_id", "user_id", "first_day"),
            ((p.case_id, p.judge_id, p.received) for p in plans),
        )
        _copy(CaseEvent, _EVENT, events)
        _copy(Clock, _CLOCK, clocks)
        _copy(Sheet, _SHEET, sheets)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM deadlines_stale")
            cursor.execute("SELECT setval('cases_case_id_seq', (SELECT max(id) FROM cases_case))")
    loops = tuple(p.case_id for p in plans if p.group == "B")
    return Load(tuple(sorted(days)), DAY + timedelta(1), loops, cases, len(events), len(clocks))


def _plans(cases: int, due: int, loop: int) -> Iterator[Plan]:
    courts = list(
        Court.objects.filter(level=Court.Level.BASIC, active=True).exclude(code="").order_by("lft")
    )
    step = max(1, len(courts) // COURTS)
    chosen = courts[::step][:COURTS]
    judges = {c.key: _judge(c) for c in chosen}
    for case_id in range(1, cases + 1):
        n = case_id * 7919 % cases  # lapses lie scattered over the tables, as they do in life
        court = chosen[case_id % len(chosen)]
        received = DAY - timedelta(4) if n < due else DAY - timedelta(3)
        if n >= due + loop:
            received = DAY + timedelta(200 + n % 100)
        group = "A" if n < due else "B" if n < due + loop else ""
        serial = case_id // len(chosen) + 1
        yield Plan(case_id, court, judges[court.key], serial, received, group)


def _judge(court: Court) -> int:
    user, made = User.objects.get_or_create(
        username=f"bench-{court.key}", defaults={"name": f"承办人{court.key}"}
    )
    if made:
        Post.objects.create(user=user, court=court, role=Role.JUDGE, first_day=date(2020, 1, 1))
    return user.pk


def _timeline(plan: Plan) -> Iterable[Event]:
    """Yield filing, assignment, receipt and an ordinary and an urgent lead: six clocks or more."""
    filed = plan.received - timedelta(2)
    yield Event(1, "case.filed", filed, {
        "amount": "150000.00", "applied_on": filed.isoformat(), "parties": [],
        "procedure": "first",
    })  # fmt: skip
    yield Event(2, "handler.assigned", filed, {"again": False, "user": plan.judge_id})
    yield Event(3, "file.received", plan.received, {})
    yield Event(4, "lead.submitted", plan.received, {"lead": plan.case_id, "urgent": False})


def _chained(
    case_id: int, timeline: list[Event], now: datetime
) -> tuple[bytes, list[tuple[Any, ...]]]:
    head, rows = chain.GENESIS, []
    for event in timeline:
        data = chain.canonical(event.data)
        line = chain.text(case_id, event.seq, event.kind, event.on, now, None, data)
        head = chain.link(head, line)
        rows.append((case_id, event.seq, event.kind, event.on, now, data, head))
    return head, rows


_CASE = (
    "id", "court_id", "high_id", "intermediate_id", "year", "type_char", "serial", "number",
    "procedure", "state", "version", "head", "applied_on", "filed_on", "received_on",
    "closing_method", "basis", "basis_number", "basis_body", "basis_text", "amount",
    "received_amount", "handler_id", "query_code_hash", "last_kind", "last_on",
)  # fmt: skip
_EVENT = ("case_id", "seq", "kind", "on", "at", "data", "hash")
_CLOCK = (
    "case_id", "court_id", "rule", "version", "start_seq", "start_on", "subject", "raw_end",
    "due", "state", "stopped_on", "stop_seq", "lapse_on", "amber_on", "severity", "duty",
)  # fmt: skip
_SHEET = (
    "case_id", "seen", "token", "next_look", "next_due", "handler_id", "court_id", "sick",
    "built_at",
)  # fmt: skip


def _case(plan: Plan, version: int, head: bytes) -> tuple[Any, ...]:
    court, filed = plan.court, plan.received - timedelta(2)
    above = {c.level: c.key for c in _above(court)}
    return (
        plan.case_id, court.key, above.get(2), above.get(3), YEAR, "执", plan.serial,
        format_number(YEAR, court.code, "执", plan.serial), "first", "enforcing", version, head,
        filed, filed, plan.received, "", "court_civil_admin", "（2025）民初1号", court.name, "",
        "150000.00", "0", plan.judge_id, "", "lead.submitted", plan.received,
    )  # fmt: skip


_ancestors: dict[str, list[Court]] = {}


def _above(court: Court) -> list[Court]:
    if court.key not in _ancestors:
        _ancestors[court.key] = list(court.ancestors())
    return _ancestors[court.key]


def _clock(plan: Plan, c: Any) -> tuple[Any, ...]:
    return (
        plan.case_id, plan.court.key, c.rule, c.version, c.start_seq, c.start_on, c.subject,
        c.raw_end, c.due, c.state, c.stopped_on, c.stop_seq, c.lapse_on, c.amber_on, c.severity,
        c.duty,
    )  # fmt: skip


def _copy(model: Any, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
