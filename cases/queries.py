"""Lists of cases, read only: what is in sight, filtered, with its parties beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.db.models import Q, QuerySet

from cases.access import cases_seen_by, under
from cases.forms import day_field
from cases.machine import State
from cases.models import Case, Party
from cases.models.case import ClosingMethod, Procedure
from cases.models.party import PartyRole
from cases.searching import narrowed
from enforcement.access import courts_seen_by, sight
from enforcement.errors import NotFound
from enforcement.models import Court, User

#: Names shown of one side before 等 n 人.
NAMES = 2
OPEN = "open"
#: Tone of a case's state on pages.
STATE_TONES = {
    "filed": "soon",
    "assigned": "soon",
    "enforcing": "accent",
    "suspended": "paused",
    "closed": "muted",
}


class Sides(NamedTuple):
    """The two sides of a case in words."""

    applicants: str
    debtors: str


class CaseFilter(forms.Form):
    """What a list of cases may be filtered by; everything may be left empty."""

    q = forms.CharField(label="案号或当事人", required=False, max_length=120)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部状态"), (OPEN, "未结"), *State.choices],
    )
    procedure = forms.ChoiceField(
        label="案件类型", required=False, choices=[("", "全部类型"), *Procedure.choices]
    )
    method = forms.ChoiceField(
        label="结案方式", required=False, choices=[("", "全部结案方式"), *ClosingMethod.choices]
    )
    filed_from = day_field("立案自", required=False)
    filed_to = day_field("立案至", required=False)

    def filtered(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        """Return the rows that meet every valid field; a wrong one is shown and left out."""
        self.is_valid()
        asked = self.cleaned_data
        if state := asked.get("state"):
            rows = rows.exclude(state=State.CLOSED) if state == OPEN else rows.filter(state=state)
        if procedure := asked.get("procedure"):
            rows = rows.filter(procedure=procedure)
        if method := asked.get("method"):
            rows = rows.filter(closing_method=method)
        if first := asked.get("filed_from"):
            rows = rows.filter(filed_on__gte=first)
        if last := asked.get("filed_to"):
            rows = rows.filter(filed_on__lte=last)
        return narrowed(rows, asked.get("q") or "")


def listed(
    user: User, today: date, asked: dict[str, Any], court: Court | None
) -> tuple[QuerySet[Case], CaseFilter]:
    """Return the cases in sight under a court, filtered, and the form that says by what."""
    form = CaseFilter(asked)
    rows = cases_seen_by(user, today)
    if court is not None:  # own=1: the court alone, without the courts below it
        rows = rows.filter(Q(court=court) if asked.get("own") == "1" else under(court))
    return form.filtered(rows), form


def court_in_sight(user: User, today: date, key: str) -> Court | None:
    """Return the court of that key, None for an empty key.

    Raises:
        NotFound: no such court, or not in the person's sight.
    """
    if not key:
        return None
    court = courts_seen_by(user, today).filter(key=key).first()
    if court is None:
        raise NotFound("court.not_found", "没有这个法院，或者您无权查看。")
    return court


class Tree(NamedTuple):
    """Where a list stands in the tree of courts: the way down to it, and one step further."""

    way: list[Court]
    below: list[Court]


def tree_around(user: User, today: date, court: Court | None) -> Tree:
    """Return the courts in sight above the chosen one, and those one level below it."""
    seen = sight(user, today)
    if not seen.ranges:
        own = courts_seen_by(user, today) if len(seen.courts) > 1 else Court.objects.none()
        return Tree([court] if court else [], list(own))
    if court is None:
        roots = Q()
        for lft, rgt in seen.ranges:
            roots |= Q(lft=lft, rgt=rgt)
        top = list(Court.objects.filter(roots))
        return Tree([], top if len(top) > 1 else list(Court.objects.children_of(top[0])))
    way = [c for c in court.ancestors() if seen.covers(c)]
    return Tree([*way, court], list(Court.objects.children_of(court).filter(active=True)))


def sides_of(case_ids: Iterable[int]) -> dict[int, Sides]:
    """Return applicants and debtors of several cases in one query, long lists cut short."""
    names: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = Party.objects.filter(
        case_id__in=list(case_ids), role__in=[PartyRole.APPLICANT, PartyRole.DEBTOR]
    )
    for case_id, role, name in rows.order_by("id").values_list("case_id", "role", "name"):
        names[case_id, role].append(name)
    ids = {case_id for case_id, _ in names}
    return {
        i: Sides(_cut(names[i, PartyRole.APPLICANT]), _cut(names[i, PartyRole.DEBTOR])) for i in ids
    }


def _cut(names: list[str]) -> str:
    if not names:
        return "—"
    more = f" 等 {len(names)} 人" if len(names) > NAMES else ""
    return "、".join(names[:NAMES]) + more
