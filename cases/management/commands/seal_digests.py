"""Seal the days that are over, as the beat task does every hour."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.comparing import digests_in_order
from cases.sealing import ONE_DAY, earlier_clock, seal
from cases.timeline import legal_day
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py seal_digests [--until DAY]``: every day not sealed yet, in order."""

    help = "封存已经结束的各日：对当日全部记录和全部案件各取一个根并签名"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--until``."""
        parser.add_argument(
            "--until", type=date.fromisoformat, help="封存到这一日（含），默认昨日；可补封长期空缺"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal and say what was sealed.

        Raises:
            CommandError: refused, or the digests do not follow one another.
        """
        now = earlier_clock(timezone.now())
        until = options["until"]
        try:
            made = seal(until or legal_day(now) - ONE_DAY, now, catch_up=until is not None)
        except Refused as refused:
            raise CommandError(refused.message) from None
        for digest in made:
            content = digest.fields
            odd = f"（其中补记 {content['late']} 项）" if content["late"] else ""
            self.stdout.write(
                f"已封存 {digest.day}：记录 {content['events']} 项{odd}，"
                f"案件 {content['cases']} 件，摘要 {bytes(digest.hash).hex()[:16]}"
            )
        if not made:
            self.stdout.write("没有需要封存的日期。")
        if faults := list(digests_in_order()):
            for fault in faults:
                self.stderr.write(str(fault))
            raise CommandError("摘要之间不衔接，请立即保全数据并上报。")
