"""Counts kept ready for dashboards: fold, turn of the day, read.

Writers append deltas in their own transaction (``enforcement.counting``). ``fold`` moves them
into one row for each (court node, metric, dimension, day), every court above included;
``turn_day`` moves clocks between 正常, 临期 and 逾期 when a legal day begins; ``read`` answers
from the folded rows plus what is not folded yet, in one statement and so from one snapshot, and
exactly for any ``today``. Killing any of them, or running it twice, changes no figure.

Upper apps register their counted tables (``counting.register``); nothing here names them. How
it all fits together: ``docs/rollups.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from enforcement.counting import DAY_LOCK, TABLES, Table
from enforcement.models import Court
from enforcement.models.rollups import NO_DAY
from enforcement.replica import aliases

#: Advisory lock of the fold: one at a time, so that rollup rows are never fought over.
FOLD_LOCK = 7302
#: Deltas folded in one transaction.
BATCH = 20_000
#: How long the turn of the day waits for writers before it lets them go first.
PATIENCE = "5s"

LAST_DAY = date(9999, 12, 31)

Dims = tuple[str, ...]


# -- fold --------------------------------------------------------------------------------------

_FOLD = """
WITH RECURSIVE claimed AS (
    DELETE FROM enforcement_rollupdelta WHERE id IN (
        SELECT id FROM enforcement_rollupdelta ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) RETURNING court_id, metric, dim, day, delta
), summed AS MATERIALIZED (
    SELECT court_id, metric, dim, day, sum(delta) AS n FROM claimed GROUP BY 1, 2, 3, 4
), up (key, node, above) AS (
    SELECT s.court_id, s.court_id, c.parent_id
    FROM (SELECT DISTINCT court_id FROM summed) s
    LEFT JOIN enforcement_court c ON c.key = s.court_id
    UNION ALL
    SELECT up.key, c.key, c.parent_id FROM up JOIN enforcement_court c ON c.key = up.above
), written AS (
    INSERT INTO enforcement_rollup AS r (court_id, metric, dim, day, value)
    SELECT up.node, s.metric, s.dim, s.day, sum(s.n)
    FROM summed s JOIN up ON up.key = s.court_id
    GROUP BY 1, 2, 3, 4 HAVING sum(s.n) <> 0
    ON CONFLICT (court_id, metric, dim, day) DO UPDATE SET value = r.value + EXCLUDED.value
)
SELECT count(*) FROM claimed
"""


def fold(*, batch: int = BATCH) -> int:
    """Move the deltas into the rollups of their court and every court above it.

    Each batch is claimed, spread and written by one statement: killed at any moment it has
    happened wholly or not at all. A second fold at the same time leaves at once.

    Returns:
        the number of deltas folded.
    """
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [FOLD_LOCK])
            if not cursor.fetchone()[0]:
                return done
            cursor.execute(_FOLD, {"most": batch})
            claimed = cursor.fetchone()[0]
        done += claimed
        if claimed < batch:
            return done


# -- the turn of the day -----------------------------------------------------------------------


def _day_tables() -> list[Table]:
    return [table for table in TABLES.values() if table.moved]


def _moves(table: Table, metrics: Iterable[str], within: str = "") -> tuple[str, str]:
    """Return SQL that counts the moved rows of a table: less as of one day, more as of another.

    The days are the parameters ``old`` and ``new``: constants, so that the planner knows how few
    rows lie between them.

    Args:
        metrics: only these.
        within: a further SQL condition on the rows.

    Returns:
        the common table of the moved rows, and the SELECT over it.
    """
    condition = table.moved.format(
        low="least(%(old)s, %(new)s)::date", high="greatest(%(old)s, %(new)s)::date"
    )
    rows = f"moved_{table.name}"
    head = _MOVED.format(rows=rows, table=table.name, condition=condition, within=within)
    counts = [c for c in table.counts if c.by_day and c.metric in metrics]
    signed = ((-1, _DAY.format(name="old")), (1, _DAY.format(name="new")))
    return head, "\nUNION ALL ".join(c.select(rows, n, day) for c in counts for n, day in signed)


_MOVED = "{rows} AS MATERIALIZED (SELECT * FROM {table} r WHERE ({condition}){within})"
_DAY = "CROSS JOIN (SELECT %({name})s::date AS day) d"
_TURN = """
WITH {head}
INSERT INTO enforcement_rollupdelta (court_id, metric, dim, day, delta)
SELECT court_id, metric, dim, day, sum(n) FROM ({moves}) m
GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
"""
_SET_DAY = """
INSERT INTO enforcement_rollupday (id, day) VALUES (1, %(new)s)
ON CONFLICT (id) DO UPDATE SET day = EXCLUDED.day
"""


def turn_day(today: date) -> int:
    """Count day-dependent rows as of ``today`` from now on (forwards or backwards).

    Takes the day lock alone, so no writer counts by the old day meanwhile; it touches only the
    rows that lie between the two days. Does nothing when the day is already that one.

    Returns:
        the number of deltas appended.

    Raises:
        django.db.OperationalError: writers held the day longer than ``PATIENCE``; nothing
            changed, readers stay exact, the next run tries again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if _counting_day(cursor) == today:
            return 0
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DAY_LOCK])
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
        days = {"old": _counting_day(cursor), "new": today}
        appended = 0
        for table in _day_tables() if days["old"] else ():
            head, moves = _moves(table, table.metrics)
            cursor.execute(_TURN.format(head=head, moves=moves), days)
            appended += cursor.rowcount
        cursor.execute(_SET_DAY, days)
    return appended


