"""Where one is signed in, ending it, and being away too long."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from enforcement.models import SecurityEvent
from enforcement.signin.own import device
from enforcement.tasks import forget_old
from tests.people import People
from tests.signin.conftest import Clock, is_in, signs_in

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0 Safari/537.36 Edg/131.0"
)
PHONE = "Mozilla/5.0 (Linux; Android 14; KOZ-AL00) AppleWebKit/537.36 Chrome/114.0 Mobile Safari"


@pytest.fixture(autouse=True)
def half_an_hour(settings: Any) -> None:
    """Let half an hour of doing nothing end a session, as outside the tests."""
    settings.IDLE_MINUTES = 30


class TestBeingAway:
    def test_who_works_on_stays_in(self, people: People, clock: Clock) -> None:
        client = signs_in("lin")
        for _ in range(6):
            clock.passes(minutes=29)
            assert client.get("/cases/").status_code == 200

    def test_who_is_away_for_more_than_half_an_hour_signs_in_again(
        self, people: People, clock: Clock
    ) -> None:
        client = signs_in("lin")
        assert client.get("/cases/").status_code == 200
        clock.passes(minutes=31)
        answer = client.get("/cases/?state=open")
        assert answer["Location"] == "/accounts/login/?next=%2Fcases%2F%3Fstate%3Dopen"
        assert "超过 30 分钟没有操作" in client.get(answer["Location"]).content.decode()
        assert not is_in(client)

    def test_what_is_sent_too_late_is_not_done(self, people: People, clock: Clock) -> None:
        client = signs_in("lin")
        client.get("/accounts/keys/")
        clock.passes(minutes=31)
        assert client.post("/accounts/keys/", {"name": "x", "days": 1}).status_code == 302
        assert not people.lin.api_tokens.exists()

    def test_the_interface_answers_that_nobody_is_signed_in(
        self, people: People, clock: Clock
    ) -> None:
        client = signs_in("lin")
        assert client.get("/api/v1/me/").status_code == 200
        clock.passes(minutes=31)
        assert client.get("/api/v1/me/").status_code == 401

    def test_a_cookie_kept_by_somebody_else_is_worth_nothing(
        self, people: People, clock: Clock
    ) -> None:
        client = signs_in("lin")
        client.get("/cases/")
        thief = Client()
        thief.cookies = client.cookies
        clock.passes(minutes=31)
        thief.get("/cases/")
        assert not is_in(thief)
        assert not is_in(client)

    def test_a_clock_that_was_a_day_ahead_keeps_no_session_open(
        self, people: People, clock: Clock
    ) -> None:
        clock.passes(days=1)
        client = signs_in("lin")
        assert client.get("/cases/").status_code == 200
        clock.passes(days=-1, minutes=5)
        assert client.get("/cases/").status_code == 302
        assert not is_in(client)

    def test_a_clock_some_seconds_behind_another_sends_nobody_away(
        self, people: People, clock: Clock
    ) -> None:
        client = signs_in("lin")
        assert client.get("/cases/").status_code == 200
        clock.passes(seconds=-5)
        assert client.get("/cases/").status_code == 200

    def test_where_the_setting_is_off_nobody_is_sent_away(
        self, people: People, clock: Clock, settings: Any
    ) -> None:
        settings.IDLE_MINUTES = 0
        client = signs_in("lin")
        clock.passes(hours=5)
        assert client.get("/cases/").status_code == 200


class TestList:
    def test_shows_device_address_and_last_use(self, people: People, clock: Clock) -> None:
        signs_in("lin", client=Client(REMOTE_ADDR="10.1.1.1", HTTP_USER_AGENT=PHONE))
        here = signs_in("lin", client=Client(HTTP_USER_AGENT=EDGE))
        clock.passes(minutes=5)
        page = here.get("/accounts/sessions/").content.decode()
        assert "安卓手机 · Chrome" in page
        assert "Windows 电脑 · Edge" in page
        assert "10.1.1.1" in page
        assert page.count("退出该处</button>") == 1
        mine = UserSession.objects.get(session_key=here.session.session_key)
        assert mine.last_seen_at == clock.now

    def test_ending_one_ends_it_at_once(self, people: People) -> None:
        there, here = signs_in("lin"), signs_in("lin")
        row = UserSession.objects.get(session_key=there.session.session_key)
        assert here.post(f"/accounts/sessions/{row.pk}/end/").status_code == 302
        assert not is_in(there)
        assert is_in(here)
        assert SecurityEvent.objects.get(user=people.lin).kind == "session_ended"

    def test_a_session_with_a_new_key_can_still_be_ended(self, people: People) -> None:
        there, here = signs_in("lin"), signs_in("lin")
        before = there.session.session_key
        there.post("/portal/leave/")
        assert there.session.session_key != before
        assert is_in(there)
        here.post("/accounts/sessions/")
        assert not is_in(there)
        assert is_in(here)

    def test_ending_all_others_keeps_this_one(self, people: People) -> None:
        others, here = [signs_in("lin") for _ in range(3)], signs_in("lin")
        here.post("/accounts/sessions/")
        assert [is_in(client) for client in others] == [False] * 3
        assert is_in(here)

    def test_nobody_ends_another_person_s(self, people: People) -> None:
        there, here = signs_in("he"), signs_in("lin")
        row = UserSession.objects.get(session_key=there.session.session_key)
        assert here.post(f"/accounts/sessions/{row.pk}/end/").status_code == 404
        assert is_in(there)

    def test_a_new_password_ends_the_others(self, people: People) -> None:
        from tests.signin.conftest import PASSWORD

        there, here = signs_in("lin"), signs_in("lin")
        new = "另一个平凡的日子 77"
        given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert here.post("/accounts/password/change/", given).status_code == 302
        assert not is_in(there)

    def test_what_is_over_is_removed_at_night(self, people: People, clock: Clock) -> None:
        signs_in("lin")
        clock.passes(hours=13)
        here = signs_in("he")
        forget_old()
        assert [s.user for s in UserSession.objects.all()] == [people.he]
        assert is_in(here)


@pytest.mark.parametrize(
    ("said", "words"),
    [(EDGE, "Windows 电脑 · Edge"), (PHONE, "安卓手机 · Chrome"), ("", "其他设备")],
)
def test_a_device_is_named_in_words(said: str, words: str) -> None:
    assert device(said) == words
