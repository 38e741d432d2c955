"""The sweep (巡检): find what is stale or due, look again under the case lock, flag once.

Stale sheets are rebuilt first. Then, a batch of cases at a time: one statement locks them
(SKIP LOCKED), a second one, with a snapshot taken after the locks, looks again and inserts the
flags, appends their hash-chained events, and moves heads and sheets on. A sheet that is not
stale under its case's lock is as good as a fresh derivation. The number of statements of a batch
does not depend on the number of cases in it. Running it twice, four at once, or killing it
anywhere changes nothing: a batch is one transaction, a flag is unique.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from accountability.machine import FlagState
from accountability.pace import Pace
from cases.timeline import legal_day
from deadlines.law import Law, current
from deadlines.sheets import AT_ONCE, rebuild, wants_rebuild
from deadlines.sheets import BATCH as REBUILT_AT_ONCE
from enforcement.clock import Doubt
from enforcement.models import Tick

log = logging.getLogger("enforcement.sweep")

BATCH = 5000

_LOCK = """
SELECT c.id FROM deadlines_sheet s JOIN cases_case c ON c.id = s.case_id
WHERE s.next_look <= %(today)s AND s.token = %(token)s AND s.sick = ''
  AND NOT EXISTS (SELECT FROM deadlines_stale x WHERE x.case_id = s.case_id)
  {more} ORDER BY {order} LIMIT %(most)s
FOR NO KEY UPDATE OF c SKIP LOCKED
"""
_LOCK_DUE = _LOCK.format(more="", order="s.next_look")
#: As of a day gone by, "at once" is left standing for the next run: every case is met once.
_LOCK_BACKWARD = _LOCK.format(more="AND s.case_id > %(after)s", order="s.case_id")

#: For this transaction: no compiling (it costs more than the batch), and index look-ups by case
#: whatever the statistics say: after a large change they say that everything is due.
_PLAN = """
SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
       set_config('enable_bitmapscan', 'off', true)
