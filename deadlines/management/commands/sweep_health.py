"""``manage.py sweep_health``: that no case was skipped, and when the sweep last ran."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.timeline import legal_day
from deadlines.proof import GROUPS, cases_in, prove
from enforcement import health


class Command(BaseCommand):
    """The same figures as the page; exit code 1 when somebody must act."""

    help = "巡检完整性：每件案件都在一组里，各组相加等于全部案件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--list``."""
        parser.add_argument("--list", choices=GROUPS, help="列出一组中的案件（前 100 件）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the groups, or the cases of one."""
        if options["list"]:
            for line in cases_in(options["list"]):
                self.stdout.write(f"{line.number}  {line.court}  {line.error}".rstrip())
            return
        now = timezone.now()
        proof = prove(legal_day(now))
        for part, (name, _, meaning) in GROUPS.items():
            self.stdout.write(f"{name:　<4}{proof.parts[part]:>12,}  {meaning}")
        sign = "=" if proof.adds_up else "≠"
        self.stdout.write(f"合计{sum(proof.parts.values()):>16,} {sign} 全部案件 {proof.total:,}")
        self.stdout.write(f"到期待巡检 {proof.due:,} 件")
        tick = health.last_tick("sweep")
        tone = health.pulse(tick, now)
        age = f"{(now - tick.started_at).total_seconds():,.0f} 秒前" if tick else "从未运行"
        self.stdout.write(f"最近一次巡检 {age}：{health.PULSE[tone]}")
        if tone == "late" or not proof.sound:
            raise CommandError("需要处理，见 docs/operations.md 的 Playbooks。")
