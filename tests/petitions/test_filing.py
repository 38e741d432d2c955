"""A petition comes in, gets a number, a handler, and is sent on to the court that must answer."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.uploads import store
from enforcement.roles import Role
from petitions.machine import PetitionState
from petitions.models import Channel, Petition
from tests.builders import a_case, at, day
from tests.people import HOME, NEXT_DOOR, post
from tests.petitions.steps import TEXT, Supervised, somebody
from tests.refusals import refused


class TestFiling:
    """提出信访."""

    def test_a_party_files_through_the_portal(self, under: Supervised) -> None:
        petition = under.filed("11-13", channel=Channel.LETTER)

        assert petition.number == "陕1002信〔2026〕1号"
        assert petition.court == under.people.court
        assert (petition.state, petition.filed_on) == (PetitionState.FILED, day("11-13"))
        assert petition.channel == Channel.ONLINE, "the portal is neither letter nor visit"
        assert petition.petitioner_name == "陈某"

    def test_the_timeline_is_told_without_a_word_of_the_text(self, under: Supervised) -> None:
        petition = under.filed()

        event = under.built.event("petition.filed")
        assert event.fields == {"petition": petition.pk}
        assert not hasattr(event, "note")

    def test_a_party_signed_in_petitions_as_themselves(self, under: Supervised) -> None:
        under.applicant.__class__.objects.filter(pk=under.applicant.pk).update(
            user=under.people.chen
        )
        petition = under.filed(by=under.people.chen, party=under.built.debtor)

        assert petition.party == under.applicant
        assert petition.filed_by == under.people.chen

    def test_a_clerk_writes_down_the_visit_of_a_person_who_is_no_party(
        self, under: Supervised
    ) -> None:
        petition = under.filed(
            by=under.people.xu,
            party=None,
            petitioner=" 陈某之父 ",
            contact="13900000000",
            channel=Channel.VISIT,
        )

        assert (petition.petitioner_name, petition.channel) == ("陈某之父", Channel.VISIT)
        assert Petition.objects.get(pk=petition.pk).contact == "13900000000"

    def test_a_clerk_of_a_court_above_takes_in_a_petition_for_their_court(
        self, under: Supervised
    ) -> None:
        petition = under.filed(by=under.clerk, court=under.above, channel=Channel.LETTER)

        assert petition.court == under.above
        assert petition.number == "陕10信〔2026〕1号"

    def test_numbers_run_per_court_without_gaps(self, under: Supervised) -> None:
        first = under.filed(text="其一")
        with refused("input.required", 400, "text"):
            under.filed(text="  ")
        second = under.filed(text="其二")

        assert [first.number, second.number] == ["陕1002信〔2026〕1号", "陕1002信〔2026〕2号"]

    @pytest.mark.parametrize(
        ("change", "code", "status", "field"),
        [
            ({"kind": "angry"}, "petition.kind", 400, "kind"),
            ({"text": " \n "}, "input.required", 400, "text"),
        ],
    )
    def test_wrong_input_is_refused(
        self, under: Supervised, change: dict[str, str], code: str, status: int, field: str
    ) -> None:
        with refused(code, status, field):
            under.filed(**change)

    def test_an_unknown_channel_is_refused(self, under: Supervised) -> None:
        with refused("petition.channel", 400, "channel"):
            under.filed(by=under.people.xu, channel="fax")

    def test_somebody_must_be_named(self, under: Supervised) -> None:
        with refused("input.required", 400, "petitioner"):
            under.filed(by=under.people.xu, party=None)

    def test_nobody_and_no_party_is_refused(self, under: Supervised) -> None:
        with refused("access.signin", 403):
            under.filed(party=None)

    def test_a_party_of_another_case_is_not_there(self, under: Supervised) -> None:
        other = a_case(under.people).filed("11-02").case.parties.get(role="applicant")
        with refused("not_found", 404):
            under.filed(party=other)

    def test_a_court_beside_the_line_cannot_be_asked(self, under: Supervised) -> None:
        with refused("petition.court", 400, "court"):
            under.filed(court=under.people.courts[NEXT_DOOR])

    def test_a_day_before_the_case_was_filed_is_refused(self, under: Supervised) -> None:
        with refused("date.before", 400, "on"):
            under.filed("11-01", by=under.people.xu)

    def test_a_judge_does_not_take_in_petitions(self, under: Supervised) -> None:
        with refused("access.role", 403):
            under.filed(by=under.people.lin)

    def test_a_clerk_next_door_does_not_either(self, under: Supervised) -> None:
        clerk = somebody("nd", "邻访", under.people.courts[NEXT_DOOR], Role.PETITION_CLERK)
        with refused("access.role", 403):
            under.filed(by=clerk)

    def test_the_same_words_twice_are_refused_until_the_first_is_closed(
        self, under: Supervised
    ) -> None:
        petition = under.answered()
        with refused("petition.duplicate"):
            under.filed("11-19")
        under.do("close_petition", petition, "11-19", under.people.xu)

        assert under.filed("11-20").number == "陕1002信〔2026〕2号"


class TestAttachments:
    """Files handed in with a petition."""

    def _file(self, under: Supervised, **who: object):  # type: ignore[no-untyped-def]
        upload = SimpleUploadedFile("说明.txt", "事情经过".encode())
        return store(under.case, upload, now=at("11-13"), **who)  # type: ignore[arg-type]

    def test_stored_files_belong_to_the_petition(self, under: Supervised) -> None:
        file = self._file(under, party=under.applicant)
        petition = under.filed(attachments=[file])

        assert [link.attachment for link in petition.attachments.all()] == [file]

    def test_a_file_is_used_once(self, under: Supervised) -> None:
        file = self._file(under, party=under.applicant)
        under.filed(attachments=[file])
        with refused("petition.attachment", 400, "attachments"):
            under.filed(text="另一件", attachments=[file])

    def test_a_file_of_somebody_else_is_refused(self, under: Supervised) -> None:
        file = self._file(under, party=under.built.debtor)
        with refused("petition.attachment", 400, "attachments"):
            under.filed(attachments=[file])


class TestRegistering:
    """登记信访."""

    def test_the_clerk_registers_and_handles_it(self, under: Supervised) -> None:
        petition = under.registered("11-16")

        assert (petition.state, petition.registered_on) == (
            PetitionState.REGISTERED,
            day("11-16"),
        )
        assert petition.handler == under.people.xu
        assert under.built.event("petition.registered").fields == {"petition": petition.pk}

    def test_a_leader_may_be_put_in_charge(self, under: Supervised) -> None:
        assert under.registered(handler=under.people.zhao).handler == under.people.zhao

    def test_a_clerk_of_a_court_above_takes_it_over(self, under: Supervised) -> None:
        petition = under.filed()
        under.do("register_petition", petition, "11-16", under.clerk)

        assert (petition.court, petition.handler) == (under.above, under.clerk)
        assert petition.number == "陕1002信〔2026〕1号", "the number stays"

    def test_a_clerk_below_does_not_take_from_above(self, under: Supervised) -> None:
        petition = under.filed(court=under.above)
        with refused("access.role", 403):
            under.do("register_petition", petition, "11-16", under.people.xu)

    def test_a_judge_does_not_register(self, under: Supervised) -> None:
        petition = under.filed()
        with refused("access.role", 403):
            under.do("register_petition", petition, "11-16", under.people.zhou)

    def test_a_handler_without_a_fitting_post_is_refused(self, under: Supervised) -> None:
        petition = under.filed()
        with refused("petition.handler", 400, "handler"):
            under.do(
                "register_petition", petition, "11-16", under.people.xu, handler=under.people.zhou
            )

    def test_nobody_handles_a_petition_about_their_own_case(self, under: Supervised) -> None:
        petition = under.filed()
        lin = post(under.people.lin, under.people.courts[HOME], Role.PETITION_CLERK)
        with refused("petition.own", 403):
            under.do("register_petition", petition, "11-16", lin)
        with refused("petition.handler", 400, "handler"):
            under.do("register_petition", petition, "11-16", under.people.xu, handler=lin)

    def test_twice_is_refused(self, under: Supervised) -> None:
        petition = under.registered()
        with refused("petition.state"):
            under.do("register_petition", petition, "11-17", under.people.xu)

    def test_a_day_before_it_came_in_is_refused(self, under: Supervised) -> None:
        petition = under.filed("11-13")
        with refused("date.before", 400, "on"):
            under.do("register_petition", petition, "11-12", under.people.xu)

    def test_a_stale_version_is_refused(self, under: Supervised) -> None:
        petition = under.filed()
        with refused("case.stale", 412):
            under.do("register_petition", petition, "11-16", under.people.xu, version=1)


class TestTransfer:
    """转送信访."""

    def test_the_court_above_sends_it_down_and_the_lower_court_registers(
        self, under: Supervised
    ) -> None:
        petition = under.filed(court=under.above)
        under.do("register_petition", petition, "11-16", under.clerk)
        under.do(
            "transfer_petition",
            petition,
            "11-16",
            under.clerk,
            to_court=under.people.court,
            reason="属于办案法院的事项",
        )

        assert petition.state == PetitionState.TRANSFERRED
        assert (petition.court, petition.handler) == (under.people.court, None)
        under.do("register_petition", petition, "11-17", under.people.xu)
        assert petition.handler == under.people.xu

    def test_only_to_another_court_of_the_line_and_with_a_reason(self, under: Supervised) -> None:
        petition = under.filed()

        def send(**data: object) -> None:
            under.do("transfer_petition", petition, "11-16", under.people.xu, **data)

        with refused("petition.to_court", 400, "to_court"):
            send(to_court=under.people.court, reason="错")
        with refused("petition.to_court", 400, "to_court"):
            send(to_court=under.people.courts[NEXT_DOOR], reason="错")
        with refused("input.required", 400, "reason"):
            send(to_court=under.above, reason=" ")
        send(to_court=under.above, reason="越级事项")
        assert petition.court == under.above

    def test_a_court_that_does_not_hold_it_cannot_send_it(self, under: Supervised) -> None:
        petition = under.filed()
        with refused("access.role", 403):
            under.do(
                "transfer_petition",
                petition,
                "11-16",
                under.clerk,
                to_court=under.above,
                reason="提级",
            )

    def test_an_answered_petition_is_not_sent_on(self, under: Supervised) -> None:
        petition = under.answered()
        with refused("petition.state"):
            under.do(
                "transfer_petition",
                petition,
                "11-19",
                under.people.xu,
                to_court=under.above,
                reason="越级事项",
            )


def test_the_text_is_kept_as_written(under: Supervised) -> None:
    assert Petition.objects.get(pk=under.filed().pk).text == TEXT
