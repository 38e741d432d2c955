"""One version of one rule (期限规则), and how it is read from its TOML table.

A rule file holds tables ``[code."first-day"]``; a second table under the same code is the next
version, in force from its first day. Keys of a table:

=================== ===========================================================================
name                Chinese name of the period
kind                ``deadline`` (act by the last day; default), ``wait`` (must not act before it
                    is over) or ``term`` (an effect ends with it, e.g. a freeze)
starts              event kinds that start the period
when                conditions on the starting event's data, e.g. ``{urgent = true}``; a list means
                    any of; ``false`` is also met by a missing field
anchor              data field of the starting event that holds the day counted from (else its own
                    day, also where the field is missing)
match               data field that ties start and stop together, e.g. ``lead``: one period a value
restart             ``first`` (default): one period from the earliest start; ``each``: one per start
stops               event kinds that perform the duty; ``stops_when``: conditions on them
ends                event kinds that end the duty without performing it, e.g. ``case.closed``; with
                    ``match``, one that carries the field ends only that period, else all of them
span                ``{n = 7, unit = "days"}``; units days, workdays, months, years
span_from           data field of the starting event that holds the number; ``span.n`` is then what
                    holds if the field is missing
exclusions          exclusion kinds (or names of groups) whose days do not count
extendable          ``{by = "president", n = 3, unit = "months", window_days = 5, text = "…"}``
severity            ``flag`` | ``warn`` | ``escalate`` | ``info``: what a lapse means
duty                who must act, see ``DUTIES``
amber_days          early warning, calendar days before the due day
applies_to_running  true: clocks started under an older version and still running change over
last_day            last day in force; ``repealed`` names what repealed it (a gap is then meant)
source, confidence  legal basis, and marks for how sure it is, joined by ``/`` (``CONFIDENCES``)
checked_on, note    day the source was last checked; remark in Chinese
=================== ===========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

UNITS: Final = ("days", "workdays", "months", "years")
# No period in law comes near; beyond it a typing error would only cost time.
LONGEST: Final = {"days": 40_000, "workdays": 10_000, "months": 1_200, "years": 100}
KINDS: Final = ("deadline", "wait", "term")
RESTARTS: Final = ("first", "each")
SEVERITIES: Final = ("flag", "warn", "escalate", "info")
DUTIES: Final = (
    *("handler", "bureau", "filing", "petition", "court", "finance", "president", "supervisor"),
    *("party", "applicant", "debtor", "valuer", "bank", "police", "procurator"),
)
CONFIDENCES: Final = ("TXT", "C5", "C4", "C3", "C2", "C1", "ART", "MEM", "INF", "NF")
_SURE: Final = frozenset(("TXT", "C5", "C4", "C3", "C2"))

Conditions = tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True, slots=True)
class Extendable:
    """Who may extend the period (``by``), by how much at a time, and in which window."""

    by: str
    n: int | None = None
    unit: str = "days"
    window_days: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule. ``exclusions`` is resolved; ``excluded_as`` is what the file says."""

    code: str
    first_day: date
    name: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    unit: str
    n: int | None
    severity: str
    duty: str
    source: str
    confidence: str
    checked_on: date
    kind: str = "deadline"
    when: Conditions = ()
    anchor: str = ""
    match: str = ""
    restart: str = "first"
    stops_when: Conditions = ()
    ends: tuple[str, ...] = ()
    span_from: str = ""
    exclusions: tuple[str, ...] = ()
    excluded_as: tuple[str, ...] = ()
    extendable: Extendable | None = None
    amber_days: int | None = None
    applies_to_running: bool = False
    last_day: date | None = None
    repealed: str = ""
    note: str = ""

    @property
    def unsure(self) -> bool:
        """True if no mark says that a text or two independent pages were read: show it as such."""
        return not _SURE.intersection(self.confidence.split("/"))

    def covers(self, day: date) -> bool:
        """Is this version in force on ``day``, looking at its own first and last day only?"""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def counting(self) -> str:
        """Canonical text of everything that can move a clock; remarks and sources are left out."""
        return "|".join(
            f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if _counts(f.name)
        )


def _counts(field_name: str) -> bool:
    return field_name not in {
        "name", "source", "confidence", "checked_on", "note", "repealed", "excluded_as"
    }  # fmt: skip


def meets(conditions: Conditions, data: Mapping[str, Any]) -> bool:
    """Does event data meet every condition? A missing field meets a wanted ``false``."""
    for key, wanted in conditions:
        value = data.get(key)
        if value not in wanted and not (value is None and False in wanted):
            return False
    return True


