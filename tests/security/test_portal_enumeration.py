"""Whether a case exists cannot be learnt at the portal: not from words, and not from work done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import a_case
from tests.people import People

WRONG = "22222222"


@pytest.fixture(autouse=True)
def nobody_tried_before() -> None:
    """Begin with empty counters."""
    cache.clear()


def looked_up(number: str, code: str) -> tuple[Any, list[str]]:
    """Look a case up; return the answer and the statements run for it, values left out."""
    with CaptureQueriesContext(connection) as kept:
        answer = Client().post("/portal/", {"number": number, "code": code})
    return answer, [re.sub(r"'[^']*'|\d+", "?", q["sql"]) for q in kept.captured_queries]


def words(answer: Any, typed: str) -> str:
    """Return what the visitor reads, without what was typed and what changes by chance."""
    text = answer.content.decode().replace(typed, "")
    for chance in (r'value="[\w-]{64}"', r'content="[\w-]{64}"', r'nonce="[^"]*"'):
        text = re.sub(chance, "", text)
    return text


class TestWrongCodeAndUnknownNumber:
    def test_read_the_same(self, people: People) -> None:
        there = a_case(people).filed("11-02").case.number
        nowhere = there.replace("执1号", "执99号")
        assert nowhere != there
        known, _ = looked_up(there, WRONG)
        unknown, _ = looked_up(nowhere, WRONG)
        assert (known.status_code, unknown.status_code) == (400, 400)
        assert words(known, there) == words(unknown, nowhere)

    def test_ask_the_database_the_same(self, people: People) -> None:
        there = a_case(people).filed("11-02").case.number
        looked_up(there, WRONG)  # what is loaded once
        _, known = looked_up(there, WRONG)
        _, unknown = looked_up(there.replace("执1号", "执99号"), WRONG)
        assert known == unknown
        assert any("cases_case" in statement for statement in known)

    def test_hash_and_compare_the_same(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from petitions import entrance

        there = a_case(people).filed("11-02").case.number
        counted: list[str] = []
        for name in ("query_hashes", "constant_time_compare", "blind"):
            real = getattr(entrance, name)

            def watched(*given: Any, _name: str = name, _real: Any = real) -> Any:
                counted.append(_name)
                return _real(*given)

            monkeypatch.setattr(entrance, name, watched)
        looked_up(there, WRONG)
        known, counted[:] = list(counted), []
        looked_up(there.replace("执1号", "执99号"), WRONG)
        assert known == counted == ["blind", "query_hashes", "constant_time_compare"]

    def test_are_counted_and_stopped_the_same(self, people: People) -> None:
        there = a_case(people).filed("11-02").case.number
        nowhere = there.replace("执1号", "执99号")

        def answers(number: str) -> list[int]:
            cache.clear()
            return [looked_up(number, WRONG)[0].status_code for _ in range(12)]

        assert answers(there) == answers(nowhere) == [400] * 10 + [429] * 2


def test_the_right_code_opens_the_case(people: People) -> None:
    built = a_case(people).filed("11-02")
    answer, _ = looked_up(built.case.number, built.query_code)
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/cases/{built.case.pk}/")


@pytest.mark.parametrize("path", ["/portal/cases/{}/", "/portal/cases/{}/lead/"])
def test_numbers_in_addresses_tell_nothing_either(people: People, path: str) -> None:
    case = a_case(people).filed("11-02").case
    there, nowhere = (Client().get(path.format(pk)) for pk in (case.pk, case.pk + 1000))
    assert (there.status_code, there["Location"]) == (302, "/portal/")
    assert (nowhere.status_code, nowhere["Location"]) == (302, "/portal/")
