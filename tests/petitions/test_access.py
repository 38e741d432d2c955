"""Doors: who reads petitions, reviews, single tracks, reports, orders and files; nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.uploads import store
from enforcement.errors import NotFound
from enforcement.models import User
from enforcement.roles import Role
from petitions import access, queries
from petitions.models import Track
from tests.builders import at, day
from tests.people import FAR, HOME, again
from tests.petitions.steps import Supervised, somebody

TODAY = day("11-23")
EVERYBODY = ["lin", "gu", "wu", "tang", "qin", "zhao", "jin", "xu", "he", "song", "bai", "luo"]
EVERYBODY += ["luo_head", "sun", "far_supervisor", "chen"]


def who(under: Supervised, name: str) -> User:
    """Return a person of the cast or of the court above, as the next request reads them."""
    return again(getattr(under.people, name, None) or getattr(under, name))


def readers(under: Supervised, door: Callable[..., Any], pk: int) -> set[str]:
    """Return who gets through a door."""
    found = set()
    for name in [*EVERYBODY, "head", "president", "clerk"]:
        try:
            door(who(under, name), pk, TODAY)
        except NotFound:
            continue
        found.add(name)
    return found


class TestPetitions:
    """A petition opens to those who answer or supervise, never to the judge it is about."""

    def test_readers_of_a_petition_to_the_court_of_the_case(self, under: Supervised) -> None:
        petition = under.registered()
        assert readers(under, access.petition_for_reading, petition.pk) == {
            *("qin", "zhao", "xu"),
            *("he", "song", "bai"),
        }

    def test_readers_of_a_petition_to_the_court_above(self, under: Supervised) -> None:
        petition = under.filed(court=under.above)
        assert readers(under, access.petition_for_reading, petition.pk) == {
            *("qin", "zhao", "xu"),
            *("he", "song", "bai"),
            *("head", "president", "clerk"),
        }

    def test_a_party_reads_their_own_and_no_other(self, under: Supervised) -> None:
        petition = under.answered()
        assert access.petition_for_party(under.applicant, petition.pk) == petition
        with pytest.raises(NotFound):
            access.petition_for_party(under.built.debtor, petition.pk)

    def test_not_there_and_not_yours_sound_the_same(self, under: Supervised) -> None:
        petition = under.filed()
        messages = set()
        for pk in (petition.pk, 10**9):
            with pytest.raises(NotFound) as caught:
                access.petition_for_reading(who(under, "lin"), pk, TODAY)
            messages.add((caught.value.code, caught.value.message))
        assert len(messages) == 1

    def test_a_supervisor_of_the_supreme_court_reads_every_petition(
        self, under: Supervised
    ) -> None:
        petition = under.filed()
        high = under.above.parent
        assert high is not None
        assert high.parent is not None
        top = somebody("top", "最高督导", high.parent, Role.SUPERVISOR)
        assert access.petition_for_reading(top, petition.pk, TODAY) == petition


class TestReviews:
    """A dual review opens to the reviewing court and above, never to the court reviewed."""

    def test_readers_of_the_outside(self, under: Supervised) -> None:
        review = under.opened()
        assert readers(under, access.review_for_reading, review.pk) == {
            *("he", "song", "bai"),
            *("head", "president"),
        }

    def _tracks(self, under: Supervised, pk: int) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for track in Track:
            door = lambda user, pk, today, t=track: access.track_for_reading(user, pk, t, today)  # noqa: E731
            found[track.value] = readers(under, door, pk)
        return found

    def test_each_file_opens_to_its_own_reviewer_alone(self, under: Supervised) -> None:
        review = under.proposed()
        assert self._tracks(under, review.pk) == {"case": {"he"}, "conduct": {"song"}}

    def test_after_the_conclusion_to_the_approvers_too_and_still_not_to_each_other(
        self, under: Supervised
    ) -> None:
        review = under.concluded()
        approvers = {"head", "president"}
        assert self._tracks(under, review.pk) == {
            "case": {"he"} | approvers,
            "conduct": {"song"} | approvers,
        }

    def test_an_approver_who_reviews_sees_their_own_file_only(self, under: Supervised) -> None:
        review = under.opened(case_reviewer=under.head)
        found = access.tracks_open_to(who(under, "head"), review, TODAY)
        assert [file.track for file in found] == ["case"]

    def test_ones_own_file(self, under: Supervised) -> None:
        review = under.opened()
        assert access.track_for_reviewer(who(under, "song"), review.pk, TODAY).track == "conduct"
        with pytest.raises(NotFound):
            access.track_for_reviewer(who(under, "bai"), review.pk, TODAY)

    def test_progress_tells_numbers_only(self, under: Supervised) -> None:
        review = under.opened()
        clue = review.clues.first()
        assert clue is not None
        under.answer(clue, under.people.song, text="机密")
        assert queries.progress(review) == {"case": (0, 2), "conduct": (1, 2)}


class TestReports:
    """A draft opens to its writers and approvers; an issued report to supervision as well."""

    def test_readers_of_a_draft(self, under: Supervised) -> None:
        draft = under.drafted()
        assert readers(under, access.report_for_reading, draft.pk) == {
            *("he", "song"),
            *("head", "president"),
        }

    def test_readers_of_an_issued_report(self, under: Supervised) -> None:
        report = under.issued()
        assert readers(under, access.report_for_reading, report.pk) == {
            *("he", "song", "bai"),
            *("head", "president"),
            "zhao",
        }


def test_readers_of_an_order_are_the_staff_it_goes_to_and_the_court_above(
    under: Supervised,
) -> None:
    order = under.ordered()
    found = readers(under, access.order_for_reading, order.pk)
    assert {"qin", "zhao", "lin", "he", "head", "president"} <= found
    assert not found & {"luo", "luo_head", "sun", "far_supervisor", "chen"}


class TestFiles:
    """A file of a petition opens to the petition's readers only."""

    def _file(self, under: Supervised, **owner: Any) -> Any:
        upload = SimpleUploadedFile("说明.txt", "经过".encode())
        return store(under.case, upload, now=at("11-13"), **owner)

    def test_a_free_file_opens_to_the_staff_of_the_case(self, under: Supervised) -> None:
        file = self._file(under, party=under.applicant)
        assert "lin" in readers(under, access.attachment_for_reading, file.pk)

    def test_one_of_a_petition_does_not_open_to_the_judge(self, under: Supervised) -> None:
        file = self._file(under, party=under.applicant)
        petition = under.filed(attachments=[file])
        assert readers(under, access.attachment_for_reading, file.pk) == readers(
            under, access.petition_for_reading, petition.pk
        )

    def test_a_party_opens_their_own(self, under: Supervised) -> None:
        file = self._file(under, party=under.applicant)
        assert access.attachment_for_party(under.applicant, file.pk) == file
        with pytest.raises(NotFound):
            access.attachment_for_party(under.built.debtor, file.pk)


