"""Pages of cases: list, case page, search, papers, attachments, and looking up a number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cases import papers, searching
from cases.access import case_for_reading, in_sight
from cases.boxes import parties_of
from cases.files import opened
from cases.history import GROUPS, stretch
from cases.icons import icon_of
from cases.models import Attachment, Case, Paper, Party
from cases.models.party import PartyRole
from cases.panels import boxes
from cases.queries import STATE_TONES, court_in_sight, listed, sides_of, tree_around
from cases.reading import noted
from cases.revealing import check_may_reveal, reveal
from cases.targets import DOORS, act_url
from cases.verb import VERBS, Verb, offers
from enforcement import typed
from enforcement.access import sight
from enforcement.errors import Invalid, NotFound
from enforcement.headers import handed_out
from enforcement.middleware import now_of
from enforcement.models import User
from enforcement.paging import CAP, capped_count, page_of
from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import render_pdf
from enforcement.papers.text import chinese_date
from enforcement.replica.lists import replicated
from enforcement.signin.proof import needs_proof
from enforcement.staff import staff, who

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@staff
@require_http_methods(["GET", "POST"])
@typed.apart("q")
@replicated
def case_list(request: HttpRequest) -> HttpResponse:
    """Show the cases in sight, filtered; the dashboard's figures open exactly this list."""
    user, today = who(request)
    asked = typed.asked_of(request)
    court = court_in_sight(user, today, asked.get("court", ""))
    rows, form = listed(user, today, asked, court)
    oldest = asked.get("sort") == "filed"
    page = page_of(rows, ["filed_on", "id"] if oldest else ["-filed_on", "-id"], request)
    dress(page.rows)
    context = {
        "page": page,
        "form": form,
        "court": court,
        "tree": tree_around(user, today, court),
        "total": capped_count(rows),
        "cap": CAP,
        "sort": "filed" if oldest else "-filed",
        "many_courts": bool(sight(user, today).ranges) or len(sight(user, today).courts) > 1,
        "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
    }
    return render(request, "cases/case_list.html", context)


def dress(cases: list[Case]) -> None:
    """Put sides and tone on the cases of a list, in one query."""
    sides = sides_of([case.pk for case in cases])
    for case in cases:
        case.sides = sides.get(case.pk)  # type: ignore[attr-defined]
        case.tone = STATE_TONES[case.state]  # type: ignore[attr-defined]


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Answer the search box; a case number leads straight to its case.

    The box sends what was typed in the body: names and identity numbers do not belong into
    addresses, which browsers keep and servers on the way write down.
    """
    user, today = who(request)
    asked = request.POST.get("q", "").replace("\0", "")[:200].strip()
    found = searching.search(user, asked, today)
    if found.only is not None:
        return redirect("case", pk=found.only.pk)
    dress(found.cases)
    context = {"asked": asked, "searched": asked, "found": found}
    return render(request, "cases/search.html", context)


# -- the case page ------------------------------------------------------------------------------


@staff
@require_GET
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case: what it is, what may be done now, its clocks, timeline and tabs."""
    user, today = who(request)
    case = case_for_reading(user, pk, today)
    noted(request, case)
    dress([case])
    drawn = boxes(case, user, today, "tab", request.GET.get("tab", ""))
    context = {
        "case": case,
        "parties": parties_of(case),
        "applicants": [p for p in parties_of(case) if p.role == PartyRole.APPLICANT],
        "debtors": [p for p in parties_of(case) if p.role == PartyRole.DEBTOR],
        "days_open": ((case.closed_on or today) - case.filed_on).days,
        **_offered(case, drawn, user, today),
        "tops": boxes(case, user, today, "top"),
        **_tabs(request, case, drawn),
    }
    return render(request, "cases/case.html", context)


def _offered(case: Case, drawn: list[dict[str, Any]], user: User, today: date) -> dict[str, Any]:
    """Return the acts this person may do now, the most urgent first, and why not the others.

    Acts on what hangs on the case (a lead, a listing) stand among them as soon as a tab has them.
    """
    pressing = boxes(case, user, today, "next")
    hints = {url: words for box in pressing for url, words in box["hints"].items()}
    acts, refused = [], []
    for offer in offers(case, user, today):
        if offer.refusal is not None:
            refused.append({"label": offer.verb.label, "why": offer.refusal.message})
            continue
        acts.append(_act(offer.verb, act_url(case, offer.verb.name), hints))
    for row in (row for box in drawn for row in box.get("rows", ()) if hasattr(row, "act")):
        acts.append(_act(VERBS[row.act["verb"]], row.act["url"], hints, row.act["about"]))
    order = list(hints)
    acts.sort(key=lambda a: order.index(a["url"]) if a["url"] in hints else len(order))
    first = next((box["first"] for box in pressing if box["first"]), "")
    chosen = next((a for a in acts if a["url"] == first), None)
    if chosen:
        chosen["first"] = True
    return {"acts": acts, "refused": refused}


