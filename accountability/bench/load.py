"""Loads a plan: rows streamed chunk by chunk by COPY, each chunk one transaction.

Triggers stay on. The statement-level ones see a chunk as one statement per table, so counting its
rows and marking its cases costs little; the guards of the ledger are never off, no superuser is
needed, and the rollups are those the triggers appended, folded as always. Only the stale marks are
taken back, in the same transaction: the sheets loaded are current.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from accountability.bench.courses import Course
from accountability.bench.plan import Docket, Plan
from accountability.bench.rows import NUMBERED, TABLES, Filler, Ids, Row
from accountability.bench.shapes import Shape, Shaper
from cases.models import Case
from deadlines.law import Law, current
from enforcement.models import Court
from enforcement.rollups import fold, turn_day

#: Cases of one chunk, at least; a court is never split.
CHUNK = 4_000
#: Shapes kept: those of every course and filing day.
SHAPES = 20_000


class NotEmpty(Exception):
    """The database has cases already; a load belongs into an empty one."""


@dataclass
class Chunk:
    """The rows of some courts, table by table, and how many cases they hold."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    cases: int = 0
    first: int = 0
    last_ids: dict[str, int] = field(default_factory=dict)


@dataclass
class Loaded:
    """What was written: rows by table, and the deltas folded."""

    rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    folded: int = 0

    @property
    def cases(self) -> int:
        """Cases written."""
        return self.rows["cases_case"]

    @property
    def events(self) -> int:
        """Events written."""
        return self.rows["cases_caseevent"]

    @property
    def clocks(self) -> int:
        """Clocks written."""
        return self.rows["deadlines_clock"]


def chunks(
    plan: Plan, courts: list[Court], law: Law, now: datetime, ids: Ids, size: int = CHUNK
) -> Iterator[Chunk]:
    """Yield the rows of a plan; at no time are more than one chunk's rows in memory."""
    shaper = Shaper(law, plan.today, plan.swept)

    @lru_cache(maxsize=SHAPES)
    def shape(course: Course, filed: date) -> Shape:
        return shaper.shape(course, filed)

    chunk = Chunk(first=ids.last["cases_case"] + 1)
    for docket in plan.dockets(courts):
        _fill(chunk, plan, docket, ids, law, now, shape)
        if chunk.cases >= size:
            chunk.last_ids = dict(ids.last)
            yield chunk
            chunk = Chunk(first=ids.last["cases_case"] + 1)
    if chunk.cases:
        chunk.last_ids = dict(ids.last)
        yield chunk


def _fill(
    chunk: Chunk,
    plan: Plan,
    docket: Docket,
    ids: Ids,
    law: Law,
    now: datetime,
    shape: Callable[[Course, date], Shape],
) -> None:
    filler = Filler(plan.seed, docket, ids, law.token, now, chunk.rows)
    filler.fill((filing, shape(filing.course, filing.filed)) for filing in plan.filings(docket))
    chunk.cases += docket.cases


def load(plan: Plan, now: datetime, tell: Callable[[Loaded], Any] = lambda _: None) -> Loaded:
    """Write a plan into a database without cases.

    Args:
        now: when the sheets were made, and the people joined.
        tell: called after each chunk with what is written so far.

    Raises:
        NotEmpty: there are cases already.
    """
    if Case.objects.exists():
        raise NotEmpty
    turn_day(plan.today)
    courts = list(Court.objects.order_by("lft"))
    done = Loaded()
    for chunk in _ahead(chunks(plan, courts, current(), now, _last_ids())):
        with transaction.atomic():
            _write(chunk)
        for table, rows in chunk.rows.items():
            done.rows[table] += len(rows)
        tell(done)
    done.folded = fold()
    _tidy()
    return done


def _tidy() -> None:
    """Give the planner its statistics, and the two queues that ran full and empty their room back.

    A dashboard reads the queue of deltas each time: left as large as it once was, its empty pages
    would cost more than all the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if not connection.in_atomic_block:
            cursor.execute("VACUUM enforcement_rollupdelta, deadlines_stale")


def _ahead(found: Iterator[Chunk]) -> Iterator[Chunk]:
    """Draw the next chunk while the database takes the one before."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, found, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, found, None)
            yield chunk


def _last_ids() -> Ids:
    ids = Ids()
    with connection.cursor() as cursor:
        for table in NUMBERED:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 - ours
            ids.last[table] = cursor.fetchone()[0]
    return ids


def _write(chunk: Chunk) -> None:
    """COPY one chunk, set the sequences behind its ids, and take its stale marks back."""
    with connection.cursor() as cursor:
        for table, last in chunk.last_ids.items():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])
        for table, columns in TABLES.items():
            if rows := chunk.rows[table]:
                names = ", ".join(f'"{column}"' for column in columns)
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        last = chunk.first + chunk.cases - 1
        cursor.execute(
            "DELETE FROM deadlines_stale WHERE case_id BETWEEN %s AND %s", [chunk.first, last]
        )
