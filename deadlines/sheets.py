"""Rebuilding sheets: lock cases, read their events once, derive, write only what differs.

Works in batches with a constant number of SQL statements. A case whose rules cannot be read is
set aside with its error and never stops the others.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from deadlines.clocks import Clock, derive
from deadlines.events import Event
from deadlines.law import Law, current
from deadlines.rule import INFO

log = logging.getLogger("enforcement.sheets")

#: A day before every other: the sweep looks at the sheet at once.
AT_ONCE = date(1, 1, 1)
#: Severities whose lapse somebody must act on (a flag, or the escalation of one).
ACTS = frozenset({"flag", "escalate"})
BATCH = 500

_LOCK = """
SELECT c.id, c.version, c.court_id, c.handler_id, c.state = 'closed'
FROM cases_case c WHERE c.id = ANY(%s) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
"""
_EVENTS = """
SELECT case_id, seq, kind, "on", data FROM cases_caseevent
WHERE case_id = ANY(%s) AND kind = ANY(%s) ORDER BY case_id, seq
"""
_OLD = """
SELECT case_id, rule, start_seq, version, start_on, subject, raw_end, due, state, stopped_on,
       stop_seq, lapse_on, amber_on, severity, duty, court_id, id
FROM deadlines_clock WHERE case_id = ANY(%s)
"""
_COLUMNS = (
    ("case_id", "bigint"), ("rule", "text"), ("start_seq", "int"), ("version", "date"),
    ("start_on", "date"), ("subject", "text"), ("raw_end", "date"), ("due", "date"),
    ("state", "text"), ("stopped_on", "date"), ("stop_seq", "int"), ("lapse_on", "date"),
    ("amber_on", "date"), ("severity", "text"), ("duty", "text"), ("court_id", "text"),
)  # fmt: skip
_KEY = 3
_NAMES = ", ".join(name for name, _ in _COLUMNS)
# Column names above, never input.
_WRITE = f"""
INSERT INTO deadlines_clock ({_NAMES})
SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _COLUMNS)})
ON CONFLICT (case_id, rule, start_seq) DO UPDATE SET
{", ".join(f"{name} = EXCLUDED.{name}" for name, _ in _COLUMNS[_KEY:])}
"""  # noqa: S608 - fixed text, no input in it
_SHEETS = """
INSERT INTO deadlines_sheet
    (case_id, seen, token, next_look, next_due, handler_id, court_id, sick, built_at)
SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::date[], %s::date[],
                     %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
ON CONFLICT (case_id) DO UPDATE SET
    seen = EXCLUDED.seen, token = EXCLUDED.token,
    next_look = CASE WHEN deadlines_sheet.next_look = DATE '0001-01-01'
        THEN deadlines_sheet.next_look ELSE EXCLUDED.next_look END,
    next_due = EXCLUDED.next_due, handler_id = EXCLUDED.handler_id,
    court_id = EXCLUDED.court_id, sick = EXCLUDED.sick, built_at = EXCLUDED.built_at
