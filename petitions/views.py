"""Pages of petitions, reports and orders for court staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import cases_seen_by, under
from cases.acting import form_for
from cases.icons import icon_of
from cases.models import Case
from cases.queries import court_in_sight, tree_around
from cases.reading import noted
from cases.targets import act_url
from cases.verb import VERBS, offers
from deadlines.duties import name_of
from enforcement import headers, typed
from enforcement.crypto import mask_phone
from enforcement.models import User
from enforcement.paging import CAP, capped_count, page_of
from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import render_pdf
from enforcement.replica.lists import replicated
from enforcement.staff import post_with, staff, who
from petitions import access, lines, papers, queries
from petitions.duties import INTAKE
from petitions.machine import OrderState, PetitionState, ReportState
from petitions.models import Order, Petition, Report
from petitions.sheet import sheet_of
from petitions.story import story_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Tabs of the list of petitions: code → words.
STAGES = {
    "mine": "待我办理",
    "open": "未办结",
    PetitionState.FILED.value: "待登记",
    PetitionState.TRANSFERRED.value: "已转送待登记",
    PetitionState.REGISTERED.value: "办理中",
    PetitionState.ANSWERED.value: "已答复",
    PetitionState.CLOSED.value: "已办结",
    "all": "全部",
}
ORDER_STAGES = {
    "reply": "待我院回报",
    "judge": "待我院审查",
    "open": "未办结",
    OrderState.ACCEPTED.value: "已办结",
    "all": "全部",
}
REPORT_STAGES = {
    "approve": "待我签发",
    ReportState.DRAFT.value: "草稿",
    ReportState.ISSUED.value: "已印发",
    ReportState.SUPERSEDED.value: "已被取代",
    "all": "全部",
}
#: Acts that are always possible, so never the one the page is about.
NEVER_FIRST = frozenset({"add_clue", "supersede_report"})


def sections(here: str) -> list[dict[str, Any]]:
    """Return the tabs that lead from one list of this app to the others."""
    names = [
        ("petitions", "信访"),
        ("reviews", "一案双查"),
        ("reports", "督查报告"),
        ("orders", "督办函"),
    ]
    return [{"label": label, "url": reverse(n), "here": n == here} for n, label in names]


def chips(
    request: HttpRequest, stages: dict[str, str], here: str, counts: dict[str, int]
) -> list[dict[str, Any]]:
    """Return the stages as chips with their counts; the other filters stay."""

    def url(code: str) -> str:
        query = request.GET.copy()
        for gone in ("after", "before"):
            query.pop(gone, None)
        query["stage"] = code
        return f"?{query.urlencode()}"

    return [
        {"label": label, "url": url(code), "count": counts[code], "here": code == here}
        for code, label in stages.items()
    ]


def chosen(request: HttpRequest, stages: dict[str, str], counts: dict[str, int]) -> str:
    """Return the stage asked for; else what waits for the person, if anything does."""
    asked = request.GET.get("stage", "")
    if asked in stages:
        return asked
    waiting = list(stages)[: 2 if "reply" in stages else 1]
    return next((code for code in waiting if counts[code]), "open" if "open" in stages else "all")


def may_read_case(case: Case, user: User, today: date) -> bool:
    """Tell whether the case page opens to the person."""
    return cases_seen_by(user, today).filter(pk=case.pk).exists()


def acts_for(
    target: Any, user: User, today: date, *, case_verbs: tuple[str, ...] = (), query: str = ""
) -> dict[str, Any]:
    """Return the buttons of a page and why others are not possible.

    Args:
        case_verbs: verbs on the target's case that belong on this page too.
        query: what their forms start with, as an address query.
    """
    acts: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    every = [(offer.verb, target, "") for offer in offers(target, user, today)]
    every += [(VERBS[name], target.case, query) for name in case_verbs]
    for spec, on, extra in every:
        if spec.outside and on is target:
            continue
        why = spec.refusal(on, user, today)
        if why is not None:
            refused.append({"label": spec.label, "why": why.message})
            continue
        url = act_url(on, spec.name) + (f"?{extra}" if extra else "")
        act = {"label": spec.label, "url": url, "icon": icon_of(spec.name), "hint": spec.hint}
        acts.append(act | {"first": False, "name": spec.name})
    chief = next((act for act in acts if act["name"] not in NEVER_FIRST), None)
    if chief is not None:
        chief["first"] = True
    return {"acts": acts, "refused": refused}


# -- petitions ----------------------------------------------------------------------------------


@staff
@require_http_methods(["GET", "POST"])
@typed.apart("q")
@replicated
def petitions(request: HttpRequest) -> HttpResponse:
    """Show the petitions in sight by stage, the longest waiting first."""
    user, today = who(request)
    given = typed.asked_of(request)
    court = court_in_sight(user, today, given.get("court", ""))
    asked = {key: given.get(key, "")[:60] for key in ("kind", "q")}

    def rows(stage: str) -> QuerySet[Petition]:
        if stage == "mine":
            waiting = queries.petitions_waiting_for(user, today).values("pk")
            found = queries.petitions(user, today, kind=asked["kind"], text=asked["q"])
            found = found.filter(pk__in=waiting)
        else:
            state = "" if stage == "all" else stage
            found = queries.petitions(user, today, state=state, kind=asked["kind"], text=asked["q"])
        return found.filter(under(court, "case__")) if court else found

    counts = {stage: capped_count(rows(stage)) for stage in STAGES}
    stage = chosen(request, STAGES, counts)
    settled = stage in {PetitionState.CLOSED, "all"}
    page = page_of(rows(stage), ["-filed_on", "-id"] if settled else ["filed_on", "id"], request)
    context = {
        "sections": sections("petitions"),
        "chips": chips(request, STAGES, stage, counts),
        "page": page,
        "lines": lines.petition_lines(page.rows, user, today),
        "total": counts[stage],
        "cap": CAP,
        "stage": stage,
        "asked": asked,
        "kinds": Petition._meta.get_field("kind").choices,
        "court": court,
        "tree": tree_around(user, today, court),
        "settled": settled,
        "takes_in": post_with(request, INTAKE) is not None,
    }
    return render(request, "petitions/petitions.html", context)


@staff
@require_GET
def petition(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a petition: what it says, its files, its course, its answer, and what may be done."""
    user, today = who(request)
    found = noted(request, access.petition_for_reading(user, pk, today))
    line = lines.petition_lines([found], user, today)[0]
    clocks = lines.clocks_of([found], [lines.REGISTER, lines.CLOSE])
    query = f"petition={found.pk}&source=petition&next={reverse('petition', args=[found.pk])}"
    context = {
        "petition": found,
        "case": found.case,
        "case_open": may_read_case(found.case, user, today),
        "line": line,
        "clocks": [(name_of(clocks[key]), clocks[key]) for key in sorted(clocks, reverse=True)],
        "files": found.attachments.select_related("attachment"),
        "contact": _contact(found, user),
        "events": story_of(found.case, "petition", found.pk),
        "reviews": access.reviews_seen_by(user, today).filter(petition=found),
        "orders": access.orders_seen_by(user, today).filter(petition=found),
        **acts_for(found, user, today, case_verbs=("open_review", "issue_order"), query=query),
    }
    return render(request, "petitions/petition.html", context)


