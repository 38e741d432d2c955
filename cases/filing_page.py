"""Filing a case as pages: the form, and once afterwards the query code with a slip to print."""

from __future__ import annotations

import base64
import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import case_for_reading
from cases.actions.filing import Filed
from cases.boxes import parties_of
from cases.filing_form import Filing
from cases.models import Cause
from cases.panels import boxes
from cases.reading import noted
from cases.verb import VERBS
from enforcement import kept
from enforcement.crypto import SealError, open_sealed, seal
from enforcement.errors import Refused
from enforcement.middleware import now_of
from enforcement.models import Court
from enforcement.roles import Role
from enforcement.staff import court_with, staff, who

#: Seconds for which a filing that was done is remembered, against a second click.
REMEMBERED = 3600
#: Key of the session that holds the sealed query code until it is shown.
KEPT = "query_code"


@staff
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """Show the filing form, add or drop a party, or file the case.

    Raises:
        Forbidden: nobody but filing clerks files.
    """
    _, today = who(request)
    court = court_with(request, [Role.FILING_CLERK], "立案登记")
    if request.method == "GET":
        return _form(request, court, Filing.blank(court, today))
    if "more" in request.POST or "drop" in request.POST:
        return _form(request, court, Filing.reshaped(request.POST, court, today))
    filing = Filing.posted(request.POST, court, today)
    if not filing.is_valid():
        return _form(request, court, filing, status=400)
    return _file(request, court, filing)


def _file(request: HttpRequest, court: Court, filing: Filing) -> HttpResponse:
    user, _ = who(request)
    once = f"filing:{user.pk}:{request.POST.get('once', '')[:40]}"
    try:
        with kept.once(once, REMEMBERED) as first:
            if not first:
                messages.warning(request, "这份立案登记已经提交过，没有重复立案。")
                return redirect("case_list")
            run = VERBS["file_case"].run
            filed = run(court, by=user, now=now_of(request), **filing.arguments())
    except Refused as refused:
        shown = filing.refuse(refused.field, refused.message)
        return _form(
            request, court, filing, refused=None if shown else refused, status=refused.status
        )
    _keep_code(request, filed)
    messages.success(request, f"已登记立案，案号{filed.case.number}。")
    return redirect("case_slip", pk=filed.case.pk)


def _form(
    request: HttpRequest,
    court: Court,
    filing: Filing,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "court": court,
        "form": filing.form,
        "parties": filing.parties,
        "refused": refused,
        "once": secrets.token_urlsafe(12),
    }
    return render(request, "cases/case_new.html", context, status=status)


def _keep_code(request: HttpRequest, filed: Filed) -> None:
    """Keep the query code, sealed, until the next page shows it; it is stored nowhere in clear."""
    sealed = seal(filed.query_code, f"case.query_code:{filed.case.pk}")
    request.session[KEPT] = [filed.case.pk, base64.b64encode(sealed).decode()]


def _take_code(request: HttpRequest, pk: int) -> str:
    """Return the query code of the case just filed, once; empty ever after."""
    kept = request.session.get(KEPT)
    if not kept or kept[0] != pk:
        return ""
    del request.session[KEPT]
    try:
        return open_sealed(base64.b64decode(kept[1]), f"case.query_code:{pk}")
    except SealError:
        return ""


@staff
@never_cache
@require_GET
def case_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the slip for the applicant: number and query code, which is shown this once."""
    user, today = who(request)
    case = noted(request, case_for_reading(user, pk, today))
    context = {
        "case": case,
        "parties": parties_of(case),
        "code": _take_code(request, pk),
        "portal": next((box["url"] for box in boxes(case, user, today, "slip")), ""),
    }
    return render(request, "cases/slip.html", context)


@staff
@require_GET
def causes(request: HttpRequest) -> HttpResponse:
    """Return the causes near what is being typed, as choices of the list beside the field."""
    text = request.GET.get("cause", "").strip()
    near = Cause.objects.pickable().search(text)[:20] if len(text) > 1 else []
    return render(request, "cases/_cause_options.html", {"causes": near})
