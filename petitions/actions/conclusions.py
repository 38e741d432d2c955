"""The joint conclusion (联合结论): one reviewer proposes, the other signs or sends it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.timeline import record
from cases.verb import in_state, verb
from enforcement.errors import Forbidden, Invalid, Refused
from enforcement.models import User
from petitions.actions.reviews import check_conflict, of_this_review, own_file
from petitions.duties import OPENERS
from petitions.machine import ReviewState
from petitions.models import Answer, ClueFinding, Conclusion, DualReview, Remedy, ReviewFile, Track


def _all_answered(review: DualReview, by: User | None, today: date) -> None:
    """Guard: both tracks have answered every clue; only numbers are told, never what was found."""
    clues = {clue.pk: clue.position for clue in review.clues.all()}
    if not clues:
        raise Refused("review.no_clue", "还没有线索，请先补充线索并逐条答复。")
    for file in review.files.all():
        done = set(file.findings.values_list("clue_id", flat=True))
        left = sorted(position for pk, position in clues.items() if pk not in done)
        if left:
            numbers = "、".join(map(str, left))
            label = Track(file.track).label
            raise Refused("review.unanswered", f"{label}还没有答复第 {numbers} 条线索。")


def _no_conflict(review: DualReview, by: User | None, today: date) -> None:
    """Guard: looked at again before signing, the timeline may have grown since the opening."""
    for file in review.files.select_related("reviewer"):
        check_conflict(review.case, file.reviewer)


@verb(
    "提出联合结论",
    on=DualReview,
    roles=OPENERS,
    standing=of_this_review,
    form="petitions.forms.ProposeConclusionForm",
    guards=[in_state(ReviewState.OPEN, code="review.state"), _all_answered, _no_conflict],
    hint="提出人即签署，另一名核查人会签后生效",
    order=20,
)
def propose_conclusion(
    review: DualReview,
    *,
    by: User,
    now: datetime,
    on: date,
    conclusion: str,
    reasons: str,
    remedies: Sequence[str] = (),
    proposals: str = "",
    summary: str = "",
) -> DualReview:
    """Propose the joint conclusion and sign it; it stands when the other reviewer signs.

    Args:
        conclusion: one of ``Conclusion``. remedies: ``Remedy`` values.
        proposals: one proposal a line.
        summary: what the proposer's own track found as a whole; goes into that track's file.

    Raises:
        Refused: ``review.no_clue``, ``review.unanswered``, ``review.conflict``,
            ``review.contradiction`` (nothing founded although a clue was found true).
        Invalid: unknown conclusion or remedy, no reasons, no proposal.
    """
    file = own_file(review, by)
    assert file is not None  # noqa: S101  (the standing saw to it)
    not_before(on, review.opened_on, "启动之日")
    _check_conclusion(review, conclusion, remedies)
    review.conclusion, review.remedies = conclusion, list(dict.fromkeys(remedies))
    review.reasons = required(reasons, "reasons", "认定理由")
    review.proposals = required(proposals, "proposals", "处理意见")
    review.propose()
    review.proposed_on, review.proposed_by, review.objection = on, by, ""
    review.save()
    _sign(file, on, summary)
    return review


def _check_conclusion(review: DualReview, conclusion: str, remedies: Sequence[str]) -> None:
    if conclusion not in Conclusion.values:
        raise Invalid("review.conclusion", "请选择结论。", field="conclusion")
    if not remedies or set(remedies) - set(Remedy.values):
        raise Invalid("review.remedies", "请选择处理方式。", field="remedies")
    if Remedy.NONE in remedies and len(set(remedies)) > 1:
        raise Invalid(
            "review.remedies", "选择“不作处理”的，不能同时选择其他处理方式。", field="remedies"
        )
    true = ClueFinding.objects.filter(clue__review=review, answer=Answer.YES)
    if conclusion == Conclusion.UNFOUNDED and true.exists():
        raise Refused(
            "review.contradiction",
            "有线索经核查属实，结论不能是“不成立”，请重新选择。",
            field="conclusion",
        )


def _sign(file: ReviewFile, on: date, summary: str) -> None:
    file.signed_on, file.summary = on, summary.strip()
    file.save(update_fields=["signed_on", "summary"])


def _the_other(review: DualReview, by: User | None, today: date) -> None:
    """Guard: the proposer has signed already; the other one decides."""
    if by is not None and by.pk == review.proposed_by_id:
        raise Forbidden("review.signed", "您已签署，应由另一名核查人会签或者退回。")


@verb(
    "会签联合结论",
    on=DualReview,
    roles=OPENERS,
    standing=of_this_review,
    form="petitions.forms.SignConclusionForm",
    guards=[in_state(ReviewState.PROPOSED, code="review.state"), _the_other, _no_conflict],
    confirm="会签后线索答复和结论不能再改。确定会签吗？",
    order=30,
)
def conclude_review(
    review: DualReview, *, by: User, now: datetime, on: date, summary: str = ""
) -> DualReview:
    """Sign the proposed conclusion as the other reviewer: the review is concluded.

    Raises:
        Forbidden: ``review.signed`` for the proposer. Refused: ``review.conflict``.
        Invalid: a day before the proposal.
    """
    not_before(on, review.proposed_on, "提出联合结论之日")
    file = own_file(review, by)
    assert file is not None  # noqa: S101  (the standing saw to it)
    review.conclude()
    review.concluded_on = on
    review.save(update_fields=["concluded_on", "state"])
    _sign(file, on, summary)
    record(review.case, "review.concluded", on=on, now=now, by=by, review=review.pk)
    return review


@verb(
    "退回再议",
    on=DualReview,
    roles=OPENERS,
    standing=of_this_review,
    form="petitions.forms.ReasonForm",
    guards=[in_state(ReviewState.PROPOSED, code="review.state"), _the_other],
    hint="不同意结论的，写明理由退回，双方可以修改答复后重新提出",
    order=31,
)
def return_conclusion(
    review: DualReview, *, by: User, now: datetime, on: date, reason: str
) -> DualReview:
    """Disagree with the proposed conclusion: the proposer's signature falls, the review reopens.

    Raises:
        Forbidden: ``review.signed`` for the proposer. Invalid: no reason.
    """
    review.objection = required(reason, "reason", "退回理由")
    review.send_back()
    review.save(update_fields=["objection", "state"])
    review.files.update(signed_on=None)
    return review
