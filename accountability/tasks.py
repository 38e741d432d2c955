"""Celery tasks: they take the time from the wall and call the function everybody calls."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from accountability import sweep as sweeping
from cases.timeline import legal_day
from enforcement import clock
from enforcement.turns import take_turn

log = logging.getLogger("enforcement.sweep")

#: A turn is free again after this part of the interval: a beat is never quite punctual.
PART = 0.8


@shared_task(name="accountability.tasks.sweep")
def sweep() -> int:
    """Run one sweep as of now; safe to run twice and at once. Returns the new flags.

    Nobody is flagged while the clock of this machine is in doubt. Several beats may send it:
    within an interval the first one does the work, for all.
    """
    if doubt := clock.doubt():
        return sweeping.hold(doubt).flagged
    if not take_turn("sweep", PART * settings.SWEEP_EVERY):
        return 0
    now = timezone.now()
    return sweeping.sweep(legal_day(now), now, call_helpers=call_helpers).flagged


@shared_task(name="accountability.tasks.join_sweep")
def join_sweep() -> int:
    """Help with a backlog until nothing is left that nobody else holds. Returns the new flags."""
    if clock.doubt():
        return 0
    now = timezone.now()
    return sweeping.sweep(legal_day(now), now, job="sweep-join").flagged


def call_helpers() -> None:
    """Ask other workers to join; without a broker the one at work does all of it alone."""
    try:
        for _ in range(settings.SWEEP_HELPERS):
            join_sweep.apply_async(expires=settings.SWEEP_EVERY, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("no helpers for the backlog: %s", type(error).__name__)
