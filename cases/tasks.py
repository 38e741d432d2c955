"""Celery tasks of cases: they take the time from the wall and call plain functions."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from cases import files
from cases.sealing import ONE_DAY, earlier_clock
from cases.sealing import seal as seal_days
from cases.timeline import legal_day
from enforcement import clock
from enforcement.errors import Refused

log = logging.getLogger("enforcement.digests")


@shared_task(name="cases.tasks.seal_digests")
def seal_digests() -> int:
    """Seal the days that are over; safe to run twice and at once. Returns how many were sealed.

    None while the clock of this machine is in doubt: what is sealed stays sealed.
    """
    if doubt := clock.doubt():
        log.warning("not sealed: the clock is in doubt (%s, %.0f s)", doubt.code, doubt.ahead)
        return 0
    now = earlier_clock(timezone.now())
    try:
        return len(seal_days(legal_day(now) - ONE_DAY, now))
    except Refused as refused:
        log.warning("not sealed (%s): %s", refused.code, refused.message)
        return 0


@shared_task(name="cases.tasks.sweep_files")
def sweep_files() -> int:
    """Remove stored files that no row names; safe to run twice and at once. Returns how many.

    None while the clock of this machine is in doubt: files would look older than they are.
    """
    if clock.doubt():
        return 0
    try:
        removed = files.sweep(timezone.now())
    except Refused as refused:
        log.error("files not swept (%s)", refused.code)
        return 0
    if removed:
        log.warning("%s stored files without a row were removed", removed)
    return removed
