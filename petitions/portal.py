"""The portal (当事人网页): a party finds their case, sees where it stands, hands in, reads answers.

Phone first, plain words, everything works without script. Nothing internal is shown: no
explanations of judges, no grounds of flags, no conduct track. Pages are not kept by browsers.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.verb import VERBS
from enforcement import counters, kept
from enforcement.errors import Invalid, NotFound, Refused
from enforcement.middleware import now_of, today_of
from petitions import entrance, telling
from petitions.entrance import Visitor
from petitions.portal_forms import LookupForm, PortalComplaintForm, PortalLeadForm
from petitions.receiving import complain, give_lead
from petitions.throttle import TooOften

View = Callable[..., HttpResponse]
#: Seconds for which something handed in is remembered, against a second tap.
REMEMBERED = int(timedelta(hours=1).total_seconds())


def guarded(view: View) -> View:
    """Show who has tried too often what to do, and send who has no case open to the first page."""

    @functools.wraps(view)
    @never_cache
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TooOften as refused:
            answer = render(request, "429.html", {"refused": refused}, status=refused.status)
            answer["Retry-After"] = str(refused.seconds)
            return answer
        except NotFound:
            if entrance.came_in(request):
                raise
            messages.warning(request, "请先填写案号和查询码。")
            return redirect("portal_home")

    return inside


# -- finding a case -----------------------------------------------------------------------------


@guarded
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Ask for case number and query code; list the cases that are open to the visitor already.

    A wrong code and an unknown number get the same answer (400) after the same work; who tries
    too often gets 429.
    """
    if request.method == "GET":
        return _home(request, LookupForm())
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _home(request, form, status=400)
    try:
        case = entrance.enter(request, form.cleaned_data["number"], form.cleaned_data["code"])
    except TooOften:
        raise
    except Invalid as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _home(request, form, status=refused.status)
    return redirect("portal_case", pk=case.pk)


def _home(request: HttpRequest, form: LookupForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "cases": entrance.cases_of(request)}
    return render(request, "petitions/portal/home.html", context, status=status)


@require_POST
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Close every case that was opened by a query code."""
    entrance.leave(request)
    messages.success(request, "已退出查询，这部手机或者电脑上看不到您的案件了。")
    return redirect("portal_home")


# -- the case -----------------------------------------------------------------------------------


@guarded
@require_GET
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a party where their case stands: what was done and promised, and what they can do."""
    guest = entrance.visitor(request, pk)
    context = {"guest": guest, **telling.of_case(guest, today_of(request))}
    return render(request, "petitions/portal/case.html", context)


# -- handing in ---------------------------------------------------------------------------------


@guarded
@require_http_methods(["GET", "POST"])
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a property lead, or hand it in."""
    guest = entrance.visitor(request, pk)
    if not guest.applicant_side:
        raise NotFound
    today = today_of(request)
    closed = VERBS["submit_lead"].refusal(guest.case, None, today)
    if request.method == "GET" or closed is not None:
        form = PortalLeadForm(target=guest.case, today=today)
        return _form(request, "lead", guest, form, closed, status=closed.status if closed else 200)
    form = PortalLeadForm(request.POST, target=guest.case, today=today)
    if not form.is_valid():
        return _form(request, "lead", guest, form, status=400)
    return _handed_in(
        request,
        "lead",
        guest,
        form,
        lambda: give_lead(guest, now=now_of(request), **form.arguments()),
    )


@guarded
@require_http_methods(["GET", "POST"])
def petition(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a petition, or file it with its files."""
    guest = entrance.visitor(request, pk)
    today = today_of(request)
    if request.method == "GET":
        asked = {"text": request.GET.get("text", "")[:400], "kind": request.GET.get("kind", "")}
        form = PortalComplaintForm(target=guest.case, today=today, initial=asked)
        return _form(request, "petition", guest, form)
    form = PortalComplaintForm(request.POST, request.FILES, target=guest.case, today=today)
    if not form.is_valid():
        return _form(request, "petition", guest, form, status=400)

    def file() -> Any:
        data = form.arguments()
        return complain(guest, data.pop("attachments"), now=now_of(request), **data)

    return _handed_in(request, "petition", guest, form, file)


def _handed_in(
    request: HttpRequest, what: str, guest: Visitor, form: Any, act: Callable[[], Any]
) -> HttpResponse:
    """Do the act once, however often the button was tapped, and lead on to its receipt."""
    once = f"portal:{guest.case.pk}:{what}:{request.POST.get('once', '')[:40]}"
    try:
        with kept.once(once, REMEMBERED) as first:
            if not first:
                messages.warning(request, "刚才已经提交成功，没有重复提交。")
                return redirect("portal_case", pk=guest.case.pk)
            done = act()
    except Refused as refused:
        if isinstance(refused, TooOften | NotFound):
            raise
        counters.refused(refused)  # what was refused before the verb, such as a file
        if refused.field in form.fields:
            form.add_error(refused.field, refused.message)
            return _form(request, what, guest, form, status=refused.status)
        return _form(request, what, guest, form, refused, status=refused.status)
    return redirect("portal_receipt", pk=guest.case.pk, what=what, row=done.pk)


def _form(
    request: HttpRequest,
    what: str,
    guest: Visitor,
    form: Any,
    refused: Refused | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "guest": guest,
        "case": guest.case,
        "form": form,
        "refused": refused,
        "once": request.POST.get("once") or secrets.token_urlsafe(12),
        "lost_files": bool(request.FILES),
        "back": reverse("portal_case", args=[guest.case.pk]),
    }
    return render(request, f"petitions/portal/{what}.html", context, status=status)


@guarded
@require_GET
def receipt(request: HttpRequest, pk: int, what: str, row: int) -> HttpResponse:
    """Confirm what was handed in, and say what happens next and by when."""
    guest = entrance.visitor(request, pk)
    context = {"guest": guest, **telling.of_receipt(guest, what, row, today_of(request))}
    return render(request, "petitions/portal/receipt.html", context)


@guarded
@require_GET
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a petition of the visitor's own with its answer, and note that it was read."""
    found, guest = entrance.petition_in(request, pk)
    if found.answered and found.read_on is None:
        VERBS["read_answer"].run(found, by=guest.user, party=guest.party, now=now_of(request))
    context = {"guest": guest, **telling.of_petition(guest, found, today_of(request))}
    return render(request, "petitions/portal/answer.html", context)