class TestLists:
    """Lists of what waits for whom."""

    def test_petitions_waiting_follow_the_work(self, under: Supervised) -> None:
        def waiting(name: str) -> list[str]:
            rows = queries.petitions_waiting_for(who(under, name), TODAY)
            return [row.number for row in rows]

        petition = under.filed()
        assert (waiting("xu"), waiting("clerk")) == ([petition.number], [])
        under.do("register_petition", petition, "11-16", under.people.xu, handler=under.people.zhao)
        assert (waiting("xu"), waiting("zhao")) == ([], [petition.number])
        under.do(
            "answer_petition",
            petition,
            "11-18",
            under.people.zhao,
            outcome="founded",
            answer="属实。",
        )
        under.do("close_petition", petition, "11-19", under.people.zhao)
        assert waiting("zhao") == []

    def test_filters_of_petitions(self, under: Supervised) -> None:
        closed = under.answered()
        under.do("close_petition", closed, "11-19", under.people.xu)
        fresh = under.filed("11-20", kind="attitude", text="态度生硬。")
        xu = who(under, "xu")

        def found(**filters: str) -> list[int]:
            return [row.pk for row in queries.petitions(xu, TODAY, **filters)]

        assert found() == [fresh.pk, closed.pk]
        assert found(state="open") == found(kind="attitude") == [fresh.pk]
        assert found(state="closed") == found(text="信〔2026〕1号") == [closed.pk]
        assert found(court=under.people.courts[FAR].pk) == []
        assert found(court=under.people.courts[HOME].pk, text="执1号") == [fresh.pk, closed.pk]

    def test_reviews_wait_for_their_reviewers(self, under: Supervised) -> None:
        def waiting(name: str) -> list[tuple[int, bool]]:
            rows: Any = queries.reviews_for(who(under, name), TODAY)
            return [(row.pk, row.to_sign) for row in rows]

        review = under.proposed()
        assert waiting("he") == [(review.pk, False)]
        assert waiting("song") == [(review.pk, True)]
        assert waiting("head") == []

    def test_drafts_wait_for_approvers_who_did_not_review(self, under: Supervised) -> None:
        draft = under.drafted()
        for name, waits in (("head", True), ("president", True), ("he", False), ("zhao", False)):
            rows = queries.reports_to_approve(who(under, name), TODAY)
            assert [row.pk for row in rows] == ([draft.pk] if waits else [])

    def test_orders_wait_below_then_above(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        qin, he = who(under, "qin"), who(under, "he")
        assert [row.pk for row in queries.orders_to_reply(qin, TODAY)] == [order.pk]
        assert not queries.orders_to_judge(he, TODAY).exists()
        under.do("reply_order", order, "11-23", under.people.qin, text="回报")
        assert not queries.orders_to_reply(qin, TODAY).exists()
        assert [row.pk for row in queries.orders_to_judge(he, TODAY)] == [order.pk]
        assert [row.pk for row in queries.orders(he, TODAY, state="open")] == [order.pk]

    def test_portal_lists_the_petitions_of_the_party_alone(self, under: Supervised) -> None:
        mine = under.filed()
        under.filed(party=under.built.debtor, text="我已经履行。")
        assert [row.pk for row in queries.petitions_of_parties([under.applicant])] == [mine.pk]
        assert [
            row.pk for row in queries.petitions_of_case(who(under, "lin"), under.case, TODAY)
        ] == []
