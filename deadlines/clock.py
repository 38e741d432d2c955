"""One clock (期限时钟) as it was derived, and what it says on a day somebody asks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from deadlines.calendar import Calendar
from deadlines.events import Event, Extension, Spell
from deadlines.explain import Explanation, explain
from deadlines.rule import Rule
from deadlines.rulebook import Rulebook

RUNNING: Final = "running"
SUSPENDED: Final = "suspended"
DONE: Final = "done"
MOOT: Final = "moot"


class Basis(NamedTuple):
    """What a clock was derived from: kept so that it can explain itself without deriving again."""

    rule: Rule
    start: Event
    n: int
    unit: str
    spells: tuple[Spell, ...]
    extensions: tuple[Extension, ...]
    refused: tuple[Extension, ...]
    stop: Event | None
    rulebook: Rulebook
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Clock:
    """One derived period of one case.

    ``version`` is the first day of the rule version followed; ``subject`` the value of the field
    that ties start and stop together, "" if there is none. ``raw_end`` is the last day before
    rolling, ``due`` the last day in time: None while an excluded interval is open in the period.
    ``stopped_on`` is the day of performance (done) or of the end (moot). ``lapse_on`` is the first
    day of lateness: the day after ``due`` unless the duty was done or ended in time; it may lie in
    the future while the clock runs. ``amber_on`` is the first day of early warning, while running.
    """

    rule: str
    version: date
    start_seq: int
    start_on: date
    subject: str
    raw_end: date
    due: date | None
    state: str
    stopped_on: date | None
    stop_seq: int | None
    lapse_on: date | None
    amber_on: date | None
    severity: str
    duty: str
    basis: Basis = field(repr=False, compare=False)

    def lapsed(self, today: date) -> bool:
        """Has the period been overrun by ``today``, whether or not the duty was done since?"""
        return self.lapse_on is not None and self.lapse_on <= today

    def overdue(self, today: date) -> bool:
        """Is the duty still open and its last day past? On the due day itself it is not."""
        return self.state == RUNNING and self.lapsed(today)

    def amber(self, today: date) -> bool:
        """Is it time for the early warning (not yet overdue)?"""
        return self.amber_on is not None and self.amber_on <= today and not self.lapsed(today)

    def days_left(self, today: date) -> int | None:
        """Calendar days to the due day (0 on it, negative after), None unless running."""
        return (self.due - today).days if self.due and self.state == RUNNING else None

    def status(self, today: date) -> str:
        """``running`` | ``amber`` | ``overdue`` | ``suspended`` | ``done`` | ``late`` | ``moot``.

        ``late`` is a duty done or ended after its last day.
        """
        if self.state == RUNNING:
            return "overdue" if self.overdue(today) else "amber" if self.amber(today) else RUNNING
        if self.state in (DONE, MOOT) and self.lapse_on is not None:
            return "late"
        return self.state

    def explain(self, labels: Mapping[str, str] | None = None) -> Explanation:
        """Everything the "why this date" page shows; ``labels``: event kind to Chinese name."""
        return explain(self, labels or {})
