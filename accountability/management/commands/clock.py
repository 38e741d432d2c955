"""Say whether this machine's clock is believed, or believe it from now on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accountability.sweep import look_again_after
from cases.timeline import legal_day
from enforcement import clock
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py clock [--accept]``: on the machine whose clock it is."""

    help = "核对本机时钟；确认无误后以 --accept 采信"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--accept``."""
        parser.add_argument("--accept", action="store_true", help="现在的时间已经核对无误")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, or accept; flags for a day that has not come are taken back by the next sweep.

        Raises:
            CommandError: the clock is in doubt, or cannot be accepted.
        """
        if not options["accept"]:
            if found := clock.look():
                raise CommandError(str(found))
            self.stdout.write("时钟正常。")
            return
        try:
            clock.accept()
        except Refused as refused:
            raise CommandError(refused.message) from None
        early = look_again_after(legal_day(timezone.now()))
        self.stdout.write(f"已采信本机时钟。{early} 件案件的标记早于届满日，下次巡检重看。")
