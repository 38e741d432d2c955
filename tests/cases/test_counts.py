"""Counts of cases kept by triggers: whatever writes, the deltas add up to the truth."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from cases.models import Case
from enforcement.models import RollupDelta
from tests.builders import a_case, enforcing
from tests.people import People


def counted() -> dict[tuple[str, str, date], int]:
    """Return (court, state, month) → cases, by the deltas."""
    rows = RollupDelta.objects.filter(metric="case.state").values_list("court_id", "dim", "day")
    return {tuple(r[:3]): r[3] for r in rows.annotate(n=Sum("delta")) if r[3]}  # type: ignore[misc]


def truth() -> dict[tuple[str, str, date], int]:
    """Return the same by counting the cases."""
    return dict(
        Counter((c.court_id, c.state, c.filed_on.replace(day=1)) for c in Case.objects.all())
    )


def test_verbs_corrections_and_raw_sql_keep_the_counts(people: People) -> None:
    a_case(people).filed("11-02")
    enforcing(people, "10-12").suspended("10-20")
    closed = enforcing(people, "09-01").closed("10-20", "terminated", ground="withdrawn")
    assert counted() == truth()
    closed.corrected("11-20", "case.closed").corrected("11-20", "case.filed", "08-31")
    assert counted() == truth()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET filed_on = '2026-07-01'")
    assert counted() == truth()
    assert sum(truth().values()) == 3


def test_what_is_rolled_back_was_never_counted(people: People) -> None:
    with transaction.atomic():
        enforcing(people)
        assert counted() == truth() != {}
        transaction.set_rollback(True)
    assert counted() == truth() == {}


def test_an_act_that_moves_nothing_appends_no_delta(people: People) -> None:
    built = enforcing(people)
    before = RollupDelta.objects.filter(metric="case.state").count()
    built.noticed("11-05").with_lead("11-06").measured("11-07")
    assert RollupDelta.objects.filter(metric="case.state").count() == before


@pytest.mark.parametrize("state", ["filed", "assigned", "enforcing", "suspended", "closed"])
def test_every_state_is_counted(people: People, state: str) -> None:
    built = a_case(people).filed("11-02")
    if state != "filed":
        built.assigned("11-03")
    if state not in {"filed", "assigned"}:
        built.received("11-04")
    if state == "suspended":
        built.suspended("11-05")
    if state == "closed":
        built.closed("11-05", "terminated", ground="withdrawn")
    assert counted() == {(people.court.key, state, date(2026, 11, 1)): 1}
