"""A dual review: two different people of a court strictly above, neither with a stake in it."""

from __future__ import annotations

import pytest

from cases.models import HandlerTerm
from enforcement.roles import Role
from petitions.models import DualReview, ReviewFile, Source, Track
from tests.builders import a_case, day
from tests.people import ABOVE, FAR, HOME, leaves, post
from tests.petitions.steps import CLUES, Supervised, database_refuses, raw, somebody
from tests.refusals import refused


class TestOpening:
    """启动一案双查."""

    def test_it_has_two_files_for_two_people_and_the_clues_in_order(
        self, under: Supervised
    ) -> None:
        under.made["petition"] = under.answered()
        review = under.opened("11-19")

        files = {file.track: file for file in review.files.all()}
        assert {track: file.reviewer.name for track, file in files.items()} == {
            "case": "何督导",
            "conduct": "宋督察",
        }
        assert (review.court, review.source) == (under.above, Source.PETITION)
        assert [clue.claim for clue in review.clues.all()] == list(CLUES)
        assert under.built.event("review.opened").fields == {"review": review.pk}

    @pytest.mark.parametrize("opener", ["head", "president"])
    def test_heads_of_the_court_above_may_open_it(self, under: Supervised, opener: str) -> None:
        assert under.opened(by=getattr(under, opener)).opened_by == getattr(under, opener)

    @pytest.mark.parametrize("opener", ["he", "song"])
    def test_so_may_supervisor_and_inspector(self, under: Supervised, opener: str) -> None:
        assert under.opened(by=getattr(under.people, opener)).court == under.above

    def test_the_bureau_head_above_may_hold_the_case_track(self, under: Supervised) -> None:
        review = under.opened(case_reviewer=under.head)
        assert review.files.get(track=Track.CASE).post.role == Role.BUREAU_HEAD

    @pytest.mark.parametrize("opener", ["qin", "zhao", "lin", "bai", "luo_head", "far_supervisor"])
    def test_the_reviewed_court_and_strangers_may_not(self, under: Supervised, opener: str) -> None:
        with refused("access.role", 403):
            under.opened(by=getattr(under.people, opener))

    def test_one_person_for_both_tracks_is_refused_by_name(self, under: Supervised) -> None:
        both = post(under.people.he, under.above, Role.INSPECTOR)
        with refused("review.same_person", 409, "conduct_reviewer") as caught:
            under.opened(case_reviewer=both, conduct_reviewer=both)
        assert "何督导" in caught.value.message

    def test_who_held_the_case_is_refused_with_the_reason(self, under: Supervised) -> None:
        lin = post(under.people.lin, under.above, Role.SUPERVISOR)
        with refused("review.conflict", 409, "case_reviewer") as caught:
            under.opened(case_reviewer=lin)
        assert "林法官曾经承办本案" in caught.value.message

    def test_even_for_less_than_a_day(self, under: Supervised) -> None:
        case = a_case(under.people).filed("11-02").assigned("11-03")
        case.reassigned("11-03", to=under.people.zhou)
        assert not HandlerTerm.objects.filter(case=case.case, user=under.people.lin).exists()
        lin = post(under.people.lin, under.above, Role.SUPERVISOR)
        under.built = case
        with refused("review.conflict", 409, "case_reviewer"):
            under.opened(case_reviewer=lin)

    def test_who_acted_in_the_case_is_refused_with_the_act(self, under: Supervised) -> None:
        qin = post(under.people.qin, under.above, Role.INSPECTOR)
        with refused("review.conflict", 409, "conduct_reviewer") as caught:
            under.opened(conduct_reviewer=qin)
        assert "第2项“确定承办人”" in caught.value.message

    def test_a_party_of_the_case_is_refused(self, under: Supervised) -> None:
        chen = post(under.people.chen, under.above, Role.INSPECTOR)
        party = under.applicant
        party.__class__.objects.filter(pk=party.pk).update(user=chen)
        with refused("review.conflict", 409, "conduct_reviewer"):
            under.opened(conduct_reviewer=chen)

    def test_a_reviewer_without_the_post_of_the_track_is_refused(self, under: Supervised) -> None:
        with refused("review.no_post", 400, "conduct_reviewer") as caught:
            under.opened(conduct_reviewer=under.head)
        assert "督察人员" in caught.value.message

    def test_a_reviewer_of_the_reviewed_court_is_refused(self, under: Supervised) -> None:
        inside = somebody("inside", "内察", under.people.courts[HOME], Role.INSPECTOR)
        with refused("review.no_post", 400, "conduct_reviewer"):
            under.opened(conduct_reviewer=inside)

    def test_a_reviewer_of_another_court_above_is_refused(self, under: Supervised) -> None:
        high = under.above.parent
        assert high is not None
        other = somebody("high", "高察", high, Role.INSPECTOR)
        with refused("review.no_post", 400, "conduct_reviewer"):
            under.opened(conduct_reviewer=other)

    def test_a_reviewer_whose_post_has_ended_is_refused(self, under: Supervised) -> None:
        song = leaves(under.people.song, day("11-01"))
        with refused("review.no_post", 400, "conduct_reviewer"):
            under.opened(conduct_reviewer=song)

    def test_a_second_one_while_the_first_is_running_is_refused(self, under: Supervised) -> None:
        under.opened()
        with refused("review.running"):
            under.opened("11-17")

    def test_a_source_is_wanted(self, under: Supervised) -> None:
        for source in ("", "rumour", "petition"):
            with refused("review.source", 400, "source"):
                under.opened(source=source)

    def test_a_petition_of_another_case_is_not_there(self, under: Supervised) -> None:
        mine = under.filed()
        under.built = a_case(under.people).filed("11-02")
        with refused("not_found", 404):
            under.opened(petition=mine)

    def test_a_day_before_the_petition_is_refused(self, under: Supervised) -> None:
        under.made["petition"] = under.filed("11-13")
        with refused("date.before", 400, "on"):
            under.opened("11-12")

    def test_a_case_of_a_court_above_cannot_be_reviewed_from_below_or_beside(
        self, under: Supervised
    ) -> None:
        far = somebody("far", "远察", under.people.courts[FAR], Role.INSPECTOR)
        with refused("review.no_post", 400, "conduct_reviewer"):
            under.opened(conduct_reviewer=far)


