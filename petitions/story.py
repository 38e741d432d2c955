"""The events of one petition, review or order out of the case's timeline, as a page draws them."""

from __future__ import annotations

from typing import Any

from cases import kinds
from cases.history import ICONS
from cases.models import Case, CaseEvent


def story_of(case: Case, field: str, pk: int) -> list[dict[str, Any]]:
    """Return the events that name a row in one of their fields, newest first.

    Args:
        field: data field that holds the id: ``petition``, ``review`` or ``order``.
    """
    rows = CaseEvent.objects.filter(case=case, kind__startswith=f"{field}.")
    mine = [
        e for e in rows.select_related("by", "note").order_by("-seq") if e.fields.get(field) == pk
    ]
    before = dict(
        CaseEvent.objects.filter(case=case, seq__in=[e.seq - 1 for e in mine]).values_list(
            "seq", "hash"
        )
    )
    return [_item(event, before.get(event.seq - 1)) for event in mine]


def _item(event: CaseEvent, prev_hash: Any) -> dict[str, Any]:
    note = getattr(event, "note", None)
    return {
        "seq": event.seq,
        "on": event.on,
        "at": event.at,
        "icon": next((ICONS[s] for s in ICONS if event.kind.startswith(s)), "circle"),
        "text": kinds.kind(event.kind).say(event.fields),
        "actor": str(event.by) if event.by else "信访人",
        "note": note.text if note else "",
        "hash": bytes(event.hash).hex(),
        "prev_hash": bytes(prev_hash).hex() if prev_hash else "",
    }
