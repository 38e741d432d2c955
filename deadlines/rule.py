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
after               code of another rule: this one starts where that one lapses, with its subject
anchor              data field of the starting event that holds the day counted from (else its own
                    day, also where the field is missing)
match               data field that ties start and stop together, e.g. ``lead``: one period a value;
                    a list of fields: one period for each combination
needs               data fields the starting event must carry, else nothing starts
cases               conditions on the filing of the case (``case.filed``), e.g. its procedure; what
                    the filing does not say excludes nothing
restart             ``first`` (default): one period from the earliest start; ``each``: one per start
stops               event kinds that perform the duty; ``stops_when``: conditions on them
ends                event kinds that end the duty without performing it, e.g. ``case.closed``; with
                    ``match``, one that carries the field ends only that period, else all of them;
                    ``ends_when``: conditions on them
span                ``{n = 7, unit = "days"}``; units days, workdays, months, years
span_from           data field of the starting event that holds the number; ``span.n`` is then what
                    holds if the field is missing
variants            ``[{ n = 15, when = { asset_kind = "movable" } }]``: the first whose conditions
                    the starting event meets gives the number instead of ``span.n``
until               data field of the starting event that holds the last day itself; ``span`` is
                    then what holds if the field is missing
back                true: counted back, the last day lies ``span`` days before ``until``
roll                false: the last day stays on a rest day (the end of an effect, a day before
                    which something must have happened)
within              ``{n = 5, unit = "years"}`` with ``restart = "each"``: none that would end later
                    than this after the first start
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
from datetime import date, datetime, timedelta
from typing import Any, Final

UNITS: Final = ("days", "workdays", "months", "years")
# No period in law comes near; beyond it a typing error would only cost time.
LONGEST: Final = {"days": 40_000, "workdays": 10_000, "months": 1_200, "years": 100}
KINDS: Final = ("deadline", "wait", "term")
RESTARTS: Final = ("first", "each")
SEVERITIES: Final = ("flag", "warn", "escalate", "info")
#: What is nobody's lateness: rights of the parties, waits, periods of other bodies.
INFO: Final = "info"
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
    """One version of a rule. ``exclusions`` is resolved; ``excluded_as`` is what the file says.

    ``area`` is the name of the file it stands in, see ``words.AREAS``.
    """

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
    match: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    cases: Conditions = ()
    after: str = ""
    restart: str = "first"
    stops_when: Conditions = ()
    ends: tuple[str, ...] = ()
    ends_when: Conditions = ()
    span_from: str = ""
    variants: tuple[tuple[Conditions, int], ...] = ()
    until: str = ""
    back: bool = False
    roll: bool = True
    within: tuple[int, str] | None = None
    exclusions: tuple[str, ...] = ()
    excluded_as: tuple[str, ...] = ()
    extendable: Extendable | None = None
    amber_days: int | None = None
    applies_to_running: bool = False
    last_day: date | None = None
    repealed: str = ""
    note: str = ""
    area: str = ""

    @property
    def unsure(self) -> bool:
        """True if no mark says that a text or two independent pages were read: show it as such."""
        return not _SURE.intersection(self.confidence.split("/"))

    @property
    def review_on(self) -> date:
        """The day on which the source is to be looked up again: a year after the last time."""
        return self.checked_on + timedelta(days=365)

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
        "name", "source", "confidence", "checked_on", "note", "repealed", "excluded_as",
        "area"
    }  # fmt: skip


def meets(conditions: Conditions, data: Mapping[str, Any]) -> bool:
    """Does event data meet every condition? A missing field meets a wanted ``false``."""
    for key, wanted in conditions:
        value = data.get(key)
        if value not in wanted and not (value is None and False in wanted):
            return False
    return True


def as_day(value: Any) -> date | None:
    """A legal day from a TOML day or an ISO text, else None (a moment is not a day)."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
