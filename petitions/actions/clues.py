"""Clues of a dual review: added, and answered by each track from the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.models import CaseEvent
from cases.verb import in_state, verb
from enforcement.errors import Invalid
from enforcement.models import User
from petitions.actions.reviews import of_this_review, opener_or_reviewer, own_file
from petitions.duties import OPENERS
from petitions.machine import ReviewState
from petitions.models import Answer, Clue, ClueFinding, DualReview, EvidencePick

_OPEN = in_state(ReviewState.OPEN, code="review.state")


def _review_open(clue: Clue, by: User | None, today: date) -> None:
    """Guard: findings are settled once a conclusion is proposed."""
    _OPEN(clue.review, by, today)


@verb(
    "补充线索",
    on=DualReview,
    roles=OPENERS,
    standing=opener_or_reviewer,
    form="petitions.forms.ClueForm",
    guards=[_OPEN],
    hint="每条线索两条核查线都要答复",
    order=10,
)
def add_clue(review: DualReview, *, by: User, now: datetime, on: date, claim: str) -> Clue:
    """Add a point complained of; both tracks have to answer it.

    Raises:
        Invalid: no text, a day before the review was opened. Refused: ``review.state``.
    """
    not_before(on, review.opened_on, "启动之日")
    return Clue.objects.create(
        review=review,
        case=review.case,
        position=review.clues.count() + 1,
        claim=required(claim, "claim", "反映的问题"),
        added_on=on,
    )


@verb(
    "答复线索",
    on=Clue,
    roles=OPENERS,
    standing=of_this_review,
    form="petitions.forms.AnswerClueForm",
    guards=[_review_open],
    hint="只答复自己负责的核查线，证据从案件时间线中选取",
    order=10,
)
def answer_clue(
    clue: Clue,
    *,
    by: User,
    now: datetime,
    on: date,
    answer: str,
    text: str,
    evidence: Sequence[int] = (),
    other_evidence: str = "",
) -> ClueFinding:
    """Answer a clue on the reviewer's own track; answering again replaces the answer.

    Nothing of it is told to the timeline: it belongs to the file of the track.

    Args:
        evidence: numbers (seq) of events of the case's timeline.
        other_evidence: what is not on the timeline (谈话笔录、录音录像、卷宗页码).

    Raises:
        Invalid: unknown answer, no text, ``clue.no_evidence`` unless it cannot be established,
            ``clue.evidence`` naming the numbers the timeline does not have.
        Forbidden: ``review.not_reviewer``. Refused: ``review.state``.
    """
    not_before(on, clue.added_on, "线索加入之日")
    if answer not in Answer.values:
        raise Invalid("clue.answer", "请选择：属实、部分属实、不属实或者无法查实。", field="answer")
    text = required(text, "text", "查明情况")
    events = _events(clue, evidence)
    if answer != Answer.UNKNOWN and not events and not other_evidence.strip():
        raise Invalid(
            "clue.no_evidence",
            "请从案件时间线选取证据，或者写明其他证据；确实没有证据的，请选择“无法查实”。",
            field="evidence",
        )
    finding, _ = ClueFinding.objects.update_or_create(
        clue=clue,
        file=own_file(clue, by),
        defaults={
            "case": clue.case,
            "answer": answer,
            "text": text,
            "other_evidence": other_evidence.strip(),
            "on": on,
        },
    )
    finding.picks.all().delete()
    EvidencePick.objects.bulk_create(EvidencePick(finding=finding, event=e) for e in events)
    return finding


def _events(clue: Clue, evidence: Iterable[int]) -> list[CaseEvent]:
    """Return the picked events in order; refuse numbers the timeline does not have."""
    wanted = set(evidence)
    found = list(CaseEvent.objects.filter(case_id=clue.case_id, seq__in=wanted).order_by("seq"))
    missing = sorted(wanted - {event.seq for event in found})
    if missing:
        numbers = "、".join(map(str, missing))
        raise Invalid(
            "clue.evidence", f"案件时间线没有第 {numbers} 项记录，请核对序号。", field="evidence"
        )
    return found
