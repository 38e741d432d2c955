"""Recount of the rollups from the tables themselves: must find no difference.

One statement a table, so truth, folded rows and deltas come from one snapshot: the check may run
while people work, before or after a fold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from enforcement.counting import TABLES, Table
from enforcement.rollups import FOLD_LOCK

#: Every court with itself and each court above it.
_UP = """up (key, node, above) AS (
    SELECT key, key, parent_id FROM enforcement_court
    UNION ALL
    SELECT up.key, c.key, c.parent_id FROM up JOIN enforcement_court c ON c.key = up.above
)"""

_DIFFERENCES = """
WITH RECURSIVE {up}, said AS (
    SELECT node, metric, dim, day, sum(n) AS n FROM (
        SELECT court_id AS node, metric, dim, day, value AS n FROM enforcement_rollup
        WHERE metric = ANY(%(metrics)s)
        UNION ALL
        SELECT coalesce(up.node, d.court_id), d.metric, d.dim, d.day, d.delta
        FROM enforcement_rollupdelta d LEFT JOIN up ON up.key = d.court_id
        WHERE d.metric = ANY(%(metrics)s)
    ) kept GROUP BY 1, 2, 3, 4
), owed AS (
    SELECT coalesce(up.node, t.court_id) AS node, t.metric, t.dim, t.day, sum(t.n) AS n
    FROM (SELECT court_id, metric, dim, day, sum(n) AS n FROM ({truth}) c GROUP BY 1, 2, 3, 4) t
    LEFT JOIN up ON up.key = t.court_id GROUP BY 1, 2, 3, 4
), wrong AS (
    SELECT node, metric, dim, day, coalesce(said.n, 0) AS said, coalesce(owed.n, 0) AS owed
    FROM said FULL JOIN owed USING (node, metric, dim, day)
    WHERE coalesce(said.n, 0) <> coalesce(owed.n, 0)
)
"""

_REPAIR = """, mended AS (
    INSERT INTO enforcement_rollup AS r (court_id, metric, dim, day, value)
    SELECT node, metric, dim, day, owed - said FROM wrong
    ON CONFLICT (court_id, metric, dim, day) DO UPDATE SET value = r.value + EXCLUDED.value
)
"""

#: Rows kept, and what the courts at the top of the tree say, for each metric.
_TOTALS = """
SELECT r.metric, count(*), coalesce(sum(r.value) FILTER (WHERE c.parent_id IS NULL), 0)
FROM enforcement_rollup r LEFT JOIN enforcement_court c ON c.key = r.court_id
GROUP BY 1 ORDER BY 1
"""

_STRANGERS = """
SELECT DISTINCT metric FROM (
    SELECT metric FROM enforcement_rollup UNION ALL SELECT metric FROM enforcement_rollupdelta
) m WHERE NOT metric = ANY(%s) ORDER BY 1
"""
_DROP = "DELETE FROM {table} WHERE metric = ANY(%s)"
_WRONG = "SELECT * FROM wrong ORDER BY metric, dim, day, node"


@dataclass(frozen=True)
class Difference:
    """One figure that is not what the table says."""

    court: str
    metric: str
    dim: str
    day: date
    said: int
    owed: int

    def __str__(self) -> str:
        return (
            f"{self.court} {self.metric} {self.dim} {self.day}: {self.said}, should be {self.owed}"
        )


@dataclass
class Checked:
    """What a check found.

    Attributes:
        totals: (metric, folded rows, folded figure of the whole country).
        wrong: figures that differ from the tables.
        strangers: metrics kept that no registered table counts.
    """

    totals: list[tuple[str, int, int]] = field(default_factory=list)
    wrong: list[Difference] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether nothing differs."""
        return not self.wrong and not self.strangers


def check(*, repair: bool = False) -> Checked:
    """Recount every figure of every court node, and mend the rollups if asked to.

    Args:
        repair: set each wrong figure right and drop metrics nobody counts. Holds the fold off
            meanwhile; writers go on.
    """
    found = Checked()
    with transaction.atomic(), connection.cursor() as cursor:
        if repair:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        for table in TABLES.values():
            cursor.execute(_sql(table, repair=repair), {"metrics": list(table.metrics)})
            found.wrong += [Difference(*row) for row in cursor.fetchall()]
        cursor.execute(_STRANGERS, [[m for table in TABLES.values() for m in table.metrics]])
        found.strangers = [row[0] for row in cursor.fetchall()]
        if repair and found.strangers:
            for kept in ("enforcement_rollup", "enforcement_rollupdelta"):
                cursor.execute(_DROP.format(table=kept), [found.strangers])
        cursor.execute(_TOTALS)
        found.totals = [(metric, rows, int(n)) for metric, rows, n in cursor.fetchall()]
    return found


def _sql(table: Table, *, repair: bool) -> str:
    day = "CROSS JOIN enforcement_rollupday d" if table.moved else ""
    truth = "\nUNION ALL ".join(count.select(table.name, 1, day) for count in table.counts)
    return _DIFFERENCES.format(up=_UP, truth=truth) + (_REPAIR if repair else "") + _WRONG
