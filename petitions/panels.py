"""What petitions add to lower pages: tabs of the case page, doors, acts of clocks, asides."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases import boxes, panels
from cases.access import case_for_reading
from cases.asides import register_aside
from cases.icons import ICONS
from cases.models import Attachment, Case
from cases.targets import register_door
from cases.verb import Verb
from deadlines.duties import register_act
from enforcement.errors import NotFound
from enforcement.models import User
from petitions import access, lines
from petitions.actions._posts import posts_above
from petitions.duties import INTAKE, OPENERS, ORDERERS
from petitions.models import Clue, Order, Petition
from petitions.queries import orders, petitions_of_case, reports, reviews

ICONS.update(
    {
        "file_petition": "message-report",
        "register_petition": "clipboard-text",
        "answer_petition": "mail",
        "close_petition": "archive",
        "transfer_petition": "switch-horizontal",
        "open_review": "eye-check",
        "add_clue": "plus",
        "propose_conclusion": "gavel",
        "conclude_review": "rubber-stamp",
        "return_conclusion": "arrow-left",
        "draft_report": "report",
        "issue_report": "rubber-stamp",
        "supersede_report": "refresh",
        "issue_order": "send",
        "reply_order": "mail",
        "accept_order": "check",
        "return_order": "arrow-left",
    }
)
for _kind, _verb in {
    "petition.registered": "register_petition",
    "petition.answered": "answer_petition",
    "order.replied": "reply_order",
}.items():
    register_act(_kind, _verb)


# -- tabs of the case page ----------------------------------------------------------------------


def petitions_box(case: Case, user: User, today: date) -> dict[str, Any] | None:
    """Return the petitions about the case; no box for who may not read any."""
    rows = list(petitions_of_case(user, case, today).order_by("-id")[: boxes.MOST])
    if not rows:
        return None
    for row, line in zip(rows, lines.petition_lines(rows, user, today), strict=True):
        row.line = line  # type: ignore[attr-defined]
        if line.act:
            row.act = {  # type: ignore[attr-defined]
                "verb": _verb_of(line.act.url),
                "label": line.act.label,
                "url": line.act.url,
                "about": f"{row.get_kind_display()}：{row.number}",
            }
    return {"rows": rows, "count": len(rows)}


def supervision_box(case: Case, user: User, today: date) -> dict[str, Any] | None:
    """Return orders, reports and reviews of the case as far as they open to the person."""
    rows = list(orders(user, today).filter(case=case)[: boxes.MOST])
    found = {
        "reviews": lines.review_lines(list(reviews(user, today).filter(case=case))),
        "reports": lines.report_lines(list(reports(user, today).filter(case=case)), user, today),
    }
    if not rows and not any(found.values()):
        return None
    for row, line in zip(rows, lines.order_lines(rows, user, today), strict=True):
        row.line = line  # type: ignore[attr-defined]
        if line.act:
            row.act = {  # type: ignore[attr-defined]
                "verb": _verb_of(line.act.url),
                "label": line.act.label,
                "url": line.act.url,
                "about": f"督办函 {row.number}",
            }
    return {"rows": rows, "count": len(rows) + sum(map(len, found.values())), **found}


def _verb_of(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def attachments_box(case: Case, user: User, today: date) -> dict[str, Any]:
    """Return the files of the case; those of a petition only for the petition's readers."""
    theirs = access.petitions_seen_by(user, today).filter(case=case).values("pk")
    free = Q(petition__isnull=True) | Q(petition__petition__in=theirs)
    rows = Attachment.objects.filter(free, case=case).select_related("by", "party")
    found = list(rows.order_by("-id")[: boxes.MOST])
    return {"rows": found, "count": len(found)}


#: Who may read what differs from person to person, so that only "nothing" can be told at a glance.
_SUPERVISION = """(
    SELECT case_id FROM petitions_order UNION ALL SELECT case_id FROM petitions_dualreview
    UNION ALL SELECT case_id FROM petitions_report
)"""
for _panel in (
    panels.Panel(
        "petitions", "信访", "petitions/_petitions.html", petitions_box, order=80,
        glance=panels.Glance("petitions_petition", all_alike=False, hidden=True),
    ),
    panels.Panel(
        "supervision", "督查督办", "petitions/_supervision.html", supervision_box, order=90,
        glance=panels.Glance(_SUPERVISION, all_alike=False, hidden=True),
    ),
    panels.Panel(
        "attachments", "附件", "cases/_attachments.html", attachments_box, order=60,
        glance=panels.Glance("cases_attachment", all_alike=False),
    ),
):  # fmt: skip
    panels.register(_panel)


# -- doors --------------------------------------------------------------------------------------


def case_to_act_on(user: User, pk: int, today: date) -> Case:
    """Return a case one may act on: one in sight, or one of a court below one's own.

    Heads of a court above open reviews and give orders, and its clerks write down the letters that
    reach them, without reading the lower court's lists.

    Raises:
        NotFound: not there, or neither.
    """
    try:
        return case_for_reading(user, pk, today)
    except NotFound:
        case = Case.objects.select_related("court", "handler").filter(pk=pk).first()
        if case is None or not posts_above(user, today, {*OPENERS, *ORDERERS, *INTAKE}, case.court):
            raise
        return case


def clue_for_reading(user: User, pk: int, today: date) -> Clue:
    """Return a clue of a review whose outside the person may read.

    Raises:
        NotFound: not there, or not theirs.
    """
    clue = Clue.objects.filter(pk=pk).first()
    if clue is None:
        raise NotFound
    clue.review = access.review_for_reading(user, clue.review_id, today)
    clue.case = clue.review.case
    return clue


register_door("case", case_to_act_on)
register_door("petition", access.petition_for_reading)
register_door("dualreview", access.review_for_reading)
register_door("clue", clue_for_reading)
register_door("report", access.report_for_reading)
register_door("order", access.order_for_reading)
register_door("attachment", access.attachment_for_reading)


# -- beside the forms ---------------------------------------------------------------------------


def matter_aside(verb: Verb, target: Any, user: User, today: date) -> dict[str, Any] | None:
    """Return what the petition says or the order demands, to be read while answering it."""
    if isinstance(target, Petition):
        said = f"{target.petitioner_name}反映的问题：{target.get_kind_display()}"
        url = reverse("petition", args=[target.pk])
        link = f"{target.number}，{target.filed_on}收到"
        return {"title": said, "text": target.text, "url": url, "link": link}
    if isinstance(target, Order):
        url = reverse("order", args=[target.pk])
        return {"title": "督办要求", "text": target.demands, "url": url, "link": target.number}
    return None


register_aside("matter", "petitions/_matter.html", matter_aside)
