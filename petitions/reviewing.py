"""Pages of dual reviews (一案双查): two columns, each open to its own people, clue by clue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from cases.acting import form_for
from cases.history import hidden_kinds, sentence
from cases.models import Case
from cases.reading import noted
from cases.timeline import events_of
from cases.verb import VERBS
from enforcement.errors import NotFound, Refused
from enforcement.middleware import now_of
from enforcement.models import User
from enforcement.paging import CAP, capped_count, page_of
from enforcement.papers.pdf import render_pdf
from enforcement.replica.lists import replicated
from enforcement.staff import staff, who
from petitions import access, lines, queries
from petitions.machine import ReviewState
from petitions.models import Answer, Clue, ClueFinding, DualReview, Remedy, ReviewFile, Track
from petitions.preview import preview
from petitions.sheet import sheet_of
from petitions.views import acts_for, chips, chosen, handed_out, may_read_case, sections

STAGES = {
    "mine": "待我办理",
    ReviewState.OPEN.value: "核查中",
    ReviewState.PROPOSED.value: "待会签",
    ReviewState.CONCLUDED.value: "已作结论",
    ReviewState.REPORTED.value: "已出报告",
    "all": "全部",
}
ANSWER_TONES = {
    Answer.YES: "late",
    Answer.PARTLY: "soon",
    Answer.NO: "ok",
    Answer.UNKNOWN: "muted",
}


@dataclass(frozen=True)
class Entry:
    """One clue in one track: what was found, with its evidence, and whether it may be answered."""

    clue: Clue
    finding: ClueFinding | None
    evidence: list[dict[str, Any]]
    url: str = ""
    tone: str = "muted"


@dataclass(frozen=True)
class Column:
    """One track as this person may see it: open with its entries, or only that it exists."""

    file: ReviewFile
    open: bool
    own: bool
    done: int
    total: int
    entries: list[Entry]


@staff
@require_GET
@replicated
def reviews(request: HttpRequest) -> HttpResponse:
    """Show the dual reviews whose outside the person may read."""
    user, today = who(request)

    def rows(stage: str) -> QuerySet[DualReview]:
        if stage == "mine":
            return queries.reviews_for(user, today)
        return queries.reviews(user, today, state="" if stage == "all" else stage)

    counts = {stage: capped_count(rows(stage)) for stage in STAGES}
    stage = chosen(request, STAGES, counts)
    page = page_of(rows(stage), ["-id"], request)
    context = {
        "sections": sections("reviews"),
        "chips": chips(request, STAGES, stage, counts),
        "page": page,
        "lines": lines.review_lines(page.rows),
        "total": counts[stage],
        "cap": CAP,
        "stage": stage,
    }
    return render(request, "petitions/reviews.html", context)


@staff
@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a dual review: the columns that open to the person, the joint conclusion below."""
    user, today = who(request)
    found = noted(request, access.review_for_reading(user, pk, today))
    mine = access.tracks_open_to(user, found, today)
    columns = _columns(found, {file.pk for file in mine}, user, today)
    context = {
        "review": found,
        "case": found.case,
        "case_open": may_read_case(found.case, user, today),
        "petition_open": found.petition_id is not None
        and access.petitions_seen_by(user, today).filter(pk=found.petition_id).exists(),
        "columns": columns,
        "clues": list(found.clues.order_by("position")),
        "remedies": [Remedy(code).label for code in found.remedies],
        "reports": access.reports_seen_by(user, today).filter(review=found),
        "may_preview": bool(mine),
        "tone": lines.tone_of(found),
        "todo": lines.review_todo(found, queries.progress(found)),
        **acts_for(found, user, today),
    }
    return render(request, "petitions/review.html", context)


def _columns(found: DualReview, opened: Collection[int], user: User, today: date) -> list[Column]:
    """Return both columns; of one that is closed nothing but who holds it and how far it is."""
    clues, far = list(found.clues.order_by("position")), queries.progress(found)
    columns = []
    files = found.files.select_related("reviewer", "post__court").order_by("track")
    for file in files:
        own = file.reviewer_id == user.pk
        may_answer = own and found.state == ReviewState.OPEN
        seen = file.pk in opened
        entries = _entries(file, clues, found.case, may_answer) if seen else []
        done, total = far[file.track]
        columns.append(Column(file, seen, own, done, total, entries))
    return columns


