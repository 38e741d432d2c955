"""Excluded time (扣除期间): recorded by verbs, given back to the clocks, never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from deadlines.actions import exclusion_choices, open_exclusions
from deadlines.law import current
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import People
from tests.refusals import refused


def limit(built: CaseBuilder) -> Any:
    """Return the case limit derived anew."""
    return built.rebuilt("12-30").clock("case_limit")


class TestOpening:
    def test_the_clock_stands_still_until_it_is_closed(self, people: People) -> None:
        built = enforcing(people).excluded("11-06")
        clock = limit(built)
        assert (clock.state, clock.due, clock.lapse_on) == ("suspended", None, None)
        event = built.event("exclusion.opened")
        assert event.fields == {"exclusion": "valuation", "ref": "4", "document": "委托书"}

    def test_one_of_a_kind_at_a_time(self, people: People) -> None:
        built = enforcing(people).excluded("11-06")
        with refused("exclusion.open"):
            built.excluded("11-09")
        built.excluded("11-09", kind="auction")
        assert {kind for kind, _ in open_exclusions(built.case)} == {"valuation", "auction"}

    @pytest.mark.parametrize("kind", ["holiday", "suspension", ""])
    def test_an_unknown_kind_or_one_with_a_verb_of_its_own_is_refused(
        self, people: People, kind: str
    ) -> None:
        built = enforcing(people)
        with refused("exclusion.kind", 400, "exclusion"):
            built.excluded("11-06", kind=kind)

    def test_without_a_document_or_before_the_filing_it_is_refused(self, people: People) -> None:
        built = enforcing(people)
        with refused("input.required", 400, "document"):
            built.excluded("11-06", document=" ")
        with refused("date.before", 400, "on"):
            built.excluded("11-01")

    def test_a_case_that_nobody_holds_or_that_is_closed_has_none(self, people: People) -> None:
        fresh = a_case(people).filed("11-02")
        shut = enforcing(people).closed("11-05", "terminated", ground="withdrawn")
        for built in (fresh, shut):
            with refused("case.state"):
                built.excluded("11-06")

    def test_every_kind_of_the_rulebook_may_be_recorded(self, people: People) -> None:
        built = enforcing(people)
        kinds = exclusion_choices()
        assert set(kinds) == set(current().rulebook.exclusion_kinds) - {"suspension"}
        for kind in kinds:
            built.excluded("11-06", "11-09", kind=kind)
        assert open_exclusions(built.case) == {}


class TestClosing:
    def test_its_days_are_given_back(self, people: People) -> None:
        plain = limit(enforcing(people))
        built = enforcing(people).excluded("11-06", "11-16")
        assert limit(built).raw_end - plain.raw_end == timedelta(days=10)

    def test_none_open_or_before_its_opening_is_refused(self, people: People) -> None:
        built = enforcing(people)
        close = {"by": people.lin, "exclusion": "valuation"}
        with refused("exclusion.not_open"):
            built.do("close_exclusion", "11-09", **close)
        built.excluded("11-06")
        with refused("date.before", 400, "on"):
            built.do("close_exclusion", "11-05", seen="11-09", **close)
        with refused("exclusion.not_open"):
            built.do("close_exclusion", "11-09", **close | {"exclusion": "auction"})
        built.do("close_exclusion", "11-06", seen="11-09", **close)
        with refused("exclusion.not_open"):
            built.do("close_exclusion", "11-09", **close)

    def test_the_day_is_held_to_the_opening_as_corrected(self, people: People) -> None:
        built = enforcing(people).excluded("11-10")
        built.corrected("11-12", "exclusion.opened", "11-06")
        built.do("close_exclusion", "11-09", people.lin, exclusion="valuation", seen="11-12")
        assert limit(built).raw_end == day("2027-05-05")


class TestArithmetic:
    def test_overlapping_exclusions_count_once(self, people: People) -> None:
        one = limit(enforcing(people).excluded("11-06", "11-16"))
        two = limit(
            enforcing(people).excluded("11-06", "11-16").excluded("11-09", "11-13", kind="auction")
        )
        both = limit(
            enforcing(people).excluded("11-06", "11-16").suspended("11-10").resumed("11-20")
        )
        assert two.raw_end == one.raw_end
        assert both.raw_end - one.raw_end == timedelta(days=4)

    def test_a_rule_gives_back_only_the_kinds_it_lists(self, people: People) -> None:
        """The notice knows no exclusion: a valuation does not make it later."""
        built = enforcing(people).excluded("11-05", "11-20").rebuilt("11-20")
        assert built.clock("send_enforcement_notice").due == day("11-09")

    def test_a_correction_of_an_exclusion_moves_the_clock(self, people: People) -> None:
        built = enforcing(people).excluded("11-06", "11-16")
        before = limit(built).raw_end
        built.corrected("11-20", "exclusion.closed", "11-12")
        assert before - limit(built).raw_end == timedelta(days=4)
        built.corrected("11-20", "exclusion.closed").corrected("11-20", "exclusion.opened")
        assert limit(built).raw_end == day("2027-05-02")
