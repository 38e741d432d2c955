"""Who may ask: tokens, passwords, sessions, and how often."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone
from redis.exceptions import ConnectionError as NoRedis
from rest_framework.test import APIClient

from enforcement.models import ApiToken
from enforcement.rest import throttles, tokens
from tests.api.answers import V1, problem
from tests.api.conftest import NOW, Program
from tests.people import People

PASSWORD = "correct horse battery"


@pytest.fixture
def people(people: People) -> People:
    """Let Judge Lin have a password."""
    people.lin.set_password(PASSWORD)
    people.lin.save()
    return people


def ask(body: Any) -> Any:
    """Ask for a token."""
    return APIClient().post(f"{V1}/token/", body)


def me(text: str) -> Any:
    """Ask who a token is."""
    return APIClient(HTTP_AUTHORIZATION=text).get(f"{V1}/me/")


class TestTokens:
    def test_without_a_token_nothing_is_told(self, people: People) -> None:
        for address in ("", "/cases/", "/me/", "/cases/1/moves/suspend/"):
            answer = APIClient().get(f"{V1}/{address.removeprefix('/')}")
            problem(answer, 401, "signin.required")
            assert answer["WWW-Authenticate"] == 'Bearer realm="enforcement"'

    def test_a_token_opens_the_door_of_its_person(self, people: People, program: Program) -> None:
        answer = program(people.lin).get(f"{V1}/me/")
        assert answer.status_code == 200
        told = answer.json()
        assert (told["username"], told["name"]) == ("lin", "林法官")
        assert [post["role"] for post in told["posts"]] == ["judge"]
        assert told["token"]["name"] == "测试"
        assert told["today"] == "2026-11-24"
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize(
        "text",
        [
            "Bearer",
            "Bearer ",
            "Bearer nonsense",
            "Bearer ect_aaaaaaaaaa_" + "x" * 43,
            "Bearer " + "令牌" * 10,
            "bearer ect_" + "a" * 5000,
        ],
    )
    def test_a_wrong_token_opens_nothing(self, people: People, text: str) -> None:
        answer = me(text.encode().decode("latin-1"))
        problem(answer, 401, "token.invalid")
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]

    def test_the_right_prefix_with_another_secret_opens_nothing(self, people: People) -> None:
        made = tokens.issue(people.lin, "测试", now=NOW)
        assert me(f"Bearer {made.text}").status_code == 200
        forged = made.text[:-1] + ("A" if made.text[-1] != "A" else "B")
        problem(me(f"Bearer {forged}"), 401, "token.invalid")

    def test_a_revoked_an_expired_and_a_dismissed_one_answer_alike(self, people: People) -> None:
        answers = []
        revoked = tokens.issue(people.lin, "a", now=NOW)
        tokens.revoke(revoked.token, now=NOW)
        answers.append(me(f"Bearer {revoked.text}"))
        short = tokens.issue(people.lin, "b", now=NOW, days=1)
        with time_machine.travel(NOW + timedelta(days=1) - timedelta(seconds=1), tick=False):
            assert me(f"Bearer {short.text}").status_code == 200
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            answers.append(me(f"Bearer {short.text}"))
        theirs = tokens.issue(people.zhou, "c", now=NOW)
        people.zhou.is_active = False
        people.zhou.save()
        answers.append(me(f"Bearer {theirs.text}"))
        bodies = {answer.content for answer in answers}
        assert len(bodies) == 1
        problem(answers[0], 401, "token.invalid")

    def test_only_the_hash_is_kept(self, people: People) -> None:
        made = tokens.issue(people.lin, "测试", now=NOW)
        kept = " ".join(str(v) for row in ApiToken.objects.values() for v in row.values())
        assert made.text not in kept
        assert made.text.rpartition("_")[2] not in kept
        assert made.token.prefix in kept

    def test_the_last_use_is_known_to_the_hour(self, people: People) -> None:
        made = tokens.issue(people.lin, "测试", now=NOW)
        for minutes in (5, 40, 70):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                assert me(f"Bearer {made.text}").status_code == 200
        made.token.refresh_from_db()
        assert made.token.last_used == NOW + timedelta(hours=1)


class TestPassword:
    def test_a_password_gets_a_token_once(self, people: People) -> None:
        answer = ask({"username": "lin", "password": PASSWORD, "name": "对接", "days": 30})
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert made["expires"].startswith("2026-12-24")
        assert made["name"] == "对接"
        assert "no-store" in answer["Cache-Control"]
        assert me(f"Bearer {made['token']}").json()["username"] == "lin"

    def test_a_wrong_password_and_a_wrong_name_answer_alike(self, people: People) -> None:
        wrong = ask({"username": "lin", "password": "wrong"})
        nobody = ask({"username": "nobody", "password": PASSWORD})
        problem(wrong, 401, "signin.wrong")
        assert wrong.content == nobody.content
        assert not ApiToken.objects.exists()

    def test_somebody_shut_out_gets_none(self, people: People) -> None:
        people.lin.is_active = False
        people.lin.save()
        problem(ask({"username": "lin", "password": PASSWORD}), 401, "signin.wrong")

    def test_an_old_token_in_the_header_does_not_stand_in_the_way(self, people: People) -> None:
        client = APIClient(HTTP_AUTHORIZATION="Bearer gone")
        given = {"username": "lin", "password": PASSWORD}
        assert client.post(f"{V1}/token/", given).status_code == 201

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"username": "lin"}, "password"),
            ({"username": 5, "password": None}, "password"),
            ({"username": "lin", "password": PASSWORD, "days": 0}, "days"),
            ({"username": "lin", "password": PASSWORD, "days": 10**30}, "days"),
            ({"username": "lin", "password": PASSWORD, "days": "soon"}, "days"),
            ({"username": ["lin"], "password": PASSWORD}, "username"),
            ([], ""),
        ],
    )
    def test_a_question_that_cannot_be_read_is_said_so(
        self, people: People, body: Any, field: str
    ) -> None:
        answer = ask(body)
        problem(answer, 400, "input.invalid")
        assert field in {wrong["field"] for wrong in answer.json()["errors"]}
        assert not ApiToken.objects.exists()

    def test_guessing_is_stopped(self, people: People) -> None:
        answers = [ask({"username": "lin", "password": f"guess {n}"}) for n in range(12)]
        assert answers[0].status_code == 401
        problem(answers[-1], 429, "signin.limited")
        problem(ask({"username": "lin", "password": PASSWORD}), 429, "signin.limited")

    def test_a_token_is_given_back(self, people: People, program: Program) -> None:
        client = program(people.lin)
        assert client.delete(f"{V1}/token/").status_code == 204
        problem(client.get(f"{V1}/me/"), 401, "token.invalid")


class TestSessions:
    def test_a_browser_reads_with_its_session(self, people: People) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(people.lin)
        assert client.get(f"{V1}/me/").json()["token"] is None

    def test_a_browser_acts_only_with_the_token_of_the_form(self, people: People) -> None:
        client = APIClient(enforce_csrf_checks=True)
        client.force_login(people.lin)
        problem(client.post(f"{V1}/cases/find/", {"name": "陈某"}), 403, "csrf.failed")
        client.cookies["csrftoken"] = "a" * 32
        answer = client.post(
            f"{V1}/cases/find/", {"name": "陈某"}, headers={"X-CSRFToken": "a" * 32}
        )
        assert answer.status_code == 200

    def test_a_session_has_no_token_to_give_back(self, people: People) -> None:
        client = APIClient()
        client.force_login(people.lin)
        problem(client.delete(f"{V1}/token/"), 409, "token.none")


class TestLimits:
    @pytest.fixture(autouse=True)
    def low(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let three requests a minute pass, and two without a token or for one."""
        rates = {"token": "3/min", "address": "2/min", "signin": "2/min"}
        monkeypatch.setattr(throttles.PerToken, "THROTTLE_RATES", rates)
        monkeypatch.setattr(throttles.PerAddress, "THROTTLE_RATES", rates)

    def test_each_token_is_counted_alone(self, people: People, program: Program) -> None:
        first, second = program(people.lin), program(people.zhou)
        assert [first.get(f"{V1}/me/").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert second.get(f"{V1}/me/").status_code == 200
        other = tokens.issue(people.lin, "另一个", now=NOW).text
        assert me(f"Bearer {other}").status_code == 200

    def test_the_answer_says_how_long_to_wait(self, people: People, program: Program) -> None:
        for _ in range(3):
            program(people.lin).get(f"{V1}/me/")
        answer = program(people.lin).get(f"{V1}/me/")
        problem(answer, 429, "throttled")
        assert int(answer["Retry-After"]) == 60
        with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
            assert program(people.lin).get(f"{V1}/me/").status_code == 200

    def test_an_address_cannot_be_changed_by_writing_another(self, people: People) -> None:
        for n in range(2):
            problem(ask({"username": "lin", "password": f"{n}"}), 401, "signin.wrong")
        answer = APIClient().post(
            f"{V1}/token/",
            {"username": "lin", "password": PASSWORD},
            headers={"X-Forwarded-For": "10.1.2.3"},
        )
        problem(answer, 429, "throttled")

    @pytest.mark.parametrize("given", ["", f"Bearer ect_{'a' * 10}_{'b' * 43}", "Bearer x"])
    def test_who_has_no_good_token_is_counted_by_address(
        self, people: People, program: Program, given: str
    ) -> None:
        assert [me(given).status_code for _ in range(3)] == [401, 401, 429]
        problem(me(given), 429, "throttled")
        assert program(people.lin).get(f"{V1}/me/").status_code == 200

    def test_a_session_without_the_token_of_its_forms_is_counted_too(self, people: People) -> None:
        browser = APIClient(enforce_csrf_checks=True)
        browser.force_login(people.lin)
        asked = [browser.post(f"{V1}/cases/find/", {"name": "陈某"}) for _ in range(3)]
        assert [answer.status_code for answer in asked] == [403, 403, 429]

    def test_without_the_cache_everybody_passes(
        self, people: People, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object, **__: object) -> None:
            raise NoRedis("gone")

        client = program(people.lin)
        monkeypatch.setattr(type(cache._connections[cache._alias]), "get", gone)  # type: ignore[attr-defined]
        assert [client.get(f"{V1}/me/").status_code for _ in range(5)] == [200] * 5


class TestCommand:
    def test_the_command_prints_a_token_once(self, people: People) -> None:
        out, err = io.StringIO(), io.StringIO()
        call_command("make_token", "lin", name="脚本", days=7, stdout=out, stderr=err)
        text = out.getvalue().strip()
        assert me(f"Bearer {text}").json()["token"]["name"] == "脚本"
        assert "2026-12-01" in err.getvalue()
        assert text not in err.getvalue()

    def test_the_command_revokes_by_the_prefix(self, people: People) -> None:
        made = tokens.issue(people.lin, "测试", now=timezone.now())
        call_command("make_token", revoke=made.token.prefix, stderr=io.StringIO())
        problem(me(f"Bearer {made.text}"), 401, "token.invalid")

    @pytest.mark.parametrize(
        "given",
        [{"username": "nobody"}, {"username": "lin", "days": 0}, {"revoke": "nothing"}, {}],
    )
    def test_what_cannot_be_is_said(self, people: People, given: dict[str, Any]) -> None:
        words = [given.pop("username")] if "username" in given else []
        with pytest.raises(CommandError):
            call_command("make_token", *words, **given)
        assert not ApiToken.objects.exists()