class _Table:
    """Reads typed values out of one TOML table and collects what is wrong with it."""

    def __init__(self, where: str, table: Mapping[str, Any], faults: list[str]) -> None:
        self.where, self.table, self.faults = where, dict(table), faults

    def fault(self, text: str) -> None:
        """Note one thing that is wrong, with its place."""
        self.faults.append(f"{self.where}: {text}")

    def text(self, key: str, *, default: str | None = None, allowed: Any = None) -> str:
        """A text; required unless there is a default."""
        value = self.table.pop(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.fault(f"'{key}' is missing" if value is None else f"'{key}' must be a text")
            return ""
        if allowed is not None and value not in allowed:
            self.fault(f"'{key}' is {value!r}; allowed: {', '.join(allowed)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty if missing."""
        value = self.table.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(f"'{key}' must be a list of texts")
            return ()
        return tuple(value)

    def number(self, key: str) -> int | None:
        """A whole number not below 0, or None."""
        value = self.table.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fault(f"'{key}' must be a whole number, not below 0")
            return None
        return value

    def truth(self, key: str) -> bool:
        """true or false, false if missing."""
        value = self.table.pop(key, False)
        if not isinstance(value, bool):
            self.fault(f"'{key}' must be true or false")
        return value is True

    def day(self, key: str, *, required: bool) -> date | None:
        """A legal day, or None."""
        value = self.table.pop(key, None)
        if value is None and not required:
            return None
        if (day := as_day(value)) is None:
            self.fault(f"'{key}' is missing" if value is None else f"'{key}' is not a day")
        return day

    def conditions(self, key: str) -> Conditions:
        """Conditions on event data, sorted by field."""
        value = self.table.pop(key, {})
        if not isinstance(value, dict):
            self.fault(f"'{key}' must be a table of conditions")
            return ()
        listed = ((k, tuple(v) if isinstance(v, list) else (v,)) for k, v in value.items())
        return tuple(sorted(listed))

    def inner(self, key: str) -> _Table | None:
        """A table inside the table, or None."""
        value = self.table.pop(key, None)
        if value is not None and not isinstance(value, dict):
            self.fault(f"'{key}' must be a table")
            return None
        return None if value is None else _Table(f"{self.where} {key}", value, self.faults)

    def close(self) -> None:
        """Refuse whatever key was not read: most are typing errors."""
        for key in self.table:
            self.fault(f"unknown key '{key}'")


def as_day(value: Any) -> date | None:
    """A legal day from a TOML day or an ISO text, else None (a moment is not a day)."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def read_rule(
    code: str,
    first_day: date,
    table: Mapping[str, Any],
    groups: Mapping[str, tuple[str, ...]],
    faults: list[str],
) -> Rule | None:
    """Make one ``Rule`` from its TOML table, or append to ``faults`` and return None."""
    before = len(faults)
    read = _Table(f"{code} {first_day}", table, faults)
    n, unit, span_from = _span(read)
    written = read.texts("exclusions")
    rule = Rule(
        code=code,
        first_day=first_day,
        name=read.text("name"),
        kind=read.text("kind", default="deadline", allowed=KINDS),
        starts=read.texts("starts"),
        when=read.conditions("when"),
        anchor=read.text("anchor", default=""),
        match=read.text("match", default=""),
        restart=read.text("restart", default="first", allowed=RESTARTS),
        stops=read.texts("stops"),
        stops_when=read.conditions("stops_when"),
        ends=read.texts("ends"),
        n=n,
        unit=unit,
        span_from=span_from,
        exclusions=tuple(sorted({kind for name in written for kind in groups.get(name, (name,))})),
        excluded_as=written,
        extendable=_extendable(read),
        severity=read.text("severity", allowed=SEVERITIES),
        duty=read.text("duty", allowed=DUTIES),
        amber_days=read.number("amber_days"),
        applies_to_running=read.truth("applies_to_running"),
        last_day=read.day("last_day", required=False),
        repealed=read.text("repealed", default=""),
        **_grounds(read, first_day),
    )
    read.close()
    return rule if len(faults) == before else None


def _grounds(read: _Table, first_day: date) -> dict[str, Any]:
    """Legal basis, how sure it is, and when it was last checked."""
    return {
        "source": read.text("source"),
        "confidence": read.text("confidence"),
        "checked_on": read.day("checked_on", required=True) or first_day,
        "note": read.text("note", default=""),
    }


def _span(read: _Table) -> tuple[int | None, str, str]:
    """Number, unit and field of the span; the number may come from the event (``span_from``)."""
    span_from = read.text("span_from", default="")
    inner = read.inner("span")
    if inner is None:
        read.fault("'span' is missing")
        return None, "days", span_from
    n, unit = inner.number("n"), inner.text("unit", allowed=UNITS)
    inner.close()
    if n is not None and n > LONGEST.get(unit, 0):
        read.fault(f"'span' of {n} {unit} is too long to be meant")
    if n is None and not span_from:
        read.fault("'span' needs a number n, or 'span_from' a field")
    return n, unit, span_from


def _extendable(read: _Table) -> Extendable | None:
    inner = read.inner("extendable")
    if inner is None:
        return None
    extendable = Extendable(
        by=inner.text("by"),
        n=inner.number("n"),
        unit=inner.text("unit", default="days", allowed=UNITS),
        window_days=inner.number("window_days"),
        text=inner.text("text", default=""),
    )
    inner.close()
    return extendable