def _contact(found: Petition, user: User) -> str:
    """Return how to reach the petitioner: in full for who handles it, masked for others."""
    return found.contact if found.handler_id == user.pk else mask_phone(found.contact or "")


# -- reports ------------------------------------------------------------------------------------


@staff
@require_GET
@replicated
def reports(request: HttpRequest) -> HttpResponse:
    """Show the reports in sight, drafts that wait for the person's approval first."""
    user, today = who(request)

    def rows(stage: str) -> QuerySet[Report]:
        if stage == "approve":
            waiting = queries.reports_to_approve(user, today).values("pk")
            return queries.reports(user, today).filter(pk__in=waiting)
        return queries.reports(user, today, state="" if stage == "all" else stage)

    counts = {stage: capped_count(rows(stage)) for stage in REPORT_STAGES}
    stage = chosen(request, REPORT_STAGES, counts)
    page = page_of(rows(stage), ["-id"], request)
    context = {
        "sections": sections("reports"),
        "chips": chips(request, REPORT_STAGES, stage, counts),
        "page": page,
        "lines": lines.report_lines(page.rows, user, today),
        "total": counts[stage],
        "cap": CAP,
        "stage": stage,
    }
    return render(request, "petitions/reports.html", context)


@staff
@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report as it goes out, its number and hash, and whether its text is still the same."""
    user, today = who(request)
    found = noted(request, access.report_for_reading(user, pk, today))
    here = reverse("report", args=[found.pk])
    orders_too = found.state == ReportState.ISSUED
    context = {
        "report": found,
        "case": found.case,
        "case_open": may_read_case(found.case, user, today),
        "review_open": access.reviews_seen_by(user, today).filter(pk=found.review_id).exists(),
        "sheet": sheet_of(papers.text_of(found)),
        "intact": papers.intact(found) if found.sha256 else None,
        "tone": lines.tone_of(found),
        "orders": access.orders_seen_by(user, today).filter(report=found),
        **acts_for(
            found,
            user,
            today,
            case_verbs=("issue_order",) if orders_too else (),
            query=f"report={found.pk}&next={here}",
        ),
    }
    return render(request, "petitions/report.html", context)


@staff
@require_GET
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a report as PDF, to be looked at or, with ``?download=1``, kept."""
    user, today = who(request)
    return pdf(request, noted(request, access.report_for_reading(user, pk, today)))


