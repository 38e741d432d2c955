"""Closing by each of the six methods: its required fields, its guards, and that it is final."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.closing import FIELDS, CancelGround, TerminationGround, _months_after, obstacles
from cases.models.case import ClosingMethod
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People
from tests.refusals import refused

#: What each method asks for, on a case that may be closed by it.
FULL: dict[str, dict[str, Any]] = {
    "performed": {"paid": Decimal("100000.00"), "document": "结案通知书"},
    "round_ended": {
        "paid": Decimal("10.00"),
        "document": "（2026）陕1002执1号之二",
        "interview_on": day("11-05"),
        "consent": "applicant_signed",
    },
    "terminated": {"ground": "withdrawn", "document": "（2026）陕1002执1号之二"},
    "cancelled": {"ground": "other_court", "document": "销案通知"},
    "not_enforced": {"document": "（2026）陕1002执1号之二"},
    "rejected": {"document": "（2026）陕1002执1号之二"},
}
#: (method, field left out) → the refusal.
MISSING = [
    ("performed", "paid", "close.paid", 400),
    ("performed", "document", "input.required", 400),
    ("round_ended", "paid", "close.paid", 400),
    ("round_ended", "document", "input.required", 400),
    ("round_ended", "interview_on", "close.interview", 400),
    ("round_ended", "consent", "close.consent", 400),
    ("terminated", "ground", "close.ground", 400),
    ("terminated", "document", "input.required", 400),
    ("cancelled", "ground", "close.ground", 400),
    ("cancelled", "document", "input.required", 400),
    ("not_enforced", "document", "input.required", 400),
    ("rejected", "document", "input.required", 400),
]


def ready(people: People, method: str) -> CaseBuilder:
    """Return a case that may be closed by the method on 10 November."""
    basis = "arbitration" if method == "not_enforced" else "court_civil_admin"
    built = a_case(people).filed("07-01", basis=basis).assigned("07-02").received("07-03")
    return built.noticed("07-06")


def closed(built: CaseBuilder, method: str, on: str = "11-10", **changes: Any) -> CaseBuilder:
    """Close it with everything the method asks for, changed as wanted."""
    return built.closed(on, method, **({"document": ""} | FULL[method] | changes))


@pytest.mark.parametrize("method", ClosingMethod.values)
def test_each_method_closes_with_what_it_asks_for(people: People, method: str) -> None:
    built = closed(ready(people, method), method)
    case = built.case
    assert (case.state, case.closing_method, case.closed_on) == ("closed", method, day("11-10"))
    told = built.event("case.closed").fields
    assert told["method"] == method
    expected = {k: str(v) for k, v in FULL[method].items()}
    assert {k: str(told[k]) for k in expected} == expected
    assert case.received_amount == FULL[method].get("paid", 0)


@pytest.mark.parametrize(("method", "field", "code", "status"), MISSING)
def test_what_a_method_asks_for_may_not_be_left_out(
    people: People, method: str, field: str, code: str, status: int
) -> None:
    built = ready(people, method)
    empty = None if field in {"paid", "interview_on"} else ""
    with refused(code, status, field):
        closed(built, method, **{field: empty})


@pytest.mark.parametrize("method", ClosingMethod.values)
def test_a_second_close_is_refused(people: People, method: str) -> None:
    built = closed(ready(people, method), method)
    for again in ClosingMethod.values:
        with refused("case.closed"):
            closed(built, again, "11-11")


def test_an_unknown_method_is_refused(people: People) -> None:
    built = enforcing(people)
    for method in ("", "forgotten"):
        with refused("close.method", 400, "method"):
            built.closed("11-10", method)


@pytest.mark.parametrize("method", ClosingMethod.values)
@pytest.mark.parametrize(
    ("paid", "code"), [("-0.01", "amount.negative"), ("0.001", "amount.range")]
)
def test_no_method_takes_a_negative_or_a_finer_amount(
    people: People, method: str, paid: str, code: str
) -> None:
    built = ready(people, method)
    with refused(code, 400, "paid"):
        closed(built, method, paid=Decimal(paid))


#: A value for each field that belongs to some methods only.
EXTRA: dict[str, Any] = {
    "paid": Decimal("10.00"),
    "settled": True,
    "ground": "withdrawn",
    "interview_on": day("11-05"),
    "consent": "applicant_signed",
}


@pytest.mark.parametrize("method", list(ClosingMethod))
@pytest.mark.parametrize("name", EXTRA)
def test_what_belongs_to_another_method_is_refused_and_its_own_is_not(
    people: People, method: ClosingMethod, name: str
) -> None:
    built = ready(people, method)
    if method in FIELDS[name]:
        closed(built, method, **{name: (EXTRA | FULL[method])[name]})
        return
    with refused("close.extra", 400, name):
        closed(built, method, **{name: EXTRA[name]})


def test_every_field_of_some_methods_is_tried() -> None:
    assert set(EXTRA) == set(FIELDS)


class TestObstacles:
    def test_name_what_stands_against_each_method(self, people: People) -> None:
        built = a_case(people).filed("10-01").assigned("10-02").received("10-03")
        built.with_lead("10-08").measured("10-09")
        found = obstacles(built.case, day("10-12"))
        assert found[ClosingMethod.PERFORMED] == [
            "不能结案：尚未发出执行通知书。请先发送执行通知书。"
        ]
        assert len(found[ClosingMethod.ROUND_ENDED]) == 3
        assert found[ClosingMethod.TERMINATED] == found[ClosingMethod.CANCELLED] == []
        assert ["仲裁裁决" in words for words in found[ClosingMethod.NOT_ENFORCED]] == [True]
        assert ["控制措施" in words for words in found[ClosingMethod.REJECTED]] == [True]

    @pytest.mark.parametrize("method", list(ClosingMethod))
    def test_are_none_where_the_case_may_be_closed(
        self, people: People, method: ClosingMethod
    ) -> None:
        built = ready(people, method)
        assert obstacles(built.case, day("11-10"))[method] == []
        closed(built, method)


class TestPerformed:
    def test_less_than_all_is_refused_unless_a_settlement_was_performed(
        self, people: People
    ) -> None:
        built = ready(people, "performed")
        with refused("close.unpaid", 400, "paid"):
            closed(built, "performed", paid=Decimal("99999.99"))
        closed(built, "performed", paid=Decimal("80000"), settled=True)
        assert built.event("case.closed").fields["settled"] is True
        assert built.case.received_amount == 80000

    def test_without_a_notice_it_is_refused(self, people: People) -> None:
        built = enforcing(people)
        with refused("close.notice"):
            closed(built, "performed")
        built.noticed("11-05").corrected("11-06", "notice.sent")
        with refused("close.notice"):
            closed(built, "performed")


class TestRoundEnded:
    """终结本次执行程序: 法〔2016〕373号."""

    def test_three_months_must_have_passed_and_a_day_more(self, people: People) -> None:
        built = ready(people, "round_ended")
        interview = {"interview_on": day("09-01")}
        with refused("close.too_early"):
            closed(built, "round_ended", "10-01", **interview)
        closed(built, "round_ended", "10-02", **interview)

    def test_an_unchecked_lead_stands_against_it_a_void_one_does_not(self, people: People) -> None:
        built = ready(people, "round_ended").with_lead("11-01").with_lead("11-02")
        with refused("close.open_lead") as caught:
            closed(built, "round_ended")
        assert "2 条财产线索" in caught.value.message
        built.verified("11-03", "unverifiable").corrected("11-03", "lead.submitted", seq=5)
        closed(built, "round_ended")

    def test_without_a_notice_it_is_refused(self, people: People) -> None:
        built = enforcing(people, "07-01")
        with refused("close.notice"):
            closed(built, "round_ended")

    @pytest.mark.parametrize("interview", ["06-30", "11-11"])
    def test_the_interview_lies_between_filing_and_closing(
        self, people: People, interview: str
    ) -> None:
        built = ready(people, "round_ended")
        with refused("date.before", 400):
            closed(built, "round_ended", interview_on=day(interview))

    def test_consent_is_one_of_two(self, people: People) -> None:
        built = ready(people, "round_ended")
        with refused("close.consent", 400, "consent"):
            closed(built, "round_ended", consent="of_course")
        closed(built, "round_ended", consent="president_approved")

    @pytest.mark.parametrize(
        ("filed", "after"),
        [
            (date(2025, 11, 30), date(2026, 2, 28)),
            (date(2023, 11, 30), date(2024, 2, 29)),
            (date(2026, 8, 31), date(2026, 11, 30)),
            (date(2026, 10, 15), date(2027, 1, 15)),
            (date(2026, 1, 31), date(2026, 4, 30)),
        ],
    )
    def test_months_end_on_the_same_number_or_on_the_last_day(
        self, filed: date, after: date
    ) -> None:
        assert _months_after(filed, 3) == after


class TestOtherMethods:
    @pytest.mark.parametrize("ground", TerminationGround.values)
    def test_termination_rests_on_a_ground_of_the_law(self, people: People, ground: str) -> None:
        closed(ready(people, "terminated"), "terminated", ground=ground)

    @pytest.mark.parametrize("ground", CancelGround.values)
    def test_cancelling_has_grounds_of_its_own(self, people: People, ground: str) -> None:
        built = ready(people, "cancelled")
        with refused("close.ground", 400, "ground"):
            closed(built, "terminated", ground=ground)
        closed(built, "cancelled", ground=ground)

    def test_a_judgment_cannot_be_refused_enforcement(self, people: People) -> None:
        built = enforcing(people)
        with refused("close.basis"):
            closed(built, "not_enforced")

    def test_with_property_under_control_the_request_is_not_rejected(self, people: People) -> None:
        built = ready(people, "rejected").measured("11-05")
        with refused("close.measures"):
            closed(built, "rejected")
        built.corrected("11-06", "measure.taken")
        closed(built, "rejected")


class TestDays:
    def test_before_the_last_act_is_refused_and_on_its_day_is_not(self, people: People) -> None:
        built = ready(people, "performed").with_lead("11-06")
        with refused("date.before", 400, "on"):
            closed(built, "performed", "11-05")
        closed(built, "performed", "11-06")

    def test_what_the_sweep_wrote_is_no_act(self, people: People) -> None:
        """Closed yesterday, entered today, flagged in between: the day of closing stands."""
        built = enforcing(people).noticed("11-10")
        built.swept("11-12")
        assert built.flags() == {"send_enforcement_notice": "raised"}
        closed(built, "performed", "11-11", seen="11-12")
        assert built.case.closed_on == day("11-11")

    def test_a_correction_made_since_is_no_act_and_a_corrected_day_counts(
        self, people: People
    ) -> None:
        built = ready(people, "performed").with_lead("11-09")
        built.corrected("11-12", "lead.submitted", "11-03")
        closed(built, "performed", "11-04", seen="11-12")

    def test_a_suspended_case_may_be_closed(self, people: People) -> None:
        built = ready(people, "performed").suspended("11-03")
        closed(built, "performed")
        assert built.kinds[-2:] == ["case.suspended", "case.closed"]

    def test_closed_entered_the_next_day_keeps_both_days(self, people: People) -> None:
        built = closed(ready(people, "performed"), "performed", seen="11-11")
        event = built.event("case.closed")
        assert (event.on, event.at) == (day("11-10"), at("11-11"))
