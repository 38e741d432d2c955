"""Figures of the sweep, of rebuilding sheets and of checking the ledger.

Against the sweep stand, in the same run, a per-row Django loop that does the same work, and the
floor of bare SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from time import perf_counter

from django.db import connection, transaction

from accountability.bench.figures import Figure, moment, settle, timed
from accountability.bench.plan import Plan
from accountability.models import Flag
from accountability.sweep import Swept, sweep
from cases.ledger import verify
from cases.models import Case, HandlerTerm
from cases.timeline import record
from deadlines.law import current
from deadlines.models import Clock, Sheet
from deadlines.sheets import rebuild

#: Waves of a measured load: the backlog, the naive loop's, and three days for the sweep.
WAVES = (0.2, 0.01, 0.1, 0.1, 0.1)
#: Cases the naive loops take at most; cases rebuilt in one run at most.
LOOP, REBUILT = 600, 5_000
#: Events up to which the ledger is verified three times instead of once.
OFTEN = 1_000_000


def backlog(plan: Plan, workers: int = 2) -> Iterable[Figure]:
    """Sweep the first wave, a fifth of all cases, lapsed at once, with two workers."""
    settle()
    day, now = plan.days[0], moment(plan.today)

    def work(_: int) -> Swept:
        try:
            return sweep(max(day, plan.today), now)
        finally:
            connection.close()

    start = perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        flagged = sum(done.flagged for done in pool.map(work, range(workers)))
    seconds = perf_counter() - start
    yield Figure("backlog_s", "s", (seconds,))
    yield Figure("backlog_flags", "flags", (flagged,))
    yield Figure("backlog_flags_per_s", "flags/s", (flagged / seconds,))


def sweeps(plan: Plan) -> Iterable[Figure]:
    """Sweep newly lapsed cases day after day; the naive loop has the first day's for itself."""
    yield Figure("sweep_loop_flags_per_s", "flags/s", tuple(_loops(plan.days[1])))
    sweep(plan.days[1], moment(plan.days[1]))
    rates, statements = [], []
    for day in plan.days[2:]:
        settle()
        start = perf_counter()
        done = sweep(day, moment(day))
        rates.append(done.flagged / (perf_counter() - start))
        statements.append((done.statements - 2) / max(1, -(-done.looked // 5000)))
    yield Figure("sweep_flags_per_s", "flags/s", tuple(rates))
    yield Figure("sweep_floor_rows_per_s", "rows/s", tuple(_floor() for _ in range(3)))
    yield Figure("sweep_statements_per_batch", "statements", tuple(statements))
    last = plan.days[-1]
    settle()
    idle = [timed(lambda: sweep(last, moment(last))) * 1000 for _ in range(21)]
    yield Figure("sweep_idle_ms", "ms", tuple(idle[1:]))


def _loops(day: date) -> Iterable[float]:
    """Flag the usual way, a third at a time: fetch, lock, save, create, one by one."""
    settle()
    due = Sheet.objects.filter(next_look=day).order_by("case_id").values_list("case_id", flat=True)
    ids = list(due[:LOOP])
    third = max(1, len(ids) // 3)
    for start in range(0, third * 3, third):
        flags = Flag.objects.count()
        seconds = timed(partial(_flag_each, ids[start : start + third], day, moment(day)))
        yield (Flag.objects.count() - flags) / seconds


def _flag_each(ids: Iterable[int], day: date, now: datetime) -> None:
    for case_id in ids:
        flag_one(case_id, day, now)


def flag_one(case_id: int, today: date, now: datetime) -> None:
    """Do for one case, through the ORM, what the sweep does for a batch."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        case.locked = True
        sheet = Sheet.objects.get(case=case)
        if sheet.token != current().token:
            return
        for clock in Clock.objects.filter(case=case, severity="flag", lapse_on__lte=today):
            seen = Flag.objects.filter(case=case, rule=clock.rule, start_seq=clock.start_seq)
            if not seen.exists():
                _raise_one(case, clock, today, now)
        case.save(update_fields=["version", "head", "last_kind", "last_on"])
        ahead = Clock.objects.filter(
            case=case, severity__in=["flag", "escalate"], lapse_on__gt=today
        ).order_by("lapse_on")
        sheet.seen = case.version
        sheet.next_look = ahead.values_list("lapse_on", flat=True).first()
        sheet.save(update_fields=["seen", "next_look"])


def _raise_one(case: Case, clock: Clock, today: date, now: datetime) -> None:
    """Create one flag and its event, the usual way."""
    if clock.due is None or clock.lapse_on is None:
        return
    term = HandlerTerm.objects.filter(case=case, first_day__lte=clock.due).last()
    flag = Flag.objects.create(
        case=case, court_id=clock.court_id, rule=clock.rule, version=clock.version,
        start_seq=clock.start_seq, start_on=clock.start_on, due=clock.due,
        lapse_on=clock.lapse_on, duty=clock.duty, raised_on=today, raised_at=now,
        holder=term.user if term and clock.duty == "handler" else None,
    )  # fmt: skip
    record(
        case, "flag.raised", on=today, now=now, due=clock.due.isoformat(), flag=flag.pk,
        rule=clock.rule, start=clock.start_seq,
    )  # fmt: skip


def _floor() -> float:
    """Insert up to 10,000 flags by one bare statement, without events, heads or sheets."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (LIKE accountability_flag INCLUDING ALL)")
        start = perf_counter()
        cursor.execute("INSERT INTO bench_floor SELECT * FROM accountability_flag LIMIT 10000")
        rows = cursor.rowcount
        seconds = perf_counter() - start
        cursor.execute("DROP TABLE bench_floor")
    return rows / seconds


def rebuilds(cases: int, now: datetime, runs: int = 3) -> Iterable[Figure]:
    """Derive sheets from nothing but their events: in batches, and case by case as a loop would."""
    count = min(REBUILT, cases // 5)
    rates = []
    for run in range(runs):
        ids = list(range(run * count + 1, (run + 1) * count + 1))
        rates.append(_rebuilt(ids, now, len(ids)))
    yield Figure("rebuild_cases_per_s", "cases/s", tuple(rates))
    ids = list(range(runs * count + 1, runs * count + 201))
    yield Figure("rebuild_loop_cases_per_s", "cases/s", (_rebuilt(ids, now, 1),))


def _rebuilt(ids: Sequence[int], now: datetime, at_once: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM deadlines_clock WHERE case_id = ANY(%s)", [list(ids)])
        cursor.execute("DELETE FROM deadlines_sheet WHERE case_id = ANY(%s)", [list(ids)])
    start = perf_counter()
    for first in range(0, len(ids), at_once):
        rebuild(ids[first : first + at_once], now=now)
    return len(ids) / (perf_counter() - start)


def verifies(events: int) -> Iterable[Figure]:
    """Verify every chain; the floor reads the same rows and computes nothing."""
    rates, runs = [], 3 if events < OFTEN else 1
    for _ in range(runs):
        start = perf_counter()
        found = verify()
        if found.faults:
            raise AssertionError(f"the made-up ledger does not hold: {found.faults[0]}")
        rates.append(found.events / (perf_counter() - start))
    yield Figure("verify_events_per_s", "events/s", tuple(rates))
    with connection.cursor() as cursor:
        start = perf_counter()
        cursor.execute("SELECT count(*), sum(length(data)), sum(length(hash)) FROM cases_caseevent")
        rate = cursor.fetchone()[0] / (perf_counter() - start)
    yield Figure("verify_floor_events_per_s", "events/s", (rate,))
