"""Everything the page of one flag shows: what the law asked, what happened, who held the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from accountability.machine import FlagState
from accountability.models import Explanation, Flag, FlagReview, Reply
from accountability.panels import TONES
from cases.history import picked
from cases.models import CaseEvent, HandlerTerm
from cases.targets import act_url, target_for
from cases.verb import Verb, offers
from deadlines.clocks import ClockError
from deadlines.law import current
from deadlines.panels import Shown, shown_clocks
from deadlines.rule import Rule
from deadlines.words import described
from enforcement.models import User

#: Events beside the clock at most; the case page has them all.
MOST = 30
#: Icons of the acts on a flag.
ICONS = {
    "demand_explanation": "message",
    "explain_flag": "notes",
    "excuse_flag": "circle-check",
    "uphold_flag": "gavel",
    "reply_to_flag": "message-report",
    "reconsider_flag": "scale",
    "close_flag": "archive",
}


@dataclass(frozen=True)
class Held:
    """Who held the case for how much of the period, and whether on its last day."""

    user: User
    first: date
    last: date | None
    days: int
    on_due: bool


@dataclass(frozen=True)
class Said:
    """One thing said about a flag: an explanation, a decision, a reply.

    ``past``: in an earlier hearing, which decides nothing any more.
    """

    head: str
    text: str
    by: User
    on: date
    past: bool
    late: bool = False


def context(user: User, pk: int, today: date) -> dict[str, Any]:
    """Return the context of a flag's page.

    Raises:
        NotFound: not there, or its case is not in the person's sight.
    """
    flag: Flag = target_for(user, "flag", pk, today)
    shown = _shown(flag, today)
    offered = offers(flag, user, today)
    allowed = [_act(flag, o.verb) for o in offered if o.allowed]
    if allowed:
        allowed[0]["first"] = True
    rule = _rule(flag)
    return {
        "flag": flag,
        "case": flag.case,
        "tone": TONES.get(FlagState(flag.state), "muted"),
        "late_by": _late_by(flag, shown, today),
        "law": described(rule, current().rulebook.exclusion_name) if rule else None,
        "shown": shown,
        "items": _items(flag, user, shown, today),
        "held": _held(flag),
        "said": _said(flag),
        "acts": allowed,
        "refused": [
            {"label": o.verb.label, "why": o.refusal.message} for o in offered if o.refusal
        ],
    }


def _rule(flag: Flag) -> Rule | None:
    """Return the version of the rule that the flag was raised under, else the newest."""
    book = current().rulebook
    versions = (r for r in book.versions(flag.rule) if r.first_day == flag.version)
    return next(versions, book.latest(flag.rule))


def _shown(flag: Flag, today: date) -> Shown | None:
    """Return the flag's clock as it stands now; None when a correction took it away."""
    try:
        clocks = shown_clocks(flag.case, today)
    except ClockError:
        return None
    return next(
        (s for s in clocks if (s.clock.rule, s.clock.start_seq) == (flag.rule, flag.start_seq)),
        None,
    )


def _late_by(flag: Flag, shown: Shown | None, today: date) -> int:
    """Return the days of lateness: until the duty was done or ended, else until today."""
    end = shown.clock.stopped_on if shown and shown.clock.stopped_on else today
    return max(0, (end - flag.due).days)


def _act(flag: Flag, spec: Verb) -> dict[str, Any]:
    return {
        "label": spec.label,
        "url": act_url(flag, spec.name),
        "icon": ICONS.get(spec.name, "arrow-right"),
        "hint": spec.hint,
        "first": False,
    }


def _said(flag: Flag) -> list[Said]:
    """Return explanation, decisions and reply in the order in which they were made.

    What belongs to an earlier hearing (a correction put the lateness on somebody else) comes
    first and is marked.
    """
    here = Q(flag=flag) | Q(past_flag=flag)
    again = FlagReview.Outcome.CONFIRMED, FlagReview.Outcome.OVERTURNED
    found: list[tuple[int, Said]] = []
    for told in Explanation.objects.filter(here).select_related("by"):
        past, head = told.flag_id is None, f"说明：{told.get_ground_display()}"
        found.append((0, Said(head, told.text, told.by, told.on, past, late=told.late)))
    for reply in Reply.objects.filter(here).select_related("by"):
        found.append((2, Said("申辩", reply.text, reply.by, reply.on, reply.flag_id is None)))
    for review in flag.reviews.select_related("by").order_by("id"):
        rank, word = (3, "复核") if review.outcome in again else (1, "审查")
        head = f"{word}：{review.get_outcome_display()}"
        found.append((rank, Said(head, review.ground, review.by, review.on, review.past)))
    return [
        s for _, s in sorted(found, key=lambda entry: (not entry[1].past, entry[1].on, entry[0]))
    ]


def _held(flag: Flag) -> list[Held]:
    """Return who held the case between the start and the due day, in order of time."""
    terms = HandlerTerm.objects.filter(case=flag.case).select_related("user").order_by("first_day")
    found = []
    for term in terms:
        first = max(term.first_day, flag.start_on + timedelta(days=1))
        last = min(term.last_day or flag.due, flag.due)
        if first <= last:
            days = (last - first).days + 1
            found.append(
                Held(term.user, term.first_day, term.last_day, days, term.covers(flag.due))
            )
    return found


def _items(flag: Flag, user: User, shown: Shown | None, today: date) -> list[dict[str, Any]]:
    """Return the events of the period and those of the flag itself, newest first, told by day."""
    stop = shown.clock.stop_seq if shown else None
    until = shown.clock.stopped_on if shown and shown.clock.stopped_on else today
    events = CaseEvent.objects.filter(case=flag.case)
    about = {
        e.seq
        for e in events.filter(Q(kind__startswith="flag.") | Q(kind__startswith="explanation."))
        if e.fields.get("flag") == flag.pk
    }
    period = events.filter(on__gte=flag.start_on, on__lte=until)
    period = period.exclude(kind__startswith="flag.").exclude(kind__startswith="explanation.")
    seqs = set(period.order_by("-seq").values_list("seq", flat=True)[:MOST])
    named = {flag.start_seq: ("accent", "由此起算"), stop: ("ok", "办理完成")}
    items = picked(flag.case, user, today, {*seqs, *about, *filter(None, named)})
    for item in items:
        tone, words = named.get(item["seq"], ("late" if item["seq"] in about else "", ""))
        item["tone"] = tone or item["tone"]
        item["note"] = " · ".join(filter(None, (words or _when(item["on"], flag), item["note"])))
    return items


def _when(on: date, flag: Flag) -> str:
    """Say where in the period a day lies."""
    if on > flag.due:
        return f"届满后第 {(on - flag.due).days} 日"
    after = (on - flag.start_on).days
    return f"起算后第 {after} 日" if after > 0 else ""