"""
#: Everything about one batch in one statement. ``happened`` gathers what the timeline is told.
_FLAG = """
WITH due AS MATERIALIZED (
    SELECT c.id, c.version, c.head, c.court_id
    FROM unnest(%(ids)s::bigint[]) i(id)
    JOIN cases_case c ON c.id = i.id
    JOIN deadlines_sheet s ON s.case_id = c.id
    WHERE s.next_look <= %(today)s AND s.token = %(token)s AND s.sick = ''
      AND NOT EXISTS (SELECT FROM deadlines_stale x WHERE x.case_id = c.id)
), lapsed AS MATERIALIZED (
    SELECT k.*, CASE WHEN k.duty = 'handler' THEN (
        SELECT t.user_id FROM cases_handlerterm t
        WHERE t.case_id = k.case_id AND t.first_day <= k.due
          AND (t.last_day IS NULL OR t.last_day >= k.due) ORDER BY t.first_day DESC LIMIT 1
    ) END AS holder_id
    FROM due d JOIN deadlines_clock k ON k.case_id = d.id
    WHERE k.severity = 'flag' AND k.lapse_on <= %(today)s
), raised AS (
    INSERT INTO accountability_flag AS f (case_id, court_id, rule, version, start_seq, start_on,
        due, lapse_on, duty, holder_id, state, level, raised_on, raised_at)
    SELECT case_id, court_id, rule, version, start_seq, start_on, due, lapse_on, duty, holder_id,
        'raised', 0, %(today)s, %(now)s
    FROM lapsed ORDER BY case_id, rule, start_seq
    ON CONFLICT (case_id, rule, start_seq) DO UPDATE
        SET state = 'raised', level = 0, demanded_on = NULL, version = EXCLUDED.version,
            start_on = EXCLUDED.start_on, due = EXCLUDED.due, lapse_on = EXCLUDED.lapse_on,
            duty = EXCLUDED.duty, holder_id = EXCLUDED.holder_id,
            raised_on = EXCLUDED.raised_on, raised_at = EXCLUDED.raised_at
        WHERE f.state = 'withdrawn'
    RETURNING case_id, id, rule, start_seq, due, 'flag.raised' AS kind, xmax <> 0 AS anew
), changed AS (
    UPDATE accountability_flag f
    SET state = CASE WHEN o.gone THEN 'withdrawn' WHEN o.anew THEN 'raised' ELSE f.state END,
        level = CASE WHEN o.anew THEN 0 ELSE f.level END,
        demanded_on = CASE WHEN o.anew THEN NULL ELSE f.demanded_on END,
        version = coalesce(o.version, f.version), start_on = coalesce(o.start_on, f.start_on),
        due = coalesce(o.due, f.due), lapse_on = coalesce(o.lapse_on, f.lapse_on),
        holder_id = CASE WHEN o.gone THEN f.holder_id ELSE o.holder_id END
    FROM (
        SELECT g.id, l.case_id IS NULL AS gone, l.version, l.start_on, l.due, l.lapse_on,
            l.holder_id, l.case_id IS NOT NULL AND l.holder_id IS DISTINCT FROM g.holder_id AND (
                g.state IN ('demanded', 'explained', 'upheld')
                OR g.state = 'closed' AND NOT EXISTS (
                    SELECT FROM accountability_flagreview w WHERE w.flag_id = g.id
                    AND NOT w.past AND w.outcome IN ('excused', 'overturned'))
            ) AS anew
        FROM due d JOIN accountability_flag g ON g.case_id = d.id
        LEFT JOIN lapsed l
          ON l.case_id = g.case_id AND l.rule = g.rule AND l.start_seq = g.start_seq
        WHERE g.state <> 'withdrawn' AND (l.case_id IS NULL OR l.due <> g.due
            OR l.start_on <> g.start_on OR l.holder_id IS DISTINCT FROM g.holder_id)
          AND (l.case_id IS NOT NULL OR NOT %(backward)s)
    ) o
    WHERE f.id = o.id
    RETURNING f.case_id, f.id, f.rule, f.start_seq, f.due, CASE WHEN o.gone THEN 'flag.withdrawn'
        WHEN o.anew THEN 'flag.reopened' ELSE 'flag.amended' END AS kind, o.anew
), heard_anew AS (
    SELECT id FROM raised WHERE anew UNION ALL SELECT id FROM changed WHERE anew
), past_explanations AS (
    UPDATE accountability_explanation e SET past_flag_id = e.flag_id, flag_id = NULL
    FROM heard_anew n WHERE e.flag_id = n.id
), past_replies AS (
    UPDATE accountability_reply e SET past_flag_id = e.flag_id, flag_id = NULL
    FROM heard_anew n WHERE e.flag_id = n.id
), past_reviews AS (
    UPDATE accountability_flagreview e SET past = true FROM heard_anew n WHERE e.flag_id = n.id
), late AS (
    SELECT k.case_id, k.subject, max(k.start_on) AS asked_on
    FROM due d JOIN deadlines_clock k ON k.case_id = d.id
    WHERE k.severity = 'escalate' AND k.lapse_on <= %(today)s AND k.subject <> ''
    GROUP BY k.case_id, k.subject
), escalated AS (
    UPDATE accountability_flag f SET level = 1
    FROM late WHERE f.case_id = late.case_id AND f.id::text = late.subject
      AND late.asked_on >= f.demanded_on AND f.level = 0 AND f.state <> 'withdrawn'
      AND f.id NOT IN (SELECT id FROM changed)
    RETURNING f.case_id, f.id, f.rule, f.start_seq, f.due, 'flag.escalated' AS kind, false
), happened AS (
    SELECT h.*, row_number() OVER (PARTITION BY h.case_id ORDER BY h.id, h.kind) AS nth
    FROM (SELECT * FROM raised UNION ALL SELECT * FROM changed UNION ALL SELECT * FROM escalated) h
), lines AS (
    SELECT h.case_id, d.version + h.nth AS seq, h.nth, h.kind, d.head,
        '{"due":"' || to_char(h.due, 'YYYY-MM-DD') || '","flag":' || h.id || ',"rule":"'
            || h.rule || '","start":' || h.start_seq || '}' AS data
    FROM happened h JOIN due d ON d.id = h.case_id
), chained AS (
    SELECT case_id, seq, nth, kind, data, timeline_chain(head, timeline_text(
        case_id, seq::int, kind, %(today)s::date, %(now)s::timestamptz, NULL, data
    )) OVER (PARTITION BY case_id ORDER BY nth) AS hash
    FROM lines
), told AS (
    INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, by_id, data, hash)
    SELECT case_id, seq, kind, %(today)s, %(now)s, NULL, data, hash FROM chained
    ORDER BY case_id, seq
    RETURNING 1
), heads AS (
    UPDATE cases_case c
    SET version = l.seq, head = l.hash, last_kind = l.kind, last_on = %(today)s
    FROM (SELECT DISTINCT ON (case_id) * FROM chained ORDER BY case_id, nth DESC) l
    WHERE c.id = l.case_id
), sheets AS (
    UPDATE deadlines_sheet s
    SET seen = d.version + coalesce(h.n, 0),
        -- Once more at once for what was amended: its explanation may be late as well.
        next_look = CASE
            WHEN %(backward)s AND s.next_look = DATE '0001-01-01' THEN s.next_look
            WHEN d.id IN (SELECT case_id FROM changed WHERE kind = 'flag.amended') THEN %(today)s
            ELSE (
                SELECT min(k.lapse_on) FROM deadlines_clock k
                WHERE k.case_id = d.id AND k.severity IN ('flag', 'escalate')
                  AND k.lapse_on > %(today)s
            ) END
    FROM due d
    LEFT JOIN (SELECT case_id, count(*) AS n FROM happened GROUP BY case_id) h ON h.case_id = d.id
    WHERE s.case_id = d.id
)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM raised),
    (SELECT count(*) FROM changed WHERE kind = 'flag.withdrawn'),
    (SELECT count(*) FROM escalated)
