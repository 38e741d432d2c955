"""What a password may be, and what it may not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from enforcement.frame import DEMO_PASSWORD
from enforcement.models import PastPassword
from enforcement.rest import tokens
from tests.people import People
from tests.signin.conftest import PASSWORD, Clock, is_in, signs_in, told

CHANGE = "/accounts/password/change/"


def changes(client: Client, old: str, new: str) -> str:
    """Change the password on the page; return what was wrong."""
    answer = client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})
    return told(answer)


@pytest.fixture
def judge(people: People) -> Client:
    """Let Judge Lin be signed in."""
    return signs_in("lin")


class TestRules:
    def test_a_good_one_is_taken(self, judge: Client) -> None:
        assert changes(judge, PASSWORD, "山高水长 1949-2026") == ""
        assert is_in(signs_in("lin", "山高水长 1949-2026"))
        assert not is_in(signs_in("lin", PASSWORD))

    @pytest.mark.parametrize(
        "bad",
        [
            "short-1",
            "1234567890123",
            "password123",
            "qwertyuiop",
            "lin-lin-lin",
            "林法官林法官林法官林",
            DEMO_PASSWORD,
            DEMO_PASSWORD.upper(),
        ],
    )
    def test_a_bad_one_is_refused(self, judge: Client, bad: str) -> None:
        assert changes(judge, PASSWORD, bad)
        assert is_in(signs_in("lin", PASSWORD))

    def test_the_printed_one_of_the_demo_opens_nothing_outside_it(
        self, people: People, settings: Any
    ) -> None:
        people.lin.set_password(DEMO_PASSWORD)
        people.lin.save()
        assert not is_in(signs_in("lin", DEMO_PASSWORD))
        settings.DEMO = True
        assert is_in(signs_in("lin", DEMO_PASSWORD))

    def test_a_new_one_shuts_the_tokens_and_says_so(
        self, judge: Client, people: People, clock: Clock
    ) -> None:
        text = tokens.issue(people.lin, "对接", now=clock.now).text
        other = tokens.issue(people.he, "对接", now=clock.now).text
        changes(judge, PASSWORD, "山高水长 1949-2026")
        assert "1 个接口令牌已随密码的修改撤销" in judge.get("/cases/").content.decode()
        assert tokens.find(text, now=clock.now) is None
        assert tokens.find(other, now=clock.now) is not None

    def test_a_wrong_old_one_shuts_nothing(
        self, judge: Client, people: People, clock: Clock
    ) -> None:
        text = tokens.issue(people.lin, "对接", now=clock.now).text
        changes(judge, "wrong", "山高水长 1949-2026")
        assert tokens.find(text, now=clock.now) is not None

    def test_the_old_one_cannot_be_guessed_at_an_open_session(
        self, judge: Client, clock: Clock
    ) -> None:
        for number in range(5):
            assert "请输入您的当前密码" in changes(judge, f"guess-{number}", "山高水长 1949-2026")
        clock.passes(minutes=2)
        assert "暂停登录" in changes(judge, PASSWORD, "山高水长 1949-2026")
        assert not is_in(signs_in("lin", "山高水长 1949-2026"))

    def test_who_has_none_sets_one_only_after_a_proof(
        self, judge: Client, people: People, clock: Clock, settings: Any
    ) -> None:
        settings.REAUTH_MINUTES = 15
        people.lin.set_unusable_password()
        people.lin.save()
        judge.force_login(people.lin)
        clock.passes(minutes=16)
        new = "山高水长 1949-2026"
        answer = judge.post("/accounts/password/set/", {"password1": new, "password2": new})
        assert answer["Location"].startswith("/accounts/login/")
        assert not is_in(signs_in("lin", new))

    def test_the_old_one_must_be_right(self, judge: Client) -> None:
        assert changes(judge, "wrong", "山高水长 1949-2026")
        assert is_in(signs_in("lin", PASSWORD))


class TestReuse:
    def changed(self, judge: Client, clock: Clock, times: int) -> list[str]:
        """Change the password several times; return every password there was."""
        known = [PASSWORD, *(f"山高水长 第{n}回 2026" for n in range(times))]
        for old, new in pairwise(known):
            assert changes(judge, old, new) == ""
            clock.passes(minutes=2)
        return known

    def test_the_last_five_are_not_taken_again(self, judge: Client, clock: Clock) -> None:
        known = self.changed(judge, clock, 4)
        for used in known:
            clock.passes(minutes=2)
            assert "最近5次用过" in changes(judge, known[-1], used)

    def test_the_sixth_to_last_is(self, judge: Client, clock: Clock) -> None:
        known = self.changed(judge, clock, 5)
        assert changes(judge, known[-1], PASSWORD) == ""

    def test_only_hashes_are_kept(self, judge: Client, people: People) -> None:
        changes(judge, PASSWORD, "山高水长 1949-2026")
        kept = list(PastPassword.objects.filter(user=people.lin).values_list("encoded", flat=True))
        assert len(kept) == 2
        assert not any("山高水长" in text for text in kept)

    def test_another_person_s_may_be_the_same(self, judge: Client, people: People) -> None:
        he = signs_in("he")
        changes(he, PASSWORD, "山高水长 1949-2026")
        assert changes(judge, PASSWORD, "山高水长 1949-2026") == ""
