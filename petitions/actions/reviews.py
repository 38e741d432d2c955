"""A court above opens a dual review (一案双查): two people, two files, nobody with a stake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cases.actions._days import not_before
from cases.models import Case
from cases.timeline import legal_day, record
from cases.verb import verb
from enforcement.errors import Forbidden, Invalid, NotFound, Refused
from enforcement.models import Court, Post, User
from petitions import conflicts
from petitions.actions._posts import posts_above, strictly_above
from petitions.duties import OPENERS, TRACK_ROLES
from petitions.models import Clue, DualReview, Petition, ReviewFile, Source, Track
from petitions.models.review import RUNNING

#: Input field of each track's reviewer.
FIELDS = {Track.CASE: "case_reviewer", Track.CONDUCT: "conduct_reviewer"}


def _none_running(case: Case, by: User | None, today: date) -> None:
    if case.reviews.filter(state__in=RUNNING).exists():
        raise Refused("review.running", "本案已有正在进行的一案双查，不能重复启动。")


@verb(
    "启动一案双查",
    roles=OPENERS,
    standing=strictly_above(*OPENERS),
    form="petitions.forms.OpenReviewForm",
    guards=[_none_running],
    hint="案件线、人员线由上级法院两名人员分别核查",
    order=160,
)
def open_review(
    case: Case,
    *,
    by: User,
    now: datetime,
    on: date,
    case_reviewer: User,
    conduct_reviewer: User,
    source: str = "",
    petition: Petition | None = None,
    clues: Sequence[str] = (),
) -> DualReview:
    """Open a review of a lower court's case (法〔2019〕232号第1条: 执行局 and 督察 together).

    The reviewing court is the one of the opener's posts above the case at which both reviewers
    hold a fitting post; the nearest one to the case if there are several.

    Args:
        source: one of ``Source``; a petition when one is given.
        clues: points complained of, in order; more may be added while the review is open.

    Raises:
        Refused: ``review.running``, ``review.same_person``, ``review.conflict`` naming who and why.
        Invalid: ``review.no_post`` naming the reviewer without a post there, unknown source, a
            day before the petition or the case came in. NotFound: a petition of another case.
    """
    not_before(on, case.filed_on, "立案日")
    _check_petition(case, petition, on)
    source = source or (Source.PETITION if petition else "")
    if source not in Source.values or (source == Source.PETITION and petition is None):
        raise Invalid("review.source", "请选择线索来源；来自信访的请选定该件信访。", field="source")
    reviewers = {Track.CASE: case_reviewer, Track.CONDUCT: conduct_reviewer}
    if case_reviewer.pk == conduct_reviewer.pk:
        raise Refused(
            "review.same_person",
            f"案件线和人员线须由两人分别核查，不能都由{case_reviewer}担任。",
            field="conduct_reviewer",
        )
    for track, reviewer in reviewers.items():
        check_conflict(case, reviewer, field=FIELDS[track])
    opener_posts = posts_above(by, legal_day(now), OPENERS, case.court)
    court, posts = _court_and_posts([post.court for post in opener_posts], reviewers, on)
    review = DualReview.objects.create(
        case=case, petition=petition, court=court, source=source, opened_on=on, opened_by=by
    )
    for track, post in posts.items():
        ReviewFile.objects.create(
            review=review,
            case=case,
            track=track,
            reviewer=reviewers[track],
            post=post,
            assigned_on=on,
        )
    for position, claim in enumerate(filter(None, map(str.strip, clues)), start=1):
        Clue.objects.create(review=review, case=case, position=position, claim=claim, added_on=on)
    record(case, "review.opened", on=on, now=now, by=by, review=review.pk)
    return review


def _check_petition(case: Case, petition: Petition | None, on: date) -> None:
    if petition is None:
        return
    if petition.case_id != case.pk:
        raise NotFound
    not_before(on, petition.filed_on, "收到信访之日")


def check_conflict(case: Case, reviewer: User, *, field: str | None = None) -> None:
    """Refuse a reviewer with a stake in the case, saying who and why.

    Raises:
        Refused: ``review.conflict``.
    """
    why = conflicts.conflict(case, reviewer)
    if why:
        raise Refused("review.conflict", f"{why}，应当回避，不能参加本案的一案双查。", field=field)


def _court_and_posts(
    courts: list[Court], reviewers: dict[Track, User], day: date
) -> tuple[Court, dict[Track, Post]]:
    """Return the first court at which both reviewers hold a fitting post, and those posts.

    Where there is none, the refusal speaks of the nearest court.
    """
    lacking: Invalid | None = None
    for court in dict.fromkeys(courts):
        try:
            return court, {
                track: post_for(court, track, reviewer, day, field=FIELDS[track])
                for track, reviewer in reviewers.items()
            }
        except Invalid as wrong:
            lacking = lacking or wrong
    raise lacking or Forbidden("access.role", "此项由上级法院办理。")


def post_for(court: Court, track: Track, reviewer: User, day: date, *, field: str) -> Post:
    """Return the post at the court by which the person may hold the track.

    Raises:
        Invalid: ``review.no_post`` naming person, court and the posts that would fit.
    """
    post = reviewer.posts_on(day).filter(court=court, role__in=TRACK_ROLES[track]).first()
    if post is None:
        roles = "、".join(role.label for role in TRACK_ROLES[track])
        raise Invalid(
            "review.no_post",
            f"{reviewer}在 {day} 不担任{court}的{roles}，不能核查{track.label}。",
            field=field,
        )
    return post


def of_this_review(target: DualReview | Clue, by: User | None, today: date) -> None:
    """Standing: one of the two reviewers, with the post they were chosen for still in force."""
    file = own_file(target, by)
    if file is None:
        raise Forbidden("review.not_reviewer", "此项由本案一案双查的核查人办理。")
    if file.post.last_day is not None and file.post.last_day < today:
        raise Forbidden("review.post_ended", "您已不在被指定核查时的岗位，不能继续核查。")


def own_file(target: DualReview | Clue, by: User | None) -> ReviewFile | None:
    """Return the person's own file of the review, None for anybody else."""
    if by is None:
        return None
    review_id = target.pk if isinstance(target, DualReview) else target.review_id
    files = ReviewFile.objects.filter(review_id=review_id, reviewer=by)
    return files.select_related("post").first()


def opener_or_reviewer(review: DualReview, by: User | None, today: date) -> None:
    """Standing: who opened the review, or one of the two reviewers."""
    if by is None or by.pk != review.opened_by_id:
        of_this_review(review, by, today)


def files_of(review: DualReview) -> list[ReviewFile]:
    """Return both files of a review with the posts their reviewers hold them by."""
    return list(review.files.select_related("post"))
