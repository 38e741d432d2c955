"""A trial: the clock table in one piece, and the same rows in eight (``bench --only partition``).

Both are copies with the same indexes. Measured is what the system does with clocks: those of one
case, those of a batch of the sweep, the first that lapse, and writing the clocks of a batch anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from django.db import connection

from accountability.bench.figures import Figure, timed

PARTS, BATCH, LOOKUPS, RUNS = 8, 5_000, 300, 5

_INDEXES = (
    "CREATE UNIQUE INDEX ON {table} (case_id, rule, start_seq)",
    "CREATE INDEX ON {table} (court_id, rule, due) WHERE stopped_on IS NULL",
    "CREATE INDEX ON {table} (lapse_on) WHERE stopped_on IS NULL",
    "CREATE INDEX ON {table} (due, id) WHERE stopped_on IS NULL AND due IS NOT NULL",
)
_FIRST = """
SELECT case_id FROM {table} WHERE stopped_on IS NULL AND lapse_on <= current_date
ORDER BY lapse_on LIMIT 5000
"""
_OF_CASES = "SELECT k.* FROM unnest(%s::bigint[]) i(id) JOIN {table} k ON k.case_id = i.id"
_ANEW = """
INSERT INTO {table} SELECT k.* FROM deadlines_clock k WHERE k.case_id = ANY(%s)
ON CONFLICT (case_id, rule, start_seq) DO UPDATE SET due = EXCLUDED.due, state = EXCLUDED.state
"""


def partitions() -> Iterable[Figure]:
    """Make both tables, measure them in turn, drop them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(case_id) FROM deadlines_clock")
        most = cursor.fetchone()[0]
    draw = Random(1)  # noqa: S311 - a choice of cases
    some = [draw.randrange(1, most + 1) for _ in range(LOOKUPS)]
    first = draw.randrange(1, max(2, most - BATCH))
    batch = list(range(first, first + BATCH))
    try:
        for name in ("whole", "parts"):
            _make(f"bench_{name}", partitioned=name == "parts")
        for name in ("whole", "parts"):
            yield from _measured(name, some, batch)
    finally:
        _run("DROP TABLE IF EXISTS bench_whole, bench_parts")


def _run(sql: str, params: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.description:
            cursor.fetchall()


def _make(table: str, *, partitioned: bool) -> None:
    by = " PARTITION BY HASH (case_id)" if partitioned else ""
    _run(f"DROP TABLE IF EXISTS {table}")
    _run(f"CREATE TABLE {table} (LIKE deadlines_clock){by}")
    for n in range(PARTS if partitioned else 0):
        part = f"{table}_{n} PARTITION OF {table} FOR VALUES WITH (modulus {PARTS}, remainder {n})"
        _run(f"CREATE TABLE {part}")
    _run(f"INSERT INTO {table} SELECT * FROM deadlines_clock")  # noqa: S608 - names of ours
    for index in _INDEXES:
        _run(index.format(table=table))
    _run(f"VACUUM ANALYZE {table}")


def _measured(name: str, some: Sequence[int], batch: Sequence[int]) -> Iterable[Figure]:
    table = f"bench_{name}"
    one = f"SELECT * FROM {table} WHERE case_id = %s"  # noqa: S608 - names of ours

    def lookups() -> None:
        for case in some:
            _run(one, [case])

    works: dict[str, Callable[[], None]] = {
        "case": lookups,
        "batch": lambda: _run(_OF_CASES.format(table=table), [batch]),
        "first": lambda: _run(_FIRST.format(table=table)),
        "write": lambda: _run(_ANEW.format(table=table), [batch]),
    }
    for what, work in works.items():
        work()
        each = len(some) if what == "case" else 1
        runs = tuple(timed(work) * 1000 / each for _ in range(RUNS))
        yield Figure(f"partition_{name}_{what}_ms", "ms", runs)
