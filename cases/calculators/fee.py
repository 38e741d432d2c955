"""执行申请费: the fee for enforcement, 诉讼费用交纳办法 art. 14 (1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cases.calculators.working import Line, Result, checked_amount, to_fen

SOURCE: Final = "《诉讼费用交纳办法》第十四条第（一）项"
PAID_AFTER: Final = "《诉讼费用交纳办法》第二十条第二款：执行申请费执行后交纳"
BORNE_BY: Final = "《诉讼费用交纳办法》第三十八条第一款：由被执行人负担"

LOWEST, HIGHEST = Decimal("50.00"), Decimal("500.00")
FIRST: Final = Decimal(10_000)
#: (above, up to, percent) of each further part; None: without end.
PARTS: Final = (
    (FIRST, Decimal(500_000), Decimal("1.5")),
    (Decimal(500_000), Decimal(5_000_000), Decimal("1")),
    (Decimal(5_000_000), Decimal(10_000_000), Decimal("0.5")),
    (Decimal(10_000_000), None, Decimal("0.1")),
)


def enforcement_fee(amount: Decimal | None) -> Result:
    """Return the fee for enforcing an amount.

    Args:
        amount: amount or value enforced, yuan; None when the document names none, for which the
            law gives a range.

    Raises:
        Mistake: the amount cannot be counted with.
    """
    sources = (SOURCE, PAID_AFTER, BORNE_BY)
    if amount is None:
        line = Line("没有执行金额或者价额，每件", rate="50 元至 500 元", amount=LOWEST)
        return Result("执行申请费", LOWEST, (line,), sources, highest=HIGHEST)
    checked_amount(amount, "amount", "执行金额")
    lines = [Line("不超过 1 万元，每件", min(amount, FIRST), "50 元", amount=LOWEST)]
    for above, up_to, percent in PARTS:
        if amount <= above:
            break
        part = (amount if up_to is None else min(amount, up_to)) - above
        lines.append(Line(_words(above, up_to), part, f"{percent}%", amount=part * percent / 100))
    total = to_fen(sum((line.amount or Decimal(0) for line in lines), Decimal(0)))
    return Result("执行申请费", total, tuple(lines), sources)


def _words(above: Decimal, up_to: Decimal | None) -> str:
    end = f"至 {up_to / 10_000:f} 万元" if up_to else ""
    return f"超过 {above / 10_000:f} 万元{end}的部分"
