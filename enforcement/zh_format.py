"""How figures, days and names are written in Chinese on pages and papers (pure, no Django).

One place, so that a sum or a date looks the same in a list, a chart, a notice and a report.
Everything here takes plain values and returns text; templates reach it through
``{% load court_format %}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple
from zoneinfo import ZoneInfo

#: What stands where a value is unknown.
NOTHING = "—"

#: The zone of legal days (法定日以北京时间计).
COURT_ZONE = ZoneInfo("Asia/Shanghai")

#: Days before the due day on which a clock turns amber (临期).
AMBER_DAYS = 3

#: Kinds of party whose name is no personal matter (法人、非法人组织).
BODIES = frozenset({"legal", "other"})

_WEEKDAYS = "一二三四五六日"
_FEN = Decimal("0.01")
_WAN = Decimal(10_000)
_YI = Decimal(100_000_000)

#: Surnames of two characters (复姓), written end to end.
_TWO = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐"
)
_COMPOUND_SURNAMES = frozenset(_TWO[i : i + 2] for i in range(0, len(_TWO), 2))


def _decimal(value: object) -> Decimal | None:
    """Read an amount in yuan; nothing and text that is no number give None."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _grouped(number: Decimal) -> str:
    """Write a number with two decimals and thousands separators."""
    rounded = number.quantize(_FEN, ROUND_HALF_UP)
    return f"{rounded if rounded else abs(rounded):,.2f}"


def money(value: object) -> str:
    """Write an amount in yuan for a detail page: ``1,234,567.89 元``."""
    number = _decimal(value)
    return NOTHING if number is None else f"{_grouped(number)} 元"


def yuan(value: object) -> str:
    """Write an amount in yuan without its unit, for a column whose head says 元."""
    number = _decimal(value)
    return NOTHING if number is None else _grouped(number)


def wan(value: object) -> str:
    """Write an amount in yuan as 万元 for lists and charts: ``123.46 万元``."""
    number = _decimal(value)
    return NOTHING if number is None else f"{_grouped(number / _WAN)} 万元"


def money_short(value: object) -> str:
    """Write an amount in yuan with the unit that suits it: 元, 万元 or 亿元 (for figures)."""
    number = _decimal(value)
    if number is None:
        return NOTHING
    if abs(number) >= _YI:
        return f"{_grouped(number / _YI)} 亿元"
    return wan(number) if abs(number) >= _WAN else money(number)


def count(value: int | None, cap: int | None = None) -> str:
    """Write a number of things; above the cap only that it is more: ``1,000+``."""
    if value is None:
        return NOTHING
    return f"{cap:,}+" if cap is not None and value > cap else f"{value:,}"


def percent(part: float | Decimal | None, whole: float | Decimal | None = None) -> str:
    """Write a share: ``percent(37, 40)`` or ``percent(0.925)`` give ``92.5%``; no base, a dash."""
    if part is None or (whole is not None and not whole):
        return NOTHING
    share = Decimal(str(part)) / (Decimal(str(whole)) if whole is not None else 1)
    shown = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{shown if shown else abs(shown)}%"


def legal_day(value: date | datetime | None) -> date | None:
    """Return the legal day of a moment (in Asia/Shanghai), or the day itself.

    Raises:
        ValueError: for a moment without a zone, which has no legal day.
    """
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("a moment without a zone has no legal day")
    return value.astimezone(COURT_ZONE).date()


def day(value: date | datetime | None) -> str:
    """Write a day for tables: ``2026-11-22``."""
    on = legal_day(value)
    return NOTHING if on is None else on.isoformat()


def day_zh(value: date | datetime | None, today: date | None = None) -> str:
    """Write a day with its weekday: ``11月24日（周二）``; with the year unless it is today's."""
    on = legal_day(value)
    if on is None:
        return NOTHING
    year = "" if today is not None and on.year == today.year else f"{on.year}年"
    return f"{year}{on.month}月{on.day}日（周{_WEEKDAYS[on.weekday()]}）"


def day_paper(value: date | datetime | None) -> str:
    """Write a day for official papers, without leading zeros: ``2026年11月2日``."""
    on = legal_day(value)
    return NOTHING if on is None else f"{on.year}年{on.month}月{on.day}日"


def moment(value: datetime | None, seconds: bool = False) -> str:
    """Write a moment in Asia/Shanghai: ``2026-11-22 17:05`` (with seconds on demand).

    Raises:
        ValueError: for a moment without a zone.
    """
    if value is None:
        return NOTHING
    if value.tzinfo is None:
        raise ValueError("a moment without a zone cannot be shown")
    return f"{value.astimezone(COURT_ZONE):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def moment_iso(value: datetime | None) -> str:
    """Write a moment in UTC for machines (the ``datetime`` attribute of ``<time>``)."""
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


def duration_zh(value: timedelta | int | float | None) -> str:
    """Write a span in its two largest units: ``3天4小时``, ``2分5秒``; a number is seconds."""
    if value is None:
        return NOTHING
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    left = round(abs(seconds))
    if left == 0:
        return "不到1秒" if seconds else "0秒"
    units = (("天", 86_400), ("小时", 3_600), ("分", 60), ("秒", 1))
    parts: list[tuple[str, int]] = []
    for name, size in units:
        number, left = divmod(left, size)
        parts.append((name, number))
    first = next(i for i, (_, number) in enumerate(parts) if number)
    return "".join(f"{number}{name}" for name, number in parts[first : first + 2] if number)


