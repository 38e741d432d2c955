"""What to make: how many cases in which court, filed on which day, on which course."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from accountability.bench.courses import WAVE_DAYS, Course, draw_courses, wave_courses
from cases.numbers import FIRST_YEAR
from deadlines.calendar import ONE_DAY, Calendar
from enforcement.models import Court

#: Cases of each size; the sizes are those of the figures.
SIZES = {"XS": 300, "S": 2_500, "M": 25_000, "L": 250_000, "N": 5_000_000}
#: Cases a court has at least on average: small sizes use fewer courts.
PER_COURT = 40
#: A judge's cases, open and closed.
PER_JUDGE = 100
#: Share of cases of all that lapse anew by today when nothing else is wanted.
WAVES = (0.02,)
#: Most cases are filed in the last months, on any working day; the others over five years, on
#: Wednesdays, so that the shapes of all cases fit into memory.
RECENT, RECENT_DAYS, OLDEST = 0.75, 200, 1900

_WEDNESDAY = 2
_WEIGHT = {1: 0.05, 2: 0.2, 3: 0.6, 4: 1.0}


class Filing(NamedTuple):
    """One case to make: when filed, on which course."""

    filed: date
    course: Course


@dataclass(frozen=True)
class Docket:
    """The cases of one court: their number, and the id of the first."""

    court: Court
    high: str | None
    intermediate: str | None
    cases: int
    first: int

    @property
    def judges(self) -> int:
        """How many judges share the cases."""
        return max(2, self.cases // PER_JUDGE)


class Plan:
    """The whole load: the same plan draws the same cases.

    Attributes:
        waves: shares of all cases that lapse on ``days[0]`` (today or just before), ``days[1]``
            and so on: the days to come on which a lapse can fall.
        swept: the last day up to which lapses are flagged already.
    """

    def __init__(
        self,
        seed: int,
        cases: int,
        today: date,
        calendar: Calendar,
        waves: tuple[float, ...] = WAVES,
    ) -> None:
        """Draw the courses and find the days of the waves."""
        self.seed, self.cases, self.today = seed, cases, today
        self.calendar, self.waves = calendar, waves
        self.days = _lapse_days(today, max(1, len(waves)), calendar)
        self.swept = self.days[0] - ONE_DAY
        self.courses, self.wave_courses = draw_courses(seed), wave_courses()

    def dockets(self, courts: Iterable[Court]) -> Iterator[Docket]:
        """Share the cases out among courts that may file (active, with a 代字), in tree order."""
        able = sorted((c for c in courts if c.active and c.code), key=lambda c: c.lft)
        chosen = able[:: max(1, round(len(able) * PER_COURT / self.cases))]
        # repeatable on purpose
        draw, above = Random(f"courts {self.seed}"), _above(courts)  # noqa: S311
        weights = [_WEIGHT[c.level] * draw.lognormvariate(0, 0.6) for c in chosen]
        scale, sum_, done = self.cases / sum(weights), 0.0, 0
        for court, weight in zip(chosen, weights, strict=True):
            sum_ += weight * scale
            count = round(sum_) - done
            if count:
                yield Docket(court, *above[court.key], count, done + 1)
            done += count

    def filings(self, docket: Docket) -> list[Filing]:
        """Draw the cases of one court, in order of filing."""
        draw = Random(f"cases {self.seed} {docket.court.key}")  # noqa: S311 - repeatable on purpose
        found = [self._filing(draw) for _ in range(docket.cases)]
        found.sort(key=lambda filing: filing.filed)
        return found

    def _filing(self, draw: Random) -> Filing:
        share = draw.random()
        for day, wave in zip(self.days, self.waves, strict=False):
            names = [n for n in WAVE_DAYS if self._in_time(n, day)]
            if share < wave and names:
                name = draw.choice(names)
                return Filing(day - timedelta(WAVE_DAYS[name]), self.wave_courses[name])
            share -= wave
        recent = draw.random() < RECENT
        age = draw.randrange(RECENT_DAYS) if recent else draw.randrange(RECENT_DAYS, OLDEST)
        filed = max(self.today - timedelta(age), date(FIRST_YEAR, 1, 1))
        if not recent:
            filed -= timedelta((filed.weekday() - _WEDNESDAY) % 7)
        while not self.calendar.is_working(filed):
            filed -= ONE_DAY
        return Filing(filed, draw.choice(self.courses))

    def _in_time(self, name: str, lapse: date) -> bool:
        """Tell whether the act that starts the clock is not in the future."""
        return lapse - timedelta(4 if name == "notice" else 11) <= self.today


def _lapse_days(today: date, count: int, calendar: Calendar) -> tuple[date, ...]:
    """Return the days that follow a working day: the last one by today, and those to come."""
    day = today
    while not calendar.is_working(day - ONE_DAY):
        day -= ONE_DAY
    found = [day]
    while len(found) < count:
        day += ONE_DAY
        if calendar.is_working(day - ONE_DAY):
            found.append(day)
    return tuple(found)


def _above(courts: Iterable[Court]) -> dict[str, tuple[str | None, str | None]]:
    """Return each court's high and intermediate court, itself included."""
    by_key = {c.key: c for c in courts}
    found = {}
    for court in by_key.values():
        levels: dict[int, str] = {}
        here: Court | None = court
        while here is not None:
            levels[here.level] = here.key
            here = by_key.get(here.parent_id or "")
        high, middle = Court.Level.HIGH, Court.Level.INTERMEDIATE
        found[court.key] = (levels.get(high), levels.get(middle))
    return found
