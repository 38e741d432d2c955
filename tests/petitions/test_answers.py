"""有信必复: no way to close a petition that does not pass an answer the petitioner can read."""

from __future__ import annotations

from typing import Any

import pytest

from enforcement.roles import Role
from petitions.machine import PetitionState
from petitions.models import Channel, Delivery, Petition
from petitions.queries import petitions_of_parties
from tests.builders import day
from tests.people import HOME, post
from tests.petitions.steps import Supervised, database_refuses, raw, somebody
from tests.refusals import refused

NO_PARTY: dict[str, Any] = {"party": None, "petitioner": "陈某之父", "channel": Channel.VISIT}


class TestAnswering:
    """答复信访."""

    def test_the_handler_answers_and_the_party_can_read_it(self, under: Supervised) -> None:
        petition = under.answered("11-18")

        assert (petition.state, petition.answered_on) == (PetitionState.ANSWERED, day("11-18"))
        assert petition.answered_by == under.people.xu
        (shown,) = petitions_of_parties([under.applicant])
        assert shown.answered
        assert shown.answer == "经查属实，执行通知书已于11月12日发出。"

    def test_the_answer_is_not_on_the_timeline(self, under: Supervised) -> None:
        under.answered()
        assert "属实" not in under.built.event("petition.answered").data

    def test_the_head_of_the_court_may_answer_in_the_handlers_place(
        self, under: Supervised
    ) -> None:
        petition = under.registered()
        under.do(
            "answer_petition",
            petition,
            "11-18",
            under.people.zhao,
            outcome="declined",
            answer="属于诉讼权利事项，请提出执行异议。",
        )
        assert petition.answered_by == under.people.zhao

    def test_another_clerk_may_not(self, under: Supervised) -> None:
        petition = under.registered()
        clerk = somebody("xu2", "许二", under.people.courts[HOME], Role.PETITION_CLERK)
        with refused("petition.not_handler", 403):
            under.do(
                "answer_petition", petition, "11-18", clerk, outcome="founded", answer="属实。"
            )

    def test_a_judge_may_not(self, under: Supervised) -> None:
        petition = under.registered()
        with refused("access.role", 403):
            under.do(
                "answer_petition",
                petition,
                "11-18",
                under.people.lin,
                outcome="unfounded",
                answer="不属实。",
            )

    def test_who_held_the_case_may_not_even_as_head(self, under: Supervised) -> None:
        petition = under.registered()
        lin = post(under.people.lin, under.people.courts[HOME], Role.BUREAU_HEAD)
        with refused("petition.own", 403):
            under.do("answer_petition", petition, "11-18", lin, outcome="unfounded", answer="否。")

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"answer": " \n"}, "input.required", "answer"),
            ({"outcome": "maybe"}, "petition.outcome", "outcome"),
            ({"delivery": "pigeon"}, "petition.delivery", "delivery"),
        ],
    )
    def test_an_answer_without_content_is_no_answer(
        self, under: Supervised, change: dict[str, str], code: str, field: str
    ) -> None:
        petition = under.registered()
        given = {"outcome": "founded", "answer": "属实。"} | change
        with refused(code, 400, field):
            under.do("answer_petition", petition, "11-18", under.people.xu, **given)

    def test_a_person_who_is_no_party_cannot_read_on_the_portal(self, under: Supervised) -> None:
        petition = under.filed(by=under.people.xu, **NO_PARTY)
        under.do("register_petition", petition, "11-16", under.people.xu)
        given = {"outcome": "founded", "answer": "属实。"}
        with refused("petition.unreadable", 400, "delivery"):
            under.do("answer_petition", petition, "11-18", under.people.xu, **given)
        under.do(
            "answer_petition",
            petition,
            "11-18",
            under.people.xu,
            delivery=Delivery.HANDED,
            **given,
        )
        assert petition.answered

    def test_before_registering_is_refused(self, under: Supervised) -> None:
        petition = under.filed()
        with refused("petition.state"):
            under.do(
                "answer_petition",
                petition,
                "11-18",
                under.people.xu,
                outcome="founded",
                answer="属实。",
            )

    def test_a_day_before_registering_is_refused(self, under: Supervised) -> None:
        petition = under.registered("11-16")
        with refused("date.before", 400, "on"):
            under.do(
                "answer_petition",
                petition,
                "11-14",
                under.people.xu,
                outcome="founded",
                answer="属实。",
            )


