"""``manage.py rules``: the rulebook as a table, and whether it holds every clock the law knows."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.timeline import legal_day
from deadlines import words
from deadlines.completeness import Comparison, compared, differing, listed
from deadlines.law import current
from deadlines.rule import Rule
from deadlines.rulebook import Rulebook

HEADINGS = (
    *("代码", "名称", "起算", "期限", "完成", "扣除", "延长", "来源", "可信度", "核对", "应复核"),
    *("级别", "责任"),
)


class Command(BaseCommand):
    """Counts first and last; exit code 1 when the list and the rules do not agree."""

    help = "期限规则：全部规则及其依据，与时钟清单核对"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--table``, ``--unsure`` and ``--due``."""
        parser.add_argument("--table", action="store_true", help="逐条列出，制表符分隔")
        parser.add_argument("--unsure", action="store_true", help="只列依据有待核实的")
        parser.add_argument("--due", action="store_true", help="只列应复核的（核对满一年）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the rules wanted, then the comparison."""
        book, today = current().rulebook, legal_day(timezone.now())
        latest = [rule for code in book.codes() if (rule := book.latest(code))]
        if options["table"] or options["unsure"] or options["due"]:
            wanted = [
                rule
                for rule in latest
                if (rule.unsure or not options["unsure"])
                and (rule.review_on <= today or not options["due"])
            ]
            self._table(book, wanted)
        self._counts(book, latest, sum(rule.review_on <= today for rule in latest))
        comparison = compared(book)
        self._comparison(book, comparison)
        if not comparison.complete:
            raise CommandError("规则库与清单不一致，见上。")

    def _table(self, book: Rulebook, rules: Iterable[Rule]) -> None:
        self.stdout.write("\t".join(HEADINGS))
        order = list(words.AREAS)
        for rule in sorted(rules, key=lambda r: (order.index(r.area), r.code)):
            self.stdout.write("\t".join(_cells(book, rule)))

    def _counts(self, book: Rulebook, latest: list[Rule], due: int) -> None:
        unsure = sum(rule.unsure for rule in latest)
        levels = "，".join(
            f"{word} {sum(rule.severity == code for rule in latest)}"
            for code, (word, _, _) in words.SEVERITY.items()
        )
        self.stdout.write(
            f"规则 {len(latest)} 条（{len(book.rules)} 个版本）：{levels}；"
            f"依据有待核实 {unsure} 条，应复核 {due} 条"
        )

    def _comparison(self, book: Rulebook, found: Comparison) -> None:
        ruled, reasons = len(found.ruled), len(found.reasons)
        self.stdout.write(f"清单 {len(listed())} 项 = 规则 {ruled} 条 + 不作为规则 {reasons} 项")
        for code, reason in found.reasons.items():
            self.stdout.write(f"  不作为规则  {code}  {reason}")
        codes, beyond = len(book.codes()), len(found.beyond)
        self.stdout.write(f"规则 {codes} 条 = 清单 {ruled} 条 + 清单之外 {beyond} 条")
        for code, reason in found.beyond.items():
            self.stdout.write(f"  清单之外  {code}  {reason}")
        for code in (*found.missing, *found.unexplained):
            self.stdout.write(f"  没有着落  {code}")
        for row, rule in differing(book):
            self.stdout.write(f"  日数不同  {row.code}  清单 {row.span}  规则 {rule.n} {rule.unit}")


def _cells(book: Rulebook, rule: Rule) -> list[str]:
    told = words.described(rule, book.exclusion_name)
    return [
        rule.code,
        rule.name,
        told["starts"],
        told["span"],
        told["stops"],
        told["excluded"] or "—",
        told["approver"] or "—",
        rule.source,
        rule.confidence + ("（待核实）" if rule.unsure else ""),
        rule.checked_on.isoformat(),
        rule.review_on.isoformat(),
        told["severity"],
        told["duty"],
    ]
