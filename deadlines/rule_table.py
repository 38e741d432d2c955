"""Reading one version of a rule from its TOML table; the keys are told in ``deadlines/rule.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from deadlines.rule import (
    DUTIES,
    KINDS,
    LONGEST,
    RESTARTS,
    SEVERITIES,
    UNITS,
    Conditions,
    Extendable,
    Rule,
    as_day,
)


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

    def texts(self, key: str, *, single: bool = False) -> tuple[str, ...]:
        """A list of texts, empty if missing; ``single``: one text may stand without brackets."""
        value = self.table.pop(key, [])
        if single and isinstance(value, str):
            value = [value]
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

    def truth(self, key: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self.table.pop(key, default)
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


def read_rule(
    code: str,
    first_day: date,
    table: Mapping[str, Any],
    groups: Mapping[str, tuple[str, ...]],
    faults: list[str],
    area: str = "",
) -> Rule | None:
    """Make one ``Rule`` from its TOML table, or append to ``faults`` and return None."""
    before = len(faults)
    read = _Table(f"{code} {first_day}", table, faults)
    n, unit, span_from = _span(read)
    written = read.texts("exclusions")
    rule = Rule(
        code=code,
        area=area,
        first_day=first_day,
        name=read.text("name"),
        kind=read.text("kind", default="deadline", allowed=KINDS),
        **_bounds(read),
        n=n,
        unit=unit,
        span_from=span_from,
        variants=_variants(read, unit),
        until=read.text("until", default=""),
        back=read.truth("back"),
        roll=read.truth("roll", default=True),
        within=_within(read),
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


def _bounds(read: _Table) -> dict[str, Any]:
    """What starts, performs and ends the period, and what ties these together."""
    return {
        "starts": read.texts("starts"),
        "when": read.conditions("when"),
        "needs": read.texts("needs"),
        "cases": read.conditions("cases"),
        "after": read.text("after", default=""),
        "anchor": read.text("anchor", default=""),
        "match": read.texts("match", single=True),
        "restart": read.text("restart", default="first", allowed=RESTARTS),
        "stops": read.texts("stops"),
        "stops_when": read.conditions("stops_when"),
        "ends": read.texts("ends"),
        "ends_when": read.conditions("ends_when"),
    }


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


def _variants(read: _Table, unit: str) -> tuple[tuple[Conditions, int], ...]:
    """Numbers that hold instead of the rule's under conditions on the starting event."""
    listed = read.table.pop("variants", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        read.fault("'variants' must be a list of tables")
        return ()
    found = []
    for place, item in enumerate(listed, start=1):
        inner = _Table(f"{read.where} variants {place}", item, read.faults)
        n, conditions = inner.number("n"), inner.conditions("when")
        inner.close()
        if n is None or not conditions or n > LONGEST.get(unit, 0):
            inner.fault("a number 'n' and conditions 'when' are wanted")
        else:
            found.append((conditions, n))
    return tuple(found)


def _within(read: _Table) -> tuple[int, str] | None:
    inner = read.inner("within")
    if inner is None:
        return None
    n, unit = inner.number("n"), inner.text("unit", allowed=UNITS)
    inner.close()
    if n is None:
        read.fault("'within' needs a number n")
        return None
    return n, unit
