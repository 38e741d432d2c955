"""Logs: one JSON line an event, ids of request and task, nothing of a person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client

from enforcement import logs, tracing
from enforcement.errors import Refused
from enforcement.models import User

#: What must never stand in a log.
ID_NUMBER, PHONE, NAME = "61100219800101123X", "13800138000", "林秋实"
TOKEN = "ect_abcdefghij_" + "A" * 43


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Write the root's records in the form of the system, and return them read again."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)


Lines = Callable[[], list[dict[str, Any]]]


class TestOneLine:
    def test_a_record_of_anybody_is_json_with_time_level_logger_and_process(
        self, lines: Lines
    ) -> None:
        logging.getLogger("enforcement.any").warning("%s 件", 3)
        (line,) = lines()
        assert (line["event"], line["level"], line["logger"]) == (
            "3 件",
            "warning",
            "enforcement.any",
        )
        assert line["time"].endswith("Z")
        assert line["pid"]

    def test_fields_given_by_name_stand_beside_the_event(self, lines: Lines) -> None:
        logs.logger("enforcement.any").info("told", rows=4)
        assert lines()[0]["rows"] == 4

    @pytest.mark.parametrize(
        "text",
        [f"号码 {ID_NUMBER}。", f"tel {PHONE}", f"Bearer {TOKEN}", f"at /x?name={NAME}", TOKEN],
    )
    def test_numbers_tokens_and_queries_are_masked(self, lines: Lines, text: str) -> None:
        logging.getLogger("enforcement.any").error(text)
        said = json.dumps(lines(), ensure_ascii=False)
        for secret in (ID_NUMBER, PHONE, TOKEN, NAME):
            assert secret not in said

    def test_an_address_keeps_its_server_and_loses_its_password(self) -> None:
        assert logs.masked("redis://user:pw@host:6379/0") == "redis://[…]@host:6379/0"
        assert logs.masked("2,500,000 of 123456") == "2,500,000 of 123456"


class TestErrors:
    def test_says_type_and_place_and_not_the_values(self, lines: Lines) -> None:
        try:
            int(NAME)
        except ValueError:
            logging.getLogger("enforcement.any").exception("failed")
        (line,) = lines()
        assert line["error"] == "ValueError"
        assert "test_logs.py" in line["trace"][1]
        assert NAME not in json.dumps(line, ensure_ascii=False)

    def test_says_the_cause_too(self, lines: Lines) -> None:
        try:
            try:
                raise KeyError(NAME)
            except KeyError as error:
                raise RuntimeError("no seat left") from error
        except RuntimeError:
            logging.getLogger("enforcement.any").exception("failed")
        told = [part for part in lines()[0]["trace"] if not part.startswith(" ")]
        assert told == ["RuntimeError: no seat left", "KeyError"]

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (Refused("case.stale", NAME), "Refused: case.stale"),
            (ValidationError(NAME), "ValidationError"),
            (AttributeError("no attribute 'x'"), "AttributeError: no attribute 'x'"),
        ],
    )
    def test_an_error_is_told_by_its_code(self, error: Exception, said: str) -> None:
        assert logs.told(error) == said

    def test_the_database_names_the_constraint_and_not_the_row(self, db: None) -> None:
        User.objects.create(username=NAME)
        with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO enforcement_user (username) SELECT username FROM enforcement_user"
            )
        assert NAME not in "".join(logs.trace_of(caught.value))
        assert "enforcement_user" in "".join(logs.trace_of(caught.value))


class TestRequests:
    def test_a_request_is_one_line_with_its_route_and_numbers(
        self, lines: Lines, client: Client, db: None
    ) -> None:
        answer = client.get("/portal/", {"code": "secret-code", "name": NAME})
        (line,) = [line for line in lines() if line["event"] == "request"]
        assert line["request_id"] == answer["X-Request-ID"]
        assert (line["method"], line["status"], line["route"]) == ("GET", 200, "portal/")
        assert "secret-code" not in json.dumps(lines())
        assert NAME not in json.dumps(lines(), ensure_ascii=False)

    def test_an_unknown_address_is_not_repeated(
        self, lines: Lines, client: Client, db: None
    ) -> None:
        assert client.get(f"/{NAME}/{PHONE}").status_code == 404
        said = json.dumps(lines(), ensure_ascii=False)
        assert '"status": 404' in said
        assert NAME not in said
        assert PHONE not in said

    def test_what_a_form_holds_is_not_told(self, lines: Lines, client: Client, db: None) -> None:
        client.post("/portal/", {"number": "（2026）陕1002执1号", "code": "AB12CD34"})
        assert "AB12CD34" not in json.dumps(lines())

    def test_health_and_metrics_asked_every_few_seconds_leave_no_line(
        self, lines: Lines, client: Client, db: None
    ) -> None:
        client.get("/health/live")
        assert lines() == []


class TestIds:
    def test_every_answer_carries_an_id_of_its_own(self, client: Client, db: None) -> None:
        ids = {client.get("/health/live")["X-Request-ID"] for _ in range(3)}
        assert len(ids) == 3

    def test_a_strangers_id_is_not_believed(self, client: Client) -> None:
        answer = client.get("/health/live", headers={"X-Request-ID": "stranger-1"})
        assert answer["X-Request-ID"] != "stranger-1"

    @pytest.mark.parametrize(
        ("given", "taken"),
        [("edge-0123456789", True), ("short", False), ("x" * 65, False), ("a\nb-injected", False)],
    )
    def test_our_proxys_id_is_taken_when_it_can_be_one(
        self, client: Client, settings: Any, given: str, taken: bool
    ) -> None:
        settings.BEHIND_PROXY = True
        answer = client.get("/health/live", headers={"X-Request-ID": given})
        assert (answer["X-Request-ID"] == given) is taken

    def test_an_error_page_shows_it(self, client: Client, db: None) -> None:
        answer = client.get("/nowhere/")
        assert answer.status_code == 404
        assert answer["X-Request-ID"] in answer.content.decode()

    @pytest.mark.parametrize(
        ("path", "face"),
        [("/", "page"), ("/api/v1/", "api"), ("/portal/", "portal"), ("/health/live", "watch")],
    )
    def test_the_face_is_told_from_the_address(self, rf: Any, path: str, face: str) -> None:
        assert tracing.face_of(rf.get(path)) == face
