"""Extensions (批准延长期限): by the president, before the end, on what is known at that moment."""

from __future__ import annotations

import pytest

from deadlines.models import Clock, Sheet
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import People
from tests.refusals import refused


def limit(built: CaseBuilder, rule: str = "case_limit") -> Clock:
    """Return the case limit derived anew."""
    return built.rebuilt("12-30").clock(rule)


def test_three_months_are_added_to_the_end(people: People) -> None:
    built = enforcing(people, "05-11").extended("11-10", document="延长审批表")
    assert limit(built).raw_end == day("2027-02-11")
    event = built.event("limit.extended")
    assert event.fields.items() >= {
        ("rule", "case_limit"),
        ("n", 3),
        ("unit", "months"),
        ("document", "延长审批表"),
    }
    assert event.note.text == "财产正在处置"


def test_it_may_be_extended_again(people: People) -> None:
    built = enforcing(people, "05-11").extended("11-10", 1).extended("12-10", 2)
    assert limit(built).raw_end == day("2027-02-11")


def test_a_case_of_the_other_kind_has_the_shorter_limit_extended(people: People) -> None:
    built = a_case(people).filed("08-11", procedure="nonlit").assigned("08-12").extended("11-10")
    assert limit(built, "case_limit_nonlit").raw_end == day("2027-02-11")
    assert built.event("limit.extended").fields["rule"] == "case_limit_nonlit"


@pytest.mark.parametrize("months", [0, -1, 4])
def test_one_to_three_months_at_a_time(people: People, months: int) -> None:
    built = enforcing(people)
    with refused("extend.months", 400, "months"):
        built.extended("11-10", months)


def test_a_reason_is_asked_for(people: People) -> None:
    built = enforcing(people)
    with refused("input.required", 400, "reason"):
        built.extended("11-10", reason="")


def test_on_the_last_day_it_is_in_time_and_the_day_after_it_is_not(people: People) -> None:
    built = enforcing(people, "05-11")
    assert limit(built).due == day("11-11")
    with refused("extend.late"):
        built.extended("11-12")
    built.extended("11-11")


def test_what_was_approved_in_time_may_be_entered_later_but_not_before_the_filing(
    people: People,
) -> None:
    built = enforcing(people, "05-11")
    with refused("date.before", 400, "on"):
        built.extended("05-10", seen="11-16")
    built.extended("11-10", seen="11-16")
    assert limit(built).raw_end == day("2027-02-11")


def test_while_the_clock_stands_still_there_is_nothing_to_extend(people: People) -> None:
    built = enforcing(people, "05-11").suspended("11-05")
    with refused("extend.none"):
        built.extended("11-10")
    built.resumed("11-12").extended("11-12")


def test_a_sheet_that_missed_the_last_events_is_not_trusted(people: People) -> None:
    """Every message was lost since the case was suspended: the limit had been moved by then."""
    built = enforcing(people, "05-11").rebuilt("05-14")
    built.suspended("06-01").resumed("07-01")
    assert Sheet.objects.get(case=built.case).seen == 3
    built.extended("11-20")
    assert limit(built).raw_end == day("2027-03-13")


def test_without_any_sheet_it_is_derived_first(people: People) -> None:
    built = enforcing(people, "05-11")
    assert not Sheet.objects.filter(case=built.case).exists()
    built.extended("11-10")


def test_a_closed_case_has_none(people: People) -> None:
    built = enforcing(people).closed("11-05", "terminated", ground="withdrawn")
    with refused("case.state"):
        built.extended("11-10")
