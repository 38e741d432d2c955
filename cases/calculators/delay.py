"""迟延履行: the doubled part of interest on money debts, and 迟延履行金 for other obligations.

法释〔2014〕8号 (in force 2014-08-01). Before that day art. 7 keeps the older one,
法释〔2009〕6号: debt × benchmark rate × 2 × days, payments divided in proportion (并还原则).
That older text is known from memory only (MEM), and every result that uses it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from cases.calculators.rates import Rates, warnings_for
from cases.calculators.working import (
    ONE_DAY,
    Line,
    Mistake,
    Result,
    checked_amount,
    checked_span,
    cut,
    merged,
    to_fen,
)

NEW_FROM: Final = date(2014, 8, 1)
DAILY: Final = Decimal("0.000175")
#: How payments are divided from 2014-08-01: as art. 4 says, or interest first where so agreed.
ORDERS: Final = {"debt": "先还债务，后还加倍部分利息", "interest": "按约定先还加倍部分利息"}
LAW = "《最高人民法院关于执行程序中计算迟延履行期间的债务利息适用法律若干问题的解释》"
SOURCES: Final = (
    "《民事诉讼法》第二百六十四条",
    f"{LAW}第一条第三款（日万分之一点七五）、第二条（起算）、第三条（止日、不计算的期间）",
    f"{LAW}第四条（清偿顺序）",
)
OLD: Final = f"{LAW}第七条；法释〔2009〕6号（2014-08-01 前，MEM 待核实）"
ABROAD: Final = f"{LAW}第五条（外币）"


@dataclass
class _Account:
    """What is owed while the days go by; interest exact."""

    debt: Decimal
    interest: Decimal = Decimal(0)
    paid_interest: Decimal = Decimal(0)
    lines: list[Line] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def accrue(self, what: str, a: date, b: date, days: int, rate: tuple[str, Decimal]) -> None:
        words, daily = rate
        amount = self.debt * daily * days
        self.interest += amount
        self.lines.append(Line(what, self.debt, words, days, a + ONE_DAY, b, amount))

    def pay(self, day: date, amount: Decimal, order: str) -> None:
        owed = to_fen(self.debt + self.interest - self.paid_interest)
        if amount > owed:
            words = f"{day.isoformat()} 清偿 {amount} 元，超过当日尚欠的 {owed} 元，请核对。"
            raise Mistake("payment.over", "payments", words)
        to_debt = min(self._part(day, amount, order), self.debt)
        self.debt -= to_debt
        self.paid_interest += amount - to_debt
        split = f"还债务 {to_debt}，还加倍部分利息 {amount - to_debt}"
        self.lines.append(Line(f"{day.isoformat()} 清偿 {amount}：{split}"))

    def _part(self, day: date, amount: Decimal, order: str) -> Decimal:
        """Return what of a payment goes to the debt, in whole fen."""
        unpaid = self.interest - self.paid_interest
        if day < NEW_FROM:
            return to_fen(amount * self.debt / (self.debt + unpaid))
        if order == "debt":
            return amount
        return max(Decimal(0), amount - to_fen(max(unpaid, Decimal(0))))


def double_interest(
    debt: Decimal,
    start: date,
    end: date,
    rates: Rates,
    *,
    payments: Sequence[tuple[date, Decimal]] = (),
    pauses: Sequence[tuple[date, date]] = (),
    order: str = "debt",
    currency: str = "CNY",
    exchange: Decimal | None = None,
    year_days: int = 360,
) -> Result:
    """Return the doubled part of the interest for delayed performance (加倍部分债务利息).

    Args:
        debt: unpaid money debt named by the document, without general interest (一般债务利息).
        start: day the period for performance ended; the days after it count.
        end: day of performance, of the transfer, or of the ruling in force (art. 3).
        rates: benchmark rates for the days before 2014-08-01.
        payments: (day, amount); what a payment settles stops bearing interest that day.
        pauses: (first, last) days that do not count (art. 3 (3)), both included.
        order: one of ``ORDERS``.
        currency: of the debt; a foreign one is counted as it is, unless ``exchange`` is given.
        exchange: yuan for one unit on the day the interest starts (art. 5); the debt is converted
            first. Payments are then in yuan.
        year_days: 360 or 365 for the older rule.

    Raises:
        Mistake: an argument cannot be counted with, or a payment is above what was owed.
    """
    checked_amount(debt, "debt", "金钱债务")
    checked_span(start, end, rates.earliest - ONE_DAY, "此前的利率没有录入，请人工核定。")
    _check_choices(order, year_days)
    account, foreign = _Account(debt), currency != "CNY"
    if exchange is not None:
        currency = _convert(account, currency, exchange)
    paid, idle = _checked_payments(payments, start, end), merged(pauses)
    lasts = [day for day, _ in paid] + [NEW_FROM - ONE_DAY, *rates.lasts()]
    lasts = [day for day in lasts if day < NEW_FROM or day in {d for d, _ in paid}]
    lasts += [first - ONE_DAY for first, _ in idle] + [last for _, last in idle]
    for a, b in cut(start, end, lasts):
        _accrue(account, a, b, idle, rates, year_days)
        for day, amount in paid:
            if day == b:
                account.pay(day, amount, order)
    return _result(account, rates, currency, foreign)


def _check_choices(order: str, year_days: int) -> None:
    if order not in ORDERS:
        raise Mistake("order.unknown", "order", "没有这种清偿顺序。")
    if year_days not in (360, 365):
        raise Mistake("year.days", "year_days", "一年按 360 日或者 365 日计算。")


def _convert(account: _Account, currency: str, exchange: Decimal) -> str:
    if currency == "CNY":
        raise Mistake(
            "exchange.currency", "exchange", "人民币债务不需要汇率，请选择外币或清空汇率。"
        )
    if not (exchange.is_finite() and Decimal("0.000001") <= exchange <= 10_000):
        raise Mistake("exchange.range", "exchange", "汇率应当在 0.000001 至 10000 之间。")
    yuan = to_fen(account.debt * exchange)
    account.lines.append(Line(f"{currency} {account.debt} 按起算日中间价 {exchange:f} 折合", yuan))
    account.debt = checked_amount(yuan, "exchange", "折合的人民币金额")
    return "CNY"


def _checked_payments(
    payments: Sequence[tuple[date, Decimal]], start: date, end: date
) -> list[tuple[date, Decimal]]:
    for day, amount in payments:
        checked_amount(amount, "payments", "清偿金额")
        if not start < day <= end:
            words = (
                f"{day.isoformat()} 的清偿不在起日之后、止日以前；起日以前的清偿请先从债务中减去。"
            )
            raise Mistake("payment.day", "payments", words)
    return sorted(payments)


def _accrue(
    account: _Account,
    a: date,
    b: date,
    idle: Sequence[tuple[date, date]],
    rates: Rates,
    year_days: int,
) -> None:
    """Count the days after ``a`` up to ``b``, which lie wholly inside or outside a pause."""
    if any(first <= b <= last for first, last in idle):
        account.lines.append(Line("不计算的期间", account.debt, "—", 0, a + ONE_DAY, b, Decimal(0)))
    elif b < NEW_FROM:
        percent, kind = rates.on(b)
        account.kinds.add(kind)
        rate = (f"年 {percent}% × 2 ÷ {year_days}", percent * 2 / (100 * year_days))
        account.accrue("2014-08-01 前（旧规则）", a, b, (b - a).days, rate)
    else:
        account.accrue("加倍部分债务利息", a, b, (b - a).days, ("日 0.0175%", DAILY))


def _result(account: _Account, rates: Rates, currency: str, foreign: bool) -> Result:
    old = bool(account.kinds)
    sources = SOURCES + ((OLD,) if old else ()) + ((ABROAD,) if foreign else ())
    warnings = warnings_for(rates, account.kinds, NEW_FROM)
    if old:
        warnings.append(
            "2014-08-01 以前的期间按法释〔2009〕6号计算，该批复未收入本系统（MEM），请核对原文。"
        )
    total = to_fen(account.interest)
    owed = (
        ("尚欠债务", account.debt),
        ("尚欠加倍部分债务利息", max(Decimal(0), to_fen(total - account.paid_interest))),
    )
    lines = tuple(account.lines)
    title = "迟延履行期间加倍部分债务利息"
    return Result(title, total, lines, sources, tuple(warnings), currency, still_owed=owed)


def delay_money(loss: Decimal | None) -> Result:
    """Return 迟延履行金 for an obligation that is not of money.

    Args:
        loss: proven loss of the applicant, yuan; None: no loss, the court decides the sum.

    Raises:
        Mistake: the loss cannot be counted with.
    """
    source = ("《民事诉讼法》第二百六十四条", "《民事诉讼法解释》第五百零五条")
    if loss is None:
        line = Line("没有造成损失的，由人民法院根据具体案件情况决定")
        return Result("迟延履行金", None, (line,), source)
    checked_amount(loss, "loss", "已经造成的损失")
    line = Line("双倍补偿已经受到的损失", loss, "× 2", amount=loss * 2)
    return Result("迟延履行金", to_fen(loss * 2), (line,), source)
