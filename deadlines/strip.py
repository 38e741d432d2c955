"""The calendar strip of "why this date": every day of a period, and what it counted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deadlines.calendar import Calendar
from deadlines.spans import Due, Interval

#: A period up to this long is drawn with a word in each day, a longer one as small months.
WORDY_DAYS = 48
#: A longer period than this is not drawn day by day at all.
LONGEST_DAYS = 800


@dataclass(frozen=True)
class Month:
    """One month of a long period, drawn small."""

    label: str
    blanks: range
    days: list[dict[str, Any]]


@dataclass(frozen=True)
class Strip:
    """The strip: wordy days for a short period, small months for a long one."""

    days: list[dict[str, Any]]
    blanks: range
    months: list[Month]


def strip_of(
    due: Due, calendar: Calendar, today: date, excluded: Iterable[Interval] = ()
) -> Strip | None:
    """Lay a counted period out day by day; None for one too long to draw.

    Args:
        due: the period with its working; one that stands still is drawn up to today.
        excluded: intervals as recorded; those still open have None as their end.
    """
    last = due.due or max(due.start, today)
    if (last - due.start).days > LONGEST_DAYS:
        return None
    spells = list(excluded)
    count = (last - due.start).days + 1
    days = [_day(due.start + timedelta(days=i), due, calendar, today, spells) for i in range(count)]
    if count <= WORDY_DAYS:
        return Strip(days, range(due.start.weekday()), [])
    return Strip([], range(0), _months(days))


def _day(
    on: date, due: Due, calendar: Calendar, today: date, spells: Sequence[Interval]
) -> dict[str, Any]:
    rest = calendar.why_rest(on)
    out = any(opened < on and (closed is None or on <= closed) for opened, closed in spells)
    counts = due.start < on <= due.raw_end and not out
    if due.unit == "workdays" and rest:
        counts = False
    marks = {
        "start": on == due.start,
        "counted": counts,
        "excluded": out and on > due.start,
        "rest": rest is not None,
        "rawend": due.due is not None and on == due.raw_end != due.due,
        "due": on == due.due,
        "today": on == today,
    }
    return {
        "on": on,
        "marks": " ".join(name for name, there in marks.items() if there),
        "label": _label(marks, rest or "", calendar.why_work(on)),
    }


def _label(marks: dict[str, bool], rest: str, made_up: str | None) -> str:
    if marks["start"]:
        return "起算日"
    if marks["due"]:
        return "届满日"
    if marks["rawend"]:
        return "原届满" + (f" {rest}" if rest else "")
    if marks["excluded"]:
        return "扣除"
    if rest:
        return rest
    return "调休上班" if made_up else ""


def _months(days: list[dict[str, Any]]) -> list[Month]:
    found: list[Month] = []
    for day in days:
        on: date = day["on"]
        label = f"{on.year}年{on.month}月"
        if not found or found[-1].label != label:
            found.append(Month(label, range(on.weekday()), []))
        found[-1].days.append(day)
    return found
