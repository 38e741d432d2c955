"""Supervising and administering posts are worked from with a second factor, and no other way."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from enforcement.models import SecurityEvent, User
from enforcement.rest import tokens
from enforcement.roles import Role
from enforcement.signin import factors
from tests.people import ABOVE, People, post
from tests.signin.conftest import PASSWORD, Clock, is_in, signs_in, told

SET_UP = "/accounts/2fa/"
CODES = "/accounts/2fa/recovery-codes/"


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    """Ask for the second factor, as outside the demo and the tests."""
    settings.MFA_REQUIRED = True
    settings.REAUTH_MINUTES = 15


class Phone:
    """An authenticator app with the secret it was shown."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @property
    def code(self) -> str:
        """Return what it shows now."""
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30))


def sets_up(client: Client) -> Phone:
    """Scan the code shown on the page and confirm it."""
    page = client.get(f"{SET_UP}totp/activate/").content.decode()
    phone = Phone(re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)[1])  # type: ignore[index]
    client.answer = client.post(f"{SET_UP}totp/activate/", {"code": phone.code})  # type: ignore[attr-defined]
    return phone


def enters(client: Client, code: str) -> Any:
    """Enter a code after the password."""
    return client.post(f"{SET_UP}authenticate/", {"code": code})


@pytest.fixture
def phone(people: People, clock: Clock) -> Phone:
    """Let the supervisor have an authenticator app."""
    phone = sets_up(signs_in("he"))
    clock.passes(minutes=1)
    return phone


class TestWhoMustHaveOne:
    def test_a_supervisor_is_led_to_set_it_up_and_reaches_nothing_else(
        self, people: People
    ) -> None:
        client = signs_in("he")
        for address in ("/", "/flags/", "/cases/", "/accounts/security/", "/accounts/keys/"):
            assert client.get(address)["Location"] == SET_UP
        assert client.post("/accounts/keys/", {"name": "x", "days": 1})["Location"] == SET_UP
        page = client.get(SET_UP).content.decode()
        assert "必须先启用" in page
        assert client.get("/health/live").status_code == 200

    def test_the_interface_says_so_too(self, people: People) -> None:
        answer = signs_in("he").get("/api/v1/cases/")
        assert (answer.status_code, answer.json()["code"]) == (403, "signin.second_factor")

    def test_a_part_of_a_page_is_led_there_as_a_whole(self, people: People) -> None:
        answer = signs_in("he").get("/flags/", HTTP_HX_REQUEST="true")
        assert answer["HX-Redirect"] == SET_UP

    def test_an_administrator_as_well_but_not_a_judge(self, people: People) -> None:
        assert signs_in("zhou").get("/accounts/people/")["Location"] == SET_UP
        assert signs_in("lin").get("/accounts/security/").status_code == 200

    def test_nobody_where_the_setting_is_off(self, people: People, settings: Any) -> None:
        settings.MFA_REQUIRED = False
        assert signs_in("he").get("/accounts/security/").status_code == 200

    def test_after_setting_it_up_everything_opens(
        self, people: People, django_capture_on_commit_callbacks: Any
    ) -> None:
        client = signs_in("he")
        with django_capture_on_commit_callbacks(execute=True):
            sets_up(client)
        assert client.answer["Location"] == CODES  # type: ignore[attr-defined]
        codes = client.get(CODES).content.decode()
        assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
        assert client.get("/accounts/security/").status_code == 200
        assert SecurityEvent.objects.filter(user=people.he, kind="factor_added").exists()


