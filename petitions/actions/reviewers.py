"""A reviewer leaves before the joint conclusion: the track's file passes to a successor."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.timeline import record
from cases.verb import in_state, verb
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from petitions.actions._posts import at_court
from petitions.actions.reviews import check_conflict, post_for
from petitions.duties import APPROVERS
from petitions.machine import ReviewState
from petitions.models import DualReview, ReviewerChange, Track


@verb(
    "更换核查人",
    on=DualReview,
    roles=APPROVERS,
    standing=at_court(*APPROVERS),
    form="petitions.forms.ReplaceReviewerForm",
    guards=[in_state(ReviewState.OPEN, ReviewState.PROPOSED, code="review.state")],
    hint="核查卷移交接任人；已经提出的结论退回再议",
    order=50,
)
def replace_reviewer(
    review: DualReview,
    *,
    by: User,
    now: datetime,
    on: date,
    track: str,
    reviewer: User,
    reason: str,
) -> DualReview:
    """Hand one track's file to a successor; a proposed conclusion falls, nobody has signed it.

    Raises:
        Refused: ``review.same_person``, ``review.conflict`` naming who and why.
        Invalid: ``review.track``, ``review.no_post``, the same reviewer again, no reason, a day
            before the file was handed out.
    """
    if track not in Track.values:
        raise Invalid("review.track", "请选择核查线。", field="track")
    reason = required(reason, "reason", "更换理由")
    file = review.files.select_related("reviewer").get(track=track)
    not_before(on, file.assigned_on, "指定核查人之日")
    if reviewer.pk == file.reviewer_id:
        raise Invalid("review.same_reviewer", f"{reviewer}已是该线核查人。", field="reviewer")
    if review.files.filter(reviewer=reviewer).exists():
        raise Refused(
            "review.same_person",
            f"案件线和人员线须由两人分别核查，不能都由{reviewer}担任。",
            field="reviewer",
        )
    check_conflict(review.case, reviewer, field="reviewer")
    post = post_for(review.court, Track(track), reviewer, on, field="reviewer")
    ReviewerChange.objects.create(
        file=file, former=file.reviewer, successor=reviewer, by=by, on=on, reason=reason
    )
    file.reviewer, file.post, file.assigned_on = reviewer, post, on
    file.save(update_fields=["reviewer", "post", "assigned_on"])
    review.files.update(signed_on=None)
    if review.state == ReviewState.PROPOSED:
        review.send_back()
        review.save(update_fields=["state"])
    record(review.case, "review.reviewer_changed", on=on, now=now, by=by, review=review.pk)
    return review
