"""Every page asked with whatever can stand behind the question mark: filters, places, tabs, days.

The names of parameters are read from the code that reads them, so a new one is asked here too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.architecture.source import modules
from tests.fuzz.asking import FEW, Answers, Asker, judge, turned_away
from tests.fuzz.inputs import DAYS, NUMBERS, TEXTS, raw
from tests.permissions.table import Row, everyone, load
from tests.permissions.world import NOW, World, build

pytestmark = pytest.mark.django_db

NOTHING = {"403", "404", "login", "portal"}
MATRIX = load()
#: Papers take long to draw, and read nothing but ``download``.
PAPERS = (".pdf", ".docx")
#: Places in a list, as pages give them out, and broken ones.
CURSORS = (
    "W10", "WzFd", "WyJhIl0", "W251bGwsMV0", "W3siZCI6ICIwMDAxLTAxLTAxIn0sIDFd", "eyJhIjoxfQ",
    "W3siZCI6ICI5OTk5LTEyLTMxIn0sIDkyMjMzNzIwMzY4NTQ3NzU4MDhd", "W1sxXSwyXQ", "=", "%",
    "WzFlOTk5XQ", "W3RydWUsMV0", "WyJcdTAwMDAiLDFd", "W3siZCI6ICIyMDI2LTExLTIwIn0sIC0xXQ",
)  # fmt: skip


def parameters() -> list[str]:
    """Return the names that pages look for in their address, read from the code."""
    found = {"after", "before", "page", "q", "find", "next", "format"}
    for module in modules():
        if module.area == "api" or "management" in module.path.parts:
            continue
        for call, name in module.calls():
            if name in {"get", "getlist"} and call.args and isinstance(call.func, ast.Attribute):
                owner = ast.unparse(call.func.value)
                word = call.args[0]
                asks = owner.endswith(("request.GET", "asked", "given", "query", "params", "data"))
                if asks and isinstance(word, ast.Constant) and isinstance(word.value, str):
                    found.add(word.value)
        for node in ast.walk(module.tree):  # "more" in request.GET
            if not (isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant)):
                continue
            if "request.GET" in ast.unparse(node.comparators[0]):
                found.add(str(node.left.value))
    return sorted(found)


PARAMETERS = parameters()
VALUES = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(NUMBERS),
    st.sampled_from(DAYS),
    st.sampled_from(CURSORS),
    st.sampled_from(
        ("open", "all", "mine", "late", "csv", "1", "-share", "filed", "sick", "2026-11")
    ),
    st.text(max_size=30),
)
PAIRS = st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), min_size=1, max_size=4)
#: Addresses that no browser makes.
BROKEN = ("%", "%ff=%fe", "a=%zz", "&&&=", "=", "?", "after[]=1", "a" * 5000, "%00=%00", "x=1;y=2")


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world of the permissions once; it is taken back at the end."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> World:
    """Return the world for one test: who signs in there is signed out after it."""
    return built.fresh()


def test_the_names_of_parameters_are_found_in_the_code() -> None:
    """The control: names that pages are known to read."""
    wanted = {"after", "before", "court", "own", "sort", "stage", "status", "state", "rule", "tab"}
    assert wanted <= set(PARAMETERS), PARAMETERS


def rows() -> list[Row]:
    """Return every page that somebody may open."""
    return [
        row
        for row in MATRIX.rows
        if row.method == "GET"
        and not row.address.startswith("api/")
        and not row.address.endswith(PAPERS)
    ]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.address or "home")
def test_a_page_takes_whatever_stands_behind_the_question_mark(row: Row, world: World) -> None:
    asker, path = Asker(Answers()), "/" + world.address(row.address)
    getting = [person for person in everyone() if row.expected(person) not in NOTHING]
    person = (getting or everyone())[0]
    session, expected = world._cookie(person), row.expected(person)

    @FEW
    @given(st.one_of(PAIRS, PAIRS, PAIRS, st.sampled_from(BROKEN)))
    def takes(asked: list[tuple[str, str]] | str) -> None:
        if isinstance(asked, str):
            text, sent = asked, {"": [asked]}
        else:
            text = "&".join(f"{name}={quote_from_bytes(raw(value))}" for name, value in asked)
            sent = {name: [value] for name, value in asked}
        answer = asker.ask(path, session, query=text)
        judge(answer, sent, {})
        assert not turned_away(answer) or not getting or "302" in expected, person

    takes()
