"""What the dashboard of a court says, each figure with the list that it counts.

Read in one statement from the rollups, so all figures of a page are of one moment. ``Number``
pairs a value with its list; a test opens every list and counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import quantiles

from accountability.machine import OPEN_STATES
from accountability.queries import (
    FLAG_STAGES,
    OPEN,
    RUNNING_STATUSES,
    AnyList,
    CaseList,
    ClockList,
    FlagList,
    Scope,
    month_end,
    month_start,
    months_back,
)
from cases.machine import State
from deadlines.law import current
from enforcement.models import Court
from enforcement.rollups import Answer, Want, read

#: Months of a trend, the present one included.
MONTHS = 12
#: Below this base a rate is shown with a mark and stays out of comparisons.
SMALL = 10

OPEN_CASES = tuple(str(s) for s in State if s != State.CLOSED)
OPEN_FLAGS = tuple(str(s) for s in OPEN_STATES)

#: Age of an open case in whole calendar months since the month of filing: (label, from, to).
AGES: tuple[tuple[str, int, int | None], ...] = (
    ("本月", 0, 0),
    ("1–3 个月", 1, 3),
    ("4–6 个月", 4, 6),
    ("7–12 个月", 7, 12),
    ("12 个月以上", 13, None),
)


@dataclass(frozen=True)
class Number:
    """A figure and the list that it counts."""

    value: int
    list: AnyList

    @property
    def url(self) -> str:
        """Return the address of the list."""
        return self.list.url


@dataclass(frozen=True)
class Rate:
    """A share with both its counts: what it is of is never hidden."""

    part: Number
    whole: Number

    @property
    def share(self) -> float | None:
        """Return the share, None without a base."""
        return self.part.value / self.whole.value if self.whole.value else None

    @property
    def small(self) -> bool:
        """Tell whether the base is too small to compare."""
        return self.whole.value < SMALL

    @property
    def percent(self) -> float | None:
        """Return the share in per cent with one decimal, None on a small base."""
        share = self.share
        return None if share is None or self.small else round(100 * share, 1)


@dataclass(frozen=True)
class RuleRow:
    """One rule: its running clocks by status, and how often it was kept in twelve months."""

    code: str
    name: str
    severity: str
    running: Number
    statuses: dict[str, Number]
    rate: Rate
    late: Number
    months: list[Rate]


@dataclass(frozen=True)
class CourtRow:
    """One court in the comparison with its sisters; ``own`` marks the upper court itself."""

    scope: Scope
    cases: Number
    lapsed: Rate
    rate: Rate
    flags: Number

    @property
    def court(self) -> Court:
        """Return the court."""
        return self.scope.court

    @property
    def busy(self) -> bool:
        """Tell whether there is anything to compare: a case, a clock, a result or a flag."""
        figures = (self.cases, self.lapsed.whole, self.rate.whole, self.flags)
        return any(number.value for number in figures)


@dataclass(frozen=True)
class Spread:
    """How a rate is distributed among courts: not only who is last."""

    low: float
    quarter: float
    middle: float
    three_quarters: float
    high: float
    courts: int


@dataclass(frozen=True)
class Dashboard:
    """All figures of one court as of one day."""

    scope: Scope
    today: date
    cases: Number
    ages: list[tuple[str, dict[str, Number]]]
    clocks: dict[str, Number]
    rules: list[RuleRow]
    rate: Rate
    months: list[tuple[date, Rate]]
    flags: dict[str, Number]
    below: list[CourtRow]

    def numbers(self) -> Iterator[Number]:
        """Yield every figure on the page (for the test that opens every list)."""
        yield self.cases
        for _, states in self.ages:
            yield from states.values()
        yield from self.clocks.values()
        for row in self.rules:
            yield from (row.running, *row.statuses.values(), row.rate.part, row.rate.whole)
            yield row.late
            for rate in row.months:
                yield from (rate.part, rate.whole)
        yield from (self.rate.part, self.rate.whole)
        for _, rate in self.months:
            yield from (rate.part, rate.whole)
        yield from self.flags.values()
        for line in self.below:
            yield from (line.cases, line.lapsed.part, line.lapsed.whole, line.flags)
            yield from (line.rate.part, line.rate.whole)


def dashboard(scope: Scope, today: date) -> Dashboard:
    """Return every figure of a court, and of the courts one level below it.

    Args:
        scope: the court, with what is below it or alone.
        today: legal day as of which clocks are judged.
    """
    first, last = months_back(today, MONTHS - 1), month_start(today)
    answer = read(scope.court, _wants(first, last), today, own=scope.own)
    return Dashboard(
        scope=scope,
        today=today,
        cases=Number(answer.total("cases"), CaseList(scope, OPEN)),
        ages=_ages(answer, scope, today),
        clocks=_clocks(answer, scope),
        rules=_rules(answer, scope, today),
        rate=_rate(scope, first, last, answer.total("ontime"), answer.total("late")),
        months=[(m, _month(answer, scope, m)) for m in _months(today)],
        flags=_flags(answer, scope),
        below=[] if scope.own else _below(answer, scope, first, last),
    )


def _wants(first: date, last: date) -> list[Want]:
    """Return what one page reads; the courts below need sums only."""
    return [
        Want("cases", "case.state", OPEN_CASES, by_day=True),
        Want("clocks", "clock.running"),
        Want("ontime", "clock.ontime", by_day=True, first=first, last=last),
        Want("late", "clock.late", by_day=True, first=first, last=last),
        Want("flags", "flag.state"),
        Want("cases_below", "case.state", OPEN_CASES, by_dim=False, below=True),
        Want("clocks_below", "clock.running", below=True),
        Want("ontime_below", "clock.ontime", by_dim=False, below=True, first=first, last=last),
        Want("late_below", "clock.late", by_dim=False, below=True, first=first, last=last),
        Want("flags_below", "flag.state", OPEN_FLAGS, by_dim=False, below=True),
    ]


def _months(today: date) -> list[date]:
    """Return the first days of the last twelve months, oldest first."""
    return [months_back(today, n) for n in range(MONTHS - 1, -1, -1)]


def _ages(answer: Answer, scope: Scope, today: date) -> list[tuple[str, dict[str, Number]]]:
    """Sort open cases by age and state; what is filed after today's month counts as 本月."""
    found = []
    for label, youngest, oldest in AGES:
        filed_from = months_back(today, oldest) if oldest is not None else None
        filed_to = month_end(months_back(today, youngest)) if youngest else None
        states = dict.fromkeys(OPEN_CASES, 0)
        for (state, month), n in answer.of("cases").items():
            if (filed_from is None or month >= filed_from) and (
                filed_to is None or month <= filed_to
            ):
                states[state] += n
        found.append(
            (
                label,
                {
                    state: Number(n, CaseList(scope, state, filed_from, filed_to))
                    for state, n in states.items()
                },
            )
        )
    return found


