"""What was known about a case as of a day: one frozen dictionary, ready for JSON.

Two days decide: a thing counts if it happened by the day *and* was recorded by the day. A later
correction is not known yet, so the same day gives the same snapshot for ever, and what was said
on it can be defended. Rows are read only for words (names, findings); the order of things comes
from the timeline, because rows show today and the timeline shows then.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from cases import kinds
from cases.machine import State
from cases.models import Case, CaseEvent
from cases.models.case import ClosingMethod
from cases.timeline import legal_day
from deadlines.clocks import Clock, ClockError, derive
from deadlines.law import Law, current
from enforcement.zh_format import yuan
from petitions import snapshot_review, snapshot_rows
from petitions.known import Facts, Known, day_of
from petitions.models import DualReview

#: Raised when the shape of a snapshot changes; reports keep the one they were made with.
FORM = 1

#: Kinds that belong to the review itself and to its report, not to the case reviewed.
OWN_KINDS = ("review.", "report.")

#: The state a case is in after its last event of these kinds.
STATES = {
    "case.filed": State.FILED,
    "handler.assigned": State.ASSIGNED,
    "file.received": State.ENFORCING,
    "case.suspended": State.SUSPENDED,
    "case.resumed": State.ENFORCING,
    "case.closed": State.CLOSED,
}


def snapshot(
    case: Case, as_of: date, *, review: DualReview | None = None, law: Law | None = None
) -> Facts:
    """Return everything known about a case as of the end of a legal day.

    Args:
        review: the dual review whose petition, clues and findings belong to it, if any.
        law: rules and calendar the clocks are derived under; the ones in use when left out.
    """
    known = Known.by(case, as_of, law or current())
    clocks, trouble = _clocks(known)
    return {
        "form": FORM,
        "as_of": as_of.isoformat(),
        "law": known.law.token,
        "case": _case(known),
        "parties": [
            {"role": p.get_role_display(), "name": p.name, "kind": p.get_kind_display()}
            for p in case.parties.order_by("id")
        ],
        "handlers": _handlers(known),
        "events": [_event(known, row) for row in known.rows if not row.kind.startswith(OWN_KINDS)],
        "clocks": clocks,
        "clock_trouble": trouble,
        "flags": snapshot_rows.flags(known),
        "leads": snapshot_rows.leads(known),
        "measures": snapshot_rows.measures(known),
        "listings": snapshot_rows.listings(known),
        "orders": snapshot_review.orders(known),
        "petition": snapshot_review.petition(known, review),
        "review": snapshot_review.review(known, review),
    }


def canonical(facts: Facts) -> str:
    """Return a snapshot as canonical JSON: the same facts give the same text."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _case(known: Known) -> Facts:
    """The case's card as the timeline had it; state and days are derived, not read."""
    case = known.case
    filed, received, closed = (
        next(iter(known.of(kind)), None) for kind in ("case.filed", "file.received", "case.closed")
    )
    return {
        "id": case.pk,
        "number": case.number,
        "court": case.court.name,
        "procedure": case.get_procedure_display(),
        "cause": case.cause.name if case.cause else "",
        "basis_body": case.basis_body,
        "basis_number": case.basis_number,
        "basis_text": case.basis_text,
        "amount": str(filed.data["amount"]) if filed else "",
        "applied_on": filed.data["applied_on"] if filed else "",
        "filed_on": day_of(filed),
        "received_on": day_of(received),
        "closed_on": day_of(closed),
        "closing": ClosingMethod(closed.data["method"]).label if closed else "",
        "paid": str(closed.data.get("paid", "")) if closed else "",
        "state": _state(known).label,
    }


def _state(known: Known) -> State:
    """The state the case was in, from its last move."""
    state = State.FILED
    for event in sorted(known.read.values(), key=lambda e: e.seq):
        if not (event.kind == "handler.assigned" and event.data.get("again")):
            state = STATES.get(event.kind, state)
    return state


def _handlers(known: Known) -> list[Facts]:
    """Who held the case from which day on; a term ends the day before the next begins."""
    assigned = known.of("handler.assigned")
    ends = [event.on - timedelta(days=1) for event in assigned[1:]]
    return [
        {
            "name": known.people.get(event.data["user"], ""),
            "first_day": event.on.isoformat(),
            "last_day": end.isoformat() if end else "",
        }
        for event, end in zip(assigned, [*ends, None], strict=False)
        if end is None or end >= event.on
    ]


def _event(known: Known, row: CaseEvent) -> Facts:
    """One line of the timeline: as it was read then, and as it was first recorded."""
    read = known.read.get(row.seq)
    kind = kinds.kind(row.kind)
    data = dict(read.data if read else row.fields)
    if "rule" in data:
        data["rule"] = known.rule_name(data["rule"])
    if "amount" in data:
        data["amount"] = yuan(data["amount"])
    text = kind.say(data)
    if row.kind == "handler.assigned":
        text = f"{text.removesuffix('。')}：{known.people.get(data['user'], '')}。"
    note = getattr(row, "note", None)
    return {
        "seq": row.seq,
        "kind": row.kind,
        "label": kind.label,
        "text": text,
        "note": note.text if note else "",
        "on": (read.on if read else row.on).isoformat(),
        "first_on": row.on.isoformat(),
        "recorded_on": legal_day(row.at).isoformat(),
        "by": str(row.by) if row.by else "系统" if row.kind.startswith("flag.") else "网上提交",
        "void": read is None and row.kind != "event.corrected",
    }


def _clocks(known: Known) -> tuple[list[Facts], str]:
    """Every clock as it stood on the day; an unreadable timeline gives none, and says why."""
    try:
        found = derive(known.recorded, known.law.rulebook, known.law.calendar)
    except ClockError as error:
        return [], str(error)
    return [_clock(clock, known.as_of) for clock in found], ""


def _clock(clock: Clock, as_of: date) -> Facts:
    rule, due = clock.basis.rule, clock.due
    late = ((clock.stopped_on or as_of) - due).days if due and clock.lapsed(as_of) else 0
    return {
        "rule": clock.rule,
        "name": rule.name,
        "source": rule.source,
        "confidence": rule.confidence,
        "severity": clock.severity,
        "duty": clock.duty,
        "n": clock.basis.n,
        "unit": rule.unit,
        "start_seq": clock.start_seq,
        "start_label": kinds.kind(clock.basis.start.kind).label,
        "start_on": clock.start_on.isoformat(),
        "due": due.isoformat() if due else "",
        "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else "",
        "stop_seq": clock.stop_seq or 0,
        "status": clock.status(as_of),
        "days_late": late,
    }
