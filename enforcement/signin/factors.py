"""The second factor (两步验证): who must have one, who has one, and taking a lost one away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from enforcement.access import sight
from enforcement.models import ApiToken, Post, SecurityEvent, User
from enforcement.roles import SUBTREE_ROLES, Role

#: Supervising and administering posts: who sees many courts, or opens the door for others.
MUST_HAVE = SUBTREE_ROLES | {Role.COURT_ADMIN}
#: What counts as a second factor; recovery codes alone do not.
REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Key of the session that says that one is there, so that not every page asks the database.
KEPT = "second_factor"


def required_of(posts: Iterable[Post]) -> bool:
    """Tell whether one of these posts may not be worked from without a second factor."""
    return bool(settings.MFA_REQUIRED) and any(post.role in MUST_HAVE for post in posts)


def has_one(user: User) -> bool:
    """Tell whether a person has set up a second factor."""
    return Authenticator.objects.filter(user=user, type__in=REAL).exists()


def lacking(user: User, today: date, *, since: datetime) -> bool:
    """Tell whether a person may not work through something that was given out at that moment.

    Their post needs a second factor, and none of those they have now was there then: the password
    alone may have been enough to get it.
    """
    if not settings.MFA_REQUIRED or not required_of(sight(user, today).posts):
        return False
    there = Authenticator.objects.filter(user=user, type__in=REAL, created_at__lte=since)
    return not there.exists()


def known_to_have_one(request: HttpRequest) -> bool:
    """Tell the same for the signed-in person; once true it is kept in the session."""
    user = request.user
    if request.session.get(KEPT):
        return True
    if not isinstance(user, User) or not has_one(user):
        return False
    request.session[KEPT] = True
    return True


def end_sessions(user: User, *, but: str = "") -> int:
    """End every session of a person but one; return how many there were."""
    sessions = [s for s in UserSession.objects.filter(user=user) if s.session_key != but]
    for session in sessions:
        session.end()
    return len(sessions)


def renew_key(request: HttpRequest) -> None:
    """Give the session a new key, and keep it in the list of sessions that can be ended."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def reset(user: User, *, by: User | None, now: datetime) -> int:
    """Take a lost second factor away, end the person's sessions, shut their tokens.

    Returns:
        how many factors went.
    """
    with transaction.atomic():
        gone = Authenticator.objects.filter(user=user).delete()[0]
        ApiToken.objects.filter(user=user, revoked__isnull=True).update(revoked=now)
        SecurityEvent.objects.create(
            kind=SecurityEvent.Kind.FACTOR_RESET, at=now, by=by, user=user, about=user.username
        )
    end_sessions(user)
    return gone
