"""Counting a period (期间的计算): from a start day and a span to the day it is due.

The law as built (民诉法第85条、民诉法解释第125条):

* the start day is not counted;
* months and years end on the same day number, or on the last day of a shorter month;
* days excluded from the period (中止、暂缓、公告 …) do not count. An interval from ``opened`` to
  ``closed`` excludes the days after ``opened`` up to and including ``closed``; overlapping
  intervals count once; only days inside the running period count, and the period grows as it
  meets them, so an interval that begins inside the grown part counts too;
* a period of working days counts working days only, again without the excluded ones;
* at the very end, once, the last day moves to the next working day.

An extension adds to the span before any day is excluded: 6 months extended by 3 are 9 months whose
length in days is fixed by the calendar, and excluded days come on top. So neither an excluded day
nor an extension can ever make a due day earlier.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from deadlines.calendar import ONE_DAY, Calendar, RestDay, with_weekday
from deadlines.rule import LONGEST, UNITS

Interval = tuple[date, date | None]
Span = tuple[int, str]
Segment = tuple[int, bool]  # a number of days, and whether they are working days

UNIT_NAMES: Final = {"days": "日", "workdays": "个工作日", "months": "个月", "years": "年"}


class SpanError(ValueError):
    """A period that cannot be counted; ``message`` says why, in Chinese, for the person asking."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Excluded:
    """One merged excluded interval as it met the period.

    ``counted_from`` is the day after which its days count; ``days`` is what it added: calendar
    days, or for a period of working days the working days passed over. An interval that is still
    open has ``closed`` None and ``days`` 0.
    """

    opened: date
    closed: date | None
    counted_from: date
    days: int


@dataclass(frozen=True, slots=True)
class Due:
    """A counted period with all its working shown.

    ``nominal_end`` is the end without any exclusion, ``raw_end`` the end with them, ``due`` that
    day moved to a working day. ``due`` is None while an interval is open inside the period
    (``raw_end`` is then what it would be without that interval).
    """

    start: date
    n: int
    unit: str
    extensions: tuple[Span, ...]
    nominal_end: date
    raw_end: date
    due: date | None
    excluded: tuple[Excluded, ...]
    skipped: tuple[RestDay, ...]
    rolled: tuple[RestDay, ...]
    made_up: tuple[RestDay, ...]
    warnings: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The working in Chinese sentences, in order."""
        return tuple(_sentences(self))

    @property
    def why(self) -> str:
        """All sentences and warnings in one text."""
        return "".join((*self.sentences, *self.warnings))


def span_text(n: int, unit: str) -> str:
    """``7日``, ``5个工作日``, ``6个月``, ``2年``."""
    return f"{n}{UNIT_NAMES[unit]}"


def add_months(day: date, n: int) -> date:
    """Same day number ``n`` months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    month += 1
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def add_span(day: date, n: int, unit: str, calendar: Calendar) -> date:
    """``day`` plus a span, nothing excluded, not rolled."""
    if unit == "days":
        return day + timedelta(days=n)
    if unit == "workdays":
        return calendar.add_working_days(day, n)
    return add_months(day, n * 12 if unit == "years" else n)


def merged(intervals: Iterable[Interval], start: date) -> list[Interval]:
    """Intervals that reach beyond ``start``, in order, overlapping or touching ones joined."""
    found: list[Interval] = []
    for opened, closed in sorted(intervals, key=lambda pair: (pair[0], pair[1] or date.max)):
        if closed is not None and closed <= max(start, opened):
            continue
        if found:
            before, until = found[-1]
            if until is None:
                break
            if opened <= until:
                found[-1] = (before, None if closed is None else max(until, closed))
                continue
        found.append((opened, closed))
    return found


def count_out(
    start: date, spans: Sequence[Span], intervals: Sequence[Interval], calendar: Calendar
) -> tuple[date, date | None]:
    """Raw end of a period, and the day on which an open interval stopped it (else None).

    Args:
        start: day that is not counted.
        spans: the span of the rule, then its extensions.
        intervals: as ``merged`` gives them.

    While an interval is open the raw end is what it would be without that interval.
    """
    halted: date | None = None
    if intervals and intervals[-1][1] is None:
        halted = max(intervals[-1][0], start)
        intervals = intervals[:-1]
    if len(spans) == 1 and not intervals:
        end = add_span(start, *spans[0], calendar)
    else:
        end = start
        for count, working in segments(start, spans, calendar):
            walk = _count_working if working else _count_days
            end = walk(end, count, intervals, calendar)
    return end, halted if halted is not None and halted < end else None


def segments(start: date, spans: Sequence[Span], calendar: Calendar) -> list[Segment]:
    """Each span as a fixed number of days or of working days.

    Months are turned into days where they lie when nothing is excluded; otherwise a month shifted
    by an excluded day could be shorter than before, and the period would end earlier.
    """
    found: list[Segment] = []
    for n, unit in spans:
        end = add_span(start, n, unit, calendar)
        working = unit == "workdays"
        found.append((n if working else (end - start).days, working))
        start = end
    return found


def _count_days(
    start: date, count: int, intervals: Sequence[Interval], _calendar: Calendar
) -> date:
    end = start + timedelta(days=count)
    for opened, closed in intervals:
        first = max(opened, start)
        if first >= end:
            break
        if closed is not None and closed > first:
            end += closed - first
    return end


def _count_working(
    start: date, count: int, intervals: Sequence[Interval], calendar: Calendar
) -> date:
    day = start
    waiting = [pair for pair in intervals if pair[1] is not None and pair[1] > start]
    while count:
        day += ONE_DAY
        if waiting and day > waiting[0][0]:
            _, closed = waiting.pop(0)
            day = max(day - ONE_DAY, closed or day)
            continue
        count -= calendar.is_working(day)
    return day