"""

_TOO_EARLY = """
UPDATE deadlines_sheet SET next_look = %(at_once)s WHERE case_id IN (
    SELECT case_id FROM accountability_flag WHERE lapse_on > %(today)s AND state <> 'withdrawn'
)
"""


@dataclass
class Swept:
    """What one sweep did, in cases (rebuilt, looked, sick) and flags (the others)."""

    rebuilt: int = 0
    looked: int = 0
    flagged: int = 0
    withdrawn: int = 0
    escalated: int = 0
    sick: int = 0
    statements: int = 0


def sweep(
    today: date,
    now: datetime,
    *,
    law: Law | None = None,
    batch: int = BATCH,
    pace: Pace | None = None,
    job: str = "sweep",
    call_helpers: Callable[[], None] | None = None,
) -> Swept:
    """Rebuild what is stale, flag what has lapsed by ``today``, and write a ``Tick``.

    Args:
        today: legal day up to which lapses are looked for. On a day before that of ``now`` flags
            are raised but none is taken back: what lapsed since is no ground for that.
        now: moment stamped on flags and events.
        batch: cases flagged in one transaction, when nobody asks for pages.
        pace: when to give way to those who do.
        job: name of the run in its ``Tick``.
        call_helpers: called once if there is more to do than one batch, so that other workers join.
    """
    law, pace = law or current(), pace or Pace()
    backlog = _Backlog(call_helpers)
    done = Swept()
    tick = Tick.objects.create(job=job, host=_host(), today=today, started_at=now)

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, ctx: Any) -> Any:
        done.statements += 1
        return execute(sql, params, many, ctx)

    try:
        with connection.execute_wrapper(count):
            _rebuild_stale(done, law, now, pace, backlog)
            _flag_due(done, law, today, now, batch, pace, backlog)
    except Exception as error:
        tick.error = f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        _finish(tick, done)
    return done


def hold(doubt: Doubt, *, law: Law | None = None) -> Swept:
    """Rebuild what is stale and flag nobody, because the day is in doubt; the ``Tick`` says why."""
    law = law or current()
    done = Swept()
    log.error("the sweep flags nobody: the clock is in doubt (%s, %.0f s)", doubt.code, doubt.ahead)
    at = doubt.earlier
    tick = Tick.objects.create(
        job="sweep", host=_host(), today=legal_day(at), started_at=at, error=str(doubt)
    )
    try:
        _rebuild_stale(done, law, at, Pace(), _Backlog(None))
    finally:
        _finish(tick, done, at)
    return done


def look_again_after(today: date) -> int:
    """Let the next sweep look at cases flagged for a lapse that lies after ``today``.

    For after a clock that was ahead and believed: the flags are taken back, and raised again on
    their day. Returns the number of cases.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOO_EARLY, {"today": today, "at_once": AT_ONCE})
        return int(cursor.rowcount)


@dataclass
class _Backlog:
    """Notices that there is more than one batch, and calls for help once."""

    call_helpers: Callable[[], None] | None

    def met(self) -> None:
        if self.call_helpers is not None:
            self.call_helpers()
            self.call_helpers = None


def _host() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _rebuild_stale(done: Swept, law: Law, now: datetime, pace: Pace, backlog: _Backlog) -> None:
    after = 0
    while ids := wants_rebuild(law, after):
        if len(ids) == REBUILT_AT_ONCE:
            backlog.met()
        ids = ids[: pace.batch(REBUILT_AT_ONCE)]  # who asks is looked up only if there is work
        with pace.giving_way():
            result = rebuild(ids, now=now, law=law)
        done.rebuilt += len(result.done)
        done.sick += len(result.sick)
        after = ids[-1]


def _flag_due(
    done: Swept,
    law: Law,
    today: date,
    now: datetime,
    batch: int,
    pace: Pace,
    backlog: _Backlog,
) -> None:
    backward = today < legal_day(now)
    lock = _LOCK_BACKWARD if backward else _LOCK_DUE
    values: dict[str, Any] = {
        "today": today, "now": now, "token": law.token,
        "backward": backward, "after": 0,
    }  # fmt: skip
    while True:
        values["most"] = pace.batch(batch)
        with pace.giving_way(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLAN)
            cursor.execute(lock, values)
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute(_FLAG, values | {"ids": ids})
            looked, flagged, withdrawn, escalated = cursor.fetchone()
        values["after"] = ids[-1]
        if len(ids) == values["most"]:
            backlog.met()
        done.looked += looked
        done.flagged += flagged
        done.withdrawn += withdrawn
        done.escalated += escalated


def _finish(tick: Tick, done: Swept, at: datetime | None = None) -> None:
    from django.utils import timezone  # the end of a run is a fact about the machine's clock

    tick.finished_at = at or timezone.now()
    for name in ("rebuilt", "flagged", "withdrawn", "escalated", "sick", "statements"):
        setattr(tick, name, getattr(done, name))
    tick.save()


def open_states() -> list[str]:
    """Return the states in which a flag still wants somebody's act."""
    return [str(s) for s in FlagState if s not in {FlagState.CLOSED, FlagState.WITHDRAWN}]
