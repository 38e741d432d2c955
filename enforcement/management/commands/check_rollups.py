"""``manage.py check_rollups [--repair]``: recount dashboards' figures from the tables."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enforcement.rollup_check import check

#: Differences printed one by one; the rest are only counted.
SHOWN = 20


class Command(BaseCommand):
    """Compare every folded figure with the rows it counts; exit 1 on a difference."""

    help = "Recount the rollups of every court from the tables; exit 1 when a figure differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--repair``."""
        parser.add_argument("--repair", action="store_true", help="set wrong figures right")

    def handle(self, *args: Any, repair: bool = False, **options: Any) -> None:
        """Print one line a metric, the differences, and a verdict.

        Raises:
            CommandError: figures differ and were not mended (exit 1).
        """
        found = check(repair=repair)
        for metric, rows, total in found.totals:
            self.stdout.write(f"{metric:<24} {rows:>10,} rows  total {total:,}")
        for difference in found.wrong[:SHOWN]:
            self.stdout.write(f"differs: {difference}")
        if len(found.wrong) > SHOWN:
            self.stdout.write(f"… and {len(found.wrong) - SHOWN:,} more")
        for metric in found.strangers:
            self.stdout.write(f"nobody counts {metric}")
        if found.clean:
            self.stdout.write("no difference")
        elif repair:
            self.stdout.write(f"mended {len(found.wrong):,} figures")
        else:
            raise CommandError(
                f"{len(found.wrong):,} figures differ; mend them with check_rollups --repair"
            )
