"""Celery tasks: they take the time from the wall and call the function everybody calls."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accountability import sweep as sweeping
from cases.timeline import legal_day
from enforcement import clock


@shared_task(name="accountability.tasks.sweep")
def sweep() -> int:
    """Run one sweep as of now; safe to run twice and at once. Returns the new flags.

    Nobody is flagged while the clock of this machine is in doubt.
    """
    if doubt := clock.doubt():
        return sweeping.hold(doubt).flagged
    now = timezone.now()
    return sweeping.sweep(legal_day(now), now).flagged
