"""Who may not review a case, and why: nobody judges a case they held, acted in, or are party to."""

from __future__ import annotations

from django.db.models import Q

from cases import kinds
from cases.models import Case, CaseEvent, HandlerTerm
from enforcement.models import User

#: Acts of the court that handles the case; whoever recorded one took part in it.
HANDLING = ("case.", "handler.", "file.", "notice.", "lead.", "measure.", "listing.", "limit.")


def held(case: Case, user: User) -> bool:
    """Tell whether the person was ever the handler (承办人), even for less than a day."""
    if HandlerTerm.objects.filter(case=case, user=user).exists():
        return True
    assigned = CaseEvent.objects.filter(case=case, kind="handler.assigned")
    return any(event.fields.get("user") == user.pk for event in assigned)


def conflict(case: Case, user: User) -> str:
    """Return why the person must stay out of a review of the case, empty when nothing stands
    against it: a sentence fit to be shown."""
    if held(case, user):
        return f"{user}曾经承办本案"
    if case.parties.filter(user=user).exists():
        return f"{user}是本案当事人或者代理人"
    acts = Q()
    for start in HANDLING:
        acts |= Q(kind__startswith=start)
    act = CaseEvent.objects.filter(acts, case=case, by=user).order_by("seq").first()
    if act is not None:
        return f"{user}办理过本案事项（第{act.seq}项“{kinds.kind(act.kind).label}”）"
    return ""