def due_date(
    start: date,
    n: int,
    unit: str,
    excluded: Sequence[Interval],
    calendar: Calendar,
    extensions: Sequence[Span] = (),
    *,
    roll: bool = True,
) -> Due:
    """Count a period and show the working.

    Args:
        start: the day that is not counted.
        n: how many, 0 or more.
        unit: ``days`` | ``workdays`` | ``months`` | ``years``.
        excluded: (opened, closed) pairs in any order; closed None means still open.
        calendar: working days.
        extensions: (n, unit) pairs added to the span.
        roll: whether the last day moves to the next working day.

    Raises:
        SpanError: a negative or absurd number, an unknown unit, an interval that ends before it
            begins, or a date beyond what can be represented.
    """
    spans = ((n, unit), *extensions)
    for span in spans:
        _check_span(*span)
    for opened, closed in excluded:
        if closed is not None and closed < opened:
            raise SpanError(
                "span.reversed", f"扣除期间{opened}/{closed}的结束日早于开始日，请更正。"
            )
    try:
        return _worked(start, spans, merged(excluded, start), calendar, roll=roll)
    except (OverflowError, ValueError) as error:
        raise SpanError(
            "span.range", "计算结果超出可表示的日期范围，请检查起算日和期限。"
        ) from error


def _check_span(n: int, unit: str) -> None:
    if unit not in UNITS:
        raise SpanError(
            "span.unit", f"期限单位“{unit}”无法识别，请用days、workdays、months或years。"
        )
    if n < 0:
        raise SpanError("span.negative", f"期限不能为负数（{n}），请更正。")
    if n > LONGEST[unit]:
        raise SpanError("span.long", f"期限{span_text(n, unit)}过长，请检查是否输错。")


def _worked(
    start: date,
    spans: tuple[Span, ...],
    intervals: list[Interval],
    calendar: Calendar,
    *,
    roll: bool,
) -> Due:
    raw_end, halted = count_out(start, spans, intervals, calendar)
    nominal = start
    for span in spans:
        nominal = add_span(nominal, *span, calendar)
    due = None if halted else calendar.next_working(raw_end) if roll else raw_end
    last = due or raw_end
    works = any(unit == "workdays" for _, unit in spans)
    watched = start + ONE_DAY if works and raw_end > start else raw_end
    return Due(
        start=start,
        n=spans[0][0],
        unit=spans[0][1],
        extensions=spans[1:],
        nominal_end=nominal,
        raw_end=raw_end,
        due=due,
        excluded=_met(start, raw_end, intervals, calendar, works=works),
        skipped=calendar.rest_days(watched, raw_end) if works and raw_end > start else (),
        rolled=calendar.rest_days(raw_end, last - ONE_DAY) if due and due > raw_end else (),
        made_up=calendar.made_up_days(watched, last),
        warnings=calendar.warnings(watched, last),
    )


def _met(
    start: date, raw_end: date, intervals: list[Interval], calendar: Calendar, *, works: bool
) -> tuple[Excluded, ...]:
    """The intervals that lie inside the period, with the days each one added."""
    found = []
    for opened, closed in intervals:
        first = max(opened, start)
        if first >= raw_end:
            break
        days = 0
        if closed is not None:
            days = (closed - first).days
            if works:
                days -= len(calendar.rest_days(first + ONE_DAY, closed))
        found.append(Excluded(opened, closed, first, days))
    return tuple(found)


def _sentences(due: Due) -> Iterable[str]:
    yield f"起算日{with_weekday(due.start)}不计入，自次日起算{span_text(due.n, due.unit)}。"
    for n, unit in due.extensions:
        yield f"经批准延长{span_text(n, unit)}。"
    if due.excluded:
        yield f"不扣除时，最后一日为{with_weekday(due.nominal_end)}。"
    elif due.due != due.nominal_end:
        yield f"期间最后一日为{with_weekday(due.nominal_end)}。"
    for item in due.excluded:
        yield _exclusion_sentence(item, due.unit)
    if due.due is None:
        yield "扣除期间尚未结束，期限中止，暂无届满日。"
        return
    if due.excluded:
        yield f"扣除后最后一日为{with_weekday(due.raw_end)}。"
    if due.skipped:
        yield f"按工作日计算，期间内休息日不计：{rest_text(due.skipped)}。"
    for day in due.made_up:
        yield f"{with_weekday(day.day)}因{day.why}调休上班，是工作日。"
    if due.rolled:
        yield f"最后一日遇休息日（{rest_text(due.rolled)}），顺延至{with_weekday(due.due)}。"
    yield f"届满日为{with_weekday(due.due)}。"


def _exclusion_sentence(item: Excluded, unit: str) -> str:
    if item.closed is None:
        return f"自{item.opened}起的扣除期间尚未结束。"
    since = (
        "" if item.counted_from == item.opened else f"（起算日{item.counted_from}之前的部分不扣）"
    )
    what = "个工作日" if unit == "workdays" else "日"
    return f"扣除{item.opened}至{item.closed}的期间{since}，共{item.days}{what}。"


def rest_text(days: Sequence[RestDay]) -> str:
    """``2026-02-16春节、2026-02-17春节``; runs of one name as ``2026-02-16至2026-02-23春节``."""
    runs: list[list[RestDay]] = []
    for item in days:
        if runs and runs[-1][-1].why == item.why and item.day - runs[-1][-1].day == ONE_DAY:
            runs[-1].append(item)
        else:
            runs.append([item])
    return "、".join(
        f"{run[0].day}{run[0].why}" if len(run) == 1 else f"{run[0].day}至{run[-1].day}{run[0].why}"
        for run in runs
    )