@staff
@require_GET
def report_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a report as a Word file, to be edited."""
    user, today = who(request)
    return docx(noted(request, access.report_for_reading(user, pk, today)))


# -- orders -------------------------------------------------------------------------------------


@staff
@require_GET
@replicated
def orders(request: HttpRequest) -> HttpResponse:
    """Show the orders in sight: to my court to reply to, from my court to judge, and the rest."""
    user, today = who(request)

    def rows(stage: str) -> QuerySet[Order]:
        waiting = {"reply": queries.orders_to_reply, "judge": queries.orders_to_judge}.get(stage)
        if waiting is not None:
            return queries.orders(user, today).filter(pk__in=waiting(user, today).values("pk"))
        return queries.orders(user, today, state="" if stage == "all" else stage)

    counts = {stage: capped_count(rows(stage)) for stage in ORDER_STAGES}
    stage = chosen(request, ORDER_STAGES, counts)
    urgent = stage in {"reply", "judge", "open"}
    page = page_of(rows(stage), ["due", "id"] if urgent else ["-id"], request)
    context = {
        "sections": sections("orders"),
        "chips": chips(request, ORDER_STAGES, stage, counts),
        "page": page,
        "lines": lines.order_lines(page.rows, user, today),
        "total": counts[stage],
        "cap": CAP,
        "stage": stage,
    }
    return render(request, "petitions/orders.html", context)


@staff
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order with its clock, the replies, and the form of what the person may do now."""
    user, today = who(request)
    found = noted(request, access.order_for_reading(user, pk, today))
    forms = [
        {
            "verb": spec,
            "url": act_url(found, name),
            "form": form_for(spec, found, today),
        }
        for name in ("reply_order", "accept_order", "return_order")
        if (spec := VERBS[name]).refusal(found, user, today) is None
    ]
    context = {
        "order": found,
        "case": found.case,
        "case_open": may_read_case(found.case, user, today),
        "line": lines.order_lines([found], user, today)[0],
        "sheet": sheet_of(papers.text_of(found)),
        "intact": papers.intact(found),
        "replies": found.replies.select_related("by", "returned_by"),
        "report_open": found.report_id is not None
        and access.reports_seen_by(user, today).filter(pk=found.report_id).exists(),
        "petition_open": found.petition_id is not None
        and access.petitions_seen_by(user, today).filter(pk=found.petition_id).exists(),
        "forms": forms,
        "events": story_of(found.case, "order", found.pk),
        "refused": acts_for(found, user, today)["refused"],
    }
    return render(request, "petitions/order.html", context)


@staff
@require_GET
def order_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Return an order as PDF, to be looked at or, with ``?download=1``, kept."""
    user, today = who(request)
    return pdf(request, noted(request, access.order_for_reading(user, pk, today)))


@staff
@require_GET
def order_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """Return an order as a Word file, to be edited."""
    user, today = who(request)
    return docx(noted(request, access.order_for_reading(user, pk, today)))


# -- files --------------------------------------------------------------------------------------


def pdf(request: HttpRequest, kept: Report | Order) -> HttpResponse:
    """Return a kept paper as PDF."""
    data = render_pdf(papers.text_of(kept)).data
    name = f"{kept.number or '草稿'}{kept.title}.pdf"
    return handed_out(data, name, "application/pdf", "download" in request.GET)


def docx(kept: Report | Order) -> HttpResponse:
    """Return a kept paper as a Word file."""
    name = f"{kept.number or '草稿'}{kept.title}.docx"
    return handed_out(to_docx(papers.text_of(kept)), name, DOCX, True)


def handed_out(data: bytes, name: str, kind: str, download: bool) -> HttpResponse:
    """Return a file that a browser may not guess at, run or keep."""
    file: HttpResponse = headers.handed_out(
        HttpResponse(data, content_type=kind), name, download=download
    )
    return file
