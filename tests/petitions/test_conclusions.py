"""The joint conclusion: both tracks answered, both reviewers signed, or it is sent back."""

from __future__ import annotations

import pytest

from cases.kinds import KINDS, Audience
from enforcement.roles import Role
from petitions.machine import ReviewState
from petitions.models import DualReview
from tests.builders import day
from tests.people import HOME, again, post
from tests.petitions.steps import Supervised
from tests.refusals import refused


def propose(under: Supervised, review: DualReview, **data: object) -> DualReview:
    """Propose a conclusion as the conduct reviewer."""
    given = {
        "conclusion": "passive",
        "reasons": "没有正当理由。",
        "remedies": ["correct"],
        "proposals": "整改",
    } | data
    found: DualReview = under.do("propose_conclusion", review, "11-18", under.people.song, **given)
    return found


class TestProposing:
    """提出联合结论."""

    def test_the_proposer_signs_and_the_other_is_awaited(self, under: Supervised) -> None:
        review = under.proposed("11-18")

        assert (review.state, review.proposed_by) == (ReviewState.PROPOSED, under.people.he)
        signed = {file.track: file.signed_on for file in review.files.all()}
        assert signed == {"case": day("11-18"), "conduct": None}

    def test_either_reviewer_may_propose(self, under: Supervised) -> None:
        assert propose(under, under.all_answered()).proposed_by == under.people.song

    def test_clues_left_open_are_named_by_number_only(self, under: Supervised) -> None:
        review = under.opened()
        for clue in review.clues.all():
            under.answer(clue, under.people.song, text="机密内容")
        with refused("review.unanswered") as caught:
            propose(under, review)
        assert "案件线" in caught.value.message
        assert "第 1、2 条" in caught.value.message
        assert "机密" not in caught.value.message

    def test_without_a_clue_there_is_nothing_to_conclude(self, under: Supervised) -> None:
        review = under.opened(clues=[])
        with refused("review.no_clue"):
            propose(under, review)

    def test_unfounded_against_a_clue_found_true_is_a_contradiction(
        self, under: Supervised
    ) -> None:
        review = under.all_answered()
        with refused("review.contradiction", 409, "conclusion"):
            propose(under, review, conclusion="unfounded", remedies=["none"])

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"conclusion": "bad"}, "review.conclusion", "conclusion"),
            ({"reasons": " "}, "input.required", "reasons"),
            ({"proposals": ""}, "input.required", "proposals"),
            ({"remedies": []}, "review.remedies", "remedies"),
            ({"remedies": ["hang"]}, "review.remedies", "remedies"),
            ({"remedies": ["none", "notice"]}, "review.remedies", "remedies"),
        ],
    )
    def test_wrong_input_is_refused(
        self, under: Supervised, change: dict[str, object], code: str, field: str
    ) -> None:
        review = under.all_answered()
        with refused(code, 400, field):
            propose(under, review, **change)

    def test_nobody_else_proposes(self, under: Supervised) -> None:
        review = under.all_answered()
        with refused("review.not_reviewer", 403):
            under.do(
                "propose_conclusion",
                review,
                "11-18",
                under.head,
                conclusion="passive",
                reasons="有。",
                remedies=["correct"],
                proposals="整改",
            )


class TestSigning:
    """会签联合结论."""

    def test_the_other_signature_concludes_it(self, under: Supervised) -> None:
        review = under.concluded("11-19")

        assert (review.state, review.concluded_on) == (ReviewState.CONCLUDED, day("11-19"))
        assert all(file.signed_on for file in review.files.all())
        assert under.built.event("review.concluded").fields == {"review": review.pk}

    def test_each_summary_goes_into_its_own_file(self, under: Supervised) -> None:
        review = under.concluded()
        summaries = {file.track: file.summary for file in review.files.all()}
        assert summaries["case"] == "案件线查阅了全部时间线。"
        assert summaries["conduct"] == "人员线谈话二人次，未发现违纪。"

    def test_the_proposer_cannot_sign_for_the_other(self, under: Supervised) -> None:
        review = under.proposed()
        with refused("review.signed", 403):
            under.do("conclude_review", review, "11-19", under.people.he)

    def test_a_third_person_cannot_sign(self, under: Supervised) -> None:
        review = under.proposed()
        with refused("review.not_reviewer", 403):
            under.do("conclude_review", review, "11-19", under.president)

    def test_before_a_proposal_there_is_nothing_to_sign(self, under: Supervised) -> None:
        review = under.all_answered()
        with refused("review.state"):
            under.do("conclude_review", review, "11-19", under.people.song)

    def test_a_reviewer_who_came_to_hold_the_case_meanwhile_cannot_sign(
        self, under: Supervised
    ) -> None:
        review = under.proposed()
        song = post(under.people.song, under.people.courts[HOME], Role.JUDGE)
        under.built.reassigned("11-18", to=song)
        with refused("review.conflict") as caught:
            under.do("conclude_review", review, "11-19", again(song))
        assert "宋督察曾经承办本案" in caught.value.message

    def test_a_day_before_the_proposal_is_refused(self, under: Supervised) -> None:
        review = under.proposed("11-18")
        with refused("date.before", 400, "on"):
            under.do("conclude_review", review, "11-17", under.people.song)


class TestSendingBack:
    """退回再议."""

    def test_the_signature_falls_and_answers_may_change_again(self, under: Supervised) -> None:
        review = under.proposed()
        under.do("return_conclusion", review, "11-19", under.people.song, reason="理由不充分")

        assert (review.state, review.objection) == (ReviewState.OPEN, "理由不充分")
        assert not review.files.filter(signed_on__isnull=False).exists()
        clue = review.clues.first()
        assert clue is not None
        under.answer(clue, under.people.he, "11-20", answer="partly")
        under.do(
            "propose_conclusion",
            review,
            "11-20",
            under.people.song,
            conclusion="passive",
            reasons="部分属实。",
            remedies=["correct"],
            proposals="整改",
        )
        assert (review.objection, review.proposed_by) == ("", under.people.song)

    def test_with_a_reason_and_not_by_the_proposer(self, under: Supervised) -> None:
        review = under.proposed()
        with refused("input.required", 400, "reason"):
            under.do("return_conclusion", review, "11-19", under.people.song, reason=" ")
        with refused("review.signed", 403):
            under.do("return_conclusion", review, "11-19", under.people.he, reason="反悔")

    def test_not_after_both_have_signed(self, under: Supervised) -> None:
        review = under.concluded()
        with refused("review.state"):
            under.do("return_conclusion", review, "11-20", under.people.song, reason="反悔")


def test_a_review_is_told_to_supervision_only() -> None:
    for kind in ("review.opened", "review.concluded"):
        assert KINDS[kind].audience == Audience.SUPERVISION
        assert KINDS[kind].fields == {"review"}
        assert KINDS[kind].plain == ""
