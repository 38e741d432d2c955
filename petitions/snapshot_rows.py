"""The parts of a snapshot that hang on a case: flags, leads, measures, listings."""

from __future__ import annotations

from datetime import date

from accountability.models import Explanation, Flag, FlagReview, Reply
from cases.machine import LeadState
from cases.models import Lead, Listing, Measure
from petitions.known import Facts, Known, day_of

JUDGED = ("flag.upheld", "flag.excused")
STANDINGS = {"flag.upheld": "认定超期", "flag.excused": "理由成立", "flag.closed": "已办结"}


def flags(known: Known) -> list[Facts]:
    """Return the flags raised and not withdrawn, with what had been said about them by then."""
    raised: dict[int, Facts] = {}
    for event in sorted(known.read.values(), key=lambda e: e.seq):
        if event.kind in {"flag.raised", "flag.amended"}:
            first = raised.get(event.data["flag"], {}).get("raised_on", event.on.isoformat())
            raised[event.data["flag"]] = {"due": event.data["due"], "raised_on": first}
        elif event.kind == "flag.withdrawn":
            raised.pop(event.data["flag"], None)
    rows = Flag.objects.filter(pk__in=raised).order_by("id")
    return [_flag(known, row, raised[row.pk]) for row in rows]


def _flag(known: Known, row: Flag, raised: Facts) -> Facts:
    told = [e.kind for e in sorted(known.read.values()) if e.data.get("flag") == row.pk]
    standing = next((STANDINGS[kind] for kind in reversed(told) if kind in STANDINGS), "尚未审查")
    explained = Explanation.objects.filter(flag=row).select_related("by").first()
    replied = Reply.objects.filter(flag=row).select_related("by").first()
    # Each decision wrote one event, so the first so many decisions are the ones known by then.
    judged = sum(kind in JUDGED for kind in told)
    reviews = FlagReview.objects.filter(flag=row).select_related("by").order_by("id")[:judged]
    return {
        "rule": row.rule,
        "name": known.rule_name(row.rule),
        **raised,
        "holder": known.handler_on(_iso(raised["due"])) if row.duty == "handler" else "",
        "standing": standing,
        "explanation": _said(explained) if "explanation.given" in told else {},
        "reply": _said(replied) if "flag.replied" in told else {},
        "reviews": [
            {
                "by": str(review.by),
                "on": review.on.isoformat(),
                "outcome": review.get_outcome_display(),
                "ground": review.ground,
            }
            for review in reviews
        ],
    }


def _said(row: Explanation | Reply | None) -> Facts:
    if row is None:
        return {}
    ground = row.get_ground_display() if isinstance(row, Explanation) else ""
    return {"by": str(row.by), "on": row.on.isoformat(), "ground": ground, "text": row.text}


def leads(known: Known) -> list[Facts]:
    """Return the leads handed in, and how far each had been checked."""
    handed = known.latest("lead.submitted", "lead")
    verified = known.latest("lead.verified", "lead")
    younger = known.outdated("lead.verified", "lead")
    return [
        {
            "id": row.pk,
            "kind": row.get_asset_kind_display(),
            "content": row.content,
            "urgent": row.urgent,
            "submitted_on": handed[row.pk].on.isoformat(),
            "verified_on": day_of(verified.get(row.pk)),
            "result": LeadState(verified[row.pk].data["result"]).label
            if row.pk in verified
            else "尚未核查",
            "finding": row.finding if row.pk in verified and row.pk not in younger else "",
        }
        for row in Lead.objects.filter(pk__in=handed).order_by("id")
    ]


def measures(known: Known) -> list[Facts]:
    """Return the measures taken, and whether their term had run out by then."""
    taken = known.latest("measure.taken", "measure")
    return [
        {
            "id": row.pk,
            "kind": row.get_kind_display(),
            "asset": row.get_asset_kind_display(),
            "target": row.target,
            "amount": str(row.amount),
            "on": taken[row.pk].on.isoformat(),
            "expires_on": row.expires_on.isoformat(),
            "expired": row.expires_on < known.as_of,
        }
        for row in Measure.objects.filter(pk__in=taken).order_by("id")
    ]


def listings(known: Known) -> list[Facts]:
    """Return the decisions to list a debtor, and when each was published."""
    decided = known.latest("listing.decided", "listing")
    published = known.latest("listing.published", "listing")
    rows = Listing.objects.filter(pk__in=decided).select_related("debtor").order_by("id")
    return [
        {
            "id": row.pk,
            "debtor": row.debtor.name,
            "ground": row.get_ground_display(),
            "decided_on": decided[row.pk].on.isoformat(),
            "published_on": day_of(published.get(row.pk)),
        }
        for row in rows
    ]


def _iso(text: str) -> date:
    return date.fromisoformat(text)
