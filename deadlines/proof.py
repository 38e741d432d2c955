"""Proof that no case was skipped (巡检完整性): every case is in exactly one group.

All cases are counted in one statement, so from one snapshot, and compared with what their sheet
says it has seen; the queue of stale sheets is not believed by itself. A case that is behind and in
no queue would never be looked at again: that group must be empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from deadlines.law import current

#: code → (name, tone when there are any, what it means).
GROUPS: dict[str, tuple[str, str, str]] = {
    "current": ("最新", "ok", "期限表已读完全部时间线，按现行规则和日历计算"),
    "behind": ("待更新", "soon", "时间线有新记录，或者规则、日历有变动，下次巡检重算"),
    "missing": ("待建立", "soon", "新立案件还没有期限表，下次巡检建立"),
    "sick": ("算不出", "late", "期限计算出错，已经搁置，每次巡检重试"),
    "lost": ("漏掉", "late", "落后于时间线而且不在待更新之列，应当没有；有的请立即上报"),
}
#: Lines of one list.
SIZE = 100

_GROUPED = """
SELECT c.id, CASE
    WHEN s.sick <> '' THEN 'sick'
    WHEN s.case_id IS NULL THEN CASE WHEN x.case_id IS NULL THEN 'lost' ELSE 'missing' END
    WHEN x.case_id IS NOT NULL OR s.token <> %(token)s THEN 'behind'
    WHEN s.seen <> c.version THEN 'lost'
    ELSE 'current' END AS part
FROM cases_case c LEFT JOIN deadlines_sheet s ON s.case_id = c.id
LEFT JOIN deadlines_stale x ON x.case_id = c.id
"""
# Fixed text in both, never input.
_COUNT = f"""
SELECT (SELECT count(*) FROM cases_case), (
    SELECT count(*) FROM deadlines_sheet
    WHERE next_look <= %(today)s AND sick = ''
), (
    SELECT coalesce(json_object_agg(part, n), '{{}}')
    FROM (SELECT part, count(*) AS n FROM ({_GROUPED}) g GROUP BY part) p
)
"""  # noqa: S608 - fixed text, no input in it
_LIST = f"""
SELECT g.id, c.number, o.name, coalesce(s.sick, ''), s.built_at
FROM ({_GROUPED}) g JOIN cases_case c ON c.id = g.id
JOIN enforcement_court o ON o.key = c.court_id
LEFT JOIN deadlines_sheet s ON s.case_id = g.id
WHERE g.part = %(part)s AND g.id > %(after)s
    AND (%(courts)s::text[] IS NULL OR c.court_id = ANY(%(courts)s)) ORDER BY g.id LIMIT %(most)s
"""  # noqa: S608 - fixed text, no input in it


@dataclass(frozen=True)
class Proof:
    """How many cases are in each group.

    Attributes:
        total: cases there are, counted by themselves.
        parts: group → cases, every group named.
        due: of the current ones, cases due that the next sweep looks at.
    """

    total: int
    parts: dict[str, int]
    due: int

    @property
    def adds_up(self) -> bool:
        """Tell whether the groups together are all cases."""
        return sum(self.parts.values()) == self.total

    @property
    def sound(self) -> bool:
        """Tell whether every case is looked after: none lost, none set aside."""
        return self.adds_up and not self.parts["lost"] and not self.parts["sick"]


@dataclass(frozen=True)
class Line:
    """One case of a group, for the operator."""

    pk: int
    number: str
    court: str
    error: str
    built_at: object


def prove(today: date) -> Proof:
    """Count every case in its group."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"token": current().token, "today": today})
        total, due, parts = cursor.fetchone()
    return Proof(total, {name: parts.get(name, 0) for name in GROUPS}, due)


def cases_in(
    part: str, after: int = 0, most: int = SIZE, *, courts: Sequence[str] | None = None
) -> list[Line]:
    """Return the next cases of a group, in the order of their row.

    Args:
        courts: keys of the courts whose cases may be shown; None for all of them (the operator
            at the machine).
    """
    values: dict[str, Any] = {"token": current().token, "part": part, "after": after, "most": most}
    values["courts"] = None if courts is None else list(courts)
    with connection.cursor() as cursor:
        cursor.execute(_LIST, values)
        return [Line(*row) for row in cursor.fetchall()]
