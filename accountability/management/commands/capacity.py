"""Say what a court, a province and the country need, from the committed figures."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accountability.bench.capacity import table
from accountability.bench.plan import SIZES
from accountability.bench.report import committed


class Command(BaseCommand):
    """``manage.py capacity [--size L]``: the table of ``docs/scaling.md``."""

    help = "按 docs/benchmarks.md 的指标推算一个法院、一个省、全国需要的资源"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size whose figures count, and the bytes of a case."""
        parser.add_argument("--size", choices=SIZES, default="L")
        parser.add_argument("--bytes", type=float, default=11_000.0, help="每件案件占用的字节数")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table.

        Raises:
            CommandError: the committed table lacks a figure.
        """
        page = Path(settings.BASE_DIR) / "docs" / "benchmarks.md"
        figures = committed(page.read_text(encoding="utf-8"), options["size"])
        try:
            self.stdout.write(table(figures, options["bytes"]), ending="")
        except KeyError as missing:
            raise CommandError(
                f"docs/benchmarks.md 的 {options['size']} 表格缺少指标 {missing}，请先测速并写入。"
            ) from None
