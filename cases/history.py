"""The timeline as the case page shows it: newest first, corrections struck, hashes on demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases import kinds
from cases.actions._correctable import CORRECTABLE
from cases.actions.correction import corrections_of
from cases.kinds import Audience
from cases.models import Case, CaseEvent
from enforcement.access import sight
from enforcement.models import User
from enforcement.roles import SUBTREE_ROLES
from enforcement.zh_format import yuan

#: Events on one page of the timeline.
SIZE = 40

#: Filters of the timeline: code → (words, beginnings of event kinds).
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "course": (
        "立案、分案、结案",
        (
            *("case.", "handler.", "file.", "notice.", "report_order.", "performance.", "uplevel."),
            *("settlement.", "guarantee.", "party_change.", "commission.", "preservation."),
            *("bankruptcy.", "interview.", "round_end.", "requery.", "completion."),
        ),
    ),
    "property": (
        "线索、财产、措施",
        (
            *("lead.", "leads.", "property.", "investigation.", "query.", "audit.", "bounty."),
            *("asset.", "measure.", "excess.", "secured.", "priority.", "registration."),
            *("registry.", "receivable.", "disposal."),
        ),
    ),
    "sale": ("定价、变价", ("price.", "valuation.", "sale.", "auction.", "setoff.")),
    "money": ("案款", ("money.", "fee.", "payout.", "plan.")),
    "persons": (
        "失信、限高、制裁",
        (
            *("listing.", "limit_order.", "exit_ban.", "fine.", "detention.", "summons."),
            *("search.", "sanction.", "referral."),
        ),
    ),
    "objection": (
        "异议、复议",
        (
            *("objection.", "parties.", "hearing.", "ruling.", "reconsideration.", "suit."),
            "supervision.",
        ),
    ),
    "time": (
        "期间",
        (
            *("exclusion.", "limit.", "extension.", "deferral."),
            *("case.suspended", "case.resumed"),
        ),
    ),
    "flag": ("标记、说明", ("flag.", "explanation.")),
    "petition": ("信访、督办", ("petition.", "review.", "report.", "order.")),
    "corrected": ("更正", ("event.corrected",)),
}

#: Beginning of an event kind → icon of the sprite; the longest beginning wins.
ICONS = {
    "case.filed": "file-text",
    "case.suspended": "player-pause",
    "case.resumed": "player-play",
    "case.closed": "archive",
    "handler.": "user-check",
    "file.": "folder-open",
    "notice.": "send",
    "report_order.": "send",
    "lead.": "bulb",
    "measure.": "lock",
    "listing.": "ban",
    "limit_order.": "ban",
    "exit_ban.": "ban",
    "event.corrected": "pencil",
    "exclusion.": "clock-pause",
    "deferral.": "clock-pause",
    "limit.": "calendar-due",
    "extension.": "calendar-due",
    "flag.": "flag",
    "explanation.": "notes",
    "petition.": "message-report",
    "review.": "eye-check",
    "report.": "report",
    "order.": "mail",
}
TONES = {"flag.raised": "late", "flag.escalated": "late", "flag.upheld": "late"}


@dataclass(frozen=True)
class Stretch:
    """A stretch of the timeline, newest first.

    Attributes:
        items: what ``_timeline.html`` draws.
        older: number before which the next stretch begins, None at the beginning.
    """

    items: list[dict[str, Any]]
    older: int | None = None


def stretch(
    case: Case, user: User, today: date, *, group: str = "", before: int | None = None
) -> Stretch:
    """Return one stretch of the timeline that this person may read.

    Args:
        group: a key of ``GROUPS``, or empty for all.
        before: only events with a smaller number.
    """
    events = CaseEvent.objects.filter(case=case).exclude(kind__in=hidden_kinds(case, user, today))
    if group in GROUPS:
        events = events.filter(_any_of(GROUPS[group][1]))
    if before:
        events = events.filter(seq__lt=before)
    found = list(events.select_related("by", "note").order_by("-seq")[: SIZE + 1])
    shown = found[:SIZE]
    return Stretch(_items(case, shown, found), shown[-1].seq if len(found) > SIZE else None)


def since(case: Case, user: User, today: date, version: int) -> list[dict[str, Any]]:
    """Return what was recorded after a version somebody looked at, newest first."""
    events = CaseEvent.objects.filter(case=case, seq__gt=version)
    events = events.exclude(kind__in=hidden_kinds(case, user, today)).select_related("by", "note")
    return _items(case, list(events.order_by("-seq")[:SIZE]))


def picked(case: Case, user: User, today: date, seqs: Iterable[int]) -> list[dict[str, Any]]:
    """Return the events of these numbers that this person may read, newest first."""
    events = CaseEvent.objects.filter(case=case, seq__in=list(seqs))
    events = events.exclude(kind__in=hidden_kinds(case, user, today)).select_related("by", "note")
    return _items(case, list(events.order_by("-seq")))


def hidden_kinds(case: Case, user: User, today: date) -> list[str]:
    """Return the kinds of events this person may not read: those for supervision alone."""
    if sight(user, today).has(SUBTREE_ROLES, case.court):
        return []
    return [k.code for k in kinds.KINDS.values() if k.audience == Audience.SUPERVISION]


def _any_of(beginnings: Iterable[str]) -> Q:
    wanted = Q()
    for start in beginnings:
        wanted |= Q(kind__startswith=start)
    return wanted


def _items(
    case: Case, events: list[CaseEvent], known: Iterable[CaseEvent] = ()
) -> list[dict[str, Any]]:
    """Return events as they are drawn; ``known`` are further ones whose hashes are at hand."""
    fixes = corrections_of(case)
    before = {e.seq: bytes(e.hash).hex() for e in (*events, *known)}
    if missing := [e.seq - 1 for e in events if e.seq - 1 not in before and e.seq > 1]:
        rows = CaseEvent.objects.filter(case=case, seq__in=missing).values_list("seq", "hash")
        before |= {seq: bytes(value).hex() for seq, value in rows}
    people = _people(events)
    return [_item(case, e, fixes.get(e.seq, []), before.get(e.seq - 1, ""), people) for e in events]


def _people(events: list[CaseEvent]) -> dict[int, str]:
    ids = {e.fields["user"] for e in events if e.kind == "handler.assigned"}
    return {u.pk: str(u) for u in User.objects.filter(pk__in=ids)} if ids else {}


def sentence(event: CaseEvent) -> str:
    """Return the sentence of an event as pages show it, sums grouped."""
    data = event.fields
    sums = {name: yuan(data[name]) for name in ("amount", "paid") if data.get(name)}
    return kinds.kind(event.kind).say(data | sums)


def _item(
    case: Case,
    event: CaseEvent,
    fixes: list[dict[str, Any]],
    prev_hash: str,
    people: dict[int, str],
) -> dict[str, Any]:
    data = event.fields
    text = sentence(event)
    if event.kind == "handler.assigned":
        text = f"{text.removesuffix('。')}：{people.get(data.get('user', 0), '—')}。"
    days = [fix["on"] for fix in fixes if fix.get("on")]
    note = getattr(event, "note", None)
    void = any(fix.get("void") for fix in fixes)
    return {
        "seq": event.seq,
        "on": date.fromisoformat(days[-1]) if days else event.on,
        "was": event.on if days else None,
        "at": event.at,
        "icon": _icon(event.kind),
        "tone": TONES.get(event.kind, ""),
        "text": text,
        "url": _url(case, data),
        "actor": str(event.by) if event.by else "系统",
        "body": note.text if note else "",
        "note": "日期已更正" if days else "",
        "void": void,
        "correctable": event.kind in CORRECTABLE and not void,
        "hash": bytes(event.hash).hex(),
        "prev_hash": prev_hash,
    }


def _icon(kind: str) -> str:
    fits = [start for start in ICONS if kind.startswith(start)]
    return ICONS[max(fits, key=len)] if fits else "circle"


def _url(case: Case, data: dict[str, Any]) -> str:
    """Return where the thing an event speaks of is shown, empty when nowhere."""
    page = reverse("case", args=[case.pk])
    for name in ("lead", "measure", "listing"):
        if name in data:
            return f"{page}?tab={name}s#{name}-{data[name]}"
    if data.get("papers"):
        return f"{page}?tab=papers"
    if "corrects" in data:
        return f"#event-{data['corrects']}"
    return ""