def _act(verb: Verb, url: str, hints: dict[str, str], about: str = "") -> dict[str, Any]:
    hint = "；".join(filter(None, [hints.get(url, ""), about]))
    return {"label": verb.label, "url": url, "icon": icon_of(verb.name), "hint": hint}


def _tabs(request: HttpRequest, case: Case, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the tabs with their counts, and what the chosen one shows."""
    asked = request.GET.get("tab", "")
    chosen = next((box for box in drawn if box["panel"].code == asked), None)
    tabs = [
        {"label": "时间线", "url": "?", "count": case.version, "here": chosen is None},
        *(
            {
                "label": box["panel"].title,
                "url": f"?tab={box['panel'].code}",
                "count": box.get("count"),
                "here": box is chosen,
            }
            for box in drawn
        ),
    ]
    more = {} if chosen else _timeline(request, case)
    return {"tabs": tabs, "box": chosen, **more}


def _timeline(request: HttpRequest, case: Case) -> dict[str, Any]:
    user, today = who(request)
    group, before = request.GET.get("kind", ""), request.GET.get("seq", "")
    part = stretch(
        case,
        user,
        today,
        group=group,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None,
    )
    chips = [
        {"label": "全部", "url": "?", "here": group not in GROUPS},
        *(
            {"label": words, "url": f"?kind={code}", "here": code == group}
            for code, (words, _) in GROUPS.items()
        ),
    ]
    if VERBS["correct_event"].refusal(case, user, today) is None:
        for item in part.items:
            if item["correctable"]:
                item["fix"] = f"{act_url(case, 'correct_event')}?seq={item['seq']}"
    return {"timeline": part, "chips": chips, "group": group if group in GROUPS else ""}


@staff
@never_cache
@needs_proof
@require_http_methods(["GET", "POST"])
def party_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a ground, then show a party's numbers in full, once."""
    user, today = who(request)
    party = _in_sight(request, Party, pk)
    check_may_reveal(user, party.case, today)
    context: dict[str, Any] = {"case": party.case, "party": party, "shown": None, "ground": ""}
    if request.method == "GET":
        return render(request, "cases/reveal.html", context)
    context["ground"] = request.POST.get("ground", "")
    try:
        context["shown"] = reveal(
            party, by=user, now=now_of(request), today=today, ground=context["ground"]
        )
    except Invalid as refused:
        return render(request, "cases/reveal.html", context | {"refused": refused}, status=400)
    return render(request, "cases/reveal.html", context)


def _in_sight(request: HttpRequest, model: type[Any], pk: int) -> Any:
    """Return a row that hangs on a case in sight, the case attached.

    Raises:
        NotFound: not there, or not theirs.
    """
    user, today = who(request)
    row = (
        model._default_manager.filter(in_sight(user, today, prefix="case__"), pk=pk)
        .select_related("case__court")
        .first()
    )
    if row is None:
        raise NotFound
    return noted(request, row)


# -- papers and attachments ---------------------------------------------------------------------


@staff
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a paper as text, with its files to open."""
    kept: Paper = _in_sight(request, Paper, pk)
    text = papers.text_of(kept)
    context = {
        "paper": kept,
        "case": kept.case,
        "text": text,
        "date": chinese_date(text.date, text.layout) if text.date else "",
    }
    return render(request, "cases/paper.html", context)


@staff
@require_GET
def paper_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a paper as PDF, to be looked at or, with ``?download=1``, kept."""
    kept: Paper = _in_sight(request, Paper, pk)
    data = render_pdf(papers.text_of(kept)).data
    return _file(data, f"{_file_name(kept)}.pdf", "application/pdf", "download" in request.GET)


@staff
@require_GET
def paper_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a paper as a Word file, to be edited."""
    kept: Paper = _in_sight(request, Paper, pk)
    return _file(to_docx(papers.text_of(kept)), f"{_file_name(kept)}.docx", DOCX, True)


def _file_name(kept: Paper) -> str:
    return f"{kept.number}{kept.title}{'（已作废）' if kept.void else ''}"


def _file(data: bytes, name: str, kind: str, download: bool) -> Any:
    return handed_out(HttpResponse(data, content_type=kind), name, download=download)


@staff
@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a file as it was handed in; it is never shown inside a page.

    Raises:
        Http404: the file is no longer in the store.
        FilesAway: the store does not answer. Refused: the file is not what was handed in.
    """
    user, today = who(request)
    door = DOORS.get("attachment")
    kept: Attachment = door(user, pk, today) if door else _in_sight(request, Attachment, pk)
    noted(request, kept)
    try:
        answer = FileResponse(opened(kept), content_type="application/octet-stream")
    except FileNotFoundError:
        raise Http404("附件的文件不在存储中，请联系系统管理员。") from None
    return handed_out(answer, kept.name, download=True)
