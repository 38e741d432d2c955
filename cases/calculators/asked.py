"""Questions to the interest calculators as texts: one reading for commands and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from cases.calculators.delay import double_interest
from cases.calculators.interest import lpr_interest
from cases.calculators.rates import TERMS, load_rates
from cases.calculators.working import (
    Mistake,
    Result,
    parse_amount,
    parse_day,
    parse_pauses,
    parse_payments,
)

Row = Mapping[str, str]
Count = Callable[[Row], Result]

#: Further columns (options of the command), and what they mean.
COLUMNS: Final = {
    "payments": "delay: payments, 'YYYY-MM-DD AMOUNT;…'",
    "pauses": "delay: days that do not count, 'YYYY-MM-DD/YYYY-MM-DD;…'",
    "order": "delay: debt (art. 4) or interest (as agreed)",
    "currency": "delay: CNY, USD …",
    "exchange": "delay: yuan for one unit on the first day",
    "term": "lpr: 1y or 5y",
    "times": "lpr: multiple, such as 1.5 or 4",
    "fixed_on": "lpr: use the rate of this day throughout",
    "year_days": "360 or 365, as the judgment says",
}


def _text(row: Row, name: str, default: str = "") -> str:
    return (row.get(name) or "").strip() or default


def _year_days(row: Row, default: str) -> int:
    text = _text(row, "year_days", default)
    if text not in ("360", "365"):
        raise Mistake("year.days", "year_days", "一年按 360 日或者 365 日计算，请按裁判文书选择。")
    return int(text)


def _currency(row: Row) -> str:
    text = _text(row, "currency", "CNY").upper()
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise Mistake("currency.code", "currency", "币种请填写三个字母的代码，例如 CNY、USD。")
    return text


def _delay(row: Row) -> Result:
    exchange = _text(row, "exchange")
    return double_interest(
        parse_amount(_text(row, "amount"), "amount", "金钱债务"),
        parse_day(_text(row, "start"), "start", "履行期间届满之日"),
        parse_day(_text(row, "end"), "end", "履行完毕之日"),
        load_rates()["1y"],
        payments=parse_payments(_text(row, "payments")),
        pauses=parse_pauses(_text(row, "pauses")),
        order=_text(row, "order", "debt"),
        currency=_currency(row),
        exchange=parse_amount(exchange, "exchange", "汇率") if exchange else None,
        year_days=_year_days(row, "360"),
    )


def _lpr(row: Row) -> Result:
    term, times, fixed_on = _text(row, "term", "1y"), _text(row, "times"), _text(row, "fixed_on")
    if term not in TERMS:
        raise Mistake("term.unknown", "term", "期限品种只有 1y（一年期）和 5y（五年期以上）。")
    return lpr_interest(
        parse_amount(_text(row, "amount"), "amount", "本金"),
        parse_day(_text(row, "start"), "start", "起日"),
        parse_day(_text(row, "end"), "end", "止日"),
        load_rates()[term],
        term=term,
        times=parse_amount(times, "times", "倍数") if times else Decimal(1),
        year_days=_year_days(row, "365"),
        fixed_on=parse_day(fixed_on, "fixed_on", "利率日") if fixed_on else None,
    )


KINDS: Final[dict[str, Count]] = {"delay": _delay, "lpr": _lpr}
#: Columns that say nothing to a kind: a value there is a mistake, not to be passed over.
FOREIGN: Final = {
    "delay": ("term", "times", "fixed_on"),
    "lpr": ("payments", "pauses", "order", "currency", "exchange"),
}


def asked(kind: str, row: Row) -> Result:
    """Answer one question.

    Args:
        kind: ``delay`` or ``lpr``.
        row: amount, start, end and any of ``COLUMNS``, as typed.

    Raises:
        Mistake: with the field that is wrong.
    """
    for name in FOREIGN[kind]:
        if _text(row, name):
            raise Mistake("field.foreign", name, f"这种利息的计算不用 {name}，请去掉。")
    return KINDS[kind](row)
