"""Fill an empty database with fictional cases of national size (``--size N``)."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accountability.bench.load import Loaded, NotEmpty, load
from accountability.bench.plan import SIZES, Plan
from accountability.bench.rows import query_code
from cases.timeline import legal_day
from deadlines.law import current
from enforcement.models import Court


class Command(BaseCommand):
    """``manage.py generate_load --size M --seed 1``: the same seed makes the same cases."""

    help = "在没有案件的数据库里生成大量虚构案件，供测速和演练使用"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take size, seed and day."""
        parser.add_argument("--size", choices=SIZES, default="M")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--today", type=date.fromisoformat, help="YYYY-MM-DD; today if left")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how far it is.

        Raises:
            CommandError: there are cases already, or no courts yet.
        """
        now, began = timezone.now(), monotonic()
        if not Court.objects.exists():
            raise CommandError("还没有法院，请先运行 manage.py load_courts。")
        today = options["today"] or legal_day(now)
        wanted = SIZES[options["size"]]
        plan = Plan(options["seed"], wanted, today, current().calendar)

        def tell(done: Loaded) -> None:
            seconds = monotonic() - began
            rate = done.cases / seconds
            left = (wanted - done.cases) / rate
            self.stdout.write(
                f"{done.cases:>9,} / {wanted:,} 件  {done.events:,} 项记录  "
                f"{rate:,.0f} 件/秒  约剩 {left:,.0f} 秒"
            )
            self.stdout.flush()

        try:
            done = load(plan, now, tell)
        except NotEmpty:
            raise CommandError("数据库里已经有案件。只能在没有案件的数据库里生成。") from None
        for table, count in sorted(done.rows.items()):
            self.stdout.write(f"  {table:<30} {count:>12,}")
        self.stdout.write(
            f"完成 {monotonic() - began:.1f} 秒，汇总 {done.folded:,} 条；"
            f"所有案件的查询码为 {query_code(options['seed'])}"
        )
