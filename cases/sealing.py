"""Sealing a day (每日封存): one signed root over its events, one over every case as it then was.

What a digest covers is settled by the number of the last event (``last_event``), not by the
clock: an event recorded later, with whatever moment, has a greater number and comes into the
next digest, where it is counted as late. So nothing recorded is ever left out, and nothing can be
slipped into a day that is sealed. The number is taken once every writer of that moment has ended,
without holding up any of them.

Two roots, because they prove two things. That of the day's events: this very event was there
that day. That of all cases (number, length and last hash of each): this is the whole timeline of
the case, to its end; a removed last event would leave every other proof in order.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cases import chain, merkle, signing
from cases.ledger import Row
from cases.ledger import stream as streamed
from cases.models import Digest
from cases.timeline import legal_day
from enforcement.errors import Refused

FORMAT = "enforcement-digest/1"
#: Advisory lock of sealing: one at a time.
SEAL_LOCK = 7310
#: Seconds that writers at work have to end before sealing is put off to the next run.
PATIENCE = 60.0
#: A longer gap than this is not sealed by itself: rather look at the machine's clock first.
LONGEST_GAP = timedelta(days=40)
ONE_DAY = timedelta(days=1)
NO_HASH = bytes(merkle.HASH).hex()

_NEWEST = "SELECT coalesce(max(id), 0) FROM cases_caseevent"
#: Transactions that may hold numbers of events not committed yet: an INSERT locks its table
#: before it takes a number.
_WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'cases_caseevent'::regclass AND granted
  AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_LAST_OF_DAY = """
