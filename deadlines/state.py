"""How the sheets are (期限表): current, behind, set aside; and how far the calendar reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from cases.kinds import KINDS
from cases.models import Case
from deadlines.calendar import CalendarError, load_calendar
from deadlines.law import HERE, current
from deadlines.models import Clock, Sheet, Stale
from deadlines.rulebook import RulebookError, check_rules
from deadlines.sheets import AT_ONCE
from enforcement.paging import capped_count

#: Beyond this many a figure only says that there are more.
CAP = 10_000
#: Cases set aside that are listed by name.
NAMED = 50


@dataclass(frozen=True)
class Sick:
    """A case whose clocks cannot be derived: set aside, retried at each sweep."""

    case: Case
    error: str
    since: datetime


@dataclass(frozen=True)
class Sheets:
    """The sheets of all cases.

    Attributes:
        total: sheets there are. behind: cases with events not read yet.
        old: sheets made under other rules or another calendar.
        sick: cases set aside. due: sheets waiting for the sweep since ``oldest``.
    """

    total: int
    behind: int
    old: int
    sick: int
    due: int
    oldest: date | None


def sheets(today: date) -> Sheets:
    """Count the sheets; each figure stops at the cap."""
    token = current().token
    due = Sheet.objects.filter(next_look__lte=today, sick="")
    dated = due.filter(next_look__gt=AT_ONCE).order_by("next_look")
    oldest = dated.values_list("next_look", flat=True).first()
    older = Sheet.objects.filter(token__lt=token)
    newer = Sheet.objects.filter(token__gt=token)
    return Sheets(
        total=capped_count(Sheet.objects.all(), CAP),
        behind=capped_count(Stale.objects.all(), CAP),
        old=capped_count(older, CAP) + capped_count(newer, CAP),
        sick=capped_count(Sheet.objects.exclude(sick=""), CAP),
        due=capped_count(due, CAP),
        oldest=oldest,
    )


def sick_cases() -> list[Sick]:
    """Return the cases set aside, with the error of each."""
    rows = Sheet.objects.exclude(sick="").select_related("case").order_by("built_at")[:NAMED]
    return [Sick(row.case, row.sick, row.built_at) for row in rows]


@dataclass(frozen=True)
class Horizon:
    """How far the calendar is firm, and how many running clocks end beyond it."""

    through: int | None
    beyond: int


def horizon() -> Horizon:
    """Look how many running clocks end in a year whose notice is not published yet."""
    through = current().calendar.published_through
    if through is None:
        return Horizon(None, 0)
    last = date(through, 12, 31)
    return Horizon(
        through, capped_count(Clock.objects.filter(stopped_on__isnull=True, due__gt=last), CAP)
    )


def rulebook_faults() -> list[str]:
    """Return what is wrong with the rules in use; empty when they are sound."""
    try:
        return current().rulebook.problems(KINDS)
    except RulebookError as error:
        return error.faults


def deployed_faults() -> list[str]:
    """Return what is wrong with the files as they lie on the disk: the next start would refuse.

    Running processes keep the rules they started with, so nothing is wrong with their counting;
    but whoever restarts one should know before. Files are read again only after they changed.
    """
    files = sorted([*(HERE / "rules").glob("*.toml"), *(HERE / "holidays").glob("*.toml")])
    return _faults_of(tuple((str(f), *f.stat()[6:9:2]) for f in files if f.exists()))


@lru_cache(maxsize=1)
def _faults_of(files: tuple[tuple[object, ...], ...]) -> list[str]:
    """Read the files as they are now; the argument only says whether they changed."""
    try:
        load_calendar(HERE / "holidays")
        wrong = []
    except CalendarError as error:
        wrong = error.faults
    return [*check_rules(KINDS, HERE / "rules"), *wrong]
