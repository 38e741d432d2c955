"""Who held a case when (承办记录), told from the assignments on its timeline."""

from __future__ import annotations

from datetime import timedelta
from itertools import zip_longest

from cases.models import Case
from cases.standing import standing


def tell_terms(case: Case) -> None:
    """Write the terms of the handlers again from the assignments that stand.

    A term ends the day before the next begins; who held the case for no whole day has none.
    Called by verbs only, after the event is recorded.
    """
    told = standing(case, "handler.assigned")
    case.terms.all().delete()
    for this, following in zip_longest(told, told[1:]):
        last = following.on - timedelta(days=1) if following else None
        if last is None or last >= this.on:
            user_id = this.fields["user"]
            case.terms.create(user_id=user_id, first_day=this.on, last_day=last)
