"""执行申请费: the fee of one amount or of a table of them, with the working."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.calculators.fee import enforcement_fee
from cases.calculators.printed import answered_table, said
from cases.calculators.working import Mistake, Result, parse_amount


def _asked(row: dict[str, str]) -> Result:
    text = row.get("amount") or ""
    return enforcement_fee(parse_amount(text, "amount", "执行金额") if text.strip() else None)


class Command(BaseCommand):
    """``fee AMOUNT``, ``fee --none`` or ``fee --batch FILE.csv``."""

    help = "Count the enforcement fee (执行申请费) and show the working in Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One amount, none, or a file."""
        parser.add_argument("amount", nargs="?", help="amount enforced, in yuan")
        parser.add_argument("--none", action="store_true", help="the document names no amount")
        parser.add_argument(
            "--batch", metavar="FILE.csv", help="column amount; adds total,why,error"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question or a file of them."""
        if sum((options["amount"] is not None, options["none"], bool(options["batch"]))) != 1:
            raise CommandError(
                "请写明执行金额，或者 --none（没有金额），或者 --batch 文件，三者选一。"
            )
        try:
            if options["batch"]:
                self.stdout.write(answered_table(options["batch"], ["amount"], _asked), ending="")
            elif options["none"]:
                self.stdout.write(said(enforcement_fee(None)))
            else:
                amount = parse_amount(options["amount"], "amount", "执行金额")
                self.stdout.write(said(enforcement_fee(amount)))
        except Mistake as error:
            raise CommandError(error.message) from error