class TestClosing:
    """办结信访."""

    def test_an_answered_petition_is_closed_and_stays_readable(self, under: Supervised) -> None:
        petition = under.answered()
        under.do("close_petition", petition, "11-19", under.people.xu)

        assert (petition.state, petition.closed_on) == (PetitionState.CLOSED, day("11-19"))
        assert petition.answered

    @pytest.mark.parametrize("step", ["filed", "registered"])
    def test_without_an_answer_it_is_refused(self, under: Supervised, step: str) -> None:
        petition = getattr(under, step)()
        with refused("petition.no_answer") as caught:
            under.do("close_petition", petition, "11-19", under.people.xu)
        assert "有信必复" in caught.value.message

    def test_a_second_close_is_refused(self, under: Supervised) -> None:
        petition = under.answered()
        under.do("close_petition", petition, "11-19", under.people.xu)
        with refused("petition.state"):
            under.do("close_petition", petition, "11-20", under.people.xu)

    def test_an_answer_nobody_can_read_does_not_close(self, under: Supervised) -> None:
        petition = under.answered()
        under.case.__class__.objects.filter(pk=under.case.pk).update(query_code_hash="")
        with refused("petition.unreadable"):
            under.do("close_petition", petition, "11-19", under.people.xu)

    def test_a_day_before_the_answer_is_refused(self, under: Supervised) -> None:
        petition = under.answered("11-18")
        with refused("date.before", 400, "on"):
            under.do("close_petition", petition, "11-17", under.people.xu)

    def test_the_database_knows_no_way_past_the_answer(self, under: Supervised) -> None:
        petition = under.registered()
        closed = "UPDATE petitions_petition SET state = 'closed', closed_on = '2026-11-19'"
        with database_refuses("petition_moves|transition"):
            raw(f"{closed} WHERE id = %s", petition.pk)
        with database_refuses("petition_answered"):
            raw("UPDATE petitions_petition SET state = 'answered' WHERE id = %s", petition.pk)
        with database_refuses("petition_kept|delete"):
            raw("DELETE FROM petitions_petition WHERE id = %s", petition.pk)

    def test_the_database_wants_the_words_of_the_answer(self, under: Supervised) -> None:
        petition = under.answered()
        with database_refuses("petition_answered"):
            Petition.objects.filter(pk=petition.pk).update(answer="  \n")


class TestReading:
    """阅读答复."""

    def test_the_first_reading_is_noted_and_the_second_changes_nothing(
        self, under: Supervised
    ) -> None:
        petition = under.answered()
        under.do("read_answer", petition, "11-19", None, party=under.applicant)
        assert petition.read_on == day("11-19")
        version = under.case.version
        under.do("read_answer", petition, "11-20", None, party=under.applicant)

        assert petition.read_on == day("11-19")
        assert under.case.version == version
        assert under.built.kinds.count("petition.read") == 1

    def test_another_party_does_not_read_it(self, under: Supervised) -> None:
        petition = under.answered()
        with refused("not_found", 404):
            under.do("read_answer", petition, "11-19", None, party=under.built.debtor)

    def test_court_staff_do_not_read_in_the_petitioners_place(self, under: Supervised) -> None:
        petition = under.answered()
        with refused("petition.reader", 403):
            under.do("read_answer", petition, "11-19", under.people.xu)

    def test_there_is_nothing_to_read_before_the_answer(self, under: Supervised) -> None:
        petition = under.registered()
        with refused("petition.state"):
            under.do("read_answer", petition, "11-19", None, party=under.applicant)
