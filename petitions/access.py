"""Doors of this app: not yours and not there get the same answer.

A petition opens to those who must answer it or supervise that it is answered, not to the judge
it complains about. A dual review opens to the reviewing court and above, never to the court
reviewed; a track's file to its own reviewer alone, and to the approver once the joint conclusion
stands. A draft report opens to the reviewers and the approvers; an issued one also to
supervision and to the president of the court reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from cases.access import in_sight, under
from cases.models import Attachment, CaseEvent, Party
from enforcement.access import sight
from enforcement.errors import NotFound
from enforcement.models import Post, User
from enforcement.roles import SUBTREE_ROLES, Role
from petitions.duties import APPROVERS
from petitions.machine import ReportState, ReviewState
from petitions.models import DualReview, Order, Petition, Report, ReviewFile, Track

#: Posts of the answering court, or of the case's, that read petitions.
PETITION_READERS = frozenset({Role.PETITION_CLERK, Role.BUREAU_HEAD, Role.PRESIDENT})
#: Posts of the reviewing court that read its reviews (their outside, not the files).
REVIEW_READERS = frozenset({Role.BUREAU_HEAD, Role.PRESIDENT})
ISSUED = (ReportState.ISSUED, ReportState.SUPERSEDED)
SETTLED = (ReviewState.CONCLUDED, ReviewState.REPORTED)
Row = TypeVar("Row", bound=Model)


def _posts(user: User, today: date, roles: Iterable[Role]) -> list[Post]:
    wanted = set(roles)
    return [post for post in sight(user, today).posts if post.role in wanted]


def _within(post: Post, path: str = "court") -> Q:
    """Return the condition that keeps rows whose court is the post's or below it."""
    return Q(**{f"{path}__lft__gte": post.court.lft, f"{path}__rgt__lte": post.court.rgt})


def petitions_seen_by(user: User, today: date) -> QuerySet[Petition]:
    """Return the petitions the person may read as court staff: whoever wrote a letter down, too,
    but never as its petitioner (for them there is the portal)."""
    condition = Q(handler=user) | (Q(filed_by=user) & ~Q(party__user=user))
    for post in _posts(user, today, PETITION_READERS):
        condition |= Q(court=post.court_id) | Q(case__court=post.court_id)
    for post in _posts(user, today, SUBTREE_ROLES):
        condition |= under(post.court, "case__") or Q(pk__isnull=False)
    rows = Petition.objects.filter(condition)
    return rows.select_related("case__court", "court", "party", "handler")


def petition_for_reading(user: User, pk: int, today: date) -> Petition:
    """Return one petition the person may read as court staff.

    Raises:
        NotFound: not there, or not theirs.
    """
    return _one(petitions_seen_by(user, today), pk)


def petition_for_party(party: Party, pk: int) -> Petition:
    """Return a petition of this party, for the portal.

    Raises:
        NotFound: not there, or another's.
    """
    return _one(Petition.objects.filter(party=party).select_related("case", "court"), pk)


def reviews_seen_by(user: User, today: date) -> QuerySet[DualReview]:
    """Return the dual reviews whose outside the person may read (state, clues, conclusion)."""
    mine = ReviewFile.objects.filter(reviewer=user).values("review_id")
    condition = Q(opened_by=user) | Q(pk__in=mine)
    for post in _posts(user, today, REVIEW_READERS):
        condition |= Q(court=post.court_id)
    for post in _posts(user, today, SUBTREE_ROLES):
        condition |= _within(post)
    rows = DualReview.objects.filter(condition)
    return rows.select_related("case__court", "court", "petition", "opened_by")


def review_for_reading(user: User, pk: int, today: date) -> DualReview:
    """Return one dual review whose outside the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    return _one(reviews_seen_by(user, today), pk)


def tracks_open_to(user: User, review: DualReview, today: date) -> list[ReviewFile]:
    """Return the files of a review that open to the person: their own, or, for an approver who
    is no reviewer, both once the joint conclusion stands."""
    files = list(review.files.select_related("reviewer", "post__court").order_by("track"))
    own = [file for file in files if file.reviewer_id == user.pk]
    if own:
        return own
    approves = any(p.court_id == review.court_id for p in _posts(user, today, APPROVERS))
    return files if approves and review.state in SETTLED else []


def track_for_reading(user: User, review_pk: int, track: Track | str, today: date) -> ReviewFile:
    """Return one track's file, if it opens to the person.

    Raises:
        NotFound: not there, or closed to them.
    """
    review = review_for_reading(user, review_pk, today)
    for file in tracks_open_to(user, review, today):
        if file.track == track:
            return file
    raise NotFound


def track_for_reviewer(user: User, review_pk: int, today: date) -> ReviewFile:
    """Return the person's own file of a review.

    Raises:
        NotFound: not there, or not a reviewer of it.
    """
    review = review_for_reading(user, review_pk, today)
    own = [f for f in tracks_open_to(user, review, today) if f.reviewer_id == user.pk]
    if not own:
        raise NotFound
    return own[0]


def reports_seen_by(user: User, today: date) -> QuerySet[Report]:
    """Return the reports the person may read, drafts among them only for those who write or
    approve them."""
    mine = ReviewFile.objects.filter(reviewer=user).values("review_id")
    condition = Q(review__in=mine)
    for post in _posts(user, today, APPROVERS):
        condition |= Q(court=post.court_id)
    for post in _posts(user, today, SUBTREE_ROLES):
        condition |= _within(post) & Q(state__in=ISSUED)
    for post in _posts(user, today, [Role.PRESIDENT]):
        condition |= Q(case__court=post.court_id, state__in=ISSUED)
    rows = Report.objects.filter(condition)
    return rows.select_related("case__court", "court__parent", "review", "replaces", "issued_by")


def report_for_reading(user: User, pk: int, today: date) -> Report:
    """Return one report the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    return _one(reports_seen_by(user, today), pk)


def orders_seen_by(user: User, today: date) -> QuerySet[Order]:
    """Return the supervision orders the person may read: all staff of the court it goes to, the
    heads of the court that gave it, and supervision above."""
    condition = in_sight(user, today, "case__")
    if not condition:
        condition = Q(pk__isnull=False)
    for post in _posts(user, today, REVIEW_READERS):
        condition |= Q(court=post.court_id)
    rows = Order.objects.filter(condition)
    return rows.select_related("case__court", "court", "to_court", "report", "petition")


def order_for_reading(user: User, pk: int, today: date) -> Order:
    """Return one order the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    return _one(orders_seen_by(user, today), pk)


def evidence_of(file: ReviewFile) -> QuerySet[CaseEvent]:
    """Return the events a track has picked as evidence."""
    return CaseEvent.objects.filter(
        pk__in=file.findings.values("picks__event_id"), case_id=file.case_id
    ).order_by("seq")


def attachment_for_reading(user: User, pk: int, today: date) -> Attachment:
    """Return a file the person may open: one of a petition opens to the petition's readers only.

    Raises:
        NotFound: not there, or not theirs.
    """
    free = in_sight(user, today, "case__") & Q(petition__isnull=True)
    theirs = Q(petition__petition__in=petitions_seen_by(user, today).values("pk"))
    return _one(Attachment.objects.filter(free | theirs | Q(by=user)), pk)


def attachment_for_party(party: Party, pk: int) -> Attachment:
    """Return a file the party handed in, or one of a petition of theirs.

    Raises:
        NotFound: not there, or another's.
    """
    theirs = Q(party=party) | Q(petition__petition__party=party)
    return _one(Attachment.objects.filter(theirs), pk)


def _one(rows: QuerySet[Row], pk: int) -> Row:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
