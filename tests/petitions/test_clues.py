"""Clues: every one answered by both tracks, each on its own, from the timeline of the case."""

from __future__ import annotations

import pytest

from cases.models import CaseEvent
from petitions.models import Clue, ClueFinding, EvidencePick
from tests.builders import a_case
from tests.petitions.steps import Supervised, database_refuses, raw
from tests.refusals import refused


@pytest.fixture
def clue(under: Supervised) -> Clue:
    """Return the first clue of an open review."""
    found = under.opened().clues.order_by("position").first()
    assert found is not None
    return found


class TestAdding:
    """补充线索."""

    def test_it_gets_the_next_number(self, under: Supervised) -> None:
        review = under.opened()
        added = under.do("add_clue", review, "11-17", under.people.song, claim="没有采取措施")
        assert (added.position, added.case_id) == (3, review.case_id)

    def test_who_opened_the_review_may_add_and_others_may_not(self, under: Supervised) -> None:
        review = under.opened(by=under.head)
        under.do("add_clue", review, "11-17", under.head, claim="没有采取措施")
        with refused("review.not_reviewer", 403):
            under.do("add_clue", review, "11-17", under.president, claim="没有采取措施")

    def test_an_empty_one_is_refused(self, under: Supervised) -> None:
        review = under.opened()
        with refused("input.required", 400, "claim"):
            under.do("add_clue", review, "11-17", under.people.he, claim=" ")

    def test_none_is_added_after_the_proposal(self, under: Supervised) -> None:
        review = under.proposed()
        with refused("review.state"):
            under.do("add_clue", review, "11-19", under.people.he, claim="没有采取措施")


class TestAnswering:
    """答复线索."""

    def test_the_answer_rests_on_picked_events(self, under: Supervised, clue: Clue) -> None:
        finding = under.answer(clue, under.people.he, evidence=[4, 3, 3])

        assert finding.file.track == "case"
        assert [pick.event.seq for pick in finding.picks.all()] == [3, 4]

    def test_the_reviewer_decides_the_track(self, under: Supervised, clue: Clue) -> None:
        under.answer(clue, under.people.he)
        under.answer(clue, under.people.song, answer="no")
        found = ClueFinding.objects.filter(clue=clue).order_by("file__track")
        assert [(f.file.track, f.answer) for f in found] == [("case", "yes"), ("conduct", "no")]

    def test_answering_again_replaces_the_answer(self, under: Supervised, clue: Clue) -> None:
        under.answer(clue, under.people.he)
        again = under.answer(clue, under.people.he, answer="partly", evidence=[1])

        assert ClueFinding.objects.filter(clue=clue).count() == 1
        assert [pick.event.seq for pick in again.picks.all()] == [1]

    def test_nothing_of_it_is_told_to_the_timeline(self, under: Supervised, clue: Clue) -> None:
        before = under.built.kinds
        under.answer(clue, under.people.song, text="人员线内容")
        assert under.built.kinds == before

    def test_nobody_but_a_reviewer_answers(self, under: Supervised, clue: Clue) -> None:
        for other in (under.head, under.people.bai, under.people.lin, under.people.qin):
            with refused("review.not_reviewer", 403):
                under.answer(clue, other)

    def test_numbers_the_timeline_does_not_have_are_named(
        self, under: Supervised, clue: Clue
    ) -> None:
        with refused("clue.evidence", 400, "evidence") as caught:
            under.answer(clue, under.people.he, evidence=[3, 88, 99])
        assert "第 88、99 项" in caught.value.message

    def test_a_yes_or_no_without_evidence_is_refused(self, under: Supervised, clue: Clue) -> None:
        for answer in ("yes", "partly", "no"):
            with refused("clue.no_evidence", 400, "evidence"):
                under.answer(clue, under.people.he, answer=answer, evidence=[])

    def test_what_is_not_on_the_timeline_may_be_named(self, under: Supervised, clue: Clue) -> None:
        finding = under.answer(clue, under.people.song, evidence=[], other_evidence="谈话笔录")
        assert finding.other_evidence == "谈话笔录"

    def test_what_cannot_be_established_needs_no_evidence(
        self, under: Supervised, clue: Clue
    ) -> None:
        assert under.answer(clue, under.people.he, answer="unknown", evidence=[]).picks.count() == 0

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"answer": "perhaps"}, "clue.answer", "answer"),
            ({"text": " "}, "input.required", "text"),
        ],
    )
    def test_wrong_input_is_refused(
        self, under: Supervised, clue: Clue, change: dict[str, str], code: str, field: str
    ) -> None:
        with refused(code, 400, field):
            under.answer(clue, under.people.he, **change)

    def test_a_reviewer_whose_post_has_ended_answers_no_more(
        self, under: Supervised, clue: Clue
    ) -> None:
        under.people.he.posts.update(last_day="2026-11-16")
        with refused("review.post_ended", 403):
            under.answer(clue, under.people.he, "11-18")

    def test_a_day_before_the_clue_is_refused(self, under: Supervised, clue: Clue) -> None:
        with refused("date.before", 400, "on"):
            under.answer(clue, under.people.he, "11-15")


class TestTheDatabaseHoldsIt:
    """Raw SQL, past every verb."""

    def test_findings_of_a_settled_review_stay(self, under: Supervised) -> None:
        review = under.concluded()
        clue = review.clues.first()
        finding = ClueFinding.objects.filter(clue=clue).first()
        assert clue is not None
        assert finding is not None
        for statement, key in (
            ("UPDATE petitions_cluefinding SET answer = 'no' WHERE id = %s", finding.pk),
            ("DELETE FROM petitions_evidencepick WHERE finding_id = %s", finding.pk),
            ("UPDATE petitions_clue SET claim = '别的问题' WHERE id = %s", clue.pk),
        ):
            with database_refuses("findings of this review are settled"):
                raw(statement, key)

    def test_evidence_of_another_case(self, under: Supervised, clue: Clue) -> None:
        finding = under.answer(clue, under.people.he)
        other = a_case(under.people).filed("11-02").case
        event = CaseEvent.objects.get(case=other, seq=1)
        with database_refuses("the event belongs to another case"):
            EvidencePick.objects.create(finding=finding, event=event)
