"""Results as plain text, and tables of questions answered row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from cases.calculators.working import Line, Mistake, Result
from enforcement.cells import harmless

ADDED: Final = ("total", "why", "error")


def said(result: Result) -> str:
    """Write a result as lines of text: the sum, warnings, the working, the sources."""
    lines = [f"{result.title}：{_sum(result)}"]
    lines += [f"！{warning}" for warning in result.warnings]
    lines += [f"- {line_said(line)}" for line in result.lines]
    lines += [f"{what}：{amount} {result.currency}" for what, amount in result.still_owed]
    lines += [f"取整：{result.rounding}", f"依据：{'；'.join(result.sources)}"]
    return "\n".join(lines)


def _sum(result: Result) -> str:
    if result.total is None:
        return "由人民法院决定"
    upper = f" 至 {result.highest}" if result.highest is not None else ""
    return f"{result.total}{upper} {result.currency}"


def line_said(line: Line) -> str:
    """Write one line of the working, the amount with four places."""
    span = f"{line.first}至{line.last}（{line.days} 日）" if line.first else ""
    parts = [line.what, span, "" if line.base is None else f"基数 {line.base}", line.rate]
    if line.amount is not None:
        parts.append(f"= {line.amount.quantize(Decimal('0.0001'))}")
    return " ".join(part for part in parts if part)


def answered_table(
    path: str, needed: Sequence[str], count: Callable[[dict[str, str]], Result]
) -> str:
    """Answer a CSV file; a row that is wrong gets its error and hinders no other.

    Raises:
        Mistake: the file cannot be read or lacks columns.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header, rows = list(reader.fieldnames or ()), list(reader)
    except UnicodeDecodeError:
        raise Mistake(
            "table.text", "table", f"文件{path}不是 UTF-8 编码，请另存为 UTF-8。"
        ) from None
    except csv.Error:
        raise Mistake("table.text", "table", f"文件{path}不是有效的 CSV。") from None
    except OSError:
        raise Mistake("table.file", "table", f"无法读取文件{path}，请检查路径。") from None
    if missing := [name for name in needed if name not in header]:
        raise Mistake("table.columns", "table", f"文件缺少列：{'、'.join(missing)}。")
    out = io.StringIO()
    columns = [*(name for name in header if name not in ADDED), *ADDED]
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {**row, **_answer(row, count)}
        writer.writerow({name: harmless(value) for name, value in cells.items()})
    return out.getvalue()


def _answer(row: dict[str, str], count: Callable[[dict[str, str]], Result]) -> dict[str, str]:
    try:
        result = count(row)
    except Mistake as error:
        return {"total": "", "why": "", "error": error.message}
    why = "；".join([*result.warnings, *map(line_said, result.lines)])
    total = "" if result.total is None else str(result.total)
    return {"total": total, "why": why, "error": ""}
