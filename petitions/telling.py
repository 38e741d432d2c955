"""What a party is told about their case (案件进展): line, answers, leads, money, ways to go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from cases.machine import LeadState, State
from cases.models import Case, Lead, Measure
from cases.models.case import ClosingMethod, Procedure
from cases.models.lead import AssetKind
from cases.verb import VERBS
from deadlines.clocks import ClockError, derive
from deadlines.law import current
from enforcement.errors import NotFound
from enforcement.zh_format import mask_name
from petitions import remedies
from petitions.entrance import Visitor
from petitions.known import Known
from petitions.milestones import THINGS, Line, Reader, Step, line_of
from petitions.models import Petition
from petitions.queries import petitions_of_parties

#: Done steps shown at once; the earlier ones are under a fold.
RECENT = 6

#: Where a case stands, in one sentence.
STANDS = {
    State.FILED: "法院已经立案，正在确定承办法官。",
    State.ASSIGNED: "案件已经分给承办法官。",
    State.ENFORCING: "法院正在执行。",
    State.SUSPENDED: "案件中止执行，暂停办理。",
    State.CLOSED: "案件已经结案。",
}
CLOSED = {
    ClosingMethod.PERFORMED: "案件已经结案：执行完毕。",
    ClosingMethod.ROUND_ENDED: "本次执行程序已经终结：暂时没有发现可以执行的财产。",
    ClosingMethod.TERMINATED: "案件已经结案：终结执行。",
    ClosingMethod.CANCELLED: "案件已经结案：销案。",
    ClosingMethod.NOT_ENFORCED: "案件已经结案：不予执行。",
    ClosingMethod.REJECTED: "案件已经结案：驳回执行申请。",
}


class Name(NamedTuple):
    """A party as the reader may see it."""

    role: str
    name: str


class Told(NamedTuple):
    """A petition with the promised day that is still open."""

    petition: Petition
    step: Step | None


@dataclass(frozen=True)
class Given:
    """A lead that the reader's side gave, and what came of it."""

    lead: Lead
    result: str
    tone: str
    step: Step | None
    measures: list[tuple[date, str]]


#: State of a lead → words and tone.
RESULTS = {
    LeadState.SUBMITTED: ("法院正在核查", "soon"),
    LeadState.TRUE: ("核查属实", "ok"),
    LeadState.FALSE: ("核查不属实", "muted"),
    LeadState.UNVERIFIABLE: ("暂时无法核实", "muted"),
}


def of_case(guest: Visitor, today: date) -> dict[str, Any]:
    """Return everything the case page of the portal shows."""
    case = guest.case
    petitions = list(petitions_of_parties([guest.party]).order_by("-id"))
    leads = _own_leads(guest)
    line, events = _line(guest, leads, petitions, today)
    late = line.late if line else []
    done = line.done if line else []
    return {
        "case": case,
        "stands": _stands(case),
        "names": [_name(guest, party) for party in guest.parties],
        "line": line,
        "late": late,
        "earlier": done[:-RECENT],
        "recent": done[-RECENT:],
        "petitions": [Told(p, _petition_step(line, p)) for p in petitions],
        "unread": [p for p in petitions if p.answered and p.read_on is None],
        "leads": _given(guest, leads, line),
        "may_lead": guest.applicant_side
        and VERBS["submit_lead"].refusal(case, None, today) is None,
        "left": max(case.amount - case.received_amount, case.amount * 0),
        "ways": _ways(guest, events, today),
    }


def _stands(case: Case) -> str:
    """Say in one sentence where the case stands."""
    if case.closing_method:
        return CLOSED[ClosingMethod(case.closing_method)]
    return STANDS[State(case.state)]


