"""Property leads: submit_lead and verify_lead."""

from __future__ import annotations

from typing import Any

import pytest

from cases.verb import VERBS
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People
from tests.refusals import refused


class TestSubmit:
    def test_the_lead_is_kept_and_the_event_tells_only_its_number(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06", urgent=True, content=" 某小区3号房 ")
        (lead,) = built.leads
        assert (lead.content, lead.urgent, lead.state) == ("某小区3号房", True, "submitted")
        assert (lead.submitted_on, lead.party) == (day("11-06"), None)
        event = built.event("lead.submitted")
        assert event.fields == {"lead": lead.pk, "urgent": True}
        assert "小区" not in event.data

    def test_a_party_hands_one_in_through_the_portal_without_an_account(
        self, people: People
    ) -> None:
        built = enforcing(people)
        party = built.case.parties.get(role="applicant")
        built.with_lead("11-06", by=None, party=party)
        assert built.leads[0].party == party
        assert built.event("lead.submitted").by is None

    def test_a_party_of_another_case_is_not_found(self, people: People) -> None:
        other = enforcing(people).case.parties.get(role="applicant")
        built = enforcing(people)
        with refused("not_found", 404):
            built.with_lead("11-06", by=None, party=other)
        with refused("not_found", 404):
            built.with_lead("11-06", party=other)

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"content": " \n　"}, "input.required", "content"),
            ({"asset_kind": "gold"}, "input.choice", "asset_kind"),
            ({"asset_kind": ""}, "input.choice", "asset_kind"),
        ],
    )
    def test_wrong_input_is_refused(
        self, people: People, changes: dict[str, Any], code: str, field: str
    ) -> None:
        built = enforcing(people)
        with refused(code, 400, field):
            built.with_lead("11-06", **changes)

    def test_before_the_filing_is_refused(self, people: People) -> None:
        built = a_case(people).filed("11-02", seen="11-03")
        with refused("date.before", 400, "on"):
            built.with_lead("11-01", seen="11-03")
        built.with_lead("11-02", seen="11-03")

    def test_a_closed_case_takes_none(self, people: People) -> None:
        built = enforcing(people).closed("11-06", "terminated", ground="withdrawn")
        with refused("case.state"):
            built.with_lead("11-07")


class TestVerify:
    @pytest.mark.parametrize("result", ["true", "false", "unverifiable"])
    def test_the_answer_is_kept_with_who_gave_it(self, people: People, result: str) -> None:
        built = enforcing(people).with_lead("11-06").verified("11-09", result)
        lead = built.leads[0]
        assert (lead.state, lead.verified_on, lead.verified_by) == (
            result,
            day("11-09"),
            people.lin,
        )
        assert lead.finding == "账户存在。"
        assert built.event("lead.verified").fields == {"lead": lead.pk, "result": result}

    def test_a_second_answer_is_refused(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06").verified("11-09")
        with refused("lead.state"):
            built.verified("11-10", "false")

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"result": "maybe"}, "lead.result", "result"),
            ({"result": "submitted"}, "lead.result", "result"),
            ({"finding": "  "}, "input.required", "finding"),
        ],
    )
    def test_wrong_input_is_refused(
        self, people: People, changes: dict[str, Any], code: str, field: str
    ) -> None:
        built = enforcing(people).with_lead("11-06")
        with refused(code, 400, field):
            built.verified("11-09", **changes)

    def test_before_the_lead_came_in_is_refused(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06")
        with refused("date.before", 400, "on"):
            built.verified("11-05", seen="11-09")

    def test_a_void_lead_wants_no_answer(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06").corrected("11-07", "lead.submitted")
        with refused("lead.void"):
            built.verified("11-09")

    def test_a_lead_of_a_case_nobody_holds_waits(self, people: People) -> None:
        built = a_case(people).filed("11-02").with_lead("11-03")
        with refused("case.state"):
            built.verified("11-04")

    def test_while_suspended_a_lead_may_still_be_checked(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06").suspended("11-07").verified("11-09")
        assert built.leads[0].state == "true"

    def test_a_caller_goes_on_with_fresh_values(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06")
        lead = built.leads[0]
        VERBS["verify_lead"].run(
            lead, by=people.lin, now=at("11-07"), result="false", finding="无此账户。"
        )
        assert (lead.state, lead.case.version) == ("false", 5)


def test_two_leads_are_told_apart(people: People) -> None:
    built: CaseBuilder = enforcing(people).with_lead("11-06").with_lead("11-07")
    built.verified("11-09", target=built.leads[0])
    states = list(built.case.leads.order_by("id").values_list("state", flat=True))
    assert states == ["true", "submitted"]
