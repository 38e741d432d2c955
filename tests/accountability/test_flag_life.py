"""A flag's life: asked about, explained, judged, answered back, closed, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accountability.models import Explanation, Flag, FlagReview
from cases.ledger import verify
from enforcement.models import User
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import ABOVE, HOME, People, post
from tests.refusals import refused

NOTICE = "send_enforcement_notice"
WHY = {"ground": "handed_over", "text": "案件移交中，材料到得晚。"}
OTHER_WHY = {"ground": "oversight", "text": "工作疏漏，已经补办。"}


class Hearing:
    """The flag of a late notice, raised on 10 November, on its way through the hearing."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.built = enforcing(people)
        self.built.swept("11-10")

    @property
    def flag(self) -> Flag:
        """The flag as it is now."""
        return self.built.flag(NOTICE)

    def do(self, verb: str, on: str, by: User, **data: Any) -> Any:
        """Do a verb on the flag."""
        return self.built.do(verb, on, by, target=self.flag, **data)

    def demanded(self, on: str = "11-11") -> Hearing:
        """The bureau head asks."""
        self.do("demand_explanation", on, self.people.qin)
        return self

    def explained(self, on: str = "11-12") -> Hearing:
        """The judge explains."""
        self.do("explain_flag", on, self.people.lin, **WHY)
        return self

    def upheld(self, on: str = "11-13") -> Hearing:
        """The bureau head finds it late."""
        self.do("uphold_flag", on, self.people.qin, ground="理由不成立。")
        return self

    def replied(self, on: str = "11-16") -> Hearing:
        """The judge answers back."""
        self.do("reply_to_flag", on, self.people.lin, text="材料确系当日才到。")
        return self

    @property
    def outcomes(self) -> list[str]:
        """What was decided, in order."""
        return list(self.flag.reviews.order_by("pk").values_list("outcome", flat=True))


@pytest.fixture
def hearing(people: People) -> Hearing:
    """Return a flag just raised."""
    return Hearing(people)


