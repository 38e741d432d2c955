"""Writing down a letter or a visit (登记来信来访): from the number of the case to its form.

People write to the court above as often as to the court of the case. Its clerks do not see the
lower court's lists; they come in by the number that stands in the letter.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import numbers
from cases.models import Case
from cases.targets import act_url, target_for
from cases.verb import VERBS
from enforcement.errors import Invalid, NotFound
from enforcement.staff import court_with, staff, who
from petitions.duties import INTAKE

LABEL = "登记来信来访"


class CaseNumberForm(forms.Form):
    """Which case the letter is about."""

    number = forms.CharField(
        label="案号", max_length=60, help_text="本院或者下级法院的执行案件，括号全角半角都可以"
    )


@staff
@never_cache
@require_http_methods(["GET", "POST"])
def petition_new(request: HttpRequest) -> HttpResponse:
    """Ask for the number of the case, and lead on to the form.

    Raises:
        Forbidden: no post that takes in petitions.
    """
    court_with(request, INTAKE, LABEL)
    if request.method == "GET":
        return _page(request, CaseNumberForm())
    form = CaseNumberForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 400)
    try:
        case = _case(request, form.cleaned_data["number"])
    except (Invalid, NotFound) as refused:
        form.add_error("number", refused.message)
        return _page(request, form, refused.status)
    return redirect(act_url(case, "file_petition"))


def _case(request: HttpRequest, text: str) -> Case:
    """Return the case of that number about which the person may file.

    Raises:
        Invalid: that is no case number.
        NotFound: no such case, or not theirs; one answer for both.
    """
    user, today = who(request)
    number = str(numbers.parse(text, today=today))
    found = Case.objects.filter(number=number).values_list("pk", flat=True).first()
    nothing = NotFound("case.not_found", "没有找到该案件，或者它不属于本院和下级法院。")
    if found is None:
        raise nothing
    try:
        case: Case = target_for(user, "case", found, today)
    except NotFound:
        raise nothing from None
    refused = VERBS["file_petition"].refusal(case, user, today)
    if refused is not None and refused.status == 403:
        raise nothing
    return case


def _page(request: HttpRequest, form: CaseNumberForm, status: int = 200) -> HttpResponse:
    return render(request, "petitions/petition_new.html", {"form": form}, status=status)
