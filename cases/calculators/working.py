"""What every money calculator answers with, and how it reads what was typed.

Amounts are ``Decimal``; nothing is rounded before the total, which is rounded once, half up, to
the fen.  A span from ``start`` to ``end`` holds the days after ``start`` up to and including
``end``, so that adjacent spans add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

FEN: Final = Decimal("0.01")
ONE_DAY: Final = timedelta(days=1)
#: Largest amount that is taken (18 digits with the fen), and the most payments or pauses.
MOST: Final = Decimal("9999999999999999.99")
MOST_ROWS: Final = 200
ROUNDING: Final = "各段不取整，合计四舍五入到分"


class Mistake(ValueError):
    """An input that cannot be counted with; ``message`` says why, in Chinese.

    Attributes:
        field: name of the argument that is wrong.
    """

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code, self.field, self.message = code, field, message


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the working.

    Attributes:
        what: what the line counts.
        base: amount that the rate is applied to.
        rate: the rate in words, such as ``年 3.45%``.
        days: days counted, for interest.
        first, last: first and last day counted, for interest.
        amount: exact, not rounded; None where the line only states what happened.
    """

    what: str
    base: Decimal | None = None
    rate: str = ""
    days: int | None = None
    first: date | None = None
    last: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A calculated sum.

    Attributes:
        total: rounded once, half up, to the fen; None where the law leaves it to the court.
        highest: upper end where the law gives a range, ``total`` being the lower one.
        still_owed: what remains of debt and interest after payments, in the same currency.
        sources: legal sources, each as it may be cited.
        warnings: what makes the sum unsure, to be shown loudly.
    """

    title: str
    total: Decimal | None
    lines: tuple[Line, ...]
    sources: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    currency: str = "CNY"
    highest: Decimal | None = None
    still_owed: tuple[tuple[str, Decimal], ...] = ()
    rounding: str = ROUNDING

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON: amounts as decimal texts, days in ISO."""
        return {
            "title": self.title,
            "total": _text(self.total),
            "highest": _text(self.highest),
            "currency": self.currency,
            "rounding": self.rounding,
            "lines": [
                {
                    "what": line.what,
                    "first": line.first.isoformat() if line.first else None,
                    "last": line.last.isoformat() if line.last else None,
                    "days": line.days,
                    "base": _text(line.base),
                    "rate": line.rate,
                    "amount": _text(line.amount),
                }
                for line in self.lines
            ],
            "still_owed": [{"what": what, "amount": _text(n)} for what, n in self.still_owed],
            "sources": list(self.sources),
            "warnings": list(self.warnings),
        }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def to_fen(amount: Decimal) -> Decimal:
    """Round an amount to the fen, half up."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def checked_amount(amount: Decimal, field: str, name: str, *, zero: bool = False) -> Decimal:
    """Return an amount that may be counted with.

    Raises:
        Mistake: not a number, below zero (or zero, unless ``zero``), too large, parts of a fen.
    """
    if not amount.is_finite():
        raise Mistake("amount.number", field, f"{name}不是数字，请填写例如 12345.67。")
    if amount < 0 or (amount == 0 and not zero):
        raise Mistake("amount.sign", field, f"{name}应当大于 0，请核对。")
    if amount > MOST:
        raise Mistake("amount.large", field, f"{name}过大，请核对。")
    if amount != to_fen(amount):
        raise Mistake("amount.fen", field, f"{name}最多两位小数。")
    return amount


def checked_span(start: date, end: date, earliest: date, why: str) -> None:
    """Refuse a span that ends before it starts, or that starts before anything is known.

    Raises:
        Mistake: ``span.reversed`` or ``span.early``.
    """
    if end < start:
        raise Mistake("span.reversed", "end", "止日早于起日，请核对。")
    if start < earliest:
        raise Mistake("span.early", "start", f"起日早于 {earliest.isoformat()}，{why}")


# -- reading texts -------------------------------------------------------------------------------


def parse_amount(text: str, field: str, name: str) -> Decimal:
    """Read an amount such as ``12345.67`` or ``12,345.67``.

    Raises:
        Mistake: ``amount.empty`` or ``amount.number``.
    """
    plain = text.strip().replace(",", "").replace("，", "")
    if not plain:
        raise Mistake("amount.empty", field, f"请填写{name}。")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise Mistake("amount.number", field, f"{name}不是数字，请填写例如 12345.67。") from None


def parse_day(text: str, field: str, name: str) -> date:
    """Read a day written 2026-11-22.

    Raises:
        Mistake: ``day.empty`` or ``day.invalid``.
    """
    plain = text.strip()
    if not plain:
        raise Mistake("day.empty", field, f"请填写{name}。")
    try:
        if len(plain) != 10:
            raise ValueError
        return date.fromisoformat(plain)
    except ValueError:
        raise Mistake(
            "day.invalid", field, f"{name}不是日期，请按 2026-11-22 的格式填写。"
        ) from None


def rows_of(text: str, field: str) -> list[str]:
    """Return what stands between line ends and semicolons, empty pieces left out.

    Raises:
        Mistake: ``rows.many``.
    """
    rows = [row.strip() for row in text.replace("；", ";").replace("\n", ";").split(";")]
    rows = [row for row in rows if row]
    if len(rows) > MOST_ROWS:
        raise Mistake("rows.many", field, f"一次最多填写 {MOST_ROWS} 行。")
    return rows


def parse_payments(text: str) -> list[tuple[date, Decimal]]:
    """Read payments, ``2024-03-01 10000`` a line.

    Raises:
        Mistake: with the line that cannot be read.
    """
    found = []
    for i, row in enumerate(rows_of(text, "payments"), 1):
        day, _, amount = row.partition(" ")
        name = f"第 {i} 笔清偿的"
        found.append(
            (
                parse_day(day, "payments", f"{name}日期"),
                parse_amount(amount, "payments", f"{name}金额"),
            )
        )
    return found


def parse_pauses(text: str) -> list[tuple[date, date]]:
    """Read periods that do not count, ``2024-03-01/2024-04-15`` a line, both days included.

    Raises:
        Mistake: with the line that cannot be read.
    """
    found = []
    for i, row in enumerate(rows_of(text, "pauses"), 1):
        first, _, last = row.partition("/")
        name = f"第 {i} 段不计算期间的"
        found.append(
            (parse_day(first, "pauses", f"{name}首日"), parse_day(last, "pauses", f"{name}末日"))
        )
    return found


# -- days ----------------------------------------------------------------------------------------


def merged(pauses: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Return the pauses in order, those that touch or overlap made one.

    Raises:
        Mistake: ``pause.reversed``.
    """
    found: list[tuple[date, date]] = []
    for first, last in sorted(pauses):
        if last < first:
            raise Mistake("pause.reversed", "pauses", "不计算期间的末日早于首日，请核对。")
        if found and first <= found[-1][1] + ONE_DAY:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def cut(start: date, end: date, lasts: Iterable[date]) -> Sequence[tuple[date, date]]:
    """Cut the days after ``start`` up to ``end`` behind each of ``lasts`` that lies inside."""
    edges = [start, *sorted({day for day in lasts if start < day < end}), end]
    return [(a, b) for a, b in pairwise(edges) if a < b]
