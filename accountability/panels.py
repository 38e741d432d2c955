"""What accountability adds to the case page: the flags (超期标记) of the case."""

from __future__ import annotations

from datetime import date
from typing import Any

from accountability.machine import FlagState
from accountability.models import Flag
from accountability.queries import UNEXPLAINED
from cases import panels
from cases.models import Case
from cases.targets import act_url, page_url
from cases.verb import VERBS
from deadlines.duties import register_act
from deadlines.law import current
from enforcement.models import User

TONES = {
    FlagState.RAISED: "late",
    FlagState.DEMANDED: "soon",
    FlagState.EXPLAINED: "accent",
    FlagState.EXCUSED: "ok",
    FlagState.UPHELD: "late",
    FlagState.CLOSED: "muted",
    FlagState.WITHDRAWN: "muted",
}


def flags_box(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the flags of the case, newest first, each with what its holder may do now."""
    rows = list(Flag.objects.filter(case=case).select_related("holder").order_by("-id"))
    spec, book = VERBS["explain_flag"], current().rulebook
    for row in rows:
        row.case = case
        rule = book.latest(row.rule)
        row.rule_name = rule.name if rule else row.rule  # type: ignore[attr-defined]
        row.tone = TONES.get(FlagState(row.state), "muted")  # type: ignore[attr-defined]
        page = page_url(row)
        row.url = "" if "?tab=" in page else page  # type: ignore[attr-defined]
        if spec.refusal(row, user, today) is None:
            row.act = {  # type: ignore[attr-defined]
                "verb": spec.name,
                "label": spec.label,
                "url": act_url(row, spec.name),
                "about": f"“{row.rule_name}”超期",  # type: ignore[attr-defined]
            }
    return {"rows": rows, "count": len(rows)}


register_act("explanation.given", "explain_flag")
_WAITING = ", ".join(f"'{state}'" for state in UNEXPLAINED)
panels.register(
    panels.Panel(
        "flags", "标记", "accountability/_flags.html", flags_box, order=70,
        glance=panels.Glance("accountability_flag", f"r.state IN ({_WAITING})"),
    )
)  # fmt: skip
