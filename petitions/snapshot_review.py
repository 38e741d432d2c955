"""The parts of a snapshot that belong to supervision: petition, review with findings, orders."""

from __future__ import annotations

from enforcement.roles import Role
from petitions.known import Facts, Known, day_of
from petitions.models import (
    Clue,
    ClueFinding,
    Conclusion,
    DualReview,
    Order,
    Outcome,
    Remedy,
    ReviewFile,
)

#: How a reviewer's post reads in a paper: the office, seen from the court itself.
OFFICES: dict[str, str] = {Role.SUPERVISOR: "执行局", Role.INSPECTOR: "督察部门"}


def petition(known: Known, about: DualReview | None) -> Facts:
    """Return the petition a review started from, as far as it had gone; empty without one."""
    if about is None or about.petition is None:
        return {}
    row = about.petition
    registered = known.latest("petition.registered", "petition").get(row.pk)
    answered = known.latest("petition.answered", "petition").get(row.pk)
    return {
        "number": row.number,
        "court": row.court.name,
        "petitioner": row.petitioner_name,
        "standing": row.party.get_role_display() if row.party else "案外人",
        "channel": row.get_channel_display(),
        "kind": row.get_kind_display(),
        "text": row.text,
        "filed_on": row.filed_on.isoformat(),
        "registered_on": day_of(registered),
        "answered_on": day_of(answered),
        "outcome": Outcome(row.outcome).label if answered else "",
        "answer": row.answer if answered else "",
    }


def review(known: Known, about: DualReview | None) -> Facts:
    """Return the review with both files and the joint conclusion; empty without one."""
    if about is None:
        return {}
    concluded = about.settled and bool(about.concluded_on and about.concluded_on <= known.as_of)
    files = about.files.select_related("reviewer", "post__court").order_by("track")
    return {
        "court": about.court.name,
        "source": about.get_source_display(),
        "opened_on": about.opened_on.isoformat(),
        "concluded_on": about.concluded_on.isoformat() if about.concluded_on else "",
        "conclusion": about.conclusion if concluded else "",
        "conclusion_label": Conclusion(about.conclusion).label if concluded else "",
        "reasons": about.reasons if concluded else "",
        "remedies": [Remedy(code).label for code in about.remedies] if concluded else [],
        "proposals": about.proposals.splitlines() if concluded else [],
        "files": {file.track: _file(file) for file in files},
        "clues": [_clue(known, clue) for clue in about.clues.order_by("position")],
    }


def _file(file: ReviewFile) -> Facts:
    return {
        "label": file.get_track_display(),
        "reviewer": str(file.reviewer),
        "post": f"{file.post.court}{OFFICES.get(file.post.role, file.post.get_role_display())}",
        "signed_on": file.signed_on.isoformat() if file.signed_on else "",
        "summary": file.summary,
    }


def _clue(known: Known, clue: Clue) -> Facts:
    findings = clue.findings.filter(on__lte=known.as_of).select_related("file")
    return {
        "position": clue.position,
        "claim": clue.claim,
        "findings": {finding.file.track: _finding(finding) for finding in findings},
    }


def _finding(finding: ClueFinding) -> Facts:
    return {
        "answer": finding.get_answer_display(),
        "text": finding.text,
        "evidence": [pick.event.seq for pick in finding.picks.select_related("event")],
        "other_evidence": finding.other_evidence,
    }


def orders(known: Known) -> list[Facts]:
    """Return the supervision orders given by then, and what had been replied."""
    issued = known.latest("order.issued", "order")
    rows = Order.objects.filter(pk__in=issued).select_related("court").order_by("id")
    return [_order(known, row) for row in rows]


def _order(known: Known, row: Order) -> Facts:
    # Each reply wrote one event, so the first so many replies are the ones known by then.
    told = sum(event.data["order"] == row.pk for event in known.of("order.replied"))
    return {
        "number": row.number,
        "court": row.court.name,
        "issued_on": row.issued_on.isoformat(),
        "due": row.due.isoformat(),
        "demands": row.demands.splitlines(),
        "replies": [
            {"by": str(reply.by), "on": reply.on.isoformat(), "text": reply.text}
            for reply in row.replies.select_related("by").order_by("id")[:told]
        ],
    }
