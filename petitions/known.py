"""What was known by a day: the timeline cut at the day of recording, read with its corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from cases.models import Case, CaseEvent
from cases.timeline import events_of, legal_day
from deadlines.clocks import effective
from deadlines.events import Event
from deadlines.law import Law
from enforcement.models import User

Facts = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """A case as the timeline told it at the end of a legal day.

    Attributes:
        rows: events recorded by then, in order of recording.
        later: events recorded afterwards; only to tell which words in rows are younger.
    """

    case: Case
    as_of: date
    law: Law
    rows: Sequence[CaseEvent]
    later: Sequence[CaseEvent]

    @classmethod
    def by(cls, case: Case, as_of: date, law: Law) -> Known:
        """Read the timeline once and cut it."""
        events = list(events_of(case))
        known = [event for event in events if legal_day(event.at) <= as_of]
        later = [event for event in events if legal_day(event.at) > as_of]
        return cls(case, as_of, law, known, later)

    @cached_property
    def recorded(self) -> list[Event]:
        """The events as recorded, corrections included."""
        return [Event(e.seq, e.kind, e.on, e.fields) for e in self.rows]

    @cached_property
    def read(self) -> dict[int, Event]:
        """The events as they were to be read then, by their number; voided ones are gone."""
        return {e.seq: e for e in effective(self.recorded)}

    def of(self, *kinds: str) -> list[Event]:
        """Return the events of some kinds by day."""
        return sorted((e for e in self.read.values() if e.kind in kinds), key=_by_day)

    def latest(self, kind: str, field: str) -> dict[int, Event]:
        """Return the last event of a kind about each row that its field names."""
        return {e.data[field]: e for e in self.of(kind)}

    def outdated(self, kind: str, field: str) -> set[int]:
        """Return the rows about which an event of the kind was recorded afterwards: what such a
        row says today was not said then."""
        return {e.fields[field] for e in self.later if e.kind == kind}

    @cached_property
    def people(self) -> dict[int, str]:
        """Names of the handlers."""
        ids = {e.data["user"] for e in self.of("handler.assigned")}
        return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}

    def handler_on(self, day: date) -> str:
        """Return who held the case on a day, empty when nobody did."""
        before = [e for e in self.of("handler.assigned") if e.on <= day]
        return self.people.get(before[-1].data["user"], "") if before else ""

    def rule_name(self, code: str) -> str:
        """Return the Chinese name of a rule; an unknown code stands for itself."""
        rule = self.law.rulebook.latest(code)
        return rule.name if rule else code


def _by_day(event: Event) -> tuple[date, int]:
    return event.on, event.seq


def day_of(event: Event | None) -> str:
    """Return the day of an event as ISO text, empty when there is none."""
    return event.on.isoformat() if event else ""