class TestSigningIn:
    def test_the_password_alone_opens_nothing(self, people: People, phone: Phone) -> None:
        client = signs_in("he")
        assert client.answer["Location"].startswith(f"{SET_UP}authenticate/")  # type: ignore[attr-defined]
        assert not is_in(client)
        page = client.get(f"{SET_UP}authenticate/").content.decode()
        assert "两步验证" in page
        assert "安全密钥" in page

    def test_password_and_code_open(self, people: People, phone: Phone) -> None:
        client = signs_in("he")
        assert enters(client, phone.code).status_code == 302
        assert is_in(client)

    def test_a_code_opens_once(self, people: People, phone: Phone) -> None:
        code = phone.code
        first, second = signs_in("he"), signs_in("he")
        enters(first, code)
        assert "验证码不正确" in told(enters(second, code))
        assert not is_in(second)

    def test_a_recovery_code_opens_once(self, people: People, phone: Phone) -> None:
        row = Authenticator.objects.get(user=people.he, type="recovery_codes")
        code = row.wrap().get_unused_codes()[0]
        first, second = signs_in("he"), signs_in("he")
        enters(first, code)
        assert is_in(first)
        enters(second, code)
        assert not is_in(second)

    def test_codes_cannot_be_tried_without_end(
        self, people: People, phone: Phone, clock: Clock
    ) -> None:
        client = signs_in("he")
        for number in range(5):
            enters(client, f"00000{number}")
        assert "约15分钟后再试" in told(enters(client, phone.code))
        assert not is_in(client)
        clock.passes(minutes=15)
        client = signs_in("he")
        enters(client, phone.code)
        assert is_in(client)

    def test_a_session_of_before_does_not_count_as_proved(
        self, people: People, django_capture_on_commit_callbacks: Any
    ) -> None:
        """Whoever knew the password and came in first is out when the factor is set up."""
        thief, owner = signs_in("he"), signs_in("he")
        thief.get("/flags/")
        with django_capture_on_commit_callbacks(execute=True):
            sets_up(owner)
        assert not is_in(thief)
        kinds = SecurityEvent.objects.filter(user=people.he).values_list("kind", flat=True)
        assert {"factor_added", "session_ended"} <= set(kinds)
        assert owner.get("/flags/").status_code == 200

    def test_a_token_is_not_given_for_the_password_alone(
        self, people: People, phone: Phone
    ) -> None:
        answer = APIClient().post("/api/v1/token/", {"username": "he", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (403, "signin.second_factor")
        answer = APIClient().post("/api/v1/token/", {"username": "lin", "password": PASSWORD})
        assert answer.status_code == 201


class TestTokens:
    """A token must not be the way round a second factor."""

    def me(self, text: str) -> Any:
        """Ask who a token is."""
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").get("/api/v1/me/")

    def test_one_got_before_the_post_works_no_more_with_it(
        self, people: People, clock: Clock
    ) -> None:
        text = tokens.issue(people.lin, "对接", now=clock.now).text
        assert self.me(text).status_code == 200
        post(people.lin, people.courts[ABOVE], Role.SUPERVISOR)
        answer = self.me(text)
        assert (answer.status_code, answer.json()["code"]) == (403, "signin.second_factor")

    def test_one_got_before_the_factor_works_no_more_and_one_after_it_does(
        self, people: People, clock: Clock, settings: Any
    ) -> None:
        before = tokens.issue(people.he, "对接", now=clock.now).text
        clock.passes(minutes=1)
        sets_up(signs_in("he"))
        clock.passes(minutes=1)
        after = tokens.issue(people.he, "对接", now=clock.now).text
        assert self.me(before).status_code == 403
        assert self.me(after).status_code == 200
        settings.MFA_REQUIRED = False
        assert self.me(before).status_code == 200

    def test_losing_the_factor_shuts_them(self, people: People, clock: Clock) -> None:
        sets_up(signs_in("lin"))
        text = tokens.issue(people.lin, "对接", now=clock.now).text
        assert self.me(text).status_code == 200
        factors.reset(people.lin, by=None, now=clock.now)
        assert self.me(text).status_code == 401


class TestKeeping:
    def test_the_secret_is_sealed(self, people: People, phone: Phone) -> None:
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert phone.secret not in kept

    def test_the_last_one_of_a_supervisor_cannot_be_switched_off(
        self, people: People, phone: Phone
    ) -> None:
        client = signs_in("he")
        enters(client, phone.code)
        answer = client.post(f"{SET_UP}totp/deactivate/")
        assert answer.status_code == 200
        assert Authenticator.objects.filter(user=people.he, type="totp").exists()

    def test_a_judge_may_switch_it_off(self, people: People) -> None:
        client = signs_in("lin")
        sets_up(client)
        assert client.post(f"{SET_UP}totp/deactivate/").status_code == 302
        assert not Authenticator.objects.filter(user=people.lin).exists()
        assert SecurityEvent.objects.filter(user=people.lin, kind="factor_removed").exists()


class TestLosingIt:
    @pytest.fixture
    def judge(self, people: People) -> User:
        """Let Judge Lin have lost a phone."""
        sets_up(signs_in("lin"))
        return people.lin

    @pytest.fixture
    def admin(self, people: People) -> Client:
        """Let the administrator be in, with a second factor."""
        client = signs_in("zhou")
        sets_up(client)
        return client

    def test_the_administrator_takes_it_away_and_ends_every_session(
        self, judge: User, admin: Client, clock: Clock
    ) -> None:
        elsewhere = Client()
        elsewhere.force_login(judge)
        assert admin.post(f"/accounts/people/{judge.pk}/reset/").status_code == 302
        assert is_in(signs_in("lin"))
        event = SecurityEvent.objects.get(kind="factor_reset")
        assert (event.user, event.by.username) == (judge, "zhou")  # type: ignore[union-attr]

    def test_not_long_after_the_sign_in_without_a_new_proof(
        self, judge: User, admin: Client, clock: Clock
    ) -> None:
        clock.passes(minutes=16)
        answer = admin.post(f"/accounts/people/{judge.pk}/reset/")
        assert answer["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fpeople%2F"
        assert Authenticator.objects.filter(user=judge).exists()

    def test_not_their_own_nor_in_another_court(
        self, people: People, admin: Client, phone: Phone
    ) -> None:
        assert admin.post(f"/accounts/people/{people.zhou.pk}/reset/").status_code == 403
        assert admin.post(f"/accounts/people/{people.he.pk}/reset/").status_code == 404
        assert Authenticator.objects.filter(user=people.he).exists()

    def test_the_operator_takes_it_away_by_command(self, judge: User) -> None:
        call_command("unlock", "lin", reset_factor=True, verbosity=0)
        assert is_in(signs_in("lin"))
