"""Who handles a case: assign_handler, reassign_handler, receive_file, and the terms they leave."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import HandlerTerm
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import HOME, People, leaves, post
from tests.refusals import refused


def terms(built: CaseBuilder) -> list[tuple[str, date, date | None]]:
    """Return (user name, first day, last day) of every term, the earliest first."""
    rows = built.case.terms.order_by("first_day")
    return list(rows.values_list("user__username", "first_day", "last_day"))


class TestAssign:
    def test_the_judge_holds_the_case_from_that_day(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-04")
        assert (built.case.state, built.case.handler) == ("assigned", people.lin)
        assert terms(built) == [("lin", day("11-04"), None)]
        event = built.event("handler.assigned")
        assert (event.on, event.fields) == (day("11-04"), {"user": people.lin.pk, "again": False})

    def test_before_the_filing_is_refused_and_on_its_day_is_not(self, people: People) -> None:
        built = a_case(people).filed("11-02", seen="11-03")
        with refused("date.before", 400, "on"):
            built.assigned("11-01", seen="11-03")
        built.assigned("11-02")

    @pytest.mark.parametrize("who", ["wu", "qin", "luo", "sun", "chen", "he"])
    def test_only_a_judge_of_the_court_can_be_given_a_case(self, people: People, who: str) -> None:
        built = a_case(people).filed("11-02")
        with refused("handler.not_judge", 400, "user"):
            built.assigned("11-03", to=getattr(people, who))

    def test_a_judge_who_has_left_or_was_shut_out_is_given_none(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        gone = leaves(people.zhou, day("11-02"))
        with refused("handler.not_judge", 400, "user"):
            built.assigned("11-03", to=gone)
        people.lin.is_active = False
        people.lin.save()
        with refused("handler.not_judge", 400, "user"):
            built.assigned("11-03", to=people.lin)


class TestReassign:
    def test_the_former_term_ends_the_day_before(self, people: People) -> None:
        built = enforcing(people).reassigned("11-10", people.zhou)
        assert built.case.handler == people.zhou
        assert terms(built) == [
            ("lin", day("11-03"), day("11-09")),
            ("zhou", day("11-10"), None),
        ]
        event = built.event("handler.assigned")
        assert event.fields["again"] is True
        assert event.note.text == "工作调整"
        assert "工作调整" not in event.data

    def test_who_held_it_for_no_whole_day_has_no_term_but_stays_on_the_timeline(
        self, people: People
    ) -> None:
        built = a_case(people).filed("11-02").assigned("11-03").reassigned("11-03", people.zhou)
        assert terms(built) == [("zhou", day("11-03"), None)]
        assert built.kinds == ["case.filed", "handler.assigned", "handler.assigned"]

    def test_back_to_the_first_judge_makes_a_third_term(self, people: People) -> None:
        built = enforcing(people).reassigned("11-06", people.zhou).reassigned("11-09", people.lin)
        assert [t[0] for t in terms(built)] == ["lin", "zhou", "lin"]

    def test_to_the_same_judge_is_refused(self, people: People) -> None:
        built = enforcing(people)
        with refused("handler.same"):
            built.reassigned("11-10", people.lin)

    def test_without_a_reason_is_refused(self, people: People) -> None:
        built = enforcing(people)
        with refused("input.required", 400, "reason"):
            built.reassigned("11-10", people.zhou, reason=" ")

    def test_before_the_present_term_is_refused(self, people: People) -> None:
        built = enforcing(people).reassigned("11-10", people.zhou)
        with refused("date.before", 400, "on"):
            built.reassigned("11-09", people.lin, seen="11-20")

    @pytest.mark.parametrize("state", ["filed", "closed"])
    def test_a_case_that_nobody_holds_or_that_is_closed_is_not_reassigned(
        self, people: People, state: str
    ) -> None:
        built = a_case(people).filed("11-02")
        if state == "closed":
            built.assigned("11-03").closed("11-04", "cancelled", ground="returned")
        with refused("case.state"):
            built.reassigned("11-10", people.zhou)

    def test_the_former_handler_may_no_longer_act_and_the_new_one_may(self, people: People) -> None:
        built = enforcing(people).reassigned("11-10", people.zhou)
        with refused("case.not_handler", 403):
            built.noticed("11-11", by=people.lin)
        built.noticed("11-11", by=people.zhou)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=6))
    def test_terms_never_overlap_leave_no_gap_and_one_is_open(
        self, people: People, steps: list[tuple[int, bool]]
    ) -> None:
        with transaction.atomic():
            built = a_case(people).filed("11-01").assigned("11-02")
            on = date(2026, 11, 2)
            for wait, _ in steps:
                on = date.fromordinal(on.toordinal() + wait)
                other = people.zhou if built.case.handler == people.lin else people.lin
                built.reassigned(on, other, seen="2026-12-30")
            found = terms(built)
            assert found[0][1] == date(2026, 11, 2)
            assert [last for _, _, last in found].count(None) == 1
            for (_, first, last), (_, following, _) in pairwise(found):
                assert last is not None
                assert first <= last == date.fromordinal(following.toordinal() - 1)
            transaction.set_rollback(True)


class TestReceive:
    def test_the_case_is_being_enforced_from_then_on(self, people: People) -> None:
        built = enforcing(people, "11-02")
        assert (built.case.state, built.case.received_on) == ("enforcing", day("11-04"))

    def test_before_the_assignment_is_refused(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-04")
        with refused("date.before", 400, "on"):
            built.received("11-03", seen="11-05")

    @pytest.mark.parametrize("who", ["gu", "wu"])
    def test_assistant_and_clerk_receive_for_the_judge(self, people: People, who: str) -> None:
        built = a_case(people).filed("11-02").assigned("11-04")
        built.received("11-05", by=getattr(people, who))
        assert built.event("file.received").by == getattr(people, who)

    def test_a_colleague_does_not(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-04")
        with refused("case.not_handler", 403):
            built.received("11-05", by=people.zhou)

    def test_before_anybody_was_assigned_is_refused(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        with refused("case.state"):
            built.received("11-05", by=people.wu)


class TestOnlyTheHandler:
    def test_a_judge_who_is_also_a_clerk_helps_but_does_not_judge_for_a_colleague(
        self, people: People
    ) -> None:
        zhou = post(people.zhou, people.courts[HOME], Role.CLERK)
        built = enforcing(people).noticed("11-05", by=zhou).with_lead("11-06")
        with refused("case.not_handler", 403):
            built.suspended("11-07", by=zhou)
        with refused("case.not_handler", 403):
            built.verified("11-07", by=zhou)
        with refused("case.not_handler", 403):
            built.closed("11-08", by=zhou)

    def test_the_handler_who_moved_to_another_court_acts_no_longer(self, people: People) -> None:
        built = enforcing(people)
        moved = leaves(people.lin, day("11-08"))
        moved = post(moved, people.courts["陕1021"], Role.JUDGE, day("11-09"))
        built.noticed("11-08", by=moved)
        with refused("access.role", 403):
            built.suspended("11-09", by=moved)

    def test_nobody_is_handler_of_a_case_not_assigned(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        with refused("case.no_handler"):
            built.closed("11-03", "cancelled", by=people.lin, ground="returned")


def test_the_database_refuses_a_second_open_term(people: People) -> None:
    built = enforcing(people)
    with pytest.raises(DatabaseError, match="one_handler_at_a_time"), transaction.atomic():
        HandlerTerm.objects.create(case=built.case, user=people.zhou, first_day=day("11-20"))
    assert len(terms(built)) == 1
