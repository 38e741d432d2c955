"""Rows of the lists of this app, dressed: how urgent, who must do what next, what I may do now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from cases.queries import Sides, sides_of
from cases.targets import act_url
from cases.verb import VERBS
from deadlines.duties import urgency_of
from deadlines.models import Clock
from enforcement.models import User
from enforcement.zh_format import Urgency, days_left
from petitions.machine import OrderState, PetitionState, ReportState, ReviewState
from petitions.models import DualReview, Order, Petition, Report
from petitions.queries import progress

REGISTER, CLOSE, REPLY = "petition_register", "petition_close_own", "duban_report"
PETITION_TONES = {
    PetitionState.FILED: "soon",
    PetitionState.TRANSFERRED: "soon",
    PetitionState.REGISTERED: "accent",
    PetitionState.ANSWERED: "ok",
    PetitionState.CLOSED: "muted",
}
REVIEW_TONES = {
    ReviewState.OPEN: "accent",
    ReviewState.PROPOSED: "soon",
    ReviewState.CONCLUDED: "ok",
    ReviewState.REPORTED: "muted",
}
REPORT_TONES = {
    ReportState.DRAFT: "soon",
    ReportState.ISSUED: "ok",
    ReportState.SUPERSEDED: "muted",
}
ORDER_TONES = {
    OrderState.ISSUED: "soon",
    OrderState.REPLIED: "accent",
    OrderState.ACCEPTED: "muted",
    OrderState.RETURNED: "late",
}
#: What a person may do on a row, the most pressing first.
PETITION_ACTS = ("register_petition", "answer_petition", "close_petition")
ORDER_ACTS = ("reply_order", "accept_order")
#: What the next step of a review is called.
REVIEW_NEXT = {
    ReviewState.OPEN: "两名核查人逐条答复线索",
    ReviewState.PROPOSED: "另一名核查人会签或者退回",
    ReviewState.CONCLUDED: "核查人起草督查报告，领导签发",
    ReviewState.REPORTED: "—",
}


@dataclass(frozen=True)
class Act:
    """A button: its words and where its form is."""

    label: str
    url: str


@dataclass(frozen=True)
class Line:
    """One row.

    Attributes:
        row: the thing itself. todo: who must do what next. act: what the reader may do now.
        why: address of "why this date", empty when there is none.
    """

    row: Any
    sides: Sides | None = None
    urgency: Urgency | None = None
    due: date | None = None
    why: str = ""
    todo: str = ""
    act: Act | None = None
    tone: str = "muted"
    note: str = ""


def tone_of(row: Petition | DualReview | Report | Order) -> str:
    """Return the tone of the state a thing is in."""
    match row:
        case Petition():
            return PETITION_TONES[PetitionState(row.state)]
        case DualReview():
            return REVIEW_TONES[ReviewState(row.state)]
        case Report():
            return REPORT_TONES[ReportState(row.state)]
    return ORDER_TONES[OrderState(row.state)]


def first_act(row: Any, names: Iterable[str], user: User, today: date) -> Act | None:
    """Return the first of some verbs that this person may do on the row now."""
    for name in names:
        spec = VERBS[name]
        if spec.refusal(row, user, today) is None:
            return Act(spec.label, act_url(row, name))
    return None


def clocks_of(rows: Sequence[Any], rules: Iterable[str]) -> dict[tuple[str, str], Clock]:
    """Return (rule, subject) → clock of several petitions or orders, in one query."""
    found = Clock.objects.filter(
        case_id__in={row.case_id for row in rows},
        rule__in=list(rules),
        subject__in=[str(row.pk) for row in rows],
    )
    return {(clock.rule, clock.subject): clock for clock in found}


# -- petitions ----------------------------------------------------------------------------------


def petition_lines(rows: Sequence[Petition], user: User, today: date) -> list[Line]:
    """Dress the petitions of one page of a list."""
    sides = sides_of([row.case_id for row in rows])
    clocks = clocks_of(rows, [REGISTER, CLOSE])
    return [_petition(row, sides.get(row.case_id), clocks, user, today) for row in rows]


def _petition(
    row: Petition, sides: Sides | None, clocks: dict[Any, Clock], user: User, today: date
) -> Line:
    clock = clock_now(row, clocks)
    return Line(
        row,
        sides,
        urgency_of(clock, today) if clock else None,
        clock.due if clock and clock.stopped_on is None else None,
        reverse("why", args=[clock.pk]) if clock else "",
        petition_todo(row),
        first_act(row, PETITION_ACTS, user, today),
        tone_of(row),
    )


def clock_now(row: Petition, clocks: dict[Any, Clock]) -> Clock | None:
    """Return the clock that presses: registration first, then the answer."""
    register = clocks.get((REGISTER, str(row.pk)))
    close = clocks.get((CLOSE, str(row.pk)))
    waits = row.state in {PetitionState.FILED, PetitionState.TRANSFERRED}
    return register if waits and register and register.stopped_on is None else close


def petition_todo(row: Petition) -> str:
    """Say who must do what next."""
    match row.state:
        case PetitionState.FILED | PetitionState.TRANSFERRED:
            return f"{row.court}信访专员登记"
        case PetitionState.REGISTERED:
            return f"{row.handler}答复"
        case PetitionState.ANSWERED:
            return f"{row.handler}办结"
    return "—"


# -- reviews, reports, orders -------------------------------------------------------------------


def review_lines(rows: Sequence[DualReview]) -> list[Line]:
    """Dress the reviews of one page of a list; of each track only how far it is."""
    sides = sides_of([row.case_id for row in rows])
    found = []
    for row in rows:
        tracks = progress(row)
        far = "　".join(
            f"{label} {done}/{total}"
            for track, label in (("case", "案件线"), ("conduct", "人员线"))
            for done, total in [tracks.get(track, (0, 0))]
        )
        sign = "待您会签" if getattr(row, "to_sign", False) else ""
        todo = review_todo(row, tracks)
        found.append(
            Line(row, sides.get(row.case_id), todo=sign or todo, tone=tone_of(row), note=far)
        )
    return found


def review_todo(row: DualReview, tracks: dict[str, tuple[int, int]]) -> str:
    """Say what the next step is; with every clue answered on both tracks, the conclusion.

    Args:
        tracks: as ``queries.progress`` returns them.
    """
    answered = len(tracks) == 2 and all(0 < total == done for done, total in tracks.values())
    if row.state == ReviewState.OPEN and answered:
        return "一名核查人提出联合结论"
    return REVIEW_NEXT[ReviewState(row.state)]


def report_lines(rows: Sequence[Report], user: User, today: date) -> list[Line]:
    """Dress the reports of one page of a list."""
    sides = sides_of([row.case_id for row in rows])
    return [
        Line(
            row,
            sides.get(row.case_id),
            act=first_act(row, ["issue_report"], user, today)
            if row.state == ReportState.DRAFT
            else None,
            tone=tone_of(row),
        )
        for row in rows
    ]


def order_lines(rows: Sequence[Order], user: User, today: date) -> list[Line]:
    """Dress the orders of one page of a list."""
    sides = sides_of([row.case_id for row in rows])
    clocks = clocks_of(rows, [REPLY])
    return [_order(row, sides.get(row.case_id), clocks, user, today) for row in rows]


def _order(
    row: Order, sides: Sides | None, clocks: dict[Any, Clock], user: User, today: date
) -> Line:
    clock = clocks.get((REPLY, str(row.pk)))
    return Line(
        row,
        sides,
        order_urgency(row, clock, today),
        row.due if row.state == OrderState.ISSUED else None,
        reverse("why", args=[clock.pk]) if clock else "",
        order_todo(row),
        first_act(row, ORDER_ACTS, user, today),
        tone_of(row),
    )


def order_urgency(row: Order, clock: Clock | None, today: date) -> Urgency:
    """Say how urgent the reply is; a reply that was sent back is owed at once."""
    if row.state == OrderState.RETURNED:
        return Urgency("late", "●", "退回补办")
    if clock is not None:
        return urgency_of(clock, today)
    return days_left(row.due, today, "running" if row.state == OrderState.ISSUED else "done")


def order_todo(row: Order) -> str:
    """Say who must do what next."""
    match row.state:
        case OrderState.ISSUED:
            return f"{row.to_court}书面回报"
        case OrderState.RETURNED:
            return f"{row.to_court}补办后再次回报"
        case OrderState.REPLIED:
            return f"{row.court}认可或者退回"
    return "—"
