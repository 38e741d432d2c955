"""Check that no timeline was changed behind the system's back."""

from __future__ import annotations

from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.ledger import verify


class Command(BaseCommand):
    """``manage.py verify_ledger [--case ID]``: exit code 1 and the events that do not fit."""

    help = "核验案件时间线的哈希链"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--case``."""
        parser.add_argument("--case", type=int, help="只核验一个案件（编号）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print each fault, and fail when there is one."""
        start = perf_counter()
        found = verify(options["case"])
        seconds = perf_counter() - start
        for fault in found.faults:
            self.stdout.write(str(fault))
        rate = found.events / seconds if seconds else 0
        line = (
            f"核验 {found.cases} 件案件、{found.events} 项记录，"
            f"用时 {seconds:.2f} 秒（每秒 {rate:,.0f} 项）"
        )
        if found.faults:
            raise CommandError(f"{line}：发现 {len(found.faults)} 处不符，请立即保全数据并上报。")
        self.stdout.write(f"{line}：全部相符。")
