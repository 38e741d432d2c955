"""Which act performs which duty: from the event that stops a clock to the verb that records it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Model
from django.urls import NoReverseMatch, reverse

from cases.machine import State
from cases.models import Case
from cases.targets import act_url, kind_of
from cases.verb import VERBS, Verb
from deadlines.law import current
from deadlines.models import Clock
from deadlines.rule import INFO, Rule
from enforcement.models import User
from enforcement.zh_format import Urgency, days_left

#: Event kind that performs a duty → the verb that records it; upper apps add theirs.
ACTS: dict[str, str] = {
    "handler.assigned": "assign_handler",
    "file.received": "receive_file",
    "notice.sent": "send_notice",
    "lead.verified": "verify_lead",
    "listing.published": "publish_listing",
    "case.closed": "close_case",
}

#: What comes first in a state in which the act itself is not possible yet.
FIRST = {State.FILED: "assign_handler", State.ASSIGNED: "receive_file"}
#: Verbs on the case that wait for the first step of their state.
WAITS = frozenset({"send_notice", "close_case"})


class Act(NamedTuple):
    """The next act: words of the button, and where its form is."""

    label: str
    url: str
    verb: str


def register_act(kind: str, verb: str) -> None:
    """Say that an event of this kind is recorded by this verb."""
    ACTS[kind] = verb


def rule_of(clock: Clock) -> Rule | None:
    """Return the rule version a clock follows, else the newest one of its code."""
    rulebook = current().rulebook
    versions = rulebook.versions(clock.rule)
    return next(
        (rule for rule in versions if rule.first_day == clock.version), rulebook.latest(clock.rule)
    )


def name_of(clock: Clock) -> str:
    """Return the Chinese name of a clock's rule; its code if the rule is gone."""
    rule = rule_of(clock)
    return rule.name if rule else clock.rule


def verb_of(rule: Rule) -> Verb | None:
    """Return the verb that performs the duty of a rule, None when no verb does."""
    for kind in rule.stops:
        if (name := ACTS.get(kind)) and name in VERBS:
            return VERBS[name]
    return None


def next_act(case: Case, clock: Clock) -> Act | None:
    """Return the act that stops a clock, or the step that must come before it.

    Args:
        clock: a running clock of the case; its subject names the lead, listing or flag.
    """
    rule = rule_of(clock)
    spec = verb_of(rule) if rule else None
    if spec is None:
        return None
    if spec.target is Case:
        first = FIRST.get(State(case.state)) if spec.name in WAITS else None
        spec = VERBS[first] if first else spec
        return Act(spec.label, act_url(case, spec.name), spec.name)
    return _on_subject(spec, clock.subject)


def _on_subject(spec: Verb, subject: str) -> Act | None:
    if not subject.isdigit():
        return None
    try:
        url = reverse("act", args=[kind_of(spec.target), int(subject), spec.name])
    except NoReverseMatch:  # pragma: no cover - the address is part of this site
        return None
    return Act(spec.label, url, spec.name)


def acts_for(user: User, today: date, pressing: Iterable[tuple[Case, Clock]]) -> dict[int, Act]:
    """Return by clock the next act, where this person may do it now.

    What a clock is about (a lead, a flag) is fetched in one query for each kind of thing, however
    many cases there are; the verb's own guards then decide, as on the page of the act.
    """
    acts = [(case, clock, act) for case, clock in pressing if (act := next_act(case, clock))]
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for _, clock, act in acts:
        target = VERBS[act.verb].target
        if target is not Case:
            wanted[target].add(int(clock.subject))
    things = {target: target._default_manager.in_bulk(ids) for target, ids in wanted.items()}
    allowed: dict[int, Act] = {}
    for case, clock, act in acts:
        spec = VERBS[act.verb]
        thing = case if spec.target is Case else things[spec.target].get(int(clock.subject))
        if thing is None:
            continue
        if thing is not case:
            setattr(thing, "case", case)  # noqa: B010 - the same row, with its court already read
        if spec.refusal(thing, user, today) is None:
            allowed[clock.pk] = act
    return allowed


def urgency_of(clock: Any, today: date) -> Urgency:
    """Say how urgent a clock is, its own early warning (``amber_on``) taken into account."""
    if clock.state == "done":
        late = (clock.stopped_on - clock.due).days if clock.lapse_on and clock.due else 0
        return (
            Urgency("late", "●", f"超期 {late} 天完成") if late else Urgency("done", "✓", "已完成")
        )
    if clock.state == "moot":
        return Urgency("none", "—", "无需再办")
    if clock.state == "suspended" or clock.due is None:
        return Urgency("paused", "‖", "期间已扣除")
    if clock.severity == INFO and clock.due < today:
        return Urgency("none", "—", "期限已满")
    amber = (clock.due - clock.amber_on).days if clock.amber_on else 0
    return days_left(clock.due, today, amber=amber)
