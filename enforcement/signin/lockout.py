"""Too many failures shut the door for a while (登录锁定): by account, by address, by code.

An attempt is counted before it is looked at and given back when it was good, so many attempts at
once cannot slip through together. Counters live in the database: they outlast the cache, and a
court administrator can open the door again. A name that nobody has is counted like any other.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from enforcement.crypto import blind
from enforcement.models import SecurityEvent, SignInGuard, User

Kind = SignInGuard.Kind

#: Failures are counted together within this time.
WINDOW = timedelta(minutes=15)
#: Each further lock in a row lasts twice as long, up to this.
LONGEST = timedelta(hours=4)
#: A counter without a lock and without news for this long is forgotten.
FORGET = timedelta(days=1)


class Subject(NamedTuple):
    """What failures are counted for."""

    kind: str
    key: str
    user: User | None = None


def account(username: str) -> Subject:
    """Return the counter of a user name, whether anybody has it or not."""
    name = username.strip().lower()
    return Subject(
        Kind.ACCOUNT,
        blind(name, "signin.account"),
        User.objects.filter(username__iexact=name).first(),
    )


def address(text: str) -> Subject:
    """Return the counter of a network address."""
    return Subject(Kind.ADDRESS, blind(text, "signin.address"))


def codes(user: User) -> Subject:
    """Return the counter of a person's second factor."""
    return Subject(Kind.CODE, blind(str(user.pk), "signin.code"), user)


def attempt(*subjects: Subject, now: datetime) -> timedelta | None:
    """Count one attempt for each; return how long to wait when one of them is shut.

    Subjects are always given in the same order, so two attempts at once cannot deadlock.
    """
    with transaction.atomic():
        rows = [_locked_row(subject, now) for subject in subjects]
        waits = [
            row.locked_until - now for row in rows if row.locked_until and row.locked_until > now
        ]
        if waits:
            return max(waits)
        for row in rows:
            row.failures += 1
            row.save(update_fields=["failures", "since"])
        spent = [row for row in rows if row.failures > _most(row.kind)]
        return max((_shut(row, now) for row in spent), default=None)


def failed(*subjects: Subject, now: datetime) -> None:
    """Shut the door where the counted attempt, now known to be bad, was the last one allowed."""
    with transaction.atomic():
        for subject in subjects:
            row = _locked_row(subject, now)
            if not row.locked(now) and row.failures >= _most(row.kind):
                _shut(row, now)


def succeeded(*subjects: Subject, now: datetime) -> None:
    """Forget the failures of an account; give an address back only this one attempt.

    Else somebody with an account of their own could guess others' passwords without end.
    """
    with transaction.atomic():
        for subject in subjects:
            row = _locked_row(subject, now)
            row.failures = max(row.failures - 1, 0) if row.kind == Kind.ADDRESS else 0
            row.rounds = row.rounds if row.kind == Kind.ADDRESS else 0
            row.save(update_fields=["failures", "rounds", "since"])


def unlock(user: User, *, by: User | None, now: datetime) -> int:
    """Open the door of a person again, and write down who did; return the locks that were open."""
    rows = SignInGuard.objects.filter(user=user)
    shut = rows.filter(locked_until__gt=now).count()
    with transaction.atomic():
        rows.update(failures=0, rounds=0, locked_until=None)
        if shut:
            SecurityEvent.objects.create(
                kind=SecurityEvent.Kind.UNLOCKED, at=now, by=by, user=user, about=user.username
            )
    return shut


def unlock_address(text: str, *, now: datetime) -> int:
    """Open the door for an address again."""
    row = SignInGuard.objects.filter(kind=Kind.ADDRESS, subject=address(text).key)
    shut = row.filter(locked_until__gt=now).count()
    row.update(failures=0, rounds=0, locked_until=None)
    return shut


def forget_old(now: datetime) -> int:
    """Remove counters that nothing hangs on any more, so that made-up names do not pile up."""
    old = SignInGuard.objects.filter(since__lt=now - FORGET).exclude(locked_until__gt=now)
    return old.delete()[0]


def words(wait: timedelta) -> str:
    """Return the sentence that says how long to wait; the same for every name."""
    minutes = max(math.ceil(wait.total_seconds() / 60), 1)
    long = f"{minutes} 分钟" if minutes < 60 else f"{math.ceil(minutes / 60)} 小时"
    return f"登录失败次数过多，已暂停登录，请约 {long}后再试；急需使用的，请本院系统管理员解除。"


def _locked_row(subject: Subject, now: datetime) -> SignInGuard:
    """Return the counter, its row locked; failures outside the window do not count any more."""
    SignInGuard.objects.bulk_create(
        [SignInGuard(kind=subject.kind, subject=subject.key, user=subject.user, since=now)],
        ignore_conflicts=True,
    )
    row = SignInGuard.objects.select_for_update().get(kind=subject.kind, subject=subject.key)
    if now - row.since > WINDOW and not row.locked(now):
        row.failures, row.since = 0, now
    return row


def _most(kind: str) -> int:
    """Return the failures allowed within the window."""
    return int(settings.SIGNIN_TRIES_ADDRESS if kind == Kind.ADDRESS else settings.SIGNIN_TRIES)


def _shut(row: SignInGuard, now: datetime) -> timedelta:
    """Shut the door, longer each time in a row, and write it down; return for how long."""
    recent = row.locked_until is not None and now - row.locked_until < FORGET
    row.rounds = row.rounds + 1 if recent else 1
    wait = min(timedelta(minutes=settings.SIGNIN_LOCK_MINUTES) * 2 ** (row.rounds - 1), LONGEST)
    row.locked_until, row.failures = now + wait, 0
    row.save(update_fields=["rounds", "locked_until", "failures", "since"])
    if row.user_id or row.kind == Kind.ADDRESS:
        SecurityEvent.objects.create(
            kind=SecurityEvent.Kind.LOCKED,
            at=now,
            user_id=row.user_id,
            about=row.get_kind_display(),
            detail=f"第 {row.rounds} 次，{int(wait.total_seconds() // 60)} 分钟",
        )
    return wait