def _status(answer: Answer, name: str, court: str = "") -> dict[tuple[str, str], int]:
    """Return n by (rule, status) of running clocks."""
    found: dict[tuple[str, str], int] = {}
    for dim, n in answer.by_dim(name, court).items():
        rule, _, status = dim.partition("|")
        found[rule, status] = n
    return found


def running(scope: Scope, today: date, rule: str = "") -> dict[str, Number]:
    """Return the dashboard's figures of running clocks alone, of one rule or of all of them."""
    answer = read(scope.court, [Want("clocks", "clock.running")], today, own=scope.own)
    return _clocks(answer, scope, rule)


def _clocks(answer: Answer, scope: Scope, rule: str = "") -> dict[str, Number]:
    counted = {k: n for k, n in _status(answer, "clocks").items() if not rule or k[0] == rule}
    found = {"running": Number(sum(counted.values()), ClockList(scope, rule=rule))}
    for status in RUNNING_STATUSES:
        n = sum(n for (_, s), n in counted.items() if s == status)
        found[status] = Number(n, ClockList(scope, status, rule))
    return found


def _rules(answer: Answer, scope: Scope, today: date) -> list[RuleRow]:
    """Return every rule in the order of the rulebook, red lines first; unused ones are left out."""
    running = _status(answer, "clocks")
    first, last = months_back(today, MONTHS - 1), month_start(today)
    used = {rule for rule, _ in running} | {
        rule for name in ("ontime", "late") for rule, _ in answer.of(name)
    }
    rows = []
    for code in used:
        rule = current().rulebook.latest(code)
        ontime, late = (_of_rule(answer, name, code) for name in ("ontime", "late"))
        rows.append(
            RuleRow(
                code=code,
                name=rule.name if rule else code,
                severity=rule.severity if rule else "",
                running=Number(
                    sum(n for (r, _), n in running.items() if r == code),
                    ClockList(scope, "running", code),
                ),
                statuses={
                    status: Number(running.get((code, status), 0), ClockList(scope, status, code))
                    for status in RUNNING_STATUSES
                },
                rate=_rate(scope, first, last, sum(ontime.values()), sum(late.values()), code),
                late=Number(sum(late.values()), ClockList(scope, "late", code, first, last)),
                months=[
                    _rate(scope, m, m, ontime.get(m, 0), late.get(m, 0), code)
                    for m in _months(today)
                ],
            )
        )
    known = {code: i for i, code in enumerate(current().rulebook.codes())}
    return sorted(rows, key=lambda r: (r.severity != "flag", known.get(r.code, 999), r.code))