def mask_name(name: str | None, kind: str = "natural") -> str:
    """Write a person's name so that strangers learn the surname only: 张三丰 → 张某某.

    A body (``kind`` ``legal`` or ``other``) is shown in full; any other kind is taken for a
    person, so that a slip hides rather than shows. One 某 stands for each further character,
    two at most; of names written with a dot only the first character stays.
    """
    text = (name or "").strip()
    if not text or kind in BODIES:
        return text or NOTHING
    keep = 2 if len(text) > 2 and text[:2] in _COMPOUND_SURNAMES else 1
    return text[:keep] + "某" * max(1, min(2, len(text) - keep))


def mask_id(number: str | None) -> str:
    """Write an identity number by its first three and last four characters."""
    text = (number or "").strip()
    if not text:
        return NOTHING
    if len(text) <= 8:
        return text[:1] + "*" * max(1, len(text) - 1)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent a clock is, in a form that never speaks by colour alone.

    Attributes:
        kind: ``late`` | ``soon`` | ``ok`` | ``done`` | ``paused`` | ``none``; the CSS class is
            ``u-<kind>``.
        sign: ● ▲ ✓ ‖ or a dash.
        text: the words, for example ``还剩 2 天``.
        days: days from today to the due day (negative when late), None when there is none.
    """

    kind: str
    sign: str
    text: str
    days: int | None = None

    @property
    def css(self) -> str:
        """The class of the sign and words."""
        return f"u-{self.kind}"


def days_left(
    due: date | None, today: date, state: str = "running", amber: int = AMBER_DAYS
) -> Urgency:
    """Say how much time is left.

    Args:
        due: the legal day on which the period ends (最后一日), None when there is none yet.
        today: the legal day on which this is asked.
        state: ``running``, ``done`` (the act was performed) or ``suspended`` (期间已扣除/中止计算).
        amber: from how many days before the due day the clock is amber (临期).
    """
    if state == "done":
        return Urgency("done", "✓", "已完成")
    if state == "suspended":
        return Urgency("paused", "‖", "期间已扣除")
    if due is None:
        return Urgency("none", NOTHING, "无期限")
    left = (due - today).days
    if left < 0:
        return Urgency("late", "●", f"逾期 {-left} 天", left)
    if left == 0:
        return Urgency("soon", "▲", "今天到期", left)
    if left <= amber:
        return Urgency("soon", "▲", f"还剩 {left} 天", left)
    return Urgency("ok", "✓", f"还剩 {left} 天", left)


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a horizontal bar, in per cent of its width.

    Attributes:
        label: what it stands for.
        value: the figure behind it.
        tone: CSS tone (``ok soon late paused accent muted``).
        x: where it starts, 0–100.
        width: how wide it is, 0–100.
        url: the list that it opens, or empty.
    """

    label: str
    value: float
    tone: str
    x: float
    width: float
    url: str = ""


def stack(parts: list[dict[str, object]], total: float | None = None) -> list[Segment]:
    """Lay parts end to end on a bar of 100 %.

    Args:
        parts: dicts with ``label``, ``value`` (≥ 0), ``tone`` and optionally ``url``.
        total: the figure that fills the bar; the sum of the parts when None. A larger sum wins.
    """
    values = [max(0.0, float(str(part.get("value") or 0))) for part in parts]
    whole = max(total or 0.0, sum(values)) or 1.0
    segments, x = [], 0.0
    for part, value in zip(parts, values, strict=True):
        width = round(100 * value / whole, 2)
        segments.append(
            Segment(
                label=str(part.get("label", "")),
                value=value,
                tone=str(part.get("tone", "accent")),
                x=round(x, 2),
                width=width,
                url=str(part.get("url") or ""),
            )
        )
        x += width
    return segments


class Span(NamedTuple):
    """A stretch of a bar, in per cent of its width."""

    x: float
    width: float

    @property
    def end(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


@dataclass(frozen=True, slots=True)
class ClockBar:
    """A clock drawn from its start to its end, in per cent.

    Attributes:
        run: the time run so far.
        excluded: each excluded interval (扣除期间), drawn hatched.
        over: the time past the due day, None when none.
        due: where the due day stands, None when the clock has none.
        today: where today stands, None when the clock is done.
        text: the same in words, for screen readers.
    """

    run: Span
    excluded: tuple[Span, ...]
    over: Span | None
    due: float | None
    today: float | None
    text: str


def clock_bar(
    start: date,
    due: date | None,
    today: date,
    *,
    excluded: tuple[tuple[date, date | None], ...] = (),
    done_on: date | None = None,
) -> ClockBar:
    """Lay a clock out as a bar.

    Args:
        start: the trigger day (not counted).
        due: the last day, None while the clock is suspended.
        today: the legal day of asking.
        excluded: (first, last) of each excluded interval; an open one has None as last.
        done_on: the day of the act that satisfied the clock.
    """
    now = done_on or today
    last = max(d for d in (start + timedelta(days=1), due, now) if d is not None)
    span = (last - start).days

    def at(on: date) -> float:
        return round(100 * min(max((on - start).days, 0), span) / span, 2)

    def between(a: date, b: date) -> Span:
        return Span(at(a), round(max(0.0, at(b) - at(a)), 2))

    late = due is not None and now > due
    gaps = tuple(between(a, b or now) for a, b in excluded)
    words = [f"起算 {day(start)}", f"届满 {day(due)}" if due else "期间已扣除，暂无届满日"]
    words += [f"扣除 {day(a)} 至 {day(b) if b else '今'}" for a, b in excluded]
    words.append(f"完成 {day(done_on)}" if done_on else f"今天 {day(today)}")
    return ClockBar(
        run=between(start, min(now, due) if due else now),
        excluded=gaps,
        over=between(due, now) if due is not None and late else None,
        due=at(due) if due else None,
        today=None if done_on else at(today),
        text="，".join(words),
    )
