"""The Chinese working calendar (工作日历): which day is a working day, and why another is not.

The weekend is Saturday and Sunday. The State Council's yearly notice then makes some weekdays rest
days (放假调休) and some weekend days working days (调休上班). Such a make-up day is an ordinary
working day: a period that ends on it is not moved, and it counts as 工作日.

A year is ``published`` (the notice is out), ``provisional`` (only the statutory days of the
《全国年节及纪念日放假办法》 are known) or ``unknown`` (no file at all). Dates that depend on a
year that is not published are still computed, and carry a loud warning.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

MarkKind = Literal["off", "work"]
Status = Literal["published", "provisional", "unknown"]

HOLIDAYS: Final = Path(__file__).resolve().parent / "holidays"
ONE_DAY: Final = timedelta(days=1)
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SATURDAY: Final = 5

PROVISIONAL_WARNING: Final = (
    "注意：{year}年的放假安排通知尚未载入，本日期只按法定节日暂算，通知公布后可能变动，请复核。"
)
UNKNOWN_WARNING: Final = (
    "警告：系统没有{year}年的日历，本日期只按周六、周日推算，"
    "不能作为期限依据，请先载入该年放假安排。"
)


class CalendarError(ValueError):
    """The holiday files contradict themselves or cannot be read; ``faults`` lists every reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Mark(NamedTuple):
    """What a notice says about one day: ``off`` or ``work``, and for which holiday (name)."""

    kind: MarkKind
    name: str


class Year(NamedTuple):
    """How far one year can be trusted and where its days come from."""

    status: Status
    source: str
    url: str = ""


class RestDay(NamedTuple):
    """A day that is not a working day, with the Chinese reason (国庆节, 周六 …)."""

    day: date
    why: str