def _counting_day(cursor: Any) -> date | None:
    cursor.execute("SELECT day FROM enforcement_rollupday")
    row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Backlog:
    """How far the rollups are behind: the counting day, and the deltas not folded yet."""

    day: date | None
    unfolded: int


def backlog() -> Backlog:
    """Return how far the rollups are behind (for the health page)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT day FROM enforcement_rollupday),"
            " (SELECT count(*) FROM enforcement_rollupdelta)"
        )
        return Backlog(*cursor.fetchone())


# -- read --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Want:
    """One group of figures wanted.

    Attributes:
        name: under which the answer is found again.
        metric: the metric counted.
        dims: only these dimensions; None for all of them.
        first, last: only days between, both included (counts without a day have ``NO_DAY``).
        below: also for each court one level below.
        by_dim, by_day: keep dimensions or days apart; otherwise they are summed.
    """

    name: str
    metric: str
    dims: Dims | None = None
    first: date = NO_DAY
    last: date = LAST_DAY
    below: bool = False
    by_dim: bool = True
    by_day: bool = False


Key = tuple[str, date]


@dataclass
class Answer:
    """What was read: for each wanted name and court, n by (dimension, day)."""

    court: Court
    lines: dict[tuple[str, str], dict[Key, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def of(self, name: str, court: str = "") -> dict[Key, int]:
        """Return n by (dimension, day) for the court read, or the court with that key."""
        return self.lines.get((name, court or self.court.key), {})

    def total(self, name: str, court: str = "") -> int:
        """Return the sum of the lines."""
        return sum(self.of(name, court).values())

    def by_dim(self, name: str, court: str = "") -> dict[str, int]:
        """Return n by dimension, days summed."""
        summed: dict[str, int] = defaultdict(int)
        for (dim, _), n in self.of(name, court).items():
            summed[dim] += n
        return dict(summed)


def read(court: Court, wants: Sequence[Want], today: date, *, own: bool = False) -> Answer:
    """Read figures of one court node as of a day, in one statement.

    Takes ``today`` for the counting day first, which is so but for a minute after midnight; when
    it is not, reads once more and counts the rows that lie between the two days.

    Args:
        court: the node; its figures include every court below it.
        wants: what to read.
        today: legal day as of which clocks are 正常, 临期 or 逾期.
        own: the court itself without the courts below it.
    """
    counting = today
    while True:
        answer = Answer(court)
        was = _read(answer, wants, counting, today, own)
        if was in (counting, None):
            return answer
        counting = was


def _read(
    answer: Answer, wants: Sequence[Want], counting: date, today: date, own: bool
) -> date | None:
    """Read as if figures were counted as of ``counting``; return the day they were in truth."""
    court, metrics = answer.court, sorted({want.metric for want in wants})
    values: dict[str, Any] = {"court": court.key, "old": counting, "new": today}
    values |= {"lft": court.lft, "rgt": court.rgt, "metrics": metrics}
    parts = [_IN_TRUTH]
    for nth, want in enumerate(wants):
        parts.append(_part(nth, want, own))
        values |= {f"dims{nth}": None if want.dims is None else list(want.dims)}
        values |= {f"first{nth}": want.first, f"last{nth}": want.last}
    was = None
    with aliases.connection().cursor() as cursor:
        cursor.execute(_heads(metrics, counting != today) + "\nUNION ALL ".join(parts), values)
        for nth, node, dim, day, n in cursor.fetchall():
            if nth < 0:
                was = day
            else:
                _put(answer, wants[nth], node, (dim, day), int(n), own)
    return was


def _put(answer: Answer, want: Want, node: str, key: Key, n: int, own: bool) -> None:
    """Keep one line; the court's own figure is its node less the nodes below it."""
    if node == answer.court.key or not own:
        answer.lines[want.name, node][key] += n
        return
    if want.below:
        answer.lines[want.name, node][key] += n
    answer.lines[want.name, answer.court.key][key] -= n