def _of_rule(answer: Answer, name: str, code: str) -> dict[date, int]:
    return {month: n for (rule, month), n in answer.of(name).items() if rule == code}


def _month(answer: Answer, scope: Scope, month: date) -> Rate:
    ontime, late = (
        sum(n for (_, m), n in answer.of(name).items() if m == month) for name in ("ontime", "late")
    )
    return _rate(scope, month, month, ontime, late)


def _rate(scope: Scope, first: date, last: date, ontime: int, late: int, rule: str = "") -> Rate:
    """Return 按期率: done in time, of those done in time or lapsed in the same months."""
    return Rate(
        Number(ontime, ClockList(scope, "ontime", rule, first, last)),
        Number(ontime + late, ClockList(scope, "judged", rule, first, last)),
    )


def _flags(answer: Answer, scope: Scope) -> dict[str, Number]:
    states = answer.by_dim("flags")
    return {
        stage: Number(sum(states.get(s, 0) for s in members), FlagList(scope, stage))
        for stage, (_, members) in FLAG_STAGES.items()
    }


def _below(answer: Answer, scope: Scope, first: date, last: date) -> list[CourtRow]:
    """Return one row for each court one level below, and one for the court itself (本级).

    The rows sum up to the court's own figures.
    """
    children = list(Court.objects.children_of(scope.court))
    if not children:
        return []
    rows = [_court_row(answer, Scope(court), first, last) for court in children]
    rows = [row for row in rows if row.court.active or row.busy]
    own = _own_row(answer, Scope(scope.court, own=True), children, first, last)
    return [*rows, own] if own.busy else rows


def _court_row(answer: Answer, scope: Scope, first: date, last: date) -> CourtRow:
    key = scope.court.key
    counts = {
        name: answer.total(f"{name}_below", key) for name in ("cases", "ontime", "late", "flags")
    }
    return _row(scope, counts, _status(answer, "clocks_below", key), first, last)


def _own_row(
    answer: Answer, scope: Scope, children: Iterable[Court], first: date, last: date
) -> CourtRow:
    """Return the court without its children: its node less theirs."""
    keys = [court.key for court in children]
    counts = {
        name: answer.total(f"{name}_below") - sum(answer.total(f"{name}_below", k) for k in keys)
        for name in ("cases", "ontime", "late", "flags")
    }
    status = _status(answer, "clocks_below")
    for key in keys:
        for pair, n in _status(answer, "clocks_below", key).items():
            status[pair] = status.get(pair, 0) - n
    return _row(scope, counts, status, first, last)


def _row(
    scope: Scope,
    counts: dict[str, int],
    status: dict[tuple[str, str], int],
    first: date,
    last: date,
) -> CourtRow:
    lapsed = sum(n for (_, s), n in status.items() if s == "lapsed")
    return CourtRow(
        scope,
        Number(counts["cases"], CaseList(scope, OPEN)),
        Rate(
            Number(lapsed, ClockList(scope, "lapsed")),
            Number(sum(status.values()), ClockList(scope)),
        ),
        _rate(scope, first, last, counts["ontime"], counts["late"]),
        Number(counts["flags"], FlagList(scope, OPEN)),
    )


def spread(rates: Iterable[Rate]) -> Spread | None:
    """Return how the rates are distributed, small bases left out; None for fewer than two."""
    shares = sorted(rate.share for rate in rates if not rate.small and rate.share is not None)
    if len(shares) < 2:
        return None
    quarter, middle, three = quantiles(shares, n=4, method="inclusive")
    return Spread(shares[0], quarter, middle, three, shares[-1], len(shares))
