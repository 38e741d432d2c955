"""How a timeline is read (时间线的读法): events, corrections, excluded intervals.

An event counts by its legal day. A correcting event changes how an earlier one is read; the earlier
row never changes. Excluded intervals are paired by day within one kind and reference, so the order
of recording does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from deadlines.rule import LONGEST, as_day

CORRECTED: Final = "event.corrected"
EXTENDED: Final = "limit.extended"
OPENED: Final = "exclusion.opened"
CLOSED: Final = "exclusion.closed"
CASE_SUSPENDED: Final = "case.suspended"
CASE_RESUMED: Final = "case.resumed"
SUSPENSION: Final = "suspension"
#: What filed the case: rules may apply to some kinds of cases only.
FILED: Final = "case.filed"
#: Event kinds that are read whatever the rules are.
READ: Final = frozenset({FILED, CORRECTED, EXTENDED, OPENED, CLOSED, CASE_SUSPENDED, CASE_RESUMED})


class ClockError(ValueError):
    """An event cannot be read as the rule needs it; the case is set aside, not guessed at."""


class Event(NamedTuple):
    """One event of the timeline: ``on`` the legal day, ``data`` flat, without personal data."""

    seq: int
    kind: str
    on: date
    data: Mapping[str, Any] = {}


class Spell(NamedTuple):
    """One excluded interval of a case; ``closed`` None while it is open.

    ``about`` is the data of the opening event: an interval about one receipt leaves the periods of
    another alone.
    """

    kind: str
    ref: str
    opened: date
    closed: date | None
    open_seq: int
    close_seq: int | None
    about: Mapping[str, Any] = {}


class Pair(NamedTuple):
    """Event kinds that open and close an excluded interval, and the field that ties them.

    ``until``: field of the opening event with the last day excluded, unless it is closed before.
    """

    exclusion: str
    opens: str
    closes: str
    ref: str = ""
    until: str = ""


class Extension(NamedTuple):
    """One approved extension as an event says it; ``reason`` is free text for the reader."""

    seq: int
    on: date
    n: int
    unit: str
    reason: str


def effective(events: Iterable[Event]) -> Sequence[Event]:
    """Events as they are to be read: corrections applied, voided ones and corrections left out.

    ``event.corrected`` names an earlier event (``corrects``: its seq) and voids it (``void``),
    gives it another day (``on``) or other fields (``set``). Of several, the later recorded one
    prevails; a correction may itself be corrected or voided.
    """
    listed = list(events)
    corrections = sorted(event for event in listed if event.kind == CORRECTED)
    if not corrections:
        return listed
    read: dict[int, Event | None] = {event.seq: event for event in listed}
    against: dict[int, list[int]] = defaultdict(list)
    for event in corrections:
        against[_target(event)].append(event.seq)
    # Latest first: a correction has been corrected itself before it is applied to its target.
    for seq in sorted(against, reverse=True):
        for correction_seq in against[seq]:
            correction = read.get(correction_seq)
            target = read.get(seq)
            if correction is not None and target is not None and correction_seq > seq:
                read[seq] = _corrected(target, correction)
    return [event for event in read.values() if event is not None and event.kind != CORRECTED]


def _target(correction: Event) -> int:
    """The number of the event a correction is about."""
    seq = correction.data.get("corrects")
    if not isinstance(seq, int):
        raise ClockError(f"event {correction.seq}: 'corrects' is not an event number: {seq!r}")
    return seq


def _corrected(event: Event, correction: Event) -> Event | None:
    """The event as one correction says it, None if it is voided."""
    data = correction.data
    if data.get("void"):
        return None
    on = event.on
    if data.get("on"):
        on = day_in(correction, "on", data["on"])
    fields = data.get("set")
    return event._replace(on=on, data={**event.data, **fields} if fields else event.data)


def day_in(event: Event, key: str, value: Any) -> date:
    """A day out of event data, where days are ISO text; raises ``ClockError`` if it is not one."""
    if (day := as_day(value)) is None:
        raise ClockError(f"event {event.seq}: '{key}' is not a day: {value!r}")
    return day


def number_in(event: Event, key: str, unit: str) -> int:
    """A number of days (or other units) out of event data; raises ``ClockError`` if unusable."""
    value = event.data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST[unit]:
        raise ClockError(f"event {event.seq}: '{key}' is not a number of {unit}: {value!r}")
    return value


def extension_in(event: Event) -> Extension:
    """The extension a ``limit.extended`` event grants; raises ``ClockError`` if it is not one."""
    unit = event.data.get("unit")
    if unit not in LONGEST:
        raise ClockError(f"event {event.seq}: unknown unit {unit!r}")
    n = number_in(event, "n", unit)
    return Extension(event.seq, event.on, n, unit, str(event.data.get("reason", "")))


_SUSPENDED: Final = Pair(SUSPENSION, CASE_SUSPENDED, CASE_RESUMED)


def spells_of(
    by_kind: Mapping[str, list[Event]], pairs: Iterable[Pair] = ()
) -> dict[str, list[Spell]]:
    """Excluded intervals by kind, opening and closing events paired by day.

    Args:
        pairs: event kinds that open and close an interval, besides those every case knows.
    """
    opens: dict[tuple[str, str], list[Event]] = defaultdict(list)
    closes: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for pair in (_SUSPENDED, *pairs):
        for kind, into in ((pair.opens, opens), (pair.closes, closes)):
            for event in by_kind.get(kind, ()):
                ref = str(event.data.get(pair.ref) or "") if pair.ref else ""
                into[pair.exclusion, ref].append(event)
    limits = {pair.exclusion: pair.until for pair in pairs if pair.until}
    for kind, into in ((OPENED, opens), (CLOSED, closes)):
        for event in by_kind.get(kind, ()):
            ref = str(event.data.get("ref") or "")
            into[str(event.data.get("exclusion", "")), ref].append(event)
    found: dict[str, list[Spell]] = defaultdict(list)
    for (kind, ref), listed in opens.items():
        paired = _paired(kind, ref, listed, closes.get((kind, ref), []))
        until = limits.get(kind)
        found[kind] += (_limited(spell, until) for spell in paired) if until else paired
    return found


def _limited(spell: Spell, field: str) -> Spell:
    """The interval, ended on the day that its opening event names if not before."""
    named = spell.about.get(field)
    if named is None:
        return spell
    if (until := as_day(named)) is None:
        raise ClockError(f"event {spell.open_seq}: '{field}' is not a day: {named!r}")
    over = spell.closed is None or spell.closed > until
    return spell._replace(closed=max(until, spell.opened), close_seq=None) if over else spell


def _paired(kind: str, ref: str, opens: list[Event], closes: list[Event]) -> Iterable[Spell]:
    """Pair the i-th opening with the i-th closing by day, passing over a closing that lies before
    the opening it would pair with: it cannot have ended what had not begun."""
    ends = sorted(closes, key=lambda e: (e.on, e.seq))
    place = 0
    for event in sorted(opens, key=lambda e: (e.on, e.seq)):
        while place < len(ends) and ends[place].on < event.on:
            place += 1
        end = ends[place] if place < len(ends) else None
        place += 1
        closed, seq = (end.on, end.seq) if end else (None, None)
        yield Spell(kind, ref, event.on, closed, event.seq, seq, event.data)
