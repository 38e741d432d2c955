"""Figures of the sweep, of rebuilding sheets and of checking the ledger.

Against the sweep stand, in the same run, a per-row Django loop that does the same work, and the
floor of bare SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from statistics import median
from time import perf_counter

from django.db import connection, transaction

from accountability.bench.against import against_idle, against_rebuild, against_verify
from accountability.bench.figures import Figure, moment, settle, timed
from accountability.bench.plan import Plan
from accountability.bench.worker import Team, team
from accountability.models import Flag
from accountability.sweep import sweep
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


#: Lets a team begin, asks for pages as long as it works, and yields what they took.
Meanwhile = Callable[[Team], Iterable[Figure]]


def backlog(
    plan: Plan, env: Mapping[str, str], meanwhile: Meanwhile | None = None, workers: int = 2
) -> Iterable[Figure]:
    """Sweep the first wave, a fifth of all cases, lapsed at once, with two workers.

    Args:
        env: environment of processes on this database.
        meanwhile: what people do at that time.
    """
    settle()
    day = max(plan.days[0], plan.today)
    sweepers = team(env, "sweep", [{"day": day.isoformat()}] * workers)
    if meanwhile is None:
        sweepers.begin()
    else:
        yield from meanwhile(sweepers)
    told = sweepers.results()
    seconds = max(one["seconds"] for one in told)
    flagged = sum(one["done"] for one in told)
    yield Figure("backlog_s", "s", (seconds,))
    yield Figure("backlog_flags", "flags", (flagged,))
    yield Figure("backlog_flags_per_s", "flags/s", (flagged / seconds,))
    yield Figure("sweep_peak_mb", "MB", (max(one["peak_mb"] for one in told),))


def sweeps(plan: Plan) -> Iterable[Figure]:
    """Sweep newly lapsed cases day after day; the naive loop has the first day's for itself."""
    loops = tuple(_loops(plan.days[1]))
    yield Figure("sweep_loop_flags_per_s", "flags/s", loops)
    sweep(plan.days[1], moment(plan.days[1]))
    rates, statements = [], []
    for day in plan.days[2:]:
        settle()
        start = perf_counter()
        done = sweep(day, moment(day))
        rates.append(done.flagged / (perf_counter() - start))
        statements.append((done.statements - 2) / max(1, -(-done.looked // 5000)))
    yield Figure("sweep_flags_per_s", "flags/s", tuple(rates))
    if loop := median(loops):  # a load may be too small to have any for the loop
        yield Figure("sweep_against_loop", "times", tuple(rate / loop for rate in rates))
    yield Figure("sweep_floor_rows_per_s", "rows/s", tuple(_floor() for _ in range(3)))
    yield Figure("sweep_statements_per_batch", "statements", tuple(statements))
    last = plan.days[-1]
    settle()
    idle = [timed(lambda: sweep(last, moment(last))) * 1000 for _ in range(21)]
    yield Figure("sweep_idle_ms", "ms", tuple(idle[1:]))
    yield from against_idle(last)


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


def rebuilds(cases: int, now: datetime, env: Mapping[str, str], runs: int = 3) -> Iterable[Figure]:
    """Derive sheets from nothing but their events: in batches, and case by case as a loop would."""
    count = min(REBUILT, cases // 5)
    rates = []
    for run in range(runs):
        ids = list(range(run * count + 1, (run + 1) * count + 1))
        rates.append(_rebuilt(ids, now, len(ids)))
    yield Figure("rebuild_cases_per_s", "cases/s", tuple(rates))
    yield from against_rebuild(ids)
    yield Figure("rebuild_two_cases_per_s", "cases/s", tuple(_two(env, count) for _ in range(runs)))
    ids = list(range(runs * count + 1, runs * count + 201))
    yield Figure("rebuild_loop_cases_per_s", "cases/s", (_rebuilt(ids, now, 1),))


def _two(env: Mapping[str, str], count: int) -> float:
    """Let two workers derive the sheets of ``2 * count`` cases, each its half."""
    halves = [(1, count), (count + 1, 2 * count)]
    _forget(range(1, 2 * count + 1))
    tasks = [{"first": first, "last": last, "at_once": 1_000} for first, last in halves]
    two = team(env, "rebuild", tasks)
    two.begin()
    told = two.results()
    return float(sum(one["done"] for one in told) / max(one["seconds"] for one in told))


def _forget(ids: Sequence[int]) -> None:
    """Throw the sheets of some cases away."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM deadlines_clock WHERE case_id = ANY(%s)", [list(ids)])
        cursor.execute("DELETE FROM deadlines_sheet WHERE case_id = ANY(%s)", [list(ids)])


def _rebuilt(ids: Sequence[int], now: datetime, at_once: int) -> float:
    _forget(ids)
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
    yield from against_verify()
