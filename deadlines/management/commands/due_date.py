"""期限计算: count one period, or a table of them, and say why the day is what it is."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from deadlines.batch import ADDED, answered_rows, counted, missing_columns
from deadlines.calendar import load_calendar, with_weekday
from deadlines.spans import SpanError


class Command(BaseCommand):
    """``due_date START N UNIT [--exclude A/B …]`` or ``due_date --batch FILE.csv``."""

    help = "Count a period (起算日、期限、扣除期间) and explain the due day in Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Three words for one period, or a file for many."""
        parser.add_argument("start", nargs="?", help="start day, not counted: YYYY-MM-DD")
        parser.add_argument("n", nargs="?", help="how many")
        parser.add_argument("unit", nargs="?", help="days | workdays | months | years")
        parser.add_argument(
            "--exclude",
            action="append",
            nargs="+",
            default=[],
            metavar="A/B",
            help="excluded interval: the days after A up to and including B",
        )
        parser.add_argument(
            "--batch",
            metavar="FILE.csv",
            help="columns start,n,unit,excluded (A/B;A/B); writes them plus due,why,error",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question or a file of them."""
        if options["batch"]:
            if options["start"] or options["exclude"]:
                raise CommandError("使用--batch时，起算日和扣除期间写在文件里，不要再写在命令行。")
            self._batch(Path(options["batch"]))
        elif options["unit"] is None:
            raise CommandError("请写明：起算日 数值 单位，例如 due_date 2026-02-09 7 days。")
        else:
            self._one(options)

    def _one(self, options: dict[str, Any]) -> None:
        excluded = [item for group in options["exclude"] for item in group]
        try:
            due = counted(
                options["start"], options["n"], options["unit"], excluded, load_calendar()
            )
        except SpanError as error:
            raise CommandError(error.message) from error
        shown = with_weekday(due.due) if due.due else "暂无（扣除期间尚未结束）"
        self.stdout.write(f"届满日：{shown}")
        for sentence in (*due.sentences, *due.warnings):
            self.stdout.write(f"- {sentence}")

    def _batch(self, path: Path) -> None:
        reader = csv.DictReader(io.StringIO(_text_of(path), newline=""))
        try:
            header = list(reader.fieldnames or ())
            if missing := missing_columns(header):
                raise CommandError(
                    f"文件{path}缺少列：{'、'.join(missing)}。需要start、n、unit、excluded四列。"
                )
            columns = [*(name for name in header if name not in ADDED), *ADDED]
            writer = csv.DictWriter(
                self.stdout, columns, extrasaction="ignore", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(answered_rows(reader, load_calendar()))
        except csv.Error as error:
            raise CommandError(f"文件{path}不是有效的CSV：{error}。") from error


def _text_of(path: Path) -> str:
    """Text of a UTF-8 file, with or without BOM; a clear refusal if there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"文件{path}不是UTF-8编码，请另存为UTF-8格式的CSV。") from error
    except FileNotFoundError as error:
        raise CommandError(f"找不到文件{path}，请检查路径。") from error
    except OSError as error:
        raise CommandError(f"无法读取文件{path}：{error.strerror}。") from error