@dataclass(frozen=True)
class Calendar:
    """All marks of all years. Immutable; look-ups cost one dictionary access."""

    marks: Mapping[date, Mark]
    years: Mapping[int, Year] = field(default_factory=dict)

    @cached_property
    def _listed(self) -> dict[date, bool]:
        return {day: mark.kind == "work" for day, mark in self.marks.items()}

    @cached_property
    def token(self) -> str:
        """A hash that changes when any mark or any year's status changes (hex, 16 characters)."""
        lines = [f"{day} {mark.kind} {mark.name}" for day, mark in sorted(self.marks.items())]
        lines += [f"{year} {entry.status}" for year, entry in sorted(self.years.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    @cached_property
    def published_through(self) -> int | None:
        """Last year of the unbroken run of published years, or None: how far dates are firm."""
        known = sorted(year for year, entry in self.years.items() if entry.status == "published")
        firm = None
        for year in known:
            if firm is not None and year != firm + 1:
                break
            firm = year
        return firm

    def status(self, year: int) -> Status:
        """``published``, ``provisional`` or ``unknown`` for a calendar year."""
        entry = self.years.get(year)
        return entry.status if entry else "unknown"

    def is_working(self, day: date) -> bool:
        """Is ``day`` a working day? What a notice lists goes before the day of the week."""
        listed = self._listed.get(day)
        return day.weekday() < _SATURDAY if listed is None else listed

    def why_rest(self, day: date) -> str | None:
        """Chinese name of the reason why ``day`` is a rest day, or None for a working day."""
        if self.is_working(day):
            return None
        mark = self.marks.get(day)
        return mark.name if mark else WEEKDAYS[day.weekday()]

    def why_work(self, day: date) -> str | None:
        """Name of the holiday for which a weekend ``day`` was made a working day, else None."""
        mark = self.marks.get(day)
        return mark.name if mark and mark.kind == "work" and day.weekday() >= _SATURDAY else None

    def next_working(self, day: date) -> date:
        """``day`` itself if it is a working day, else the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day`` (``day`` not counted; ``n`` = 0 gives ``day``)."""
        for _ in range(n):
            day = self.next_working(day + ONE_DAY)
        return day

    def rest_days(self, first: date, last: date) -> tuple[RestDay, ...]:
        """Every rest day from ``first`` to ``last``, both included, with its reason."""
        span = (first + timedelta(days=k) for k in range((last - first).days + 1))
        return tuple(RestDay(day, why) for day in span if (why := self.why_rest(day)))

    def made_up_days(self, first: date, last: date) -> tuple[RestDay, ...]:
        """Make-up working days (调休上班日) from ``first`` to ``last``, both included."""
        span = (first + timedelta(days=k) for k in range((last - first).days + 1))
        return tuple(RestDay(day, why) for day in span if (why := self.why_work(day)))

    def warnings(self, first: date, last: date) -> tuple[str, ...]:
        """One loud Chinese sentence for each year touched by first..last that is not published."""
        found = []
        for year in range(first.year, last.year + 1):
            status = self.status(year)
            if status == "provisional":
                found.append(PROVISIONAL_WARNING.format(year=year))
            elif status == "unknown":
                found.append(UNKNOWN_WARNING.format(year=year))
        return tuple(found)

    def overlay(
        self, marks: Mapping[date, Mark], years: Mapping[int, Year] | None = None
    ) -> Calendar:
        """A new calendar with some days (and years) replaced: for what-if and closure days."""
        return Calendar({**self.marks, **marks}, {**self.years, **(years or {})})


def with_weekday(day: date) -> str:
    """``2026-02-24（周二）``: a day as the sentences write it."""
    return f"{day.isoformat()}（{WEEKDAYS[day.weekday()]}）"


def load_calendar(*directories: Path) -> Calendar:
    """Read one TOML file a year (``2026.toml``); the shipped ones if no directory is named.

    A year's file in a later directory replaces that year's file in an earlier one, so that an
    operator can add a notice without touching the shipped files.

    Raises:
        CalendarError: a file cannot be read, or two notices disagree about a day.
    """
    files: dict[str, Path] = {}
    for directory in directories or (HOLIDAYS,):
        files.update({path.stem: path for path in directory.glob("*.toml")})
    faults: list[str] = []
    marks: dict[date, Mark] = {}
    years: dict[int, Year] = {}
    for _, path in sorted(files.items()):
        _read_year(path, marks, years, faults)
    if not years and not faults:
        faults.append("no holiday file found")
    if faults:
        raise CalendarError(faults)
    return Calendar(marks, years)


def _read_year(
    path: Path, marks: dict[date, Mark], years: dict[int, Year], faults: list[str]
) -> None:
    """Add one year's file to ``marks`` and ``years``; append what is wrong to ``faults``."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{path.name}: {error}")
        return
    year, status, source = table.get("year"), table.get("status"), table.get("source")
    if not isinstance(year, int) or str(year) != path.stem:
        faults.append(f"{path.name}: 'year' must be {path.stem}")
        return
    if status not in ("published", "provisional"):
        faults.append(f"{path.name}: 'status' must be published or provisional")
        return
    if not isinstance(source, str) or not source:
        faults.append(f"{path.name}: 'source' is missing")
        return
    years[year] = Year(status, source, str(table.get("url", "")))
    kinds: tuple[MarkKind, ...] = ("off", "work")
    for kind in kinds:
        _read_marks(path.name, year, kind, table.get(kind, {}), marks, faults)


def _read_marks(
    file: str, year: int, kind: MarkKind, listed: Any, marks: dict[date, Mark], faults: list[str]
) -> None:
    """Add the days of one ``[off]`` or ``[work]`` table."""
    if not isinstance(listed, dict):
        faults.append(f"{file}: [{kind}] must be a table of days")
        return
    for text, name in listed.items():
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a legal day
        except ValueError:
            faults.append(f"{file}: [{kind}] {text!r} is not a day")
            continue
        if abs(day.year - year) > 1:
            faults.append(f"{file}: [{kind}] {text} does not belong to {year}")
            continue
        before = marks.get(day)
        if before and before.kind != kind:
            faults.append(f"{file}: {text} is both {before.kind} and {kind}")
        marks[day] = Mark(kind, str(name))
