"""Run one sweep by hand, as of today or another day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accountability.sweep import hold, sweep
from cases.timeline import legal_day
from enforcement import clock


class Command(BaseCommand):
    """``manage.py sweep [--today 2026-11-23]``: the same function as the beat task."""

    help = "巡检一次：重建期限表，标记已超期的事项"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--today``."""
        parser.add_argument("--today", type=date.fromisoformat, help="法定日，例如 2026-11-23")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and say what was done.

        Raises:
            CommandError: the clock of this machine is in doubt; nobody was flagged.
        """
        if doubt := clock.doubt():
            hold(doubt)
            raise CommandError(str(doubt))
        now = timezone.now()
        done = sweep(options["today"] or legal_day(now), now)
        self.stdout.write(
            f"重建 {done.rebuilt} 件，巡检 {done.looked} 件，新标记 {done.flagged} 项，"
            f"撤销 {done.withdrawn} 项，升级 {done.escalated} 项，异常 {done.sick} 件，"
            f"语句 {done.statements} 条"
        )
