"""The log of who opened which case (查阅记录): written with the page, shown to auditors.

It is written before the page goes out, in one statement that does nothing when the same person
opened the same case a short while ago: nobody reads what is not written down.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import numbers
from cases.access import in_sight
from cases.forms import day_field
from cases.models import CaseRead, Party
from cases.verb import case_of
from enforcement import typed
from enforcement.errors import Invalid
from enforcement.middleware import CHINA, now_of
from enforcement.models import Reveal, User
from enforcement.paging import page_of
from enforcement.roles import Role
from enforcement.staff import court_with, staff, who

Thing = TypeVar("Thing")

#: Seconds within which opening a case again makes no second entry.
INTERVAL = 900
AUDITORS = frozenset({Role.AUDITOR})


def note_read(user: User, case_pk: int, now: datetime, through: str = "page") -> None:
    """Write down that somebody opens a case."""
    entry = CaseRead(
        user=user, case_id=case_pk, at=now, slot=int(now.timestamp()) // INTERVAL, through=through
    )
    CaseRead.objects.bulk_create([entry], ignore_conflicts=True)


def noted(request: Any, thing: Thing) -> Thing:
    """Write down that the person opens what belongs to a case; return it.

    Args:
        request: of a page or of the interface. thing: a case, or what hangs on one.
    """
    plain: HttpRequest = getattr(request, "_request", request)
    through = "api" if plain.path.startswith("/api/") else "page"
    note_read(request.user, case_of(thing).pk, now_of(plain), through)
    return thing


class Filter(forms.Form):
    """What the log may be narrowed to."""

    case = forms.CharField(label="案号", required=False, max_length=60)
    person = forms.CharField(label="人员", required=False, max_length=60)
    first = day_field("自", required=False)
    last = day_field("至", required=False)
    #: The account's number: what links ask by, so that no name stands in them.
    user = forms.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def people(self) -> Q | None:
        """Return who is meant by an account or a name, None for everybody."""
        words, account = self.cleaned_data.get("person", "").strip(), self.cleaned_data.get("user")
        if not words:
            return Q(user=account) if account else None
        return Q(user__in=User.objects.filter(Q(username__iexact=words) | Q(name=words)))

    def days(self) -> Q:
        """Return the condition for the days asked for."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        condition = Q(at__gte=_begin(first)) if first else Q()
        return (
            condition & Q(at__lt=_begin(date.fromordinal(last.toordinal() + 1)))
            if last
            else (condition)
        )


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


@staff
@never_cache
@require_http_methods(["GET", "POST"])
@typed.apart("person")
def read_log(request: HttpRequest) -> HttpResponse:
    """Show auditors who opened which case of the courts in their sight."""
    user, today = who(request)
    court_with(request, AUDITORS, "查看查阅记录")
    form = Filter(typed.asked_of(request))
    rows = CaseRead.objects.filter(in_sight(user, today, "case__"))
    page = page_of(_filtered(rows, form).select_related("user", "case"), ["-id"], request)
    return render(request, "cases/read_log.html", {"page": page, "form": form, "reveals": False})


@staff
@never_cache
@require_http_methods(["GET", "POST"])
@typed.apart("person")
def reveal_log(request: HttpRequest) -> HttpResponse:
    """Show auditors who saw masked numbers in full, and on what ground."""
    user, today = who(request)
    court_with(request, AUDITORS, "查看查阅记录")
    form = Filter(typed.asked_of(request))
    parties = Party.objects.filter(in_sight(user, today, "case__"))
    if form.is_valid() and (words := form.cleaned_data["case"]):
        parties = parties.filter(_of_case(words))
    rows = Reveal.objects.filter(what="party.numbers", object_id__in=parties.values("pk"))
    page = page_of(_filtered(rows, form, by_case=False).select_related("user"), ["-id"], request)
    _name_cases(page.rows)
    return render(request, "cases/read_log.html", {"page": page, "form": form, "reveals": True})


def _filtered(rows: QuerySet[Any], form: Filter, *, by_case: bool = True) -> QuerySet[Any]:
    """Return the rows that meet every valid field; a wrong one is shown and left out."""
    form.is_valid()
    rows = rows.filter(form.days())
    if (meant := form.people()) is not None:
        rows = rows.filter(meant)
    if by_case and (words := form.cleaned_data.get("case")):
        rows = rows.filter(_of_case(words))
    return rows


def _of_case(words: str) -> Q:
    """Return the condition for one case number; what cannot be read as one finds nothing."""
    try:
        return Q(case__number=numbers.parse(words).base)
    except Invalid:
        return Q(pk__in=[])


def _name_cases(rows: list[Any]) -> None:
    """Put the case on each entry of the list, in one query."""
    found = Party.objects.filter(pk__in=[row.object_id for row in rows]).select_related("case")
    cases = {party.pk: party.case for party in found.defer("id_number", "phone")}
    for row in rows:
        row.case = cases.get(row.object_id)
