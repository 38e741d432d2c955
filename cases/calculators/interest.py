"""Interest by published rates: LPR and its multiples, the benchmark rate before 2019-08-20."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from cases.calculators.rates import LPR_FROM, TERMS, Rates, warnings_for
from cases.calculators.working import (
    ONE_DAY,
    Line,
    Mistake,
    Result,
    checked_amount,
    checked_span,
    cut,
    to_fen,
)

YEARS: Final = (360, 365)
MOST_TIMES: Final = Decimal(10)
NAMES: Final = {"lpr": "LPR", "benchmark": "贷款基准利率"}
SOURCES: Final = (
    "按生效法律文书确定的方法计算（迟延利息解释第一条第二款：文书未确定给付一般债务利息的，不予计算）",
    "中国人民银行授权全国银行间同业拆借中心公布的贷款市场报价利率（LPR）",
)


def lpr_interest(
    principal: Decimal,
    start: date,
    end: date,
    rates: Rates,
    *,
    term: str = "1y",
    times: Decimal = Decimal(1),
    year_days: int = 365,
    fixed_on: date | None = None,
) -> Result:
    """Return simple interest on a principal, one line for each rate.

    Args:
        principal: yuan.
        start, end: the days after ``start`` up to and including ``end`` count.
        rates: of ``term``.
        times: multiple of the rate, such as 1.5 or 4.
        year_days: 360 or 365, as the judgment says.
        fixed_on: use the rate of this day throughout; None: the rate of each day.

    Raises:
        Mistake: an argument cannot be counted with.
    """
    checked_amount(principal, "principal", "本金")
    checked_span(start, end, rates.earliest - ONE_DAY, "此前的利率没有录入，请人工核定。")
    if not (times.is_finite() and 0 < times <= MOST_TIMES):
        raise Mistake("times.range", "times", f"倍数应当大于 0、不超过 {MOST_TIMES}。")
    if year_days not in YEARS:
        raise Mistake("year.days", "year_days", "一年按 360 日或者 365 日计算，请按裁判文书选择。")
    lasts = [] if fixed_on else rates.lasts()
    lines, kinds, exact = [], set(), Decimal(0)
    for a, b in cut(start, end, lasts):
        percent, kind = rates.on(fixed_on or b)
        days = (b - a).days
        amount = principal * percent * times * days / (100 * year_days)
        rate = f"年 {percent}% × {times:f} ÷ {year_days}"
        what = f"{TERMS[term]}{NAMES[kind]}"
        lines.append(Line(what, principal, rate, days, a + ONE_DAY, b, amount))
        kinds.add(kind)
        exact += amount
    warnings = warnings_for(rates, kinds, fixed_on or end)
    if times > 1 and "benchmark" in kinds and end >= LPR_FROM:
        warnings.append(
            "期间跨越 2019-08-20：此前的倍数按贷款基准利率计算，请核对裁判文书是否如此。"
        )
    return Result("利息", to_fen(exact), tuple(lines), SOURCES, tuple(warnings))
