"""Counts kept by database triggers: every change of a counted table appends delta rows.

Statement-level triggers with transition tables see each INSERT, UPDATE and DELETE, raw SQL and
set-based writing included, so the counts cannot be walked past. A delta lands in the writing
transaction and is folded into the court tree later (see ``enforcement.rollups``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pgtrigger

#: Advisory lock between writers of day-dependent counts (shared) and the turn of the day.
DAY_LOCK = 7301

NO_DAY_SQL = "date '0001-01-01'"


@dataclass(frozen=True)
class Count:
    """One metric of a table: how a row is counted.

    Attributes:
        metric: name of the metric, at most 24 characters.
        dim: SQL text expression over the row (alias ``r``), at most 48 characters.
        day: SQL date expression over the row, or no day.
        where: SQL condition for a row to count.
        court: SQL expression of the court's key.
    """

    metric: str
    dim: str = "''"
    day: str = NO_DAY_SQL
    where: str = "true"
    court: str = "r.court_id"

    @property
    def by_day(self) -> bool:
        """Tell whether the count depends on the counting day (reads ``d.day``)."""
        return any("d.day" in text for text in (self.dim, self.day, self.where, self.court))

    def select(self, rows: str, sign: int, source: str = "") -> str:
        """Return a SELECT of (court, metric, dim, day, n) over a set of rows."""
        # Expressions written beside the models, never input.
        return (
            f"SELECT {self.court} AS court_id, '{self.metric}' AS metric, {self.dim} AS dim, "  # noqa: S608
            f"{self.day} AS day, {sign} AS n FROM {rows} r {source} WHERE {self.where}"
        )


@dataclass(frozen=True)
class Table:
    """A counted table of some app.

    Attributes:
        name: SQL name.
        counts: what the triggers on it count.
        moved: SQL condition (alias ``r``) that keeps the rows which may be counted differently
            as of ``{low}`` and as of ``{high}``; empty when no count depends on the day.
    """

    name: str
    counts: tuple[Count, ...]
    moved: str = ""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the metrics counted on the table."""
        return tuple(count.metric for count in self.counts)


#: Every counted table; the floor folds, turns and checks them without knowing their apps.
TABLES: dict[str, Table] = {}


def register(table: str, counts: Iterable[Count], *, moved: str = "") -> None:
    """Tell the floor about a counted table; called beside the model that carries the triggers."""
    TABLES[table] = Table(table, tuple(counts), moved)


def delta_sql(counts: list[Count], signs: dict[str, int], extra: str = "") -> str:
    """Return the INSERT that appends the summed changes of old and new rows."""
    parts = [c.select(rows, sign, extra) for c in counts for rows, sign in signs.items()]
    union = "\n  UNION ALL ".join(parts)
    return (
        "INSERT INTO enforcement_rollupdelta (court_id, metric, dim, day, delta)\n"
        f"SELECT court_id, metric, dim, day, sum(n) FROM ({union}) d\n"
        "GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;"
    )


def counted(name: str, counts: list[Count], *, by_day: bool = False) -> list[pgtrigger.Trigger]:
    """Return the three triggers (insert, update, delete) that keep the counts of one table.

    Args:
        name: prefix of the triggers' names.
        by_day: the counts depend on the counting day; takes the shared day lock and joins it
            as ``d.day``.
    """
    cases = {
        "insert": (pgtrigger.Insert, {"new_rows": 1}, {"new": "new_rows"}),
        "update": (
            pgtrigger.Update,
            {"old_rows": -1, "new_rows": 1},
            {"old": "old_rows", "new": "new_rows"},
        ),
        "delete": (pgtrigger.Delete, {"old_rows": -1}, {"old": "old_rows"}),
    }
    lock = f"PERFORM pg_advisory_xact_lock_shared({DAY_LOCK});\n" if by_day else ""
    join = "CROSS JOIN enforcement_rollupday d" if by_day else ""
    return [
        pgtrigger.Trigger(
            name=f"{name}_counted_{key}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**referencing),
            func=f"{lock}{delta_sql(counts, signs, join)}\nRETURN NULL;",
        )
        for key, (operation, signs, referencing) in cases.items()
    ]
