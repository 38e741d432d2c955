"""What the calculator (期限计算器) reads and answers: the same counting as ``due_date``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deadlines.batch import (
    ADDED,
    answered_rows,
    missing_columns,
    parse_day,
    parse_number,
    parse_unit,
)
from deadlines.law import current
from deadlines.spans import Due, Interval, SpanError, due_date
from deadlines.strip import Strip, strip_of
from enforcement.cells import harmless
from enforcement.errors import Invalid

UNITS = [("days", "日"), ("workdays", "个工作日"), ("months", "个月"), ("years", "年")]
#: Excluded intervals that may be typed, rows of a table that may be sent, and its size in bytes.
MOST_ROWS, MOST_LINES, MOST_BYTES = 20, 5000, 1_000_000


@dataclass
class Question:
    """What was typed, as it was typed, and what is wrong with it.

    Attributes:
        rows: (from, to) of each excluded interval.
        errors: field → Chinese sentence; ``rows`` for the intervals together.
    """

    start: str = ""
    n: str = ""
    unit: str = "days"
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("", "")])
    errors: dict[str, str] = field(default_factory=dict)
    row_errors: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, asked: Any) -> Question:
        """Read the fields of a form; further interval rows as ``a`` and ``b`` repeated."""
        firsts, lasts = asked.getlist("a")[:MOST_ROWS], asked.getlist("b")[:MOST_ROWS]
        lasts += [""] * (len(firsts) - len(lasts))
        rows = [(a.strip(), b.strip()) for a, b in zip(firsts, lasts, strict=False)]
        question = cls(
            asked.get("start", "").strip(),
            asked.get("n", "").strip(),
            asked.get("unit", "days"),
            rows or [("", "")],
        )
        if "more" in asked and len(question.rows) < MOST_ROWS:
            question.rows.append(("", ""))
        return question

    @property
    def asked(self) -> bool:
        """Tell whether there is anything to count."""
        return bool(self.start or self.n)

    @property
    def drawn(self) -> list[dict[str, str]]:
        """Return the interval rows for the page, each with what is wrong with it."""
        return [
            {"a": a, "b": b, "error": self.row_errors.get(i, "")}
            for i, (a, b) in enumerate(self.rows)
        ]

    def answer(self) -> Due | None:
        """Count the period; None with ``errors`` filled when something cannot be read."""
        start = self._read("start", lambda: parse_day(self.start))
        n = self._read("n", lambda: parse_number(self.n))
        unit = self._read("unit", lambda: parse_unit(self.unit))
        intervals = self.intervals()
        if start is None or n is None or unit is None or self.errors:
            return None
        try:
            return due_date(start, n, unit, intervals, current().calendar)
        except SpanError as error:
            where = {"span.negative": "n", "span.long": "n", "span.unit": "unit"}
            self.errors[where.get(error.code, "rows")] = error.message
            return None

    def intervals(self) -> list[Interval]:
        """Return the excluded intervals that can be read; the others put their error down."""
        found: list[Interval] = []
        for i, (a, b) in enumerate(self.rows):
            if not a and not b:
                continue
            try:
                opened, closed = parse_day(a), parse_day(b) if b else None
                if closed is not None and closed < opened:
                    raise SpanError("span.reversed", "扣除期间的结束日早于开始日，请更正。")
                found.append((opened, closed))
            except SpanError as error:
                self.row_errors[i] = error.message
                self.errors["rows"] = f"第 {i + 1} 段扣除期间：{error.message}"
        return found

    def _read(self, name: str, parse: Callable[[], Any]) -> Any:
        try:
            return parse()
        except SpanError as error:
            self.errors[name] = error.message
            return None

    def strip(self, due: Due, today: date) -> Strip | None:
        """Return the calendar strip of the answer."""
        return strip_of(due, current().calendar, today, self.intervals())


def answered_table(data: bytes) -> str:
    """Answer a CSV table as ``due_date --batch`` does, and return it with the added columns.

    Raises:
        Invalid: ``table.size``, ``table.text``, ``table.columns`` or ``table.long``.
    """
    if len(data) > MOST_BYTES:
        raise Invalid("table.size", "文件超过 1 MB，请分成几份。", field="table")
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = list(reader.fieldnames or ())
        if missing := missing_columns(header):
            raise Invalid(
                "table.columns",
                f"文件缺少列：{'、'.join(missing)}。需要 start、n、unit、excluded 四列。",
                field="table",
            )
        rows = list(answered_rows(reader, current().calendar))
    except UnicodeDecodeError:
        raise Invalid(
            "table.text", "文件不是 UTF-8 编码，请另存为 UTF-8 格式的 CSV。", field="table"
        ) from None
    except csv.Error:
        raise Invalid(
            "table.text", "文件不是有效的 CSV，请检查引号和分隔符。", field="table"
        ) from None
    if len(rows) > MOST_LINES:
        raise Invalid("table.long", f"一次最多计算 {MOST_LINES} 行。", field="table")
    out = io.StringIO()
    columns = [*(name for name in header if name not in ADDED), *ADDED]
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writerow({name: harmless(name) for name in columns})
    writer.writerows({name: harmless(row.get(name)) for name in columns} for row in rows)
    return out.getvalue()
