"""The dishonest list: decide_listing and publish_listing."""

from __future__ import annotations

import pytest

from tests.builders import a_case, applicant, day, debtor, enforcing
from tests.people import People
from tests.refusals import refused


class TestDecide:
    def test_the_decision_is_kept_and_told(self, people: People) -> None:
        built = enforcing(people).listed("11-06", ground="evades")
        (listing,) = built.listings
        assert (listing.state, listing.decided_on, listing.ground) == (
            "decided",
            day("11-06"),
            "evades",
        )
        assert built.event("listing.decided").fields == {"listing": listing.pk, "ground": "evades"}

    def test_the_same_debtor_is_not_listed_twice_but_another_is(self, people: People) -> None:
        parties = [applicant(), debtor(), debtor(name="另一公司", id_number="")]
        built = a_case(people).filed("11-02", parties=parties).assigned("11-03").received("11-04")
        first, second = built.case.parties.filter(role="debtor").order_by("id")
        built.listed("11-06", debtor=first)
        with refused("listing.exists"):
            built.listed("11-07", debtor=first)
        built.listed("11-07", debtor=second)

    def test_after_a_decision_was_taken_back_another_may_be_made(self, people: People) -> None:
        built = enforcing(people).listed("11-06").corrected("11-07", "listing.decided")
        built.listed("11-09")
        assert [row.void for row in built.case.listings.order_by("id")] == [True, False]

    def test_an_applicant_or_a_debtor_of_another_case_is_refused(self, people: People) -> None:
        other = enforcing(people).debtor
        built = enforcing(people)
        for party in (built.case.parties.get(role="applicant"), other):
            with refused("listing.debtor", 400, "debtor"):
                built.listed("11-06", debtor=party)

    def test_an_unknown_ground_and_a_day_before_the_filing_are_refused(
        self, people: People
    ) -> None:
        built = enforcing(people, "11-02")
        with refused("input.choice", 400, "ground"):
            built.listed("11-06", ground="dislike")
        with refused("date.before", 400, "on"):
            built.listed("11-01")

    def test_while_suspended_nobody_is_listed(self, people: People) -> None:
        built = enforcing(people).suspended("11-05")
        with refused("case.state"):
            built.listed("11-06")


class TestPublish:
    def test_the_day_is_kept(self, people: People) -> None:
        built = enforcing(people).listed("11-06").published("11-09")
        listing = built.case.listings.get()
        assert (listing.state, listing.published_on) == ("published", day("11-09"))

    def test_before_the_decision_or_a_second_time_is_refused(self, people: People) -> None:
        built = enforcing(people).listed("11-06")
        with refused("date.before", 400, "on"):
            built.published("11-05", seen="11-07")
        built.published("11-06", seen="11-07")
        with refused("listing.state"):
            built.published("11-08")

    def test_a_void_decision_is_not_published(self, people: People) -> None:
        built = enforcing(people).listed("11-06").corrected("11-07", "listing.decided")
        with refused("listing.void"):
            built.published("11-08")

    @pytest.mark.parametrize("who", ["gu", "wu"])
    def test_assistant_and_clerk_publish(self, people: People, who: str) -> None:
        built = enforcing(people).listed("11-06").published("11-07", by=getattr(people, who))
        assert built.event("listing.published").by == getattr(people, who)

    def test_who_has_paid_is_not_published_any_more(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").listed("11-06").closed("11-09")
        with refused("listing.closed"):
            built.published("11-10", by=people.wu)

    def test_after_the_round_was_ended_for_want_of_property_publishing_goes_on(
        self, people: People
    ) -> None:
        built = enforcing(people, "2026-06-01").noticed("2026-06-05").listed("11-06")
        built.closed(
            "11-09", "round_ended", paid=0, interview_on=day("11-08"), consent="applicant_signed"
        )
        built.published("11-10")
        assert built.case.listings.get().state == "published"
