"""Clocks (时钟): a pure function of (events, rulebook, calendar).

Expiry is not an event: nothing happens at midnight, a comparison becomes true. So a clock carries
days, and ``today`` comes in as an argument only where somebody asks.

* An event counts by its legal day (``on``); the order of recording does not matter.
* A rule without ``match`` has one clock a case, from the earliest start: assigning the case again
  does not win new time. With ``match`` there is one clock for each value of that field.
* The duty is done on the earliest stop; a stop dated before the start means it was done already.
* A duty that ends without being performed (``ends``) is moot; lateness before the end remains.
* Excluded intervals are paired by day within one kind and reference. A closing event ends the
  earliest interval that is open on its day; one that finds none open is passed over.
* A stopped clock is not touched by an interval that opens on or after the day of the stop; an
  interval still open then is taken to end that day.
* An extension approved after the period had run out is not counted (审限规定第14条).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from deadlines.calendar import ONE_DAY, Calendar
from deadlines.clock import DONE, MOOT, RUNNING, SUSPENDED, Basis, Clock
from deadlines.events import (
    EXTENDED,
    FILED,
    ClockError,
    Event,
    Extension,
    Spell,
    day_in,
    effective,
    extension_in,
    number_in,
    spells_of,
)
from deadlines.rule import INFO, Conditions, Rule, meets
from deadlines.rulebook import Rulebook, Versions
from deadlines.spans import Interval, Span, add_span, count_out, due_date, merged

__all__ = [
    "DONE",
    "MOOT",
    "RUNNING",
    "SUSPENDED",
    "Basis",
    "Clock",
    "ClockError",
    "Event",
    "derive",
    "due_date",
    "effective",
    "sheet_token",
]

# Raise this when the arithmetic itself changes, so that every sheet is made again.
ARITHMETIC: Final = "2"


def sheet_token(rulebook: Rulebook, calendar: Calendar) -> str:
    """Hash of rules, calendar and arithmetic (hex, 16): a sheet made under another one is stale."""
    text = f"{ARITHMETIC} {rulebook.token} {calendar.token}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def derive(events: Iterable[Event], rulebook: Rulebook, calendar: Calendar) -> tuple[Clock, ...]:
    """Every clock of one case, sorted by rule, start day and start event.

    Args:
        events: the timeline in any order, corrections included.
        rulebook: all versions of all rules.
        calendar: working days.

    Raises:
        ClockError: data that a rule needs cannot be read (a day, a number of days).
    """
    try:
        return _Case(events, rulebook, calendar).clocks()
    except OverflowError as error:
        raise ClockError(f"a day beyond what can be counted: {error}") from error


class _Start(NamedTuple):
    """A candidate start: the earliest day wins, of one day the shorter period; the order of
    recording only tells which event is shown."""

    on: date
    n: int
    seq: int
    event: Event
    versions: Versions
    rule: Rule


class _Case:
    """The events of one case, arranged for one derivation."""

    def __init__(self, events: Iterable[Event], rulebook: Rulebook, calendar: Calendar) -> None:
        self.rulebook, self.calendar = rulebook, calendar
        self.by_kind: dict[str, list[Event]] = defaultdict(list)
        for event in effective(events):
            if isinstance(event.on, datetime):
                raise ClockError(f"event {event.seq}: a legal day is wanted, not a moment")
            self.by_kind[event.kind].append(event)
        self.spells = spells_of(self.by_kind, rulebook.pairs)
        filed = self.by_kind.get(FILED)
        self.filing: Mapping[str, Any] = min(filed).data if filed else {}

    def clocks(self) -> tuple[Clock, ...]:
        """Derive all clocks."""
        made = [self._clock(subject, start) for subject, start in self._starts()]
        for versions in self.rulebook.followers:
            made += self._following(versions, made)
        made = self._in_their_time(made)
        made.sort(key=lambda clock: (clock.rule, clock.start_on, clock.start_seq))
        return tuple(made)

    def _starts(self) -> Iterable[tuple[str, _Start]]:
        """The start of every clock: the earliest of each rule and subject, or each of them."""
        earliest: dict[tuple[str, str, int], _Start] = {}
        by_start = self.rulebook.by_start
        for kind, listed in self.by_kind.items():
            for versions in by_start.get(kind, ()):
                for event in listed:
                    start = self._start(event, versions)
                    if start is None:
                        continue
                    rule = start.rule
                    subject = _subject(event, rule)
                    key = (rule.code, subject, event.seq if rule.restart == "each" else 0)
                    before = earliest.get(key)
                    if before is None or start[:3] < before[:3]:
                        earliest[key] = start
        return [(key[1], start) for key, start in earliest.items()]

    def _start(self, event: Event, versions: Versions) -> _Start | None:
        """Does this event start the rule, and under which version? The start day decides."""
        for rule in reversed(versions.rules):
            on = event.on
            if rule.anchor and (anchored := event.data.get(rule.anchor)):
                on = day_in(event, rule.anchor, anchored)
            if rule.first_day <= on:
                if not rule.covers(on) or event.kind not in rule.starts:
                    return None
                if rule.when and not meets(rule.when, event.data):
                    return None
                for key in rule.needs:
                    if event.data.get(key) is None:
                        return None
                if rule.cases and not self._of_those(rule.cases):
                    return None
                return _Start(on, _length(rule, event), event.seq, event, versions, rule)
        return None

    def _of_those(self, conditions: Conditions) -> bool:
        """Is the case one the rule is for? What its filing leaves open excludes nothing."""
        filing = self.filing
        for key, wanted in conditions:  # noqa: SIM110 - a generator costs more than the loop
            if key in filing and filing[key] not in wanted:
                return False
        return True

    def _following(self, versions: Versions, made: list[Clock]) -> list[Clock]:
        """Clocks that start on the day on which a clock of another rule lapses."""
        found = []
        for clock in made:
            rule = versions.at(clock.lapse_on) if clock.lapse_on else None
            if clock.lapse_on and rule is not None and rule.after == clock.rule:
                event = clock.basis.start
                n = _length(rule, event)
                start = _Start(clock.lapse_on, n, event.seq, event, versions, rule)
                found.append(self._clock(clock.subject, start))
        return found

    def _in_their_time(self, made: list[Clock]) -> list[Clock]:
        """Leave out the periods that a rule ``within`` some years no longer asks for."""
        first: dict[str, date] = {}
        for clock in made:
            if clock.basis.rule.within:
                first[clock.rule] = min(clock.start_on, first.get(clock.rule, clock.start_on))
        if not first:
            return made
        return [
            clock
            for clock in made
            if (within := clock.basis.rule.within) is None
            or clock.raw_end <= add_span(first[clock.rule], *within, self.calendar)
        ]

    def _clock(self, subject: str, start: _Start) -> Clock:
        rule = start.rule
        clock = self._under(rule, subject, start)
        if start.versions.changes_running:
            for later in start.versions.rules:
                if later.applies_to_running and later.first_day > rule.first_day:
                    clock = self._changed_over(clock, later, subject, start)
        return clock

    def _changed_over(self, clock: Clock, later: Rule, subject: str, start: _Start) -> Clock:
        """The clock under a later version, if it was still running when that came into force."""
        first = later.first_day
        over = clock.stopped_on is not None and clock.stopped_on < first
        if over or (clock.due is not None and clock.due < first):
            return clock
        return self._under(later, subject, start)

    def _under(self, rule: Rule, subject: str, start: _Start) -> Clock:
        """The clock of one start under one version of its rule."""
        performed = self._earliest(rule.stops, rule, subject, start, ending=False)
        ended = self._earliest(rule.ends, rule, subject, start, ending=True) if rule.ends else None
        state, stop = RUNNING, performed
        if performed is not None:
            state = DONE
        if ended is not None and (performed is None or ended.on < performed.on):
            state, stop = MOOT, ended
        n, unit = self._span(rule, start)
        spells = self._applicable(rule, subject, stop)
        intervals = _intervals(spells, stop, start.on)
        spans: list[Span] = [(n, unit)]
        granted, refused = self._granted(rule, subject, start.on, spans, intervals)
        raw_end, halted = count_out(start.on, spans, intervals, self.calendar)
        due = None if halted else self._last_day(rule, start.on, raw_end)
        if halted and stop is None:
            state = SUSPENDED
        return Clock(
            rule.code,
            rule.first_day,
            start.seq,
            start.on,
            subject,
            raw_end,
            due,
            state,
            stop.on if stop else None,
            stop.seq if stop else None,
            _lapse(rule, due, stop),
            _amber(rule, start.on, due) if state == RUNNING else None,
            rule.severity,
            rule.duty,
            Basis(
                *(rule, start.event, n, unit, spells, granted, refused, stop),
                *(self.rulebook, self.calendar),
            ),
        )

    def _span(self, rule: Rule, start: _Start) -> Span:
        """How long: as the rule says, or as many days as lead to the day the event holds."""
        n = start.n if rule is start.rule else _length(rule, start.event)
        if not rule.until or (named := start.event.data.get(rule.until)) is None:
            return n, rule.unit
        last = day_in(start.event, rule.until, named)
        return max(0, (last - start.on).days - (n if rule.back else 0)), "days"

    def _last_day(self, rule: Rule, start: date, raw_end: date) -> date:
        """The last day in time. A version that takes over a running clock never ends it before its
        own first day: nobody is late under a rule that did not yet exist."""
        if start < rule.first_day:
            raw_end = max(raw_end, rule.first_day)
        return self.calendar.next_working(raw_end) if rule.roll else raw_end

    def _earliest(
        self, kinds: tuple[str, ...], rule: Rule, subject: str, start: _Start, *, ending: bool
    ) -> Event | None:
        """The earliest event of ``kinds`` about this subject.

        Performing counts on any day. What ends the duty of one subject among several counts from
        the start on: a lead handed in after the case was closed is a new duty.
        """
        found: Event | None = None
        from_start = rule.restart == "each" or (ending and bool(rule.match))
        for kind in kinds:
            for event in self.by_kind.get(kind, ()):
                if from_start and (event.on < start.on or event.seq == start.seq):
                    continue
                if rule.match and not _about(event, rule.match, subject, loose=ending):
                    continue
                conditions = rule.ends_when if ending else rule.stops_when
                if conditions and not meets(conditions, event.data):
                    continue
                if found is None or (event.on, event.seq) < (found.on, found.seq):
                    found = event
        return found

    def _applicable(self, rule: Rule, subject: str, stop: Event | None) -> tuple[Spell, ...]:
        """The excluded intervals this rule knows, about this subject or about none, that opened
        before it was stopped."""
        if not self.spells or not rule.exclusions or self.spells.keys().isdisjoint(rule.exclusions):
            return ()
        found = (spell for kind in rule.exclusions for spell in self.spells.get(kind, ()))
        return tuple(
            spell
            for spell in found
            if (stop is None or spell.opened < stop.on)
            and (not rule.match or _names(spell.about, rule.match, subject, loose=True))
        )

    def _granted(
        self, rule: Rule, subject: str, start: date, spans: list[Span], intervals: list[Interval]
    ) -> tuple[tuple[Extension, ...], tuple[Extension, ...]]:
        """Extensions that count, added to ``spans``, and those that do not (too late, or the rule
        allows none)."""
        if EXTENDED not in self.by_kind:
            return (), ()
        asked = [
            event
            for event in self.by_kind[EXTENDED]
            if event.data.get("rule") == rule.code
            and event.data.get("subject", subject) == subject
            and (not rule.match or _about(event, rule.match, subject, loose=True))
        ]
        granted: list[Extension] = []
        refused: list[Extension] = []
        for extension in sorted(map(extension_in, asked), key=_in_turn):
            raw_end, halted = count_out(start, spans, intervals, self.calendar)
            in_time = halted or extension.on <= self._last_day(rule, start, raw_end)
            if rule.extendable is None or not in_time:
                refused.append(extension)
                continue
            granted.append(extension)
            spans.append((extension.n, extension.unit))
        return tuple(granted), tuple(refused)


def _length(rule: Rule, event: Event) -> int:
    """How many units: the rule's number, or the one the starting event carries or calls for."""
    for conditions, n in rule.variants:
        if meets(conditions, event.data):
            return n
    if not rule.span_from:
        return rule.n or 0
    if rule.n is not None and event.data.get(rule.span_from) is None:
        return rule.n
    return number_in(event, rule.span_from, rule.unit)