class TestWholeLife:
    def test_explained_excused_closed(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained()
        hearing.do("excuse_flag", "11-13", people.qin, ground="移交属实。")
        hearing.do("close_flag", "11-13", people.qin)
        assert (hearing.flag.state, hearing.outcomes) == ("closed", ["excused"])
        assert hearing.built.kinds[3:] == [
            "flag.raised", "explanation.demanded", "explanation.given", "flag.excused",
            "flag.closed",
        ]  # fmt: skip
        assert verify(hearing.built.case.pk).faults == []

    def test_upheld_replied_overturned_closed(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained().upheld().replied()
        hearing.do("reconsider_flag", "11-17", people.he, ground="申辩成立。", overturn=True)
        assert (hearing.flag.state, hearing.outcomes) == ("excused", ["upheld", "overturned"])
        hearing.do("close_flag", "11-17", people.he)
        assert hearing.flag.state == "closed"

    def test_upheld_replied_confirmed_closed(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained().upheld().replied()
        hearing.do("reconsider_flag", "11-17", people.he, ground="维持认定。")
        assert (hearing.flag.state, hearing.outcomes) == ("upheld", ["upheld", "confirmed"])
        hearing.do("close_flag", "11-17", people.qin)
        assert hearing.flag.state == "closed"

    def test_who_was_not_asked_may_explain_all_the_same(self, hearing: Hearing) -> None:
        hearing.explained()
        assert (hearing.flag.state, hearing.flag.demanded_on) == ("explained", None)


class TestExplaining:
    def test_the_holder_of_the_due_day_explains_and_not_the_present_handler(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.built.reassigned("11-11", people.zhou)
        with refused("flag.not_yours", 403):
            hearing.do("explain_flag", "11-12", people.zhou, **WHY)
        hearing.explained()
        assert Explanation.objects.get(flag=hearing.flag).by == people.lin

    def test_a_duty_of_the_bureau_is_explained_by_its_head(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        built.swept("11-10")
        flag = built.flag("assign_handler")
        with refused("flag.not_yours", 403):
            built.do("explain_flag", "11-11", people.lin, target=flag, **WHY)
        built.do("explain_flag", "11-11", people.qin, target=flag, **WHY)
        assert built.flag("assign_handler").state == "explained"

    def test_once(self, hearing: Hearing, people: People) -> None:
        hearing.explained()
        with refused("flag.state"):
            hearing.do("explain_flag", "11-12", people.lin, **OTHER_WHY)

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"ground": "because"}, "flag.ground", "ground"),
            ({"text": "  "}, "input.required", "text"),
        ],
    )
    def test_wrong_input_is_refused(
        self, hearing: Hearing, people: People, change: dict[str, str], code: str, field: str
    ) -> None:
        with refused(code, 400, field):
            hearing.do("explain_flag", "11-12", people.lin, **WHY | change)

    def test_a_second_demand_is_refused(self, hearing: Hearing, people: People) -> None:
        hearing.demanded()
        with refused("flag.state"):
            hearing.do("demand_explanation", "11-12", people.he)


class TestLate:
    """Asked on Wednesday the 11th: five working days end on Wednesday the 18th."""

    def test_silence_escalates_the_same_flag_once(self, hearing: Hearing) -> None:
        hearing.demanded()
        built, pk = hearing.built, hearing.flag.pk
        assert built.swept("11-18").escalated == 0
        assert built.swept("11-19").escalated == 1
        assert built.swept("11-20").escalated == 0
        assert (hearing.flag.pk, hearing.flag.level, hearing.flag.state) == (pk, 1, "demanded")
        assert Flag.objects.count() == 1
        assert built.kinds.count("flag.escalated") == 1

    def test_an_answer_on_the_last_day_is_in_time(self, hearing: Hearing) -> None:
        hearing.demanded().explained("11-18")
        hearing.built.swept("11-19")
        assert hearing.flag.level == 0
        assert not Explanation.objects.get().late

    def test_a_late_answer_is_taken_and_escalates_too(self, hearing: Hearing) -> None:
        """Before the sweep has seen it."""
        hearing.demanded().explained("11-19")
        assert Explanation.objects.get().late
        assert hearing.built.swept("11-20").escalated == 1
        assert (hearing.flag.level, hearing.flag.state) == (1, "explained")

    def test_a_lapse_without_answer_is_judged_once_the_time_is_over_and_not_before(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded()
        with refused("flag.wait"):
            hearing.upheld("11-18")
        hearing.built.swept("11-19")
        hearing.upheld("11-19")
        assert hearing.flag.state == "upheld"
        assert FlagReview.objects.get().explained_by is None

    def test_a_lapse_nobody_was_asked_about_is_not_upheld(self, hearing: Hearing) -> None:
        with refused("flag.state"):
            hearing.upheld()

    def test_it_starts_no_flag_of_its_own(self, hearing: Hearing) -> None:
        hearing.demanded()
        hearing.built.swept("12-31")
        assert set(hearing.built.flags()) == {NOTICE}


class TestJudging:
    def test_nobody_judges_their_own_lateness(self, hearing: Hearing, people: People) -> None:
        lin = post(people.lin, people.courts[HOME], Role.BUREAU_HEAD)
        hearing.demanded().explained()
        for verb in ("excuse_flag", "uphold_flag"):
            with refused("flag.own", 403):
                hearing.do(verb, "11-13", lin, ground="理由成立。")
        hearing.upheld()
        with refused("flag.own", 403):
            hearing.do("close_flag", "11-13", lin)

    def test_a_lapse_of_the_bureau_is_judged_by_the_court_above(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        built.swept("11-10")
        other_head = post(people.zhou, people.courts[HOME], Role.BUREAU_HEAD)
        flag = built.flag("assign_handler")
        built.do("explain_flag", "11-11", people.qin, target=flag, **WHY)
        for head in (people.qin, other_head):
            with refused("flag.own", 403):
                built.do("excuse_flag", "11-12", head, target=flag, ground="情况属实。")
        built.do("excuse_flag", "11-12", people.he, target=flag, ground="情况属实。")
        assert built.flag("assign_handler").state == "excused"

    @pytest.mark.parametrize("who", ["lin", "gu", "wu", "luo_head", "far_supervisor", "bai"])
    def test_others_do_not_judge(self, hearing: Hearing, people: People, who: str) -> None:
        hearing.demanded().explained()
        with refused("access.role", 403):
            hearing.do("excuse_flag", "11-13", getattr(people, who), ground="理由成立。")

    def test_a_judgment_has_a_ground(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained()
        with refused("input.required", 400, "ground"):
            hearing.do("excuse_flag", "11-13", people.qin, ground=" ")

    def test_twice_is_refused(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained().upheld()
        with refused("flag.state"):
            hearing.do("excuse_flag", "11-13", people.he, ground="理由成立。")

    def test_the_database_refuses_a_review_by_the_holder(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded().explained()
        with pytest.raises(IntegrityError, match="review_by_another"), transaction.atomic():
            FlagReview.objects.create(
                flag=hearing.flag, by=people.lin, holder=people.lin, on=day("11-13"),
                outcome="excused", ground="x",
            )  # fmt: skip


class TestAnsweringBack:
    def test_only_who_was_found_late_replies_and_once(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded().explained().upheld()
        with refused("flag.not_yours", 403):
            hearing.do("reply_to_flag", "11-16", people.zhou, text="不同意。")
        with refused("input.required", 400, "text"):
            hearing.do("reply_to_flag", "11-16", people.lin, text="")
        hearing.replied()
        with refused("flag.replied"):
            hearing.replied()

    def test_an_excused_flag_needs_no_reply(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained()
        hearing.do("excuse_flag", "11-13", people.qin, ground="移交属实。")
        with refused("flag.state"):
            hearing.replied()

    def test_somebody_new_reconsiders(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained()
        hearing.do("uphold_flag", "11-13", people.he, ground="理由不成立。")
        with refused("flag.no_reply"):
            hearing.do("reconsider_flag", "11-16", people.song, ground="维持。")
        hearing.replied()
        with refused("flag.same_reviewer", 403):
            hearing.do("reconsider_flag", "11-17", people.he, ground="维持。")
        with refused("access.role", 403):
            hearing.do("reconsider_flag", "11-17", people.qin, ground="维持。")
        hearing.do("reconsider_flag", "11-17", people.song, ground="维持。")
        third = post(people.zhou, people.courts[ABOVE], Role.SUPERVISOR)
        with refused("flag.reconsidered"):
            hearing.do("reconsider_flag", "11-18", third, ground="再议。")

    def test_it_cannot_be_closed_over_a_reply(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained().upheld().replied()
        with refused("flag.reply_open"):
            hearing.do("close_flag", "11-16", people.qin)
        hearing.do("reconsider_flag", "11-17", people.he, ground="维持。")
        hearing.do("close_flag", "11-17", people.qin)


class TestHeardAnew:
    def handed_over_before(self, built: CaseBuilder) -> None:
        """Enter that Judge Zhou had taken over before the due day."""
        built.reassigned("11-06", built.people.zhou, seen="11-24")
        built.swept("11-24")

    def test_a_finding_does_not_pass_to_somebody_who_was_never_heard(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded().explained().upheld().replied()
        self.handed_over_before(hearing.built)
        flag = hearing.flag
        assert (flag.state, flag.holder, flag.demanded_on) == ("raised", people.zhou, None)
        assert hearing.built.kinds[-1] == "flag.reopened"
        assert not Explanation.objects.filter(flag=flag).exists()
        assert flag.past_explanations.get().by == people.lin
        assert flag.past_replies.get().by == people.lin
        assert [r.past for r in flag.reviews.all()] == [True]
        assert verify(hearing.built.case.pk).faults == []

    def test_the_new_holder_is_heard_and_may_be_judged_by_the_same_person(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded().explained().upheld()
        self.handed_over_before(hearing.built)
        with refused("flag.not_yours", 403):
            hearing.do("explain_flag", "11-25", people.lin, **WHY)
        hearing.do("explain_flag", "11-25", people.zhou, **OTHER_WHY)
        hearing.do("excuse_flag", "11-26", people.qin, ground="移交属实。")
        assert hearing.flag.state == "excused"

    def test_an_excused_lapse_stays_excused(self, hearing: Hearing, people: People) -> None:
        hearing.demanded().explained()
        hearing.do("excuse_flag", "11-13", people.qin, ground="移交属实。")
        self.handed_over_before(hearing.built)
        assert (hearing.flag.state, hearing.flag.holder) == ("excused", people.zhou)

    def test_a_withdrawn_flag_is_asked_about_no_more_and_its_clock_ends(
        self, hearing: Hearing, people: People
    ) -> None:
        hearing.demanded()
        hearing.built.corrected("11-12", "file.received", "11-12")
        hearing.built.swept("11-12")
        assert hearing.flag.state == "withdrawn"
        for verb, by, data in (
            ("explain_flag", people.lin, WHY),
            ("demand_explanation", people.qin, {}),
            ("close_flag", people.qin, {}),
        ):
            with refused("flag.state"):
                hearing.do(verb, "11-13", by, **data)
        hearing.built.noticed("11-13")
        assert hearing.built.swept("11-30").escalated == 0
