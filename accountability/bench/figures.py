"""The figures of ``make bench``: each a JSON line, the median of its runs.

Against the sweep stand, in the same run, a per-row Django loop that does the same work and the
floor of bare SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from accountability.bench.load import Load
from accountability.models import Flag
from accountability.sweep import sweep
from cases.ledger import verify
from cases.models import Case, HandlerTerm
from cases.timeline import record
from deadlines.law import current
from deadlines.models import Clock, Sheet
from deadlines.sheets import rebuild


@dataclass(frozen=True)
class Figure:
    """One measured figure: its runs in ``unit``."""

    name: str
    unit: str
    runs: tuple[float, ...]

    def line(self, size: str) -> str:
        """Return the JSON line of the figure."""
        values = [round(v, 3) for v in self.runs]
        return json.dumps(
            {
                "name": self.name, "value": round(median(values), 3), "unit": self.unit,
                "size": size, "runs": len(values), "min": min(values), "max": max(values),
            }
        )  # fmt: skip


def moment(day: date) -> datetime:
    """Return ten in the morning in Shanghai of that day."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds a piece of work took."""
    start = perf_counter()
    work()
    return perf_counter() - start


def sweeps(load: Load) -> Iterable[Figure]:
    """Sweep newly lapsed cases day after day; the loop takes group B between the first two."""
    rates, statements, loop_rates = [], [], []
    for index, day in enumerate(load.days):
        _settle()
        start = perf_counter()
        done = sweep(day, moment(day))
        seconds = perf_counter() - start
        rates.append(done.flagged / seconds)
        batches = -(-done.looked // 5000)
        statements.append((done.statements - 2) / max(1, batches))
        if index == 0:
            loop_rates = list(_loops(load))
    yield Figure("sweep_flags_per_s", "flags/s", tuple(rates))
    yield Figure("sweep_loop_flags_per_s", "flags/s", tuple(loop_rates))
    yield Figure("sweep_floor_rows_per_s", "rows/s", tuple(_floor() for _ in range(3)))
    yield Figure("sweep_statements_per_batch", "statements", tuple(statements))
    last = load.days[-1]
    _settle()
    idle = [timed(lambda: sweep(last, moment(last))) * 1000 for _ in range(21)]
    yield Figure("sweep_idle_ms", "ms", tuple(idle[1:]))


def _settle() -> None:
    """Let vacuum and checkpoint not fall into the measurement."""
    with connection.cursor() as cursor:
        for table in (
            "cases_case",
            "deadlines_sheet",
            "deadlines_clock",
            "accountability_flag",
            "cases_caseevent",
            "deadlines_stale",
            "enforcement_rollupdelta",
        ):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")


def _loops(load: Load) -> Iterable[float]:
    """Flag group B the usual way, a third at a time: fetch, lock, save, create, one by one."""
    day, now = load.loop_day, moment(load.loop_day)
    third = max(1, len(load.loop_ids) // 3)
    for start in range(0, len(load.loop_ids), third):
        ids = load.loop_ids[start : start + third]
        seconds = timed(partial(_flag_each, ids, day, now))
        yield len(ids) / seconds


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
    """Insert 10,000 flags by one bare statement, without events, heads or sheets."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (LIKE accountability_flag INCLUDING ALL)")
        start = perf_counter()
        cursor.execute("INSERT INTO bench_floor SELECT * FROM accountability_flag LIMIT 10000")
        rows = cursor.rowcount
        seconds = perf_counter() - start
        cursor.execute("DROP TABLE bench_floor")
    return rows / seconds


def rebuilds(cases: int, runs: int = 3) -> Figure:
    """Derive sheets of ``cases`` cases from nothing but their events."""
    rates = []
    for run in range(runs):
        ids = list(range(run * cases + 1, (run + 1) * cases + 1))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM deadlines_clock WHERE case_id = ANY(%s)", [ids])
            cursor.execute("DELETE FROM deadlines_sheet WHERE case_id = ANY(%s)", [ids])
        rates.append(cases / timed(partial(rebuild, ids, now=moment(date(2026, 3, 16)))))
    return Figure("rebuild_cases_per_s", "cases/s", tuple(rates))


def verifies(runs: int = 3) -> Figure:
    """Verify every chain."""
    rates = []
    for _ in range(runs):
        start = perf_counter()
        found = verify()
        if found.faults:
            raise AssertionError(f"the made-up ledger does not hold: {found.faults[0]}")
        rates.append(found.events / (perf_counter() - start))
    return Figure("verify_events_per_s", "events/s", tuple(rates))


def pages(name: str, fetch: Callable[[], Any], count: int = 40) -> Figure:
    """Time a page in this process, without network: the 95th percentile of ``count`` requests.

    Three runs, so that the median of the percentiles can be given.
    """
    fetch()
    runs = []
    for _ in range(3):
        times = sorted(timed(fetch) * 1000 for _ in range(count))
        runs.append(times[int(count * 0.95) - 1])
    return Figure(name, "ms", tuple(runs))


def later(day: date, days: int) -> date:
    """Return the day so many days on."""
    return day + timedelta(days)
