"""Which events may be corrected, and what follows on the rows that show them.

Upper apps add the kinds they record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cases.machine import LeadState, ListingState, State
from cases.models import Case, Lead, Listing, Measure, Paper
from cases.standing import Standing, standing
from cases.terms import tell_terms
from enforcement.errors import Refused


@dataclass(frozen=True)
class Correctable:
    """How events of one kind may be corrected.

    Attributes:
        after: kinds of earlier events that it may not be dated before.
        thing: data field that ties it to what it answers (the same lead, the same listing).
        undo: takes back what the event did when it is declared void; None: it cannot be void.
            Raises ``Refused`` when later acts were built on it.
        follow: lets the rows that show the day follow a correction of it.
    """

    after: tuple[str, ...] = ()
    thing: str = ""
    undo: Callable[[Case, Standing], None] | None = None
    follow: Callable[[Case, Standing, date], None] | None = None


def nothing_else(case: Case, wrong: Standing) -> None:
    """Undo for a kind that left no row behind: the timeline alone tells of it."""


def _refuse_if_later(case: Case, wrong: Standing) -> None:
    """Only the last move of the case can be taken back: later ones were built on it."""
    later = [
        event
        for event in standing(case, *MOVING)
        if event.seq > wrong.seq and not event.fields.get("again")
    ]
    if later:
        raise Refused("correct.later", f"其后已有第 {later[-1].seq} 项记录，请先更正后面的记录。")


def _refuse_if_closed(case: Case) -> None:
    """What the closing rested on stands as long as the closing does."""
    if case.state == State.CLOSED:
        raise Refused("correct.later", "本案已经结案，请先更正结案记录。")


MOVING = ("handler.assigned", "file.received", "case.suspended", "case.resumed", "case.closed")


def _undo_close(case: Case, wrong: Standing) -> None:
    _refuse_if_later(case, wrong)
    paused = [event.kind for event in standing(case, "case.suspended", "case.resumed")]
    if case.handler_id is None:
        case.undo_close_filed()
    elif case.received_on is None:
        case.undo_close_assigned()
    elif paused and paused[-1] == "case.suspended":
        case.undo_close_suspended()
    else:
        case.undo_close_enforcing()
    case.closed_on, case.closing_method, case.received_amount = None, "", 0


def _undo_receive(case: Case, wrong: Standing) -> None:
    _refuse_if_later(case, wrong)
    if case.papers.filter(kind="notice", void=False).exists():
        raise Refused("correct.later", "执行通知书已经发出，请先更正该项记录。")
    if case.state != State.ENFORCING:
        raise Refused("correct.later", "案件状态已经变化，不能撤回接收记录。")
    case.undo_receive()
    case.received_on = None


def _undo_notice(case: Case, wrong: Standing) -> None:
    _refuse_if_closed(case)
    Paper.objects.filter(case=case, pk__in=wrong.fields.get("papers", [])).update(void=True)


def _undo_lead(case: Case, wrong: Standing) -> None:
    lead = Lead.objects.get(pk=wrong.fields["lead"])
    if lead.state != LeadState.SUBMITTED:
        raise Refused("correct.later", "该线索已有核查结果，请先更正核查记录。")
    lead.void = True
    lead.save(update_fields=["void"])


def _undo_verified(case: Case, wrong: Standing) -> None:
    _refuse_if_closed(case)
    lead = Lead.objects.get(pk=wrong.fields["lead"])
    lead.reopen()
    lead.finding, lead.verified_on, lead.verified_by = "", None, None
    lead.save(update_fields=["state", "finding", "verified_on", "verified_by"])


def _undo_measure(case: Case, wrong: Standing) -> None:
    Measure.objects.filter(pk=wrong.fields["measure"]).update(void=True)


def _undo_listing(case: Case, wrong: Standing) -> None:
    listing = Listing.objects.get(pk=wrong.fields["listing"])
    if listing.state == ListingState.PUBLISHED:
        raise Refused("correct.later", "失信信息已经公布，请先更正公布记录。")
    listing.void = True
    listing.save(update_fields=["void"])


def _undo_published(case: Case, wrong: Standing) -> None:
    listing = Listing.objects.get(pk=wrong.fields["listing"])
    listing.take_back()
    listing.published_on = None
    listing.save(update_fields=["state", "published_on"])


def _filed_on(case: Case, wrong: Standing, day: date) -> None:
    case.filed_on = day


def _received_on(case: Case, wrong: Standing, day: date) -> None:
    case.received_on = day


def _closed_on(case: Case, wrong: Standing, day: date) -> None:
    case.closed_on = day


def _terms(case: Case, wrong: Standing, day: date) -> None:
    tell_terms(case)


def _submitted_on(case: Case, wrong: Standing, day: date) -> None:
    Lead.objects.filter(pk=wrong.fields["lead"]).update(submitted_on=day)


def _verified_on(case: Case, wrong: Standing, day: date) -> None:
    Lead.objects.filter(pk=wrong.fields["lead"]).update(verified_on=day)


def _effective_on(case: Case, wrong: Standing, day: date) -> None:
    Measure.objects.filter(pk=wrong.fields["measure"]).update(effective_on=day)


def _decided_on(case: Case, wrong: Standing, day: date) -> None:
    Listing.objects.filter(pk=wrong.fields["listing"]).update(decided_on=day)


def _published_on(case: Case, wrong: Standing, day: date) -> None:
    Listing.objects.filter(pk=wrong.fields["listing"]).update(published_on=day)


FILED = ("case.filed",)
CORRECTABLE: dict[str, Correctable] = {
    "case.filed": Correctable(follow=_filed_on),
    "handler.assigned": Correctable(("case.filed", "handler.assigned"), follow=_terms),
    "file.received": Correctable(("handler.assigned",), "", _undo_receive, _received_on),
    "notice.sent": Correctable(("file.received",), "", _undo_notice),
    "lead.submitted": Correctable(FILED, "", _undo_lead, _submitted_on),
    "lead.verified": Correctable(("lead.submitted",), "lead", _undo_verified, _verified_on),
    "measure.taken": Correctable(FILED, "", _undo_measure, _effective_on),
    "listing.decided": Correctable(FILED, "", _undo_listing, _decided_on),
    "listing.published": Correctable(
        ("listing.decided",), "listing", _undo_published, _published_on
    ),
    "case.suspended": Correctable(("file.received", "case.resumed")),
    "case.resumed": Correctable(("case.suspended",)),
}
CORRECTABLE["case.closed"] = Correctable(tuple(CORRECTABLE), "", _undo_close, _closed_on)