_IN_TRUTH = "SELECT -1, NULL, NULL, (SELECT day FROM enforcement_rollupday WHERE id = 1), NULL"
_NODES = """node AS MATERIALIZED (
    SELECT key, lft, rgt, key = %(court)s AS top FROM enforcement_court
    WHERE key = %(court)s OR parent_id = %(court)s
)"""
_INSIDE = (
    " AND r.court_id IN (SELECT key FROM enforcement_court WHERE lft BETWEEN %(lft)s AND %(rgt)s)"
)
_UNFOLDED = """SELECT court_id, metric, dim, day, delta AS n FROM enforcement_rollupdelta
    WHERE metric = ANY(%(metrics)s)"""
_TAIL = """tail AS MATERIALIZED (
    SELECT n.key, n.top, t.metric, t.dim, t.day, sum(t.n) AS n
    FROM (SELECT court_id, metric, dim, day, sum(n) AS n FROM (
    {union}
    ) u GROUP BY 1, 2, 3, 4) t
    JOIN enforcement_court c ON c.key = t.court_id AND c.lft BETWEEN %(lft)s AND %(rgt)s
    JOIN node n ON n.lft <= c.lft AND c.rgt <= n.rgt
    GROUP BY 1, 2, 3, 4, 5
)"""
_PART = """SELECT {nth}, key, {dim}, {day}, sum(n) FROM (
    SELECT n.key, r.dim, r.day, r.value AS n FROM node n
    JOIN enforcement_rollup r ON r.court_id = n.key WHERE {nodes} AND r.metric = '{metric}'{only}
    UNION ALL
    SELECT n.key, n.dim, n.day, n.n FROM tail n WHERE {nodes} AND n.metric = '{metric}'{only}
) s GROUP BY 2, 3, 4 HAVING sum(n) <> 0"""


def _heads(metrics: Sequence[str], turned: bool) -> str:
    """Return the common tables: the nodes, and the tail that is not folded, by node.

    Args:
        turned: count also the rows that lie between the counting day and today.
    """
    heads, tails = [_NODES], [_UNFOLDED]
    for table in _day_tables() if turned else ():
        head, moves = _moves(table, metrics, _INSIDE)
        if moves:
            heads.append(head)
            tails.append(moves)
    heads.append(_TAIL.format(union="\n    UNION ALL ".join(tails)))
    return "WITH " + ",\n".join(heads) + "\n"


def _part(nth: int, want: Want, own: bool) -> str:
    """Return the SELECT of one want: folded rows and tail, summed as wanted."""
    dims = f" AND dim = ANY(%(dims{nth})s)" if want.dims is not None else ""
    return _PART.format(
        nth=nth,
        metric=want.metric,
        nodes="true" if want.below or own else "n.top",
        only=f"{dims} AND day BETWEEN %(first{nth})s AND %(last{nth})s",
        dim="dim" if want.by_dim else "''",
        day="day" if want.by_day else "date '0001-01-01'",
    )
