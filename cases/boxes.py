"""The tabs of the case page that belong to the case itself; upper apps register theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from cases.machine import LeadState, ListingState
from cases.models import Case, Lead, Party
from cases.panels import Glance, Panel, register
from cases.revealing import may_reveal
from cases.targets import act_url
from cases.verb import VERBS
from enforcement.models import User

#: Rows shown in one tab; a case with more is read through its lists.
MOST = 200
#: Characters of a lead on a button.
BRIEF = 24

LEAD_TONES = {
    LeadState.SUBMITTED: "soon",
    LeadState.TRUE: "ok",
    LeadState.FALSE: "muted",
    LeadState.UNVERIFIABLE: "muted",
}


def parties_of(case: Case) -> list[Party]:
    """Return the parties of a case, read once for header and tab."""
    known: list[Party] | None = case.__dict__.get("_parties")
    if known is None:
        known = list(case.parties.select_related("represents").order_by("id"))
        case.__dict__["_parties"] = known
    return known


def _box(rows: QuerySet[Any], **more: Any) -> dict[str, Any]:
    found = list(rows[:MOST])
    return {"rows": found, "count": len(found), **more}


def _acts(rows: list[Any], verb: str, user: User, today: date, about: Callable[[Any], str]) -> None:
    """Put the address of the act on each row on which this person may do it now."""
    spec = VERBS[verb]
    for row in rows:
        if spec.refusal(row, user, today) is None:
            row.act = {
                "verb": verb,
                "label": spec.label,
                "url": act_url(row, verb),
                "about": about(row),
            }


def leads(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the leads (财产线索), newest first, each with what checking it found."""
    rows = case.leads.select_related("party", "verified_by").order_by("-id")
    box = _box(rows)
    _acts(box["rows"], "verify_lead", user, today, _lead_words)
    for lead in box["rows"]:
        lead.tone = LEAD_TONES.get(lead.state, "muted")
    return box


def _lead_words(lead: Lead) -> str:
    """Return the lead in a few words, for the button that answers it."""
    text = lead.content if len(lead.content) <= BRIEF else f"{lead.content[:BRIEF]}…"
    return f"{lead.get_asset_kind_display()}：{text}"


def measures(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the control measures (财产措施), newest first."""
    box = _box(case.measures.order_by("-id"))
    for row in box["rows"]:
        row.over = not row.void and row.expires_on < today
    return box


def listings(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the entries in the dishonest list (失信), newest first."""
    box = _box(case.listings.select_related("debtor").order_by("-id"))
    _acts(box["rows"], "publish_listing", user, today, lambda row: row.debtor.name)
    for row in box["rows"]:
        row.tone = "ok" if row.state == ListingState.PUBLISHED else "soon"
    return box


def papers(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the papers (文书), newest first, without their text."""
    return _box(case.papers.select_related("issued_by").defer("content").order_by("-id"))


def parties(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the parties (当事人), their numbers masked."""
    rows = parties_of(case)
    return {"rows": rows, "count": len(rows), "reveal": may_reveal(user, case, today)}


def attachments(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the files handed in (附件), newest first."""
    return _box(case.attachments.select_related("by", "party").order_by("-id"))


#: Rows on which the acts of the boxes may be offered: never narrower than the guards of the verbs.
_UNCHECKED = f"r.state = '{LeadState.SUBMITTED}' AND NOT r.void"
_UNPUBLISHED = f"r.state = '{ListingState.DECIDED}'"

for order, (code, title, context, glance) in enumerate(
    [
        ("leads", "线索", leads, Glance("cases_lead", _UNCHECKED)),
        ("measures", "财产措施", measures, Glance("cases_measure")),
        ("listings", "失信", listings, Glance("cases_listing", _UNPUBLISHED)),
        ("papers", "文书", papers, Glance("cases_paper")),
        ("parties", "当事人", parties, None),  # the header reads them anyway
        ("attachments", "附件", attachments, Glance("cases_attachment")),
    ],
    start=1,
):
    register(Panel(code, title, f"cases/_{code}.html", context, order=order * 10, glance=glance))
