"""利息: doubled interest for delayed performance, or interest by LPR, with the working."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.calculators.asked import COLUMNS, KINDS, asked
from cases.calculators.printed import answered_table, said
from cases.calculators.working import Mistake


class Command(BaseCommand):
    """``interest delay|lpr AMOUNT START END [options]`` or ``interest delay|lpr --batch FILE``."""

    help = "Count interest (加倍部分债务利息、LPR 利息) and show the working in Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The kind, then one question, or a file of them with the same names as columns."""
        parser.add_argument("kind", choices=list(KINDS))
        parser.add_argument("amount", nargs="?", help="unpaid debt or principal")
        parser.add_argument("start", nargs="?", help="YYYY-MM-DD; the days after it count")
        parser.add_argument("end", nargs="?", help="YYYY-MM-DD; counts")
        for name, words in COLUMNS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", default="", help=words)
        parser.add_argument("--batch", metavar="FILE.csv", help="adds total,why,error")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question or a file of them."""
        kind = options["kind"]
        words = ("amount", "start", "end")
        try:
            if options["batch"]:
                if options["amount"]:
                    raise CommandError("使用 --batch 时，金额和日期写在文件里，不要再写在命令行。")
                table = answered_table(options["batch"], list(words), lambda row: asked(kind, row))
                self.stdout.write(table, ending="")
            else:
                row = {name: options[name] or "" for name in (*words, *COLUMNS)}
                self.stdout.write(said(asked(kind, row)))
        except Mistake as error:
            raise CommandError(error.message) from error
