"""Before what matters most the person is asked again; a sign-in of a short while ago counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from enforcement.models import ApiToken, Reveal, User
from enforcement.rest import tokens
from tests.builders import NOBODY, enforcing
from tests.people import People
from tests.petitions.steps import Supervised
from tests.signin.conftest import PASSWORD, Clock, signs_in

ASK = "/accounts/reauthenticate/"


@pytest.fixture(autouse=True)
def asked_again(settings: Any) -> None:
    """Let a sign-in count for a quarter of an hour."""
    settings.REAUTH_MINUTES = 15


@pytest.fixture
def judge(people: People) -> Client:
    """Let Judge Lin be signed in."""
    return signs_in("lin")


class TestReveal:
    @pytest.fixture
    def address(self, people: People) -> str:
        """Return where a number is shown."""
        case = enforcing(people, "11-02").case
        return f"/parties/{case.parties.get(role='applicant').pk}/reveal/"

    def test_a_recent_sign_in_is_enough(self, judge: Client, address: str, clock: Clock) -> None:
        clock.passes(minutes=14)
        assert NOBODY in judge.post(address, {"ground": "冻结存款"}).content.decode()

    def test_after_a_quarter_of_an_hour_the_password_is_asked_for(
        self, judge: Client, address: str, clock: Clock
    ) -> None:
        clock.passes(minutes=15)
        for answer in (judge.get(address), judge.post(address, {"ground": "冻结存款"})):
            assert answer["Location"] == f"{ASK}?next={address.replace('/', '%2F')}"
        assert not Reveal.objects.exists()

    def test_the_password_opens_it_and_leads_back(
        self, judge: Client, address: str, clock: Clock
    ) -> None:
        clock.passes(minutes=15)
        there = judge.get(address)["Location"]
        assert "确认身份" in judge.get(there).content.decode()
        wrong = judge.post(there, {"password": "wrong", "next": address})
        assert wrong.status_code == 200
        assert judge.get(address).status_code == 302
        right = judge.post(there, {"password": PASSWORD, "next": address})
        assert right["Location"] == address
        assert NOBODY in judge.post(address, {"ground": "冻结存款"}).content.decode()

    def test_the_ordinary_page_asks_nothing(self, judge: Client, clock: Clock) -> None:
        clock.passes(hours=5)
        assert judge.get("/cases/").status_code == 200


class TestReports:
    @pytest.fixture
    def under(self, people: People) -> Supervised:
        """Return a case under review with a report drafted; its approver has a password."""
        found = Supervised.case_of(people)
        found.president.set_password(PASSWORD)
        found.president.save()
        return found

    def test_issuing_one_asks_again(self, under: Supervised, clock: Clock) -> None:
        report = under.drafted()
        address = f"/act/report/{report.pk}/issue_report/"
        client = signs_in(under.president.username)
        assert client.get(address).status_code == 200
        clock.passes(minutes=15)
        assert client.get(address)["Location"].startswith(ASK)
        version = report.review.case.version
        assert client.post(address, {"version": version})["Location"].startswith(ASK)
        report.refresh_from_db()
        assert not report.number

    def test_the_interface_asks_a_session_but_not_a_token(
        self, under: Supervised, clock: Clock
    ) -> None:
        report = under.drafted()
        address = f"/api/v1/reports/{report.pk}/moves/issue_report/"
        case = report.review.case
        case.refresh_from_db()
        headers = {"If-Match": f'"{case.version}"'}
        browser = APIClient()
        browser.force_login(under.president)
        refused = browser.post(address, {}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "signin.proof")
        text = tokens.issue(under.president, "签发", now=clock.now).text
        program = APIClient(HTTP_AUTHORIZATION=f"Bearer {text}")
        assert program.post(address, {}, headers=headers).status_code == 200


class TestKeys:
    def made(self, client: Client) -> Any:
        """Ask for a token on the page."""
        return client.post("/accounts/keys/", {"name": "对接", "days": 30})

    def test_a_token_is_made_after_a_recent_sign_in_and_shown_once(
        self, people: People, judge: Client
    ) -> None:
        page = self.made(judge).content.decode()
        token = ApiToken.objects.get(user=people.lin)
        assert f"ect_{token.prefix}_" in page
        assert f"ect_{token.prefix}_" not in judge.get("/accounts/keys/").content.decode()

    def test_not_later_without_a_proof(self, people: People, judge: Client, clock: Clock) -> None:
        clock.passes(minutes=15)
        assert self.made(judge)["Location"].startswith(ASK)
        assert not ApiToken.objects.exists()

    @pytest.mark.parametrize("days", ["0", "367", "x", ""])
    def test_a_wrong_length_is_refused(self, judge: Client, days: str) -> None:
        answer = judge.post("/accounts/keys/", {"name": "对接", "days": days})
        assert answer.status_code == 400
        assert "对接" in answer.content.decode()
        assert not ApiToken.objects.exists()

    def test_one_revokes_one_s_own_and_nobody_else_s(self, people: People, judge: Client) -> None:
        mine, theirs = self.token(people.lin), self.token(people.he)
        assert judge.post(f"/accounts/keys/{mine.pk}/revoke/").status_code == 302
        assert judge.post(f"/accounts/keys/{theirs.pk}/revoke/").status_code == 404
        mine.refresh_from_db()
        theirs.refresh_from_db()
        assert mine.revoked is not None
        assert theirs.revoked is None

    def token(self, user: User) -> ApiToken:
        """Return a token of a person."""
        from tests.signin.conftest import NOW

        return tokens.issue(user, "测试", now=NOW).token


class TestWithoutAPassword:
    def test_who_signed_in_elsewhere_does_so_again(
        self, people: People, judge: Client, clock: Clock
    ) -> None:
        people.lin.set_unusable_password()
        people.lin.save()
        client = Client()
        client.force_login(people.lin)
        answer = client.post("/accounts/keys/", {"name": "对接", "days": 30})
        assert answer["Location"].startswith("/accounts/login/")
        assert not ApiToken.objects.exists()
