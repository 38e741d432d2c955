"""Checking the timelines (核验): recompute every hash from what is stored, name what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from cases.chain import GENESIS

#: The canonical text is put together here from the columns, not by the function that wrote it.
_EVENTS = """
SELECT case_id, seq, case_id || E'\\n' || seq || E'\\n' || kind || E'\\n'
    || to_char("on", 'YYYY-MM-DD') || E'\\n' || (extract(epoch FROM at) * 1000000)::bigint
    || E'\\n' || coalesce(by_id::text, '') || E'\\n' || data, hash
FROM cases_caseevent {where} ORDER BY case_id, seq
"""
_HEADS = "SELECT id, number, version, head FROM cases_case {where} ORDER BY id"
#: Looked for as text: data that was tampered with need not be JSON any more.
_NOTES = """
SELECT coalesce(c.number, '案件 ' || e.case_id), e.seq
FROM cases_eventnote n JOIN cases_caseevent e ON e.id = n.event_id
LEFT JOIN cases_case c ON c.id = e.case_id
WHERE position('"note_sha256":"' || encode(sha256(convert_to(n.text, 'UTF8')), 'hex') || '"'
               IN e.data) = 0
"""
CHUNK = 20_000
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit: which case, which event, what about it."""

    case: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.case} 第 {self.seq} 项：{self.what}"


@dataclass
class Verified:
    """What a verification went through, and every fault it found."""

    cases: int = 0
    events: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify(case_id: int | None = None) -> Verified:
    """Recompute the chain of one case, or of all, within one snapshot of the database.

    Finds a changed, removed, re-ordered or inserted event, a head or length that does not fit,
    and a note whose text is not the one the event vouches for.
    """
    found = Verified()
    alone = not connection.in_atomic_block  # inside a caller's transaction its snapshot serves
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _walk(found, case_id)
        _notes(found, case_id)
    return found


def stream(sql: str, params: Any) -> Iterator[Row]:
    """Yield the rows of a query through a server-side cursor: memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _walk(found: Verified, case_id: int | None) -> None:
    params: list[Any] = [] if case_id is None else [case_id]
    heads = stream(_HEADS.format(where="WHERE id = %s" if params else ""), params)
    events = stream(_EVENTS.format(where="WHERE case_id = %s" if params else ""), params)
    sha256, event = hashlib.sha256, next(events, None)
    for number_id, number, version, head in heads:
        found.cases += 1
        previous, length = GENESIS, 0
        while event is not None and event[0] < number_id:
            event = _orphan(found, event, events)
        while event is not None and event[0] == number_id:
            length += 1
            digest = sha256(previous + event[2].encode()).digest()
            if event[1] != length:
                found.faults.append(Fault(number, event[1], f"序号不连续，应为第 {length} 项"))
                length = event[1]
            elif digest != bytes(event[3]):
                found.faults.append(Fault(number, event[1], "内容或哈希与链不符"))
            previous = bytes(event[3])
            found.events += 1
            event = next(events, None)
        if length != version:
            found.faults.append(Fault(number, version, f"应有 {version} 项记录，实有 {length} 项"))
        elif previous != bytes(head):
            found.faults.append(Fault(number, version, "最后一项的哈希与案件所记不符"))
    while event is not None:
        event = _orphan(found, event, events)


def _orphan(found: Verified, event: Row, events: Iterator[Row]) -> Row | None:
    """Report an event whose case does not exist, and go on with the next."""
    found.events += 1
    found.faults.append(Fault(f"案件 {event[0]}", event[1], "记录所属的案件不存在"))
    return next(events, None)


def _notes(found: Verified, case_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTES + (" AND e.case_id = %s" if case_id else ""), [case_id] if case_id else []
        )
        for number, seq in cursor.fetchall():
            found.faults.append(Fault(number, seq, "说明文字与事件所记哈希不符"))
