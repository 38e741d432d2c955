"""The same key again: the first answer, and nothing done twice, whatever happens in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import QueryDict
from rest_framework.test import APIClient

from cases.models import Case, CaseEvent, Lead
from enforcement.models import IdempotentAnswer
from enforcement.rest import tokens
from enforcement.rest.once import _plain
from tests.acts import ACTS, case_of_act
from tests.api.answers import V1, problem
from tests.api.conftest import NOW, Program
from tests.api.test_cases import FILING, file
from tests.api.test_moves import send
from tests.builders import CaseBuilder, enforcing
from tests.people import People, cast

KEY = "7b0c1a9e-0001"


@pytest.mark.parametrize("verb", ["submit_lead", "suspend", "explain_flag", "verify_lead"])
def test_a_verb_sent_twice_is_done_once_and_answered_alike(
    people: People, program: Program, verb: str
) -> None:
    act = ACTS[verb](people)
    version = case_of_act(act).version
    first = send(program, act, verb, version=version, key=KEY)
    again = send(program, act, verb, version=version, key=KEY)
    assert first.status_code in {200, 201}, first.content
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["ETag"] == first["ETag"]
    assert again.has_header("Location") == first.has_header("Location")
    assert again["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert case_of_act(act).version == version + 1


def test_without_a_key_the_second_is_refused_as_stale(people: People, program: Program) -> None:
    act = ACTS["submit_lead"](people)
    version = case_of_act(act).version
    assert send(program, act, "submit_lead", version=version).status_code == 201
    problem(send(program, act, "submit_lead", version=version), 412, "case.stale")


def test_the_key_with_another_request_is_refused(people: People, program: Program) -> None:
    act = ACTS["submit_lead"](people)
    version = case_of_act(act).version
    assert send(program, act, "submit_lead", version=version, key=KEY).status_code == 201
    for changes in ({"content": "另一条线索"}, {"version": version + 1}, {"urgent": True}):
        given = {"version": version} | changes
        problem(send(program, act, "submit_lead", key=KEY, **given), 422, "idempotency.reused")
    other = program(act.by).post(
        f"{V1}/cases/{act.target.pk}/moves/send_notice/",
        {},
        headers={"Idempotency-Key": KEY, "If-Match": f'"{version}"'},
    )
    problem(other, 422, "idempotency.reused")
    assert Lead.objects.count() == 1


def test_the_order_of_names_does_not_make_another_request(people: People, program: Program) -> None:
    client = program(people.tang)
    address = f"{V1}/courts/{people.court.key}/cases/"
    first = client.post(address, FILING, headers={"Idempotency-Key": KEY})
    turned = dict(reversed(FILING.items()))
    again = client.post(address, turned, headers={"Idempotency-Key": KEY})
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert Case.objects.count() == 1


def test_another_persons_key_is_another_key(people: People, program: Program) -> None:
    built = enforcing(people)
    body = {"asset_kind": "deposit", "content": "商洛某银行账户"}
    for by in (people.wu, people.lin):
        headers = {"Idempotency-Key": KEY, "If-Match": f'"{built.case.version}"'}
        answer = program(by).post(
            f"{V1}/cases/{built.case.pk}/moves/submit_lead/", body, headers=headers
        )
        assert answer.status_code == 201, answer.content
        built.case.refresh_from_db()
    assert Lead.objects.count() == 2


def test_a_refusal_is_not_kept_for_it_wrote_nothing(people: People, program: Program) -> None:
    act = ACTS["suspend"](people)
    version = case_of_act(act).version
    problem(send(program, act, "suspend", version=version - 1, key=KEY), 412, "case.stale")
    assert not IdempotentAnswer.objects.exists()
    assert send(program, act, "suspend", version=version, key=KEY).status_code == 200


def test_the_query_code_comes_again_but_is_kept_sealed(people: People, program: Program) -> None:
    client, address = program(people.tang), f"{V1}/courts/{people.court.key}/cases/"
    headers = {"Idempotency-Key": KEY}
    code = client.post(address, FILING, headers=headers).json()["query_code"]
    assert client.post(address, FILING, headers=headers).json()["query_code"] == code
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM enforcement_idempotentanswer")
        raw = b" ".join(bytes(str(v), "utf-8") for v in cursor.fetchone())
        cursor.execute("SELECT body FROM enforcement_idempotentanswer")
        raw += bytes(cursor.fetchone()[0])
    assert code.encode() not in raw


def test_after_a_day_the_key_is_free_again(people: People, program: Program) -> None:
    assert file_once(program, people).status_code == 201
    with time_machine.travel(NOW + timedelta(hours=23, minutes=59), tick=False):
        assert file_once(program, people)["Idempotency-Replayed"] == "true"
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        later = file_once(program, people)
        assert later.status_code == 201
        assert not later.has_header("Idempotency-Replayed")
    assert Case.objects.count() == 2
    assert IdempotentAnswer.objects.count() == 1


def file_once(program: Program, people: People) -> Any:
    """File the same case with the same key."""
    return program(people.tang).post(
        f"{V1}/courts/{people.court.key}/cases/", FILING, headers={"Idempotency-Key": KEY}
    )


@pytest.mark.parametrize("key", ["", "short", "有中文的键有中文的键", "a" * 201, "with a blank"])
def test_what_cannot_be_a_key_is_refused(people: People, program: Program, key: str) -> None:
    answer = program(people.tang).post(
        f"{V1}/courts/{people.court.key}/cases/",
        FILING,
        headers={"Idempotency-Key": key.encode().decode("latin-1")},
    )
    problem(answer, 400, "idempotency.key")
    assert not Case.objects.exists()


def test_a_file_counts_by_what_is_in_it() -> None:
    def sent(content: bytes, name: str = "a.pdf") -> Any:
        data = QueryDict(mutable=True)
        data.setlist("file", [SimpleUploadedFile(name, content)])  # type: ignore[list-item]
        data.setlist("tags", ["a", "b"])
        return _plain(data)

    assert sent(b"one") == sent(b"one")
    assert sent(b"one") != sent(b"two")
    assert sent(b"one") != sent(b"one", "b.pdf")


class TestTogether:
    """Real threads, real transactions."""

    @pytest.fixture
    def built(self, transactional_db: None) -> CaseBuilder:
        """Return a case that everybody can see."""
        return enforcing(cast())

    def test_eight_at_once_with_one_key_do_it_once(self, built: CaseBuilder) -> None:
        text = tokens.issue(built.people.wu, "测试", now=NOW).text
        version, start = built.case.version, Barrier(8)
        body = {"asset_kind": "deposit", "content": "商洛某银行账户"}

        def one(_: int) -> Any:
            start.wait()
            try:
                return APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").post(
                    f"{V1}/cases/{built.case.pk}/moves/submit_lead/",
                    body,
                    headers={"Idempotency-Key": KEY, "If-Match": f'"{version}"'},
                )
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(one, range(8)))
        assert {a.status_code for a in answers} == {201}
        assert len({a.content for a in answers}) == 1
        assert sum(not a.has_header("Idempotency-Replayed") for a in answers) == 1
        assert Lead.objects.count() == 1
        assert CaseEvent.objects.filter(case=built.case).count() == version + 1

    def test_eight_at_once_without_a_key_do_it_once_by_the_version(
        self, built: CaseBuilder
    ) -> None:
        text = tokens.issue(built.people.wu, "测试", now=NOW).text
        version, start = built.case.version, Barrier(8)

        def one(n: int) -> Any:
            start.wait()
            try:
                return APIClient(HTTP_AUTHORIZATION=f"Bearer {text}").post(
                    f"{V1}/cases/{built.case.pk}/moves/submit_lead/",
                    {"asset_kind": "deposit", "content": f"线索 {n}"},
                    headers={"If-Match": f'"{version}"'},
                )
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(one, range(8)))
        assert sorted(a.status_code for a in answers) == [201] + [412] * 7
        assert Lead.objects.count() == 1


def test_filing_without_a_key_twice_files_two(people: People, program: Program) -> None:
    assert [file(program, people).status_code for _ in range(2)] == [201, 201]
    assert Case.objects.count() == 2