"""

#: Each branch reads an index in the order of cases and ends at the limit, so that a batch costs the
#: same whether five sheets are old or five million: a change of law makes all of them old at once.
_WANTS = """
WITH RECURSIVE made_under (token) AS (
    SELECT min(token) FROM deadlines_sheet
    UNION ALL
    SELECT (SELECT min(s.token) FROM deadlines_sheet s WHERE s.token > m.token)
    FROM made_under m WHERE m.token IS NOT NULL
)
SELECT case_id FROM (
    (SELECT case_id FROM deadlines_stale WHERE case_id > %(after)s ORDER BY 1 LIMIT %(most)s)
    UNION
    (SELECT old.case_id FROM made_under m, LATERAL (
        SELECT s.case_id FROM deadlines_sheet s
        WHERE s.token = m.token AND s.case_id > %(after)s ORDER BY 1 LIMIT %(most)s
    ) old WHERE m.token <> %(token)s)
    UNION
    (SELECT case_id FROM deadlines_sheet
     WHERE sick <> '' AND case_id > %(after)s ORDER BY 1 LIMIT %(most)s)
) w ORDER BY case_id LIMIT %(most)s
"""

Row = tuple[Any, ...]


@dataclass
class Rebuilt:
    """What one batch did.

    Attributes:
        done: cases whose sheet is now current. sick: cases set aside, with the error.
    """

    done: list[int] = field(default_factory=list)
    sick: dict[int, str] = field(default_factory=dict)


def rebuild(case_ids: Sequence[int], *, now: datetime, law: Law | None = None) -> Rebuilt:
    """Derive the clocks of these cases again and keep them.

    Cases that somebody else has locked are passed over: their holder rebuilds, or the sweep
    does. Safe to run twice; the second time writes nothing but the sheet's time.
    """
    law = law or current()
    total = Rebuilt()
    for start in range(0, len(case_ids), BATCH):
        part = list(case_ids[start : start + BATCH])
        try:
            done = _once(part, law, now)
        except (DataError, IntegrityError):
            done = _one_by_one(part, law, now)
        total.done += done.done
        total.sick |= done.sick
    return total


def _once(case_ids: list[int], law: Law, now: datetime) -> Rebuilt:
    with transaction.atomic(), connection.cursor() as cursor:
        return _batch(cursor, case_ids, law, now)


def _one_by_one(case_ids: list[int], law: Law, now: datetime) -> Rebuilt:
    """Rebuild case by case after the database refused a batch, and set aside what it refuses."""
    total = Rebuilt()
    for case_id in case_ids:
        try:
            done = _once([case_id], law, now)
        except (DataError, IntegrityError) as error:
            done = _set_aside(case_id, f"{type(error).__name__}: {error}"[:500], law, now)
        total.done += done.done
        total.sick |= done.sick
    return total


def _set_aside(case_id: int, sick: str, law: Law, now: datetime) -> Rebuilt:
    """Keep the error on the sheet and leave the clocks as they are."""
    log.warning("case %s is set aside: %s", case_id, sick)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [[case_id]])
        for _, version, court, handler, _ in cursor.fetchall():
            row = (case_id, version, law.token, None, None, handler, court, sick, now)
            _write(cursor, [], [], [row])
    return Rebuilt(sick={case_id: sick})


def wants_rebuild(law: Law, after: int, most: int = BATCH) -> list[int]:
    """Return the next cases whose sheet is missing, behind, made under other law, or sick.

    A database trigger marks a case stale in the transaction that appends an event to it, so a
    lost message loses nothing and finding the stale ones costs nothing when there are none.

    Args:
        after: case id to go on from (keyset).
    """
    with connection.cursor() as cursor:
        cursor.execute(_WANTS, {"token": law.token, "after": after, "most": most})
        return [row[0] for row in cursor.fetchall()]


def after_event(sender: object, case_id: int, **_: object) -> None:
    """Rebuild the case just acted upon; a failure is left to the sweep."""
    try:
        rebuild([case_id], now=timezone.now())
    except Exception:
        log.exception("rebuild after an event failed; the sweep will repair case %s", case_id)


def _batch(cursor: Any, case_ids: list[int], law: Law, now: datetime) -> Rebuilt:
    """Rebuild the cases of one batch that nobody else holds: six statements at most."""
    cursor.execute(_LOCK, [case_ids])
    cases = {row[0]: row[1:] for row in cursor.fetchall()}
    if not cases:
        return Rebuilt()
    events = _read_events(cursor, list(cases), law)
    old = _read_clocks(cursor, list(cases))
    result, sheets, writes, gone = Rebuilt(), [], [], []
    for case_id, (version, court, handler, closed) in cases.items():
        mine = old.get(case_id, {})
        rows, sick = _derived(case_id, court, events[case_id], mine, law)
        new = {row[1:_KEY]: row for row in rows}
        changed = [row for key, row in new.items() if key not in mine or mine[key][0] != row]
        removed = [key for key in mine if key not in new]
        writes += changed
        gone += [mine[key][1] for key in removed]
        look = _next_look(rows, mine, changed, removed)
        if not mine and version > 1:
            look = AT_ONCE  # its clocks were thrown away: what hung on them cannot be told
        due = None if closed else _next_due(rows)
        sheets.append((case_id, version, law.token, look, due, handler, court, sick, now))
        if sick:
            result.sick[case_id] = sick
        else:
            result.done.append(case_id)
    _write(cursor, writes, gone, sheets)
    return result


def _derived(
    case_id: int, court: str, told: list[Row], old: dict[Row, tuple[Row, int]], law: Law
) -> tuple[list[Row], str]:
    """Return the clock rows of one case, or its old ones and why it is set aside."""
    try:
        events = [
            Event(seq, kind, on, json.loads(data) if data != "{}" else {})
            for seq, kind, on, data in told
        ]
        clocks = derive(events, law.rulebook, law.calendar)
        return [_row(case_id, court, c) for c in clocks if worth_a_row(c)], ""
    except Exception as error:  # whatever it is, the other cases must go on
        sick = f"{type(error).__name__}: {error}"[:500]
        log.warning("case %s is set aside: %s", case_id, sick)
        return [row for row, _ in old.values()], sick


def worth_a_row(clock: Clock) -> bool:
    """Tell whether a clock is kept as a row: rights and waits only as long as they run.

    Nobody is late by them, no count reads them; the case page derives them again.
    """
    return clock.severity != INFO or clock.stopped_on is None


def _read_events(cursor: Any, ids: list[int], law: Law) -> dict[int, list[Row]]:
    cursor.execute(_EVENTS, [ids, sorted(kinds_read(law))])
    found: dict[int, list[Row]] = defaultdict(list)
    for case_id, *row in cursor.fetchall():
        found[case_id].append(tuple(row))
    return found


def kinds_read(law: Law) -> frozenset[str]:
    """Return the event kinds that any rule, correction, exclusion or extension reads."""
    return law.rulebook.kinds_read


def _read_clocks(cursor: Any, ids: list[int]) -> dict[int, dict[Row, tuple[Row, int]]]:
    cursor.execute(_OLD, [ids])
    found: dict[int, dict[Row, tuple[Row, int]]] = defaultdict(dict)
    for row in cursor.fetchall():
        found[row[0]][row[1:_KEY]] = (row[:-1], row[-1])
    return found


def _row(case_id: int, court: str, c: Clock) -> Row:
    return (
        case_id, c.rule, c.start_seq, c.version, c.start_on, c.subject, c.raw_end, c.due,
        c.state, c.stopped_on, c.stop_seq, c.lapse_on, c.amber_on, c.severity, c.duty, court,
    )  # fmt: skip


def _next_due(rows: Iterable[Row]) -> date | None:
    pressing = (r[7] for r in rows if r[9] is None and r[7] is not None and r[13] != INFO)
    return min(pressing, default=None)


def next_look_of(clocks: Iterable[Clock]) -> date | None:
    """Return the first day on which a flagging rule of these clocks lapses."""
    return min((c.lapse_on for c in clocks if c.lapse_on and c.severity in ACTS), default=None)


def next_due_of(clocks: Iterable[Clock]) -> date | None:
    """Return the most urgent due day of the duties still open; rights and waits press nobody."""
    pressing = (c.due for c in clocks if c.due and c.stopped_on is None and c.severity != INFO)
    return min(pressing, default=None)


def _next_look(
    rows: list[Row], old: dict[Row, tuple[Row, int]], changed: list[Row], removed: list[Row]
) -> date | None:
    """First day on which a flagging rule lapses; at once when a lapse went away or moved later.

    A flag raised on the strength of the old lapse may have to be withdrawn. Only the sweep takes
    "at once" back: a case rebuilt twice before the sweep comes must not forget it.
    """
    for row in changed:
        before = old.get(row[1:_KEY])
        if before and _lapse(before[0]) and (_lapse(row) or date.max) > _lapse(before[0]):
            return AT_ONCE
    if any(_lapse(old[key][0]) for key in removed):
        return AT_ONCE
    return min((_lapse(row) for row in rows if _lapse(row)), default=None)


def _lapse(row: Row) -> Any:
    return row[11] if row[13] in ACTS else None


def _write(cursor: Any, writes: list[Row], gone: list[int], sheets: list[Row]) -> None:
    if gone:
        cursor.execute("DELETE FROM deadlines_clock WHERE id = ANY(%s)", [gone])
    if writes:
        cursor.execute(_WRITE, [list(column) for column in zip(*writes, strict=True)])
    columns = [list(column) for column in zip(*sheets, strict=True)]
    cursor.execute(_SHEETS, columns)
    cursor.execute("DELETE FROM deadlines_stale WHERE case_id = ANY(%s)", [columns[0]])