def _in_turn(extension: Extension) -> tuple[date, str, int, int]:
    """Extensions of one day in an order that does not depend on their recording."""
    return extension.on, extension.unit, extension.n, extension.seq


def _lapse(rule: Rule, due: date | None, stop: Event | None) -> date | None:
    """First day of lateness; a period one has to wait out cannot be overrun, and a right that was
    not used in time is nobody's lateness."""
    if due is None or rule.kind == "wait" or rule.severity == INFO:
        return None
    if stop is not None and stop.on <= due:
        return None
    return due + ONE_DAY


def _amber(rule: Rule, start: date, due: date | None) -> date | None:
    """First day of early warning: never before the day after the start, never after the due day.

    A period that one only has to wait out, or a right that one need not use, has no warning: it
    cannot lapse, so it would stay early for ever.
    """
    if due is None or rule.amber_days is None or rule.kind == "wait" or rule.severity == INFO:
        return None
    return min(due, max(due - timedelta(days=rule.amber_days), start + ONE_DAY))


def _subject(event: Event, rule: Rule) -> str:
    """Values of the fields that tie start and stop together, joined by ``/``, or ""."""
    if not rule.match:
        return ""
    values = [event.data.get(key) for key in rule.match]
    if all(value is None for value in values):
        return ""
    return "/".join("" if value is None else str(value) for value in values)


def _about(event: Event, keys: tuple[str, ...], subject: str, *, loose: bool) -> bool:
    """Is the event about this subject? ``loose``: one that names none is about all of them."""
    return _names(event.data, keys, subject, loose=loose)


def _names(data: Mapping[str, Any], keys: tuple[str, ...], subject: str, *, loose: bool) -> bool:
    """Does event data name this subject in every field, or (``loose``) at least no other one?"""
    parts = subject.split("/") if len(keys) > 1 and subject else [subject] * len(keys)
    for key, part in zip(keys, parts, strict=False):
        value = data.get(key)
        if value is None:
            if not loose and part:
                return False
        elif str(value) != part:
            return False
    return True


def _intervals(spells: tuple[Spell, ...], stop: Event | None, start: date) -> list[Interval]:
    """Merged intervals. One that was never closed ends, for a stopped clock, with the stop."""
    if not spells:
        return []
    until = stop.on if stop else None
    return merged(((spell.opened, spell.closed or until) for spell in spells), start)
