"""Counting many periods from a CSV table (批量计算期限): one bad row never stops the others.

Columns in: ``start,n,unit,excluded`` (others are passed through), ``excluded`` written as
``A/B;A/B``. Columns out: the same, then ``due,why,error``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from deadlines.calendar import Calendar
from deadlines.spans import Due, Interval, SpanError, due_date

COLUMNS: Final = ("start", "n", "unit", "excluded")
ADDED: Final = ("due", "why", "error")
UNIT_WORDS: Final = {
    **dict.fromkeys(("days", "day", "日", "天", "自然日"), "days"),
    **dict.fromkeys(("workdays", "workday", "工作日", "个工作日"), "workdays"),
    **dict.fromkeys(("months", "month", "月", "个月"), "months"),
    **dict.fromkeys(("years", "year", "年"), "years"),
}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_EXTRA: Final = "\0extra"


def parse_day(text: str) -> date:
    """A legal day written YYYY-MM-DD.

    Raises:
        SpanError: anything else, or a day that does not exist.
    """
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SpanError("span.day", f"日期“{text}”无效，请写成YYYY-MM-DD且确有其日，例如2026-02-09。")


def parse_number(text: str) -> int:
    """A whole number; raises ``SpanError`` for anything else (a negative one is read as such)."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise SpanError("span.number", f"期限数值“{text}”不是整数，请更正。")
    return int(text)


def parse_unit(text: str) -> str:
    """``days`` | ``workdays`` | ``months`` | ``years`` from the English or Chinese word.

    Raises:
        SpanError: an unknown unit.
    """
    unit = UNIT_WORDS.get(text.strip().lower())
    if unit is None:
        raise SpanError(
            "span.unit", f"期限单位“{text.strip()}”无法识别，请用days、workdays、months或years。"
        )
    return unit


def parse_interval(text: str) -> Interval:
    """An excluded interval ``A/B``; ``A/`` is one that has not ended.

    Raises:
        SpanError: not of that form, or a day that does not exist.
    """
    opened, slash, closed = text.strip().partition("/")
    if not slash:
        raise SpanError("span.interval", f"扣除期间“{text.strip()}”应写成 开始日/结束日。")
    return parse_day(opened), parse_day(closed) if closed.strip() else None


def counted(start: str, n: str, unit: str, excluded: Iterable[str], calendar: Calendar) -> Due:
    """Count one period from texts as a person types them.

    Raises:
        SpanError: the first thing that is wrong, in Chinese.
    """
    intervals = [parse_interval(item) for item in excluded if item.strip()]
    return due_date(parse_day(start), parse_number(n), parse_unit(unit), intervals, calendar)


def missing_columns(header: Sequence[str] | None) -> list[str]:
    """Which of the needed columns the header lacks."""
    return [column for column in COLUMNS if column not in (header or ())]


def answered_rows(reader: csv.DictReader[str], calendar: Calendar) -> Iterator[dict[str, str]]:
    """Every row of ``reader`` with ``due``, ``why`` and ``error`` filled."""
    reader.restkey = _EXTRA
    reader.restval = ""
    for row in reader:
        extra = row.pop(_EXTRA, None)
        yield {**row, **(_answer(row, calendar) if extra is None else _refusal(_TOO_WIDE))}


_TOO_WIDE: Final = "本行的列数多于表头，请检查逗号和引号。"


def _refusal(message: str) -> dict[str, str]:
    return {"due": "", "why": "", "error": message}


def _answer(row: dict[str, str], calendar: Calendar) -> dict[str, str]:
    try:
        due = counted(
            row["start"],
            row["n"],
            row["unit"],
            row["excluded"].replace("；", ";").split(";"),
            calendar,
        )
    except SpanError as error:
        return _refusal(error.message)
    if due.due is None:
        return {"due": "", "why": due.why, "error": "扣除期间尚未结束，期限中止，暂无届满日。"}
    return {"due": due.due.isoformat(), "why": due.why, "error": ""}
