"""The published contract: whole, valid, and changed only when a change is meant."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import get_resolver
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from cases.verb import VERBS
from enforcement.rest.docs import published
from enforcement.rest.problems import KINDS
from tests.api.answers import V1, problem
from tests.api.conftest import Program
from tests.people import People

KEPT = Path(__file__).with_name("openapi.yaml")


@lru_cache(maxsize=1)
def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return operation id → (method, path, operation)."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in published()["paths"].items()
        for method, operation in item.items()
    }


def component(of: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference points to."""
    if "$ref" not in of:
        return of
    _, _, group, name = of["$ref"].split("/")
    found: dict[str, Any] = published()["components"][group][name]
    return found


def test_the_contract_is_the_one_that_was_published() -> None:
    made = OpenApiYamlRenderer().render(published(), renderer_context={}).decode()
    assert made == KEPT.read_text(encoding="utf-8"), (
        "The interface has changed. If that is meant (a removed or renamed thing needs a new "
        "version of the interface): manage.py spectacular --file tests/api/openapi.yaml"
    )


def test_the_contract_is_valid_openapi_3_1() -> None:
    validate_schema(published())
    assert published()["openapi"].startswith("3.1")


def test_operation_ids_are_there_once() -> None:
    ids = [
        operation["operationId"]
        for item in published()["paths"].values()
        for operation in item.values()
    ]
    assert len(ids) == len(set(ids)) > 100
    assert all(re.fullmatch(r"[a-z_]+", name) for name in ids)


def test_every_address_of_the_interface_is_in_the_contract() -> None:
    api = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/")
    known = set(published()["paths"])
    for pattern in api.url_patterns:  # type: ignore[union-attr]
        if pattern.name in {"schema", "docs", "nowhere"}:
            continue
        path = V1 + "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        assert path in known, path


def test_every_verb_has_an_operation_that_says_what_it_does() -> None:
    for name, spec in VERBS.items():
        method, path, operation = operations()["file_case" if name == "file_case" else f"do_{name}"]
        assert method == "post"
        assert operation["summary"] == spec.label
        content = operation["requestBody"]["content"]["application/json"]
        assert content["schema"]["additionalProperties"] is False
        assert content["examples"]
        headers = {component(p)["name"] for p in operation["parameters"]}
        assert "Idempotency-Key" in headers
        assert ("If-Match" in headers) == (name != "file_case")
        refusals = {"400", "401", "403", "404", "409", "422", "429"}
        refusals |= set() if name == "file_case" else {"412", "428"}
        assert refusals <= set(operation["responses"])
        assert path.endswith(f"/moves/{name}/") or name == "file_case"


def test_every_refusal_is_a_problem_with_an_example() -> None:
    for _, _, operation in operations().values():
        answers = operation["responses"]
        assert any(int(status) < 300 for status in answers)
        for status, answer in answers.items():
            if int(status) < 400:
                continue
            content = component(answer)["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            example = next(iter(content["examples"].values()))["value"]
            assert example["status"] == int(status)
            assert int(status) in KINDS


def test_everything_but_asking_for_a_token_wants_a_sign_in() -> None:
    public = {name for name, (_, _, op) in operations().items() if not op.get("security")}
    assert public == {"create_token"}


def test_what_people_read_is_chinese() -> None:
    for name, (_, _, operation) in operations().items():
        assert re.search(r"[一-鿿]", operation["summary"]), name
        assert re.search(r"[一-鿿]", operation["tags"][0]), name


class TestSchemaView:
    def test_it_comes_as_json_and_as_yaml_without_sign_in(self) -> None:
        found = APIClient().get(f"{V1}/schema/")
        assert found.status_code == 200
        assert found.json()["openapi"] == published()["openapi"]
        accept = {"Accept": "application/vnd.oai.openapi"}
        text = APIClient().get(f"{V1}/schema/", headers=accept)
        assert yaml.safe_load(text.content) == found.json()

    def test_other_formats_there_are_none(self) -> None:
        answer = APIClient().get(f"{V1}/schema/", headers={"Accept": "text/csv"})
        problem(answer, 406, "accept")


class TestDocs:
    @pytest.fixture
    def page(self, people: People) -> str:
        """Return the page as Judge Lin sees it."""
        client = APIClient()
        client.force_login(people.lin)
        answer = client.get(f"{V1}/docs/")
        assert answer.status_code == 200
        return str(answer.content, "utf-8")

    def test_it_shows_every_operation_and_every_kind_of_problem(self, page: str) -> None:
        for name, (_, path, operation) in operations().items():
            assert f'id="{name}"' in page
            assert path in page
            assert operation["summary"] in page
        for kind in KINDS.values():
            assert f'id="problem-{kind.slug}"' in page

    def test_it_loads_nothing_from_outside_and_runs_nothing_of_its_own(self, page: str) -> None:
        loaded = re.findall(
            r"""<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=["']([^"']+)""", page
        )
        assert loaded
        assert all(link.startswith("/") and not link.startswith("//") for link in loaded)
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page)
        assert " style=" not in page

    def test_a_guest_may_read_it_too(self, db: None) -> None:
        assert APIClient().get(f"{V1}/docs/").status_code == 200

    def test_the_type_of_a_problem_leads_to_its_place_on_the_page(
        self, people: People, program: Program, page: str
    ) -> None:
        kind = program(people.lin).get(f"{V1}/cases/1/").json()["type"]
        address, _, anchor = kind.partition("#")
        assert address == f"{V1}/docs/"
        assert f'id="{anchor}"' in page
