"""Write a case's timeline with its proofs to a file that can be verified elsewhere."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.evidence import case_by_number, timeline_file, written
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py export_timeline （2026）陕1002执1号 FILE [--day 2026-11-22 …]``."""

    help = "导出一个案件的时间线和证明，可用 tools/verify_timeline.py 离线核验"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the case, the file, and days wanted beside the latest."""
        parser.add_argument("number", help="案号")
        parser.add_argument("file", type=Path, help="写入的文件")
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            action="append",
            default=[],
            help="另附这一日摘要的证明（可重复）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it.

        Raises:
            CommandError: no such case, a day that is not sealed, a file that cannot be written,
                or (after writing) a timeline that is not what was sealed.
        """
        try:
            case = case_by_number(options["number"])
            exported = timeline_file(case, options["day"])
            options["file"].write_text(written(exported.data), encoding="utf-8")
        except Refused as refused:
            raise CommandError(refused.message) from None
        except OSError as error:
            raise CommandError(f"{options['file']} 不能写入：{error.strerror}") from None
        events, seals = exported.data["events"], exported.data["seals"]
        self.stdout.write(f"已导出 {case.number}：记录 {len(events)} 项，附 {len(seals)} 日的证明")
        if not seals:
            self.stdout.write("系统还没有封存过，文件里没有证明；封存次日再导出。")
        if exported.differing:
            days = "、".join(str(day) for day in exported.differing)
            raise CommandError(
                f"与 {days} 的封存摘要不符：封存后有记录被改动，请立即保全数据并上报。"
            )