def _line(
    guest: Visitor, leads: Sequence[Lead], petitions: Sequence[Petition], today: date
) -> tuple[Line | None, Any]:
    """Return the line of the case, None when its timeline cannot be counted just now."""
    known = Known.by(guest.case, today, current())
    try:
        events = list(known.read.values())
        clocks = derive(known.recorded, known.law.rulebook, known.law.calendar)
    except ClockError:
        return None, []
    reader = Reader(
        guest.applicant_side,
        leads={lead.pk for lead in leads},
        petitions={petition.pk for petition in petitions},
        measures=Measure.objects.in_bulk(e.data["measure"] for e in events if "measure" in e.data),
    )
    return line_of(events, clocks, reader, today), events


def _name(guest: Visitor, party: Any) -> Name:
    """Return a party for the header: the reader's own side in full, other persons masked."""
    full = party.pk in guest.own
    return Name(party.get_role_display(), party.name if full else mask_name(party.name, party.kind))


def _own_leads(guest: Visitor) -> list[Lead]:
    if not guest.applicant_side:
        return []
    rows = guest.case.leads.filter(party__in=guest.own, void=False)
    return list(rows.prefetch_related("measures").order_by("-id"))


def _given(guest: Visitor, leads: Sequence[Lead], line: Line | None) -> list[Given]:
    found = []
    for lead in leads:
        result, tone = RESULTS[LeadState(lead.state)]
        taken = [(m.effective_on, _measure_words(m)) for m in lead.measures.all() if not m.void]
        step = line.of("lead", lead.pk) if line else None
        found.append(Given(lead, result, tone, step, taken))
    return found


def _measure_words(measure: Measure) -> str:
    thing = THINGS.get(AssetKind(measure.asset_kind), "一项财产")
    return f"法院据此{measure.get_kind_display()}了被执行人{thing}"


def _petition_step(line: Line | None, petition: Petition) -> Step | None:
    """Return the next promise about a petition: its registration, else its answer."""
    if line is None or petition.answered:
        return None
    steps = [line.of("register", petition.pk), line.of("answer", petition.pk)]
    return next((step for step in steps if step is not None), None)


def _ways(guest: Visitor, events: Any, today: date) -> list[remedies.Way]:
    """Return the ways to go that fit this case."""
    case: Case = guest.case
    found = [remedies.petition()]
    upper = case.court.parent
    if case.open and case.procedure == Procedure.FIRST and guest.applicant_side and upper:
        law = current()
        last = remedies.six_months(case.applied_on, events, law.calendar, law.rulebook.pairs)
        found.append(remedies.up_level(upper.name, last, today))
    if case.closing_method == ClosingMethod.ROUND_ENDED and guest.applicant_side:
        found.append(remedies.resume())
    return [*found, remedies.objection()]


# -- one thing handed in ------------------------------------------------------------------------


def of_receipt(guest: Visitor, what: str, row: int, today: date) -> dict[str, Any]:
    """Return what the receipt of a lead or petition says: what comes next, and by when.

    Raises:
        NotFound: not there, or not the visitor's.
    """
    if what == "lead":
        leads = [lead for lead in _own_leads(guest) if lead.pk == row]
        if not leads:
            raise NotFound
        line, _ = _line(guest, leads, [], today)
        steps = [line.of("lead", row)] if line else []
        return {"case": guest.case, "lead": leads[0], "steps": [s for s in steps if s]}
    found = petitions_of_parties([guest.party]).filter(pk=row).first()
    if what != "petition" or found is None:
        raise NotFound
    return of_petition(guest, found, today)


def of_petition(guest: Visitor, petition: Petition, today: date) -> dict[str, Any]:
    """Return a petition of the visitor's with its promises and its answer."""
    line, _ = _line(guest, [], [petition], today)
    steps = [line.of("register", petition.pk), line.of("answer", petition.pk)] if line else []
    files = [held.attachment for held in petition.attachments.select_related("attachment")]
    return {
        "case": guest.case,
        "petition": petition,
        "files": files,
        "steps": [] if petition.answered else [s for s in steps if s],
        "ways": [remedies.objection()],
    }
