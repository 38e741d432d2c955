"""The timeline of a case: ``record`` is its only writer, ``events_of`` its reader."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from cases import chain
from cases.kinds import KINDS
from cases.models import Case, CaseEvent, EventNote
from enforcement.errors import Invalid
from enforcement.models import User

CHINA = ZoneInfo("Asia/Shanghai")


def legal_day(now: datetime) -> date:
    """Return the legal day (Asia/Shanghai) of a moment."""
    return now.astimezone(CHINA).date()


def record(
    case: Case,
    kind: str,
    *,
    on: date,
    now: datetime,
    by: User | None = None,
    note: str = "",
    more: Mapping[str, object] | None = None,
    **data: object,
) -> CaseEvent:
    """Append one event to the timeline of a locked case and move its version and head on.

    The caller is a verb: it holds the row lock of the case and saves the case afterwards.

    Args:
        on: legal day on which the thing happened; not after the day of ``now``.
        now: moment of recording.
        by: person who recorded it, or None for the system.
        more: further fields whose names clash with an argument of this function.
        note: free text beside the event; kept in a row of its own, its hash in the event.
        data: fields declared by the kind; values are text, whole numbers, booleans or lists.

    Raises:
        Invalid: ``date.future`` when the legal day lies after today.
        ValueError: an undeclared kind or field, or a case that is not locked (programming errors).
    """
    data |= more or {}
    declared = KINDS.get(kind)
    if declared is None:
        raise ValueError(f"event kind {kind!r} is not registered")
    if extra := data.keys() - declared.fields:  # names nobody declared
        raise ValueError(f"event kind {kind} does not declare {sorted(extra)}")
    if not getattr(case, "locked", False) or not connection.in_atomic_block:
        raise ValueError("record() needs a case locked by a verb")
    if on > legal_day(now):
        raise Invalid("date.future", f"日期 {on} 晚于今天，请核对后重新填写。", field="on")
    if note:
        data["note_sha256"] = hashlib.sha256(note.encode()).hexdigest()
    text = chain.canonical(data)
    seq = case.version + 1
    line = chain.text(case.pk, seq, kind, on, now, by.pk if by else None, text)
    case.version, case.head = seq, chain.link(bytes(case.head), line)
    case.last_kind, case.last_on = kind, on
    event = CaseEvent.objects.create(
        case=case, seq=seq, kind=kind, on=on, at=now, by=by, data=text, hash=case.head
    )
    if note:
        EventNote.objects.create(event=event, text=note)
    return event


def events_of(case: Case) -> Iterable[CaseEvent]:
    """Return the events of a case in the order of recording."""
    return CaseEvent.objects.filter(case=case).select_related("by", "note").order_by("seq")
