"""Doors: a case is reached through these, and only through these.

Not yours and not there get the same answer.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from cases.models import Case
from enforcement.access import sight
from enforcement.errors import NotFound
from enforcement.models import Court, User
from enforcement.roles import COURT_ROLES, SUBTREE_ROLES


def under(court: Court, prefix: str = "") -> Q:
    """Return the condition that keeps cases of a court and everything below it.

    Args:
        prefix: path from the row to its case, with its underscores, for example ``case__``.
    """
    match court.level:
        case Court.Level.SUPREME:
            return Q()
        case Court.Level.HIGH:
            return Q(**{f"{prefix}high_id": court.key})
        case Court.Level.INTERMEDIATE:
            return Q(**{f"{prefix}intermediate_id": court.key})
    return Q(**{f"{prefix}court_id": court.key})


def in_sight(user: User, today: date, prefix: str = "") -> Q:
    """Return the condition that keeps rows of cases the person may read as court staff."""
    condition = Q(pk__in=[])
    for post in sight(user, today).posts:
        if post.role in SUBTREE_ROLES:
            reach = under(post.court, prefix)
            if not reach:
                return Q()
            condition |= reach
        elif post.role in COURT_ROLES:
            condition |= Q(**{f"{prefix}court_id": post.court_id})
    return condition


def cases_seen_by(user: User, today: date) -> QuerySet[Case]:
    """Return the cases the person may read (court staff; outsiders use the portal)."""
    return Case.objects.filter(in_sight(user, today)).select_related("court", "handler")


def case_for_reading(user: User, pk: int, today: date) -> Case:
    """Return one case the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    case = cases_seen_by(user, today).select_related("cause").filter(pk=pk).first()
    if case is None:
        raise NotFound("case.not_found", "没有找到该案件，或者您无权查看。")
    return case


def case_behind(user: User, case_pk: int, today: date) -> Case:
    """Return the case of something that hangs on it and that somebody asks for.

    Raises:
        NotFound: the case is not theirs; the same words as when the thing itself is not there.
    """
    try:
        return case_for_reading(user, case_pk, today)
    except NotFound:
        raise NotFound from None
