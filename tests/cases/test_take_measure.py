"""Control of property (查封、扣押、冻结) and the terms the law allows (民诉法解释第485条)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_case, day, enforcing
from tests.people import People
from tests.refusals import refused


def test_the_measure_is_kept_and_told(people: People) -> None:
    built = enforcing(people).with_lead("11-05").verified("11-06")
    built.measured("11-06", lead=built.leads[0], amount=Decimal("12.5"))
    (measure,) = built.measures
    assert (measure.effective_on, measure.expires_on) == (day("11-06"), day("2027-11-06"))
    assert (measure.amount, measure.lead) == (Decimal("12.50"), built.leads[0])
    assert built.event("measure.taken").fields == {
        "measure": measure.pk,
        "measure_kind": "freeze",
        "asset_kind": "deposit",
        "amount": "12.50",
        "effective_on": "2026-11-06",
        "expires_on": "2027-11-06",
    }


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("deposit", date(2027, 11, 6)),
        ("vehicle", date(2028, 11, 6)),
        ("movable", date(2028, 11, 6)),
        ("real_estate", date(2029, 11, 6)),
        ("equity", date(2029, 11, 6)),
        ("wages", date(2029, 11, 6)),
    ],
)
def test_the_longest_term_of_each_kind_passes_and_a_day_more_does_not(
    people: People, kind: str, last: date
) -> None:
    built = enforcing(people)
    with refused("measure.too_long", 400, "expires_on"):
        built.measured("11-06", asset_kind=kind, expires_on=date.fromordinal(last.toordinal() + 1))
    built.measured("11-06", asset_kind=kind, expires_on=last)


def test_a_year_from_the_29th_of_february_ends_on_the_28th(people: People) -> None:
    built = enforcing(people, "2024-02-01")
    with refused("measure.too_long", 400):
        built.measured("2024-02-29", expires_on=date(2025, 3, 1))
    built.measured("2024-02-29", expires_on=date(2025, 2, 28))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": Decimal("-1")}, "amount.negative", "amount"),
        ({"amount": Decimal("1.005")}, "amount.range", "amount"),
        ({"amount": Decimal(10) ** 17}, "amount.range", "amount"),
        ({"expires_on": date(2026, 11, 6)}, "measure.term", "expires_on"),
        ({"expires_on": date(2026, 11, 5)}, "measure.term", "expires_on"),
        ({"target": " "}, "input.required", "target"),
        ({"kind": "burn"}, "input.choice", "kind"),
        ({"asset_kind": "gold"}, "input.choice", "asset_kind"),
    ],
)
def test_wrong_input_is_refused(
    people: People, changes: dict[str, Any], code: str, field: str
) -> None:
    built = enforcing(people)
    with refused(code, 400, field):
        built.measured("11-06", **changes)


def test_before_the_filing_is_refused(people: People) -> None:
    built = enforcing(people, "11-02")
    with refused("date.before", 400, "on"):
        built.measured("11-01")


@pytest.mark.parametrize("fault", ["untrue", "void", "of another case"])
def test_a_lead_that_cannot_bear_it_is_refused(people: People, fault: str) -> None:
    built = enforcing(people).with_lead("11-05")
    other = enforcing(people).with_lead("11-05")
    lead = built.leads[0]
    if fault == "untrue":
        built.verified("11-06", "false")
    elif fault == "void":
        built.corrected("11-06", "lead.submitted")
    else:
        lead = other.leads[0]
    lead.refresh_from_db()
    with refused("measure.lead", 400, "lead"):
        built.measured("11-06", lead=lead)


def test_before_the_file_is_received_property_may_be_secured_already(people: People) -> None:
    built = a_case(people).filed("11-02").assigned("11-03").measured("11-03")
    assert built.case.state == "assigned"


@pytest.mark.parametrize("state", ["filed", "suspended", "closed"])
def test_in_other_states_it_is_refused(people: People, state: str) -> None:
    built = a_case(people).filed("11-02")
    if state != "filed":
        built.assigned("11-03").received("11-04").suspended("11-05")
    if state == "closed":
        built.closed("11-06", "terminated", ground="withdrawn")
    with refused("case.state"):
        built.measured("11-07")