class TestTheDatabaseHoldsIt:
    """Raw SQL, past every verb."""

    def _file(self, review: DualReview, track: str) -> ReviewFile:
        return review.files.get(track=track)

    def test_the_same_person_twice(self, under: Supervised) -> None:
        review = under.opened()
        both = post(under.people.he, under.above, Role.INSPECTOR)
        fitting = both.posts.get(role=Role.INSPECTOR)
        with database_refuses("two_different_reviewers"):
            raw(
                "UPDATE petitions_reviewfile SET reviewer_id = %s, post_id = %s WHERE id = %s",
                both.pk,
                fitting.pk,
                self._file(review, "conduct").pk,
            )

    def test_two_files_of_one_track(self, under: Supervised) -> None:
        review = under.opened()
        with database_refuses("one_file_a_track|fitting post"):
            raw(
                "INSERT INTO petitions_reviewfile (review_id, case_id, track, reviewer_id, "
                "post_id, assigned_on, summary) VALUES (%s, %s, 'case', %s, %s, %s, '')",
                review.pk,
                under.case.pk,
                under.head.pk,
                under.head.posts.get().pk,
                day("11-16"),
            )

    def test_a_reviewer_who_held_the_case(self, under: Supervised) -> None:
        review = under.opened()
        lin = post(under.people.lin, under.above, Role.SUPERVISOR)
        with database_refuses("the reviewer held the case"):
            raw(
                "UPDATE petitions_reviewfile SET reviewer_id = %s, post_id = %s WHERE id = %s",
                lin.pk,
                lin.posts.get(role=Role.SUPERVISOR).pk,
                self._file(review, "case").pk,
            )

    def test_a_post_of_somebody_else_or_of_the_reviewed_court(self, under: Supervised) -> None:
        review = under.opened()
        file = self._file(review, "case")
        for user, held in (
            (under.people.luo, under.people.he.posts.get()),
            (under.people.qin, under.people.qin.posts.get()),
        ):
            with database_refuses("no fitting post"):
                raw(
                    "UPDATE petitions_reviewfile SET reviewer_id = %s, post_id = %s WHERE id = %s",
                    user.pk,
                    held.pk,
                    file.pk,
                )

    def test_a_reviewing_court_that_is_not_strictly_above(self, under: Supervised) -> None:
        review = under.opened()
        for code in (HOME, FAR):
            with database_refuses("does not stand above"):
                raw(
                    "UPDATE petitions_dualreview SET court_id = %s WHERE id = %s",
                    under.people.courts[code].pk,
                    review.pk,
                )

    def test_two_running_reviews_of_one_case(self, under: Supervised) -> None:
        review = under.opened()
        with database_refuses("one_review_at_a_time"):
            raw(
                "INSERT INTO petitions_dualreview (case_id, court_id, source, opened_on, "
                "opened_by_id, state, conclusion, reasons, remedies, proposals, objection) "
                "VALUES (%s, %s, 'other', %s, %s, 'open', '', '', '[]', '', '')",
                review.case_id,
                under.people.courts[ABOVE].pk,
                day("11-17"),
                under.head.pk,
            )

    def test_a_leap_to_the_conclusion_and_a_removal(self, under: Supervised) -> None:
        review = under.opened()
        with database_refuses("transition|review_moves"):
            raw(
                "UPDATE petitions_dualreview SET state = 'concluded', conclusion = 'passive', "
                "concluded_on = '2026-11-20' WHERE id = %s",
                review.pk,
            )
        with database_refuses("review_kept|delete"):
            raw("DELETE FROM petitions_dualreview WHERE id = %s", review.pk)
