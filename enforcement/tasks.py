"""Celery tasks of the floor: they take the time from the wall and call plain functions."""

from __future__ import annotations

import logging

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone

from enforcement import clock, kept, rollups
from enforcement.middleware import CHINA
from enforcement.signin import lockout

log = logging.getLogger("enforcement.rollups")


@shared_task(name="enforcement.tasks.fold_rollups")
def fold_rollups() -> int:
    """Turn the counting day if a legal day has begun, and fold the deltas.

    Safe to run twice and at once. Returns the number of deltas folded. The day stays while the
    clock of this machine is in doubt.
    """
    today = timezone.now().astimezone(CHINA).date()
    try:
        if clock.doubt() is None:
            rollups.turn_day(today)
    except OperationalError:
        log.warning("writers kept the counting day busy; the next run turns it to %s", today)
    return rollups.fold()


@shared_task(name="enforcement.tasks.forget_old")
def forget_old() -> int:
    """Remove sessions that are over, and counters of failures that nothing hangs on any more.

    Safe to run twice and at once. Returns the number of counters removed; nothing is thrown away
    while the clock of this machine is in doubt.
    """
    if clock.doubt() is not None:
        return 0
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return lockout.forget_old(now)


@shared_task(name="enforcement.tasks.tidy")
def tidy() -> int:
    """Delete what the database kept for a while and need keep no longer; returns how many.

    Nothing while the clock is in doubt: a day ahead, the marks against doing an act twice look old.
    """
    return 0 if clock.doubt() else kept.tidy()
