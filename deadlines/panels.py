"""What deadlines add to lower pages: clocks on the case page, basis and workload beside forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db import connection

from cases import asides, panels
from cases.kinds import WORDS
from cases.models import Case
from cases.verb import Verb, case_of
from deadlines.clocks import Clock as Derived
from deadlines.clocks import ClockError, derive
from deadlines.duties import next_act, urgency_of, verb_of
from deadlines.events import Event
from deadlines.law import current
from deadlines.models import Clock
from deadlines.queries import loads
from deadlines.rule import INFO, Rule
from deadlines.sheets import kinds_read
from deadlines.words import Mark, marks
from enforcement.models import User
from enforcement.zh_format import Urgency, day_zh

#: Within this many days the act that stops a clock is offered as the first one.
PRESSING_DAYS = 7
#: How far the hints of date fields reach around today.
REST_BACK, REST_AHEAD = timedelta(days=400), timedelta(days=800)


@dataclass(frozen=True)
class Shown:
    """One clock as a page draws it: what was derived just now, and its row's number."""

    clock: Derived
    rule: Rule
    urgency: Urgency
    pk: int | None

    @property
    def excluded(self) -> list[tuple[date, date | None]]:
        """The excluded intervals that met the period, for the bar."""
        end = self.clock.stopped_on or self.clock.due
        return [
            (max(s.opened, self.clock.start_on), s.closed)
            for s in self.clock.basis.spells
            if (s.closed is None or s.closed > self.clock.start_on)
            and (end is None or s.opened < end)
        ]

    @property
    def marks(self) -> list[Mark]:
        """Return how sure the rule's basis is, in words."""
        return marks(self.rule.confidence)

    @property
    def running(self) -> bool:
        """Tell whether the duty is still open."""
        return self.clock.stopped_on is None


def events_for(case: Case) -> list[Event]:
    """Return the events that rules read, as the derivation wants them."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [case.pk, list(kinds_read(current()))])
        rows = cursor.fetchall()
    return [Event(seq, kind, on, json.loads(data)) for seq, kind, on, data in rows]


_READ = """
SELECT seq, kind, "on", data FROM cases_caseevent WHERE case_id = %s AND kind = ANY(%s) ORDER BY seq
"""


def clocks_of(case: Case) -> list[Clock]:
    """Return the kept clocks of a case, read once for the boxes of a page."""
    known: list[Clock] | None = case.__dict__.get("_clocks")
    if known is None:
        known = case.__dict__["_clocks"] = list(Clock.objects.filter(case=case))
    return known


def derived(case: Case) -> tuple[Derived, ...]:
    """Derive the clocks of a case now, from its timeline.

    Raises:
        ClockError: an event that a rule needs cannot be read.
    """
    law = current()
    return derive(events_for(case), law.rulebook, law.calendar)


def shown_clocks(case: Case, today: date) -> list[Shown]:
    """Return the clocks of a case, the most urgent running one first, the ended ones last."""
    numbers = {(c.rule, c.start_seq): c.pk for c in clocks_of(case)}
    found = [
        Shown(c, c.basis.rule, urgency_of(c, today), numbers.get((c.rule, c.start_seq)))
        for c in derived(case)
    ]
    far = date.max
    return sorted(
        found, key=lambda s: (not s.running, s.clock.due or far, s.clock.severity != "flag")
    )


def clocks_box(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the clocks panel: running duties with bars; ended ones, rights and waits folded."""
    try:
        every = shown_clocks(case, today)
    except ClockError as error:
        return {"running": [], "ended": [], "rights": [], "error": str(error)}
    duties = [s for s in every if s.rule.severity != INFO]
    return {
        "running": [s for s in duties if s.running],
        "ended": [s for s in duties if not s.running],
        "rights": [s for s in every if s.rule.severity == INFO],
        "error": "",
    }


def next_box(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return what the buttons should say: address of the form → words, the most urgent first."""
    hints: dict[str, str] = {}
    pressing = today + timedelta(days=PRESSING_DAYS)
    first = ""
    rows = [
        c
        for c in clocks_of(case)
        if c.stopped_on is None and c.due is not None and c.severity != INFO
    ]
    for clock in sorted(rows, key=lambda c: (c.due, c.severity != "flag")):
        act = next_act(case, clock)
        if act is None or clock.due is None or act.url in hints:
            continue
        hints[act.url] = f"{urgency_of(clock, today).text} · {day_zh(clock.due, today)}到期"
        if clock.due <= pressing:
            first = first or act.url
    return {"hints": hints, "first": first}


# -- beside the form of a verb ------------------------------------------------------------------


def basis_aside(verb: Verb, target: Any, user: User, today: date) -> dict[str, Any] | None:
    """Return the clocks that the act would stop, with their legal basis, and the rest days."""
    stops = []
    if hasattr(target, "case") or isinstance(target, Case):
        try:
            stops = [
                s
                for s in shown_clocks(case_of(target), today)
                if s.running and _stops(s, verb, target)
            ]
        except ClockError:
            stops = []
    return {"stops": stops, "rest_days": rest_days(today)}


def _stops(shown: Shown, verb: Verb, target: Any) -> bool:
    spec = verb_of(shown.rule)
    if spec is not verb:
        return False
    return isinstance(target, Case) or shown.clock.subject in {"", str(target.pk)}


def rest_days(today: date) -> dict[str, Any]:
    """Return what date fields need to say whether the court rests on a day."""
    near = {
        day.isoformat(): mark
        for day, mark in current().calendar.marks.items()
        if today - REST_BACK <= day <= today + REST_AHEAD
    }
    return {
        "rest": {day: mark.name for day, mark in near.items() if mark.kind == "off"},
        "work": [day for day, mark in near.items() if mark.kind == "work"],
    }


def show_loads(form: forms.Form, target: Any, today: date) -> None:
    """Turn the choice of a handler into a list of judges with their workload, lightest first."""
    field = form.fields["user"]
    if not isinstance(field, forms.ModelChoiceField):
        return
    people = [p for p in loads(case_of(target).court, today) if p.user.pk != target.handler_id]
    field.empty_label = None
    field.widget = forms.RadioSelect()
    field.widget.choices = [
        (p.user.pk, f"{p.user}　{p.words}{'　建议：在办最少' if i == 0 else ''}")
        for i, p in enumerate(people)
    ]


class _Names(dict[str, str]):
    """Names looked up in the rulebook when asked for, so that start-up does not read it."""

    def __init__(self, name_of: Any) -> None:
        super().__init__()
        self.name_of = name_of

    def get(self, key: str, default: Any = None) -> Any:
        """Return the name, or the default for what the rulebook does not know."""
        return self.name_of(key) or default


def _rule_name(code: str) -> str:
    rule = current().rulebook.latest(code)
    return rule.name if rule else ""


WORDS["rule"] = _Names(_rule_name)
WORDS["exclusion"] = _Names(lambda kind: current().rulebook.exclusion_name(kind))

panels.register(
    panels.Panel("clocks", "期限", "deadlines/_clocks.html", clocks_box, order=10, place="top")
)
panels.register(panels.Panel("next", "", "", next_box, order=10, place="next"))
asides.register_aside("basis", "deadlines/_basis.html", basis_aside)
for _verb in ("assign_handler", "reassign_handler"):
    asides.register_dresser(_verb, show_loads)
