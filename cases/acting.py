"""The form of any verb, as a page: asked with GET, done with POST, everything typed kept.

One view for every verb of every app. It reads the form, calls the verb and shows what the verb
says; it decides nothing itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

from cases.access import cases_seen_by
from cases.asides import DRESSERS, asides_for
from cases.boxes import parties_of
from cases.forms import VerbForm
from cases.history import since
from cases.models import Lead, Listing
from cases.reading import noted
from cases.targets import landing, page_url, target_for, verb_for
from cases.verb import Verb, case_of
from enforcement.errors import Invalid, NotFound, Refused, Stale
from enforcement.middleware import now_of
from enforcement.signin import proof
from enforcement.staff import staff, who


def form_for(
    spec: Verb, target: Any, today: date, *args: Any, initial: dict[str, Any] | None = None
) -> VerbForm:
    """Return the input form of a verb for one target, dressed by the apps that know more."""
    kind = import_string(spec.form or "cases.forms.DayForm")
    form: VerbForm = kind(*args, target=target, today=today, initial=initial)
    if dresser := DRESSERS.get(spec.name):
        dresser(form, target, today)
    return form


@staff
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, verb: str, kind: str = "case") -> HttpResponse:
    """Show the form of a verb, or do it; a few verbs ask again who is there first.

    Answers 400 for input that cannot be read, 404 for what is not there or not theirs, 412 for a
    version that is no longer the present one, and else the status of the verb's refusal.
    """
    user, today = who(request)
    spec = verb_for(kind, verb)
    target = target_for(user, kind, pk, today)
    noted(request, target)
    if spec.name in proof.VERBS and not proof.proved(request):
        return proof.ask_again(request)
    if request.method == "POST":
        return _submitted(request, spec, target)
    refused = spec.refusal(target, user, today)
    form = None if refused else form_for(spec, target, today, initial=request.GET.dict())
    status = refused.status if refused else 200
    return _page(request, spec, target, form, refused=refused, status=status)


def _submitted(request: HttpRequest, spec: Verb, target: Any) -> HttpResponse:
    """Do the verb with what was sent.

    Who may not do it learns that before what they typed is judged, unless the case has moved on
    meanwhile: then that comes first, for the reason may be gone with it.
    """
    user, today = who(request)
    form = form_for(spec, target, today, request.POST, request.FILES)
    refused = spec.refusal(target, user, today)
    if refused and _shown_version(request, case_of(target).version) == case_of(target).version:
        return _refused(request, spec, target, form, refused)
    if not form.is_valid():
        return _page(request, spec, target, form, status=400)
    try:
        version = _version(request)
        done = spec.run(target, by=user, now=now_of(request), version=version, **form.arguments())
    except NotFound:
        raise
    except Stale as stale:
        return _overtaken(request, spec, target, stale)
    except Refused as refused:
        return _refused(request, spec, target, form, refused)
    messages.success(request, done_words(spec, case_of(target).version))
    return redirect(_next(request) or landing(done, target))


def done_words(spec: Verb, version: int) -> str:
    """Return the sentence after a verb was done, with the new version of the case."""
    return f"已{spec.label}。案件现有 {version} 项记录。"


def _version(request: HttpRequest) -> int:
    """Return the version the person looked at.

    Raises:
        Invalid: ``case.version`` when the form does not carry one.
    """
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("case.version", "页面不完整，请从案件页重新打开后再提交。")
    return int(text)


def _refused(
    request: HttpRequest, spec: Verb, target: Any, form: forms.Form, refused: Refused
) -> HttpResponse:
    """Show the form again with the reason at its field, or above the form."""
    if refused.field in form.fields:
        form.add_error(refused.field, refused.message)
        return _page(request, spec, target, form, status=refused.status)
    return _page(request, spec, target, form, refused=refused, status=refused.status)


def _overtaken(request: HttpRequest, spec: Verb, target: Any, stale: Stale) -> HttpResponse:
    """Show what happened meanwhile; the form keeps what was typed and may be sent again."""
    user, today = who(request)
    fresh = target_for(user, str(target._meta.model_name), target.pk, today)
    form = form_for(spec, fresh, today, request.POST, request.FILES)
    meanwhile = since(case_of(fresh), user, today, _version(request))
    return _page(
        request,
        spec,
        fresh,
        form,
        refused=stale,
        status=412,
        meanwhile=meanwhile,
        version=case_of(fresh).version,
    )


def _page(
    request: HttpRequest,
    spec: Verb,
    target: Any,
    form: forms.Form | None,
    *,
    refused: Refused | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    user, today = who(request)
    case = case_of(target)
    case_open = cases_seen_by(user, today).filter(pk=case.pk).exists()
    context = {
        "verb": spec,
        "target": target,
        "about": _about(target),
        "case": case,
        "parties": parties_of(case),
        "form": form,
        "refused": refused,
        "version": _shown_version(request, case.version),
        "next": _next(request),
        "back": _next(request) or (page_url(target) if case_open else reverse("home")),
        "case_open": case_open,
        "asides": asides_for(spec, target, user, today) if form is not None else [],
        **more,
    }
    return render(request, "cases/act.html", context, status=status)


def _shown_version(request: HttpRequest, present: int) -> int:
    """Return the version the form carries on: the one looked at first, else the present one."""
    try:
        return _version(request)
    except Invalid:
        return present


def _next(request: HttpRequest) -> str:
    """Return where to go afterwards, if the address named a place inside this site."""
    where = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        where, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return where if safe else ""


def _about(target: Any) -> list[tuple[str, str]]:
    """Return the facts that name the thing acted upon, beyond its case."""
    if isinstance(target, Lead):
        urgent = "（情况紧急）" if target.urgent else ""
        return [
            (f"{target.get_asset_kind_display()}线索{urgent}", target.content),
            ("收到", target.submitted_on.isoformat()),
        ]
    if isinstance(target, Listing):
        return [
            ("被执行人", str(target.debtor)),
            ("情形", target.get_ground_display()),
            ("决定日", target.decided_on.isoformat()),
        ]
    return []
