"""Check that no timeline was changed behind the system's back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.comparing import compare
from cases.evidence import read_digest
from cases.ledger import Fault, verify
from cases.models import Case
from cases.signing import public_key
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py verify_ledger [--case ID] [--against DIGEST]``: exit code 1 on any fault."""

    help = "核验案件时间线的哈希链；给出封存摘要的，还与摘要比对"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--case``, ``--against`` and ``--public-key``."""
        parser.add_argument("--case", type=int, help="只核验一个案件（编号）")
        parser.add_argument("--against", type=Path, metavar="DIGEST", help="所持的封存摘要文件")
        parser.add_argument(
            "--public-key", type=Path, metavar="FILE", help="摘要的签名公钥，默认本系统现用的"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, print each fault, and fail when there is one."""
        start = perf_counter()
        found = verify(options["case"])
        seconds = perf_counter() - start
        faults = list(found.faults)
        if options["against"]:
            faults += [f for f in self._against(options) if f not in faults]
        for fault in faults:
            self.stdout.write(str(fault))
        rate = found.events / seconds if seconds else 0
        line = (
            f"核验 {found.cases} 件案件、{found.events} 项记录，"
            f"用时 {seconds:.2f} 秒（每秒 {rate:,.0f} 项）"
        )
        if faults:
            raise CommandError(f"{line}：发现 {len(faults)} 处不符，请立即保全数据并上报。")
        self.stdout.write(f"{line}：全部相符。")

    def _against(self, options: dict[str, Any]) -> list[Fault]:
        """Compare with the digest of the file.

        Raises:
            CommandError: the file, the key or the case cannot be used.
        """
        case = None
        if options["case"] and (case := Case.objects.filter(pk=options["case"]).first()) is None:
            raise CommandError(f"没有编号为 {options['case']} 的案件。")
        try:
            given = options["public_key"]
            key = given.read_text(encoding="ascii").strip() if given else public_key()
            content = read_digest(options["against"].read_text(encoding="utf-8"), key)
        except Refused as refused:
            raise CommandError(refused.message) from None
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"文件读不出来：{error}") from None
        self.stdout.write(
            f"比对 {content['day']} 的封存摘要："
            f"记录 {content['events']} 项，案件 {content['cases']} 件"
        )
        return compare(content, case)