SELECT max(id) FROM cases_caseevent WHERE id > %(after)s AND id <= %(settled)s
  AND at < (%(day)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
"""
_EVENTS = """
SELECT case_id, seq, hash, (at AT TIME ZONE 'Asia/Shanghai')::date
FROM cases_caseevent WHERE id > %(after)s AND id <= %(last)s ORDER BY case_id, seq
"""
#: From the case rows, and from the timeline only for cases that went on since.
_CASES = """
SELECT c.id, c.number, coalesce(l.seq, c.version), coalesce(e.hash, c.head)
FROM cases_case c
LEFT JOIN (
    SELECT case_id, min(seq) - 1 AS seq FROM cases_caseevent WHERE id > %(last)s GROUP BY 1
) l ON l.case_id = c.id
LEFT JOIN cases_caseevent e ON e.case_id = c.id AND e.seq = l.seq
WHERE coalesce(l.seq, c.version) > 0 ORDER BY c.id
"""


def event_leaf(case_id: int, seq: int, digest: bytes) -> bytes:
    """Return the leaf of an event: its place and its hash."""
    return f"event\n{case_id}\n{seq}\n{bytes(digest).hex()}".encode()


def case_leaf(case_id: int, number: str, length: int, head: bytes) -> bytes:
    """Return the leaf of a case: its number, the length of its timeline and the last hash."""
    return f"case\n{case_id}\n{number}\n{length}\n{bytes(head).hex()}".encode()


def key_of(case_id: int, seq: int = 0) -> int:
    """Return the place of a leaf as one number that grows with case and event."""
    return case_id << 32 | seq


@dataclass
class Tallies:
    """What was counted while the trees grew."""

    late: int = 0
    early: int = 0
    total: int = 0


def seal(until: date, now: datetime, *, catch_up: bool = False) -> list[Digest]:
    """Seal every day up to ``until`` that is not sealed yet, each in its own transaction.

    The first digest of all covers everything recorded before it. Running twice, or two at once,
    seals each day once.

    Args:
        catch_up: also when more than ``LONGEST_GAP`` lies between (an operator asked for it).

    Raises:
        Refused: ``digest.day_open``, ``digest.gap`` or ``digest.busy``.
    """
    if until >= legal_day(now):
        raise Refused("digest.day_open", f"{until} 尚未结束，次日零时以后才能封存。")
    made: list[Digest] = []
    settled: int | None = None
    while (day := _next_day(until, catch_up)) is not None:
        if settled is None:
            settled = _settled()
        digest = _seal_day(day, now, settled)
        if digest is None:  # somebody else is at it
            break
        made.append(digest)
    return made


def earlier_clock(now: datetime) -> datetime:
    """Return the earlier of this machine's clock and the database's: a day must be over by both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return min(now, cursor.fetchone()[0])


def _next_day(until: date, catch_up: bool) -> date | None:
    last = Digest.objects.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        return until
    if until - last > LONGEST_GAP and not catch_up:
        raise Refused(
            "digest.gap",
            f"上次封存的是 {last}，距 {until} 超过 {LONGEST_GAP.days} 天。请先核对服务器时钟；"
            f"时钟无误的，运行 manage.py seal_digests --until {until} 补封。",
        )
    return last + ONE_DAY if last < until else None


def _settled() -> int:
    """Return the newest event's number once no transaction can still commit a smaller one.

    Raises:
        Refused: ``digest.busy`` when a writer has not ended within ``PATIENCE``.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        newest: int = cursor.fetchone()[0]
        waited_for: set[str] | None = None
        deadline = time.monotonic() + PATIENCE
        while True:
            cursor.execute(_WRITERS)
            writing = {row[0] for row in cursor.fetchall()}
            waited_for = writing if waited_for is None else waited_for & writing
            if not waited_for:
                return newest
            if time.monotonic() > deadline:
                raise Refused("digest.busy", "有写入事务长时间没有结束，本次不封存，下次再试。")
            time.sleep(0.05)


def _seal_day(day: date, now: datetime, settled: int) -> Digest | None:
    """Seal one day; return None when another process is sealing, or has sealed it meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return None
        before = Digest.objects.order_by("-day").first()
        if before is not None and before.day != day - ONE_DAY:
            return None
        after = before.last_event if before else 0
        cursor.execute(_LAST_OF_DAY, {"after": after, "day": day, "settled": settled})
        last = cursor.fetchone()[0] or after
        tallies = Tallies()
        events = _event_tree(day, before, last, tallies)
        cases = case_tree(streamed(_CASES, {"last": last}), tallies)
        content = _content(day, now, before, last)
        content |= {"events": events.size, "events_root": events.root.hex()}
        content |= {"cases": cases.size, "cases_root": cases.root.hex()}
        content |= {"late": tallies.late, "early": tallies.early, "total_events": tallies.total}
        return _keep(content, last, events, cases)


def _content(day: date, now: datetime, before: Digest | None, last: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "day": day.isoformat(),
        "number": before.number + 1 if before else 1,
        "previous": bytes(before.hash).hex() if before else NO_HASH,
        "sealed_at": now.isoformat(timespec="seconds"),
        "after_event": before.last_event if before else 0,
        "last_event": last,
        "key": signing.public_key(),
    }


def _event_tree(day: date, before: Digest | None, last: int, tallies: Tallies) -> merkle.Tree:
    """Grow the tree of a day's events; count those whose moment lies in another day.

    Late: in a day sealed before. Early: in a day to come (recorded about midnight, or by a clock
    that was ahead).
    """
    tree = merkle.Tree()
    sealed = before.day if before else date.min
    for case_id, seq, digest, on in _day_events(before.last_event if before else 0, last):
        tree.add(key_of(case_id, seq), event_leaf(case_id, seq, digest))
        tallies.late += on <= sealed
        tallies.early += on > day
    return tree


def _day_events(after: int, last: int) -> Iterator[Row]:
    return streamed(_EVENTS, {"after": after, "last": last}) if last > after else iter(())


def day_event_tree(after: int, last: int) -> merkle.Tree:
    """Grow the tree of the events numbered after one and up to another, as they are now."""
    tree = merkle.Tree()
    for case_id, seq, digest, _ in _day_events(after, last):
        tree.add(key_of(case_id, seq), event_leaf(case_id, seq, digest))
    return tree


def case_tree(rows: Iterator[Row], tallies: Tallies | None = None) -> merkle.Tree:
    """Grow the tree of cases from rows of (id, number, length, head)."""
    tree, total = merkle.Tree(), 0
    for case_id, number, length, head in rows:
        tree.add(key_of(case_id), case_leaf(case_id, number, length, head))
        total += length
    if tallies is not None:
        tallies.total = total
    return tree


def _keep(content: dict[str, Any], last: int, events: merkle.Tree, cases: merkle.Tree) -> Digest:
    text = chain.canonical(content)
    return Digest.objects.create(
        day=date.fromisoformat(content["day"]),
        number=content["number"],
        content=text,
        signature=signing.sign(text),
        hash=hashlib.sha256(text.encode()).digest(),
        last_event=last,
        event_nodes=b"".join(events.nodes),
        event_firsts=pack(events.firsts),
        case_nodes=b"".join(cases.nodes),
        case_firsts=pack(cases.firsts),
    )


def pack(keys: list[int]) -> bytes:
    """Write keys as eight bytes each."""
    return b"".join(key.to_bytes(8, "big") for key in keys)


def unpack(blob: bytes | memoryview) -> list[int]:
    """Read what ``pack`` wrote."""
    blob = bytes(blob)
    return [int.from_bytes(blob[i : i + 8], "big") for i in range(0, len(blob), 8)]
