"""Lists of this app, read only; each starts from what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case, Party
from enforcement.access import sight
from enforcement.models import User
from enforcement.roles import Role
from petitions.access import (
    orders_seen_by,
    petitions_seen_by,
    reports_seen_by,
    reviews_seen_by,
)
from petitions.duties import APPROVERS, ORDERERS
from petitions.machine import OrderState, PetitionState, ReportState, ReviewState
from petitions.models import DualReview, Order, Petition, Report, ReviewFile

#: Petitions that still want somebody's act.
OPEN_PETITIONS = (
    PetitionState.FILED,
    PetitionState.TRANSFERRED,
    PetitionState.REGISTERED,
    PetitionState.ANSWERED,
)
OPEN_ORDERS = (OrderState.ISSUED, OrderState.REPLIED, OrderState.RETURNED)


def petitions(
    user: User, today: date, *, state: str = "", kind: str = "", court: str = "", text: str = ""
) -> QuerySet[Petition]:
    """Return the petitions the person may read, the newest first.

    Args:
        state: a ``PetitionState``, or ``open`` for all that are not closed.
        kind: a ``PetitionKind``. court: key of the answering court.
        text: part of the petition's or the case's number.
    """
    rows = petitions_seen_by(user, today)
    if state == "open":
        rows = rows.filter(state__in=OPEN_PETITIONS)
    elif state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if court:
        rows = rows.filter(court=court)
    if text := text.strip():
        rows = rows.filter(Q(number__contains=text) | Q(case__number__contains=text))
    return rows.order_by("-id")


def petitions_waiting_for(user: User, today: date) -> QuerySet[Petition]:
    """Return what the person has to act upon: to register at their court, to answer, to close;
    the oldest first."""
    courts = _courts(user, today, [Role.PETITION_CLERK])
    to_register = Q(court__in=courts, state__in=[PetitionState.FILED, PetitionState.TRANSFERRED])
    held = Q(handler=user, state__in=[PetitionState.REGISTERED, PetitionState.ANSWERED])
    rows = Petition.objects.filter(to_register | held).select_related("case__court", "court")
    return rows.order_by("filed_on", "id")


def petitions_of_case(user: User, case: Case, today: date) -> QuerySet[Petition]:
    """Return the petitions about one case that the person may read, the oldest first."""
    return petitions_seen_by(user, today).filter(case=case).order_by("id")


def petitions_of_parties(parties: Iterable[Party]) -> QuerySet[Petition]:
    """Return the petitions of parties, for the portal; ``answered`` tells whether the answer may
    be shown."""
    rows = Petition.objects.filter(party__in=[party.pk for party in parties])
    return rows.select_related("case", "court").prefetch_related("attachments__attachment")


def reviews(user: User, today: date, *, state: str = "") -> QuerySet[DualReview]:
    """Return the dual reviews whose outside the person may read, the newest first."""
    rows = reviews_seen_by(user, today)
    return (rows.filter(state=state) if state else rows).order_by("-id")


def reviews_for(user: User, today: date) -> QuerySet[DualReview]:
    """Return the reviews that wait for the person as a reviewer; ``to_sign`` tells those that
    wait for their signature."""
    mine = ReviewFile.objects.filter(review=OuterRef("pk"), reviewer=user)
    rows = reviews_seen_by(user, today).annotate(
        to_sign=Exists(mine.filter(signed_on__isnull=True, review__state=ReviewState.PROPOSED))
    )
    running = [ReviewState.OPEN, ReviewState.PROPOSED, ReviewState.CONCLUDED]
    return rows.filter(Exists(mine), state__in=running).order_by("opened_on", "id")


def progress(review: DualReview) -> dict[str, tuple[int, int]]:
    """Return how far each track is: track → (clues answered, clues); never what was answered."""
    total = review.clues.count()
    return {file.track: (file.findings.count(), total) for file in review.files.all()}


def reports(user: User, today: date, *, state: str = "") -> QuerySet[Report]:
    """Return the reports the person may read, the newest first."""
    rows = reports_seen_by(user, today)
    return (rows.filter(state=state) if state else rows).order_by("-id")


def reports_to_approve(user: User, today: date) -> QuerySet[Report]:
    """Return the drafts that wait for the person's approval."""
    mine = ReviewFile.objects.filter(review=OuterRef("review_id"), reviewer=user)
    courts = _courts(user, today, APPROVERS)
    rows = Report.objects.filter(~Exists(mine), state=ReportState.DRAFT, court__in=courts)
    return rows.select_related("case__court", "court", "review").order_by("id")


def orders(user: User, today: date, *, state: str = "") -> QuerySet[Order]:
    """Return the orders the person may read, the newest first; ``open`` for unfinished ones."""
    rows = orders_seen_by(user, today)
    if state == "open":
        rows = rows.filter(state__in=OPEN_ORDERS)
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("-id")


def orders_to_reply(user: User, today: date) -> QuerySet[Order]:
    """Return the orders the person has to reply to as bureau head, the most urgent first."""
    courts = _courts(user, today, [Role.BUREAU_HEAD])
    rows = Order.objects.filter(
        to_court__in=courts, state__in=[OrderState.ISSUED, OrderState.RETURNED]
    )
    return rows.select_related("case__court", "court").order_by("due", "id")


def orders_to_judge(user: User, today: date) -> QuerySet[Order]:
    """Return the replied orders that wait for the person's acceptance, the oldest first."""
    courts = _courts(user, today, ORDERERS)
    rows = Order.objects.filter(court__in=courts, state=OrderState.REPLIED)
    return rows.select_related("case__court", "to_court").order_by("id")


def _courts(user: User, today: date, roles: Iterable[Role]) -> set[str]:
    """Return the keys of the courts at which the person holds one of the posts."""
    wanted = set(roles)
    return {post.court_id for post in sight(user, today).posts if post.role in wanted}
