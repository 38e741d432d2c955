"""Whatever is sent, the answer is a problem with a code, never a trace, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from cases.models import Case
from tests.api.answers import V1, fields_wrong, problem
from tests.api.conftest import Program
from tests.builders import CaseBuilder, enforcing
from tests.people import People
from tests.refusals import every_row

JSON = "application/json"


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case being enforced."""
    return enforcing(people)


def suspend(program: Program, built: CaseBuilder, body: Any, content_type: str = JSON) -> Any:
    """Send a body, as it is, to a verb that would be allowed."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return program(built.people.lin).generic(
        "POST",
        f"{V1}/cases/{built.case.pk}/moves/suspend/",
        raw,
        content_type,
        headers={"If-Match": f'"{built.case.version}"'},
    )


GOOD = {"on": "2026-11-24", "ground": "bankruptcy", "document": "（2026）陕1002执1号之一"}


def test_the_body_of_these_tests_is_a_good_one(program: Program, built: CaseBuilder) -> None:
    assert suspend(program, built, GOOD).status_code == 200
    assert Case.objects.get(pk=built.case.pk).state == "suspended"


class TestBodies:
    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b"",
            b" ",
            b"{}{}",
            b"{'ground': 'death'}",
            b'{"ground": NaN}',
            b'{"ground": Infinity}',
            b'{"ground": "death", "ground": "other"}',
            b'{"ground": "\\u0000"}',
            b'{"\\u0000": 1}',
            b'{"ground": "\\ud800"}',
            b'{"ground": "\xff"}',
            "{}".encode("utf-16"),
            b'{"ground": ' + b"9" * 5000 + b"}",
            b'{"ground": 1e999999999999999999999}',
            b"[" * 100_000,
            b'{"a":' * 50_000,
        ],
    )
    def test_what_is_no_json_is_malformed(
        self, program: Program, built: CaseBuilder, raw: bytes
    ) -> None:
        before = every_row()
        answer = suspend(program, built, raw)
        assert answer.status_code == 400, answer.content
        body = answer.json()
        expected = "input.invalid" if raw == b"" else "input.malformed"
        problem(answer, 400, expected)
        assert "Traceback" not in str(body)
        assert every_row() == before

    @pytest.mark.parametrize("body", [[], [GOOD], "text", 5, True, None])
    def test_what_is_no_object_is_said_so(
        self, program: Program, built: CaseBuilder, body: Any
    ) -> None:
        before = every_row()
        problem(suspend(program, built, body), 400, "input.invalid")
        assert every_row() == before

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("ground", "nonsense", "input.invalid_choice"),
            ("ground", "", "input.invalid_choice"),
            ("ground", None, "input.required"),
            ("ground", 5, "input.invalid_choice"),
            ("ground", ["death"], "input.invalid_choice"),
            ("ground", {"death": 1}, "input.invalid_choice"),
            ("document", None, "input.required"),
            ("document", "", "input.required"),
            ("document", "   ", "input.required"),
            ("document", "长" * 81, "input.max_length"),
            ("document", 12, "input.string"),
            ("document", True, "input.string"),
            ("document", ["a"], "input.string"),
            ("on", "2026-02-30", "input.invalid"),
            ("on", "2026-2-3", "input.date"),
            ("on", "20261124", "input.date"),
            ("on", "２０２６-11-24", "input.date"),
            ("on", "0000-00-00", "input.invalid"),
            ("on", 20261124, "input.date"),
            ("on", 1e400, "input.date"),
            ("on", "2026-11-25", "date.future"),
            ("on", "2026-11-01", "date.before"),
            ("on", "0001-01-01", "date.before"),
        ],
    )
    def test_a_wrong_value_is_named_at_its_field(
        self, program: Program, built: CaseBuilder, name: str, value: Any, code: str
    ) -> None:
        before = every_row()
        raw = json.dumps(GOOD | {name: value}).replace("Infinity", "1e400").encode()
        answer = suspend(program, built, raw)
        assert answer.status_code == 400, answer.content
        assert fields_wrong(answer) == {name: code}
        assert every_row() == before

    def test_everything_that_is_wrong_is_said_at_once(
        self, program: Program, built: CaseBuilder
    ) -> None:
        answer = suspend(program, built, {"ground": 1, "on": "soon", "extra": 1})
        assert fields_wrong(answer) == {
            "ground": "input.invalid_choice",
            "on": "input.date",
            "extra": "input.unknown",
            "document": "input.required",
        }

    def test_a_body_too_large_is_refused_unread(self, program: Program, built: CaseBuilder) -> None:
        raw = b'{"document": "' + b"a" * 1_100_000 + b'"}'
        problem(suspend(program, built, raw), 413, "body.too_large")

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"]
    )
    def test_another_content_type_is_refused(
        self, program: Program, built: CaseBuilder, content_type: str
    ) -> None:
        problem(suspend(program, built, GOOD, content_type), 415, "content.type")


class TestNumbers:
    @pytest.mark.parametrize(
        ("amount", "code"),
        [
            ("-5", "amount.negative"),
            ("1.234", "input.max_decimal_places"),
            ("99999999999999999", "input.max_whole_digits"),
            (10**30, "input.number"),
            ("1e5", "input.number"),
            ("NaN", "input.number"),
            ("1_000", "input.number"),
            ("１００", "input.number"),
            (True, "input.number"),
            ([], "input.number"),
            (None, "input.required"),
        ],
    )
    def test_an_amount_that_cannot_be_is_named(
        self, program: Program, built: CaseBuilder, amount: Any, code: str
    ) -> None:
        before = every_row()
        answer = measure(program, built, amount=amount)
        assert answer.status_code == 400, answer.content
        assert fields_wrong(answer) == {"amount": code}
        assert every_row() == before

    @pytest.mark.parametrize("raw", ["1e-999999999", "1e999999999", "-1e99999", "1e18"])
    def test_a_number_that_would_fill_the_memory_is_not_written_out(
        self, program: Program, built: CaseBuilder, raw: str
    ) -> None:
        answer = measure(program, built, raw={"amount": raw})
        assert fields_wrong(answer) == {"amount": "input.number"}

    def test_a_number_stays_exact(self, program: Program, built: CaseBuilder) -> None:
        answer = measure(program, built, raw={"amount": "1234567890123456.78"})
        assert answer.status_code == 201, answer.content
        made = program(built.people.lin).get(answer["Location"]).json()
        assert made["amount"] == "1234567890123456.78"

    @pytest.mark.parametrize(
        ("seq", "code"),
        [
            (0, "input.min_value"),
            (1.5, "input.integer"),
            ("1", "input.integer"),
            (True, "input.integer"),
            (10**30, "input.integer"),
            (10**17, None),
        ],
    )
    def test_a_whole_number_is_whole(
        self, program: Program, built: CaseBuilder, seq: Any, code: str | None
    ) -> None:
        body = {"seq": seq, "void": True, "reason": "录错"}
        answer = program(built.people.qin).post(
            f"{V1}/cases/{built.case.pk}/moves/correct_event/",
            body,
            headers={"If-Match": f'"{built.case.version}"'},
        )
        if code is None:
            problem(answer, 404, "event.unknown")
        else:
            assert fields_wrong(answer) == {"seq": code}

    @pytest.mark.parametrize("user", [0, -1, 10**17, "林法官", None, 2.0, [1], {"id": 1}])
    def test_a_person_who_cannot_be_chosen_is_named(
        self, program: Program, built: CaseBuilder, user: Any
    ) -> None:
        answer = program(built.people.qin).post(
            f"{V1}/cases/{built.case.pk}/moves/reassign_handler/",
            {"user": user, "reason": "调整"},
            headers={"If-Match": f'"{built.case.version}"'},
        )
        assert answer.status_code == 400
        assert set(fields_wrong(answer)) == {"user"}

    @pytest.mark.parametrize("void", ["true", "nonsense", 1, 0, "", []])
    def test_truth_is_true_or_false(self, program: Program, built: CaseBuilder, void: Any) -> None:
        answer = program(built.people.qin).post(
            f"{V1}/cases/{built.case.pk}/moves/correct_event/",
            {"seq": 3, "void": void, "reason": "录错"},
            headers={"If-Match": f'"{built.case.version}"'},
        )
        assert fields_wrong(answer) == {"void": "input.boolean"}


def measure(program: Program, built: CaseBuilder, **changes: Any) -> Any:
    """Take a measure with some things changed; ``raw`` puts numbers in as they are written."""
    raw = changes.pop("raw", {})
    body = {
        "kind": "seal",
        "asset_kind": "real_estate",
        "target_text": "商州区某小区一套",
        "amount": "5.00",
        "expires_on": "2029-11-24",
        **changes,
        **{name: f"@{name}" for name in raw},
    }
    text = json.dumps(body)
    for name, number in raw.items():
        text = text.replace(f'"@{name}"', number)
    return program(built.people.lin).generic(
        "POST",
        f"{V1}/cases/{built.case.pk}/moves/take_measure/",
        text.encode(),
        JSON,
        headers={"If-Match": f'"{built.case.version}"'},
    )


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "cases",
            "cases/0/",
            "cases/9999999999999999999999999999/",
            "cases/-1/",
            "cases/1.0/",
            "cases/abc/",
            "cases/" + "9" * 5000 + "/",
            "nothing/",
            "courts/%00/",
            "courts/NOPE/",
            "rules/nothing/",
            "papers/1/paper.exe",
            "leads/99999999999999999999/moves/",
        ],
    )
    def test_an_address_that_is_none_is_not_found(
        self, people: People, program: Program, address: str
    ) -> None:
        answer = program(people.lin).get(f"{V1}/{address}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
    def test_another_method_is_not_allowed(
        self, people: People, program: Program, method: str
    ) -> None:
        answer = program(people.lin).generic(method.upper(), f"{V1}/cases/")
        problem(answer, 405, "method.not_allowed")
        assert answer["Allow"] == "GET, HEAD"

    def test_another_format_cannot_be_had(self, people: People, program: Program) -> None:
        answer = program(people.lin).get(f"{V1}/cases/", headers={"Accept": "application/xml"})
        problem(answer, 406, "accept")

    @pytest.mark.parametrize(
        "query",
        [
            "colour=red",
            "state=",
            "state=filed&state=closed",
            "state=nonsense",
            "filed_from=yesterday",
            "filed_from=2026-02-30",
            "filed_to=20261124",
            "handler=me",
            "handler=0",
            "handler=9223372036854775808",
            "handler=" + "9" * 400,
            "court=NOPE",
            "court=%00",
            "number=nonsense",
            "number=%00",
            "number=" + "1" * 100,
            "own=perhaps",
            "limit=0",
            "limit=201",
            "limit=-5",
            "limit=all",
            "after=nonsense",
            "after=%00",
            "after=W10",
            "after=bnVsbA",
            "after=WzEsMl0",
            "after=W3siZCI6MX0sMV0",
            "after=W3siZCI6IjIwMjYtMTEtMDEifSwieCJd",
            "before=W3siZCI6IjIwMjYtMTEtMDEifSxudWxsXQ",
            "after=" + "A" * 500,
            "format=xml",
            "%FF=1",
        ],
    )
    def test_a_wrong_filter_is_a_problem_not_everything(
        self, people: People, program: Program, query: str
    ) -> None:
        answer = program(people.lin).get(f"{V1}/cases/?{query}")
        assert answer.status_code == 400, answer.content
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"] or answer.json()["code"] == "page.cursor"


class TestTheUnforeseen:
    def test_an_error_of_ours_tells_nothing(
        self, people: People, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret 610102199001011234")

        monkeypatch.setattr("cases.api.cases.cases_seen_by", broken)
        client = program(people.lin)
        client.raise_request_exception = False
        answer = client.get(f"{V1}/cases/")
        problem(answer, 500, "error")
        assert b"secret" not in answer.content

    def test_a_database_that_does_not_answer_is_said_so(
        self, people: People, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object, **__: object) -> None:
            raise OperationalError("connection to 10.0.0.1 failed")

        monkeypatch.setattr("cases.api.cases.cases_seen_by", gone)
        answer = program(people.lin).get(f"{V1}/cases/")
        problem(answer, 503, "unavailable")
        assert answer["Retry-After"] == "5"
        assert b"10.0.0.1" not in answer.content


def test_a_page_of_the_site_still_answers_as_a_page(people: People) -> None:
    answer = APIClient().get("/no/such/page/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