def _entries(file: ReviewFile, clues: list[Clue], case: Case, may_answer: bool) -> list[Entry]:
    findings = {f.clue_id: f for f in file.findings.prefetch_related("picks__event")}
    entries = []
    for clue in clues:
        finding = findings.get(clue.pk)
        picks = [pick.event for pick in finding.picks.all()] if finding else []
        entries.append(
            Entry(
                clue,
                finding,
                [evidence_words(event) for event in sorted(picks, key=lambda e: e.seq)],
                reverse("clue", args=[clue.pk]) if may_answer else "",
                ANSWER_TONES[Answer(finding.answer)] if finding else "muted",
            )
        )
    return entries


def evidence_words(event: Any) -> dict[str, Any]:
    """Return one event of the timeline as evidence is read: number, day, sentence."""
    return {"seq": event.seq, "on": event.on, "text": sentence(event)}


# -- one clue -----------------------------------------------------------------------------------


@staff
@require_http_methods(["GET", "POST"])
def clue(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a reviewer what they found about a clue, evidence ticked on the timeline; keep it.

    Raises:
        NotFound: not there, or the person reviews another track or nothing.
    """
    user, today = who(request)
    row = Clue.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    file = access.track_for_reviewer(user, row.review_id, today)
    row.review, row.case = file.review, noted(request, file.review.case)
    spec = VERBS["answer_clue"]
    before = file.findings.filter(clue=row).prefetch_related("picks__event").first()
    if request.method == "GET":
        refused = spec.refusal(row, user, today)
        form = form_for(spec, row, today, initial=_initial(before))
        return _clue_page(request, row, file, form, refused, refused.status if refused else 200)
    form = form_for(spec, row, today, request.POST)
    if not form.is_valid():
        return _clue_page(request, row, file, form, status=400)
    try:
        spec.run(row, by=user, now=now_of(request), **form.arguments())
    except NotFound:
        raise
    except Refused as wrong:
        if wrong.field in form.fields:
            form.add_error(wrong.field, wrong.message)
            return _clue_page(request, row, file, form, status=wrong.status)
        return _clue_page(request, row, file, form, wrong, wrong.status)
    messages.success(request, f"已答复第 {row.position} 条线索（{Track(file.track).label}）。")
    return redirect(f"{reverse('review', args=[row.review_id])}#clue-{row.pk}")


def _initial(before: ClueFinding | None) -> dict[str, Any]:
    """Return what was answered before, so that it can be mended."""
    if before is None:
        return {}
    return {
        "answer": before.answer,
        "text": before.text,
        "other_evidence": before.other_evidence,
        "evidence": [pick.event.seq for pick in before.picks.all()],
    }


def _clue_page(
    request: HttpRequest,
    row: Clue,
    file: ReviewFile,
    form: Any,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    user, today = who(request)
    hidden = set(hidden_kinds(row.case, user, today))
    picked = {str(seq) for seq in form["evidence"].value() or []}
    events = [
        evidence_words(event) | {"picked": str(event.seq) in picked}
        for event in events_of(row.case)
        if event.kind not in hidden and not event.kind.startswith(("review.", "report."))
    ]
    context = {
        "clue": row,
        "review": row.review,
        "case": row.case,
        "file": file,
        "form": form,
        "events": events,
        "refused": refused,
        "settled": refused is not None and refused.code == "review.state",
    }
    return render(request, "petitions/clue.html", context, status=status)


# -- the report as it would read ----------------------------------------------------------------


def _previewed(request: HttpRequest, pk: int) -> tuple[DualReview, Any]:
    """Return a review and its report as of today, with the tracks the person may read.

    Raises:
        NotFound: neither a reviewer, nor an approver of a settled review.
    """
    user, today = who(request)
    found = access.review_for_reading(user, pk, today)
    mine = access.tracks_open_to(user, found, today)
    if not mine:
        raise NotFound
    tracks = Track.values if found.settled else [file.track for file in mine]
    return noted(request, found), preview(found, tracks, today)


@staff
@require_GET
def review_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the report would read today."""
    found, paper = _previewed(request, pk)
    context = {"review": found, "case": found.case, "sheet": sheet_of(paper)}
    return render(request, "petitions/preview.html", context)


@staff
@require_GET
def review_preview_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the report as it would read today as PDF, marked as a draft."""
    found, paper = _previewed(request, pk)
    return handed_out(
        render_pdf(paper).data, f"一案双查{found.pk}报告预览.pdf", "application/pdf", False
    )
