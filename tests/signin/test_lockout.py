"""Too many wrong passwords shut the door, for names that exist and for names that do not."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from enforcement.models import SecurityEvent, SignInGuard
from enforcement.signin import lockout
from enforcement.tasks import forget_old
from tests.people import People
from tests.signin.conftest import NOW, PASSWORD, Clock, is_in, signs_in, told


def fails(username: str, times: int = 5) -> None:
    """Type a wrong password several times."""
    for number in range(times):
        signs_in(username, f"wrong {number}")


class TestByAccount:
    def test_four_mistakes_and_then_the_right_password(self, people: People) -> None:
        fails("lin", 4)
        assert is_in(signs_in("lin"))
        assert SignInGuard.objects.get(user=people.lin).failures == 0

    def test_after_five_mistakes_even_the_right_password_is_refused(self, people: People) -> None:
        fails("lin")
        client = signs_in("lin")
        assert not is_in(client)
        assert "约15分钟后再试" in told(client.answer)
        assert "系统管理员解除" in told(client.answer)

    def test_another_account_is_not_shut_out_with_it(self, people: People) -> None:
        fails("lin")
        assert is_in(signs_in("he"))

    def test_a_name_that_nobody_has_is_answered_alike(self, people: People) -> None:
        pages = {}
        for name in ("lin", "nobody"):
            answers = [told(signs_in(name, f"wrong {n}").answer) for n in range(7)]
            pages[name] = answers
        assert pages["lin"] == pages["nobody"]
        assert "分钟后再试" in pages["lin"][-1]

    def test_writing_the_name_in_capitals_is_no_way_round(self, people: People) -> None:
        for name in ("lin", "LIN", " Lin", "lIn", "liN "):
            signs_in(name, "wrong")
        assert not is_in(signs_in("lin"))

    def test_it_opens_by_itself_when_the_time_is_over(self, people: People, clock: Clock) -> None:
        fails("lin")
        clock.passes(minutes=14, seconds=59)
        assert not is_in(signs_in("lin"))
        clock.passes(seconds=1)
        assert is_in(signs_in("lin"))

    def test_each_further_lock_in_a_row_is_twice_as_long(
        self, people: People, clock: Clock
    ) -> None:
        fails("lin")
        clock.passes(minutes=15)
        fails("lin")
        assert "约30分钟后再试" in told(signs_in("lin").answer)
        clock.passes(minutes=30)
        assert is_in(signs_in("lin"))
        clock.passes(minutes=1)
        fails("lin")
        assert "约15分钟后再试" in told(signs_in("lin").answer)

    def test_mistakes_of_long_ago_do_not_count(self, people: People, clock: Clock) -> None:
        fails("lin", 4)
        clock.passes(minutes=16)
        fails("lin", 4)
        assert is_in(signs_in("lin"))

    def test_the_cache_being_emptied_opens_nothing(self, people: People) -> None:
        from django.core.cache import cache

        fails("lin")
        cache.clear()
        assert not is_in(signs_in("lin"))

    def test_the_interface_counts_with_the_page(self, people: People) -> None:
        fails("lin")
        answer = APIClient().post("/api/v1/token/", {"username": "lin", "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (429, "signin.limited")

    def test_neither_name_nor_address_is_kept_in_clear(self, people: People) -> None:
        fails("secret-name")
        kept = " ".join(map(str, SignInGuard.objects.values_list("subject", "kind")))
        assert "secret-name" not in kept
        assert "127.0.0.1" not in kept


class TestByAddress:
    @pytest.fixture(autouse=True)
    def few(self, settings: object) -> None:
        """Let six failures of one address pass."""
        settings.SIGNIN_TRIES_ADDRESS = 6  # type: ignore[attr-defined]

    def test_many_names_from_one_address_shut_the_address(self, people: People) -> None:
        for name in "abcdef":
            signs_in(name, "wrong")
        assert not is_in(signs_in("lin"))
        elsewhere = Client(REMOTE_ADDR="10.9.8.7")
        assert is_in(signs_in("lin", client=elsewhere))

    def test_an_own_account_does_not_wash_an_address_clean(self, people: People) -> None:
        for name in "abcde":
            signs_in(name, "wrong")
            assert is_in(signs_in("he"))
        signs_in("f", "wrong")
        assert not is_in(signs_in("he"))

    def test_an_address_cannot_be_made_up(self, people: People) -> None:
        for number in range(6):
            signs_in("abcdef"[number], "wrong", Client(HTTP_X_FORWARDED_FOR=f"10.0.0.{number}"))
        assert not is_in(signs_in("lin"))

    def test_the_operator_opens_it_again(self, people: People) -> None:
        for name in "abcdef":
            signs_in(name, "wrong")
        call_command("unlock", address="127.0.0.1", verbosity=0)
        assert is_in(signs_in("lin"))


class TestUnlocking:
    def test_the_court_administrator_sees_who_is_locked_and_opens(self, people: People) -> None:
        fails("lin")
        admin = signs_in("zhou")
        page = admin.get("/accounts/people/?locked=1").content.decode()
        assert "林法官" in page
        assert "唐立案" not in page
        assert admin.post(f"/accounts/people/{people.lin.pk}/unlock/").status_code == 302
        assert is_in(signs_in("lin"))
        kinds = list(SecurityEvent.objects.filter(user=people.lin).values_list("kind", "by"))
        assert kinds == [("locked", None), ("unlocked", people.zhou.pk)]

    def test_the_administrator_of_one_court_opens_nothing_in_another(self, people: People) -> None:
        fails("he")
        admin = signs_in("zhou")
        assert admin.post(f"/accounts/people/{people.he.pk}/unlock/").status_code == 404
        assert admin.post("/accounts/people/999999/unlock/").status_code == 404
        assert not is_in(signs_in("he"))

    def test_nobody_else_opens(self, people: People) -> None:
        fails("he")
        judge = signs_in("lin")
        assert judge.get("/accounts/people/").status_code == 403
        assert judge.post(f"/accounts/people/{people.he.pk}/unlock/").status_code == 403

    def test_the_operator_opens_by_command(self, people: People) -> None:
        fails("lin")
        call_command("unlock", "lin", verbosity=0)
        assert is_in(signs_in("lin"))


class TestCounters:
    def test_many_attempts_at_once_do_not_slip_through_together(self, people: People) -> None:
        subject = lockout.account("lin")
        waits = [lockout.attempt(subject, now=NOW) for _ in range(8)]
        assert [wait is None for wait in waits] == [True] * 5 + [False] * 3

    def test_made_up_names_do_not_pile_up(self, people: People, clock: Clock) -> None:
        for name in ("a", "b"):
            signs_in(name, "wrong")
        clock.passes(hours=25)
        signs_in("c", "wrong")
        forget_old()
        assert SignInGuard.objects.filter(kind="account").count() == 1
