"""The course of a case: suspend and resume."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_case, day, enforcing
from tests.people import People
from tests.refusals import refused


class TestSuspend:
    def test_ground_and_ruling_are_told(self, people: People) -> None:
        built = enforcing(people).suspended("11-06", ground="death", document=" 裁定书 ")
        assert built.case.state == "suspended"
        assert built.event("case.suspended").fields == {"ground": "death", "document": "裁定书"}

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"ground": "busy"}, "suspend.ground", "ground"),
            ({"ground": "ground_gone"}, "suspend.ground", "ground"),
            ({"document": ""}, "input.required", "document"),
        ],
    )
    def test_wrong_input_is_refused(
        self, people: People, changes: dict[str, Any], code: str, field: str
    ) -> None:
        built = enforcing(people)
        with refused(code, 400, field):
            built.suspended("11-06", **changes)

    def test_before_the_file_was_received_is_refused(self, people: People) -> None:
        built = enforcing(people, "11-02")
        with refused("date.before", 400, "on"):
            built.suspended("11-03", seen="11-06")

    def test_again_is_refused_before_the_resumption_and_before_its_day(
        self, people: People
    ) -> None:
        built = enforcing(people).suspended("11-06")
        with refused("case.state"):
            built.suspended("11-07")
        built.resumed("11-10")
        with refused("date.before", 400, "on"):
            built.suspended("11-09", seen="11-12")
        built.suspended("11-10", seen="11-12")

    def test_a_case_not_yet_received_is_not_suspended(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-03")
        with refused("case.state"):
            built.suspended("11-04")


class TestResume:
    def test_the_case_goes_on(self, people: People) -> None:
        built = enforcing(people).suspended("11-06").resumed("11-10", ground="wrong")
        assert built.case.state == "enforcing"
        assert built.event("case.resumed").fields == {"ground": "wrong", "document": ""}

    def test_an_unknown_ground_is_refused(self, people: People) -> None:
        built = enforcing(people).suspended("11-06")
        with refused("resume.ground", 400, "ground"):
            built.resumed("11-10", ground="death")

    def test_before_the_suspension_is_refused_and_on_its_day_is_not(self, people: People) -> None:
        built = enforcing(people).suspended("11-06")
        with refused("date.before", 400, "on"):
            built.resumed("11-05", seen="11-10")
        built.resumed("11-06", seen="11-10")

    def test_the_day_is_held_to_the_suspension_as_corrected(self, people: People) -> None:
        built = enforcing(people).suspended("11-10").corrected("11-12", "case.suspended", "11-06")
        built.resumed("11-07", seen="11-12")
        assert built.event("case.resumed").on == day("11-07")

    def test_a_case_that_is_not_suspended_is_not_resumed(self, people: People) -> None:
        built = enforcing(people)
        with refused("case.state"):
            built.resumed("11-10")
