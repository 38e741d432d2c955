"""Every address and method × every post × every place gets the answer the matrix says."""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from cases.models import CaseRead
from cases.targets import kind_of
from cases.verb import VERBS
from enforcement.models import Court
from enforcement.rest.docs import published
from tests.permissions.table import PARTIES, Row, everyone, load
from tests.permissions.world import NOW, World, build

pytestmark = pytest.mark.django_db

MATRIX = load()
#: People who find nothing, each in another way; what they read is compared word for word.
BLIND = ("other:judge", "above:judge", "stranger:president", "own:petitioner", "visitor_elsewhere")
#: Everybody asks everything themselves.
EVERY = os.environ.get("PERMISSIONS") == "every"
#: Answers that give nothing; and how many ask of those who get something else.
REFUSED = frozenset({"403", "404"})
FEW = 2
#: Papers take long to draw: one person of those who get one is enough.
PAPERS = (".pdf", ".docx")
#: Methods that do something; HEAD is the shadow of GET.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world once, on its day, and take it back at the end."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> World:
    """Return the world for one test."""
    return built.fresh()


# -- the table is whole --------------------------------------------------------------------------


def addresses() -> Iterator[tuple[str, Any]]:
    """Yield every address of the URL table with its view; one for each verb."""
    verbs = [v for v in VERBS.values() if v.target is not Court]
    for address, view in _walk(get_resolver().url_patterns):
        if address == "cases/<int:pk>/<slug:verb>/":
            names = [v.name for v in verbs if kind_of(v.target) == "case"]
            yield from ((address.replace("<slug:verb>", name), view) for name in names)
        elif address == "act/<slug:kind>/<int:pk>/<slug:verb>/":
            others = [v for v in verbs if kind_of(v.target) != "case"]
            yield from ((f"act/{kind_of(v.target)}/<int:pk>/{v.name}/", view) for v in others)
        else:
            yield address, view


def _walk(patterns: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for one in patterns:
        address = before + _without_patterns(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, address)
        elif isinstance(one, URLPattern) and one.name != "nowhere":
            yield address, one.callback


def _without_patterns(text: str) -> str:
    """Return an address of a regular expression written as the others are."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", text.removeprefix("^").removesuffix("$"))


def test_every_address_has_its_rows() -> None:
    known = {row.address for row in MATRIX.rows}
    there = {address for address, _ in addresses()}
    assert there - known == set(), "give each its row in tests/permissions/matrix.txt"
    assert known - there == set(), "these rows speak of addresses that are gone"


def test_every_operation_of_the_interface_has_its_row() -> None:
    operations = {
        (method.upper(), _plain(path))
        for path, item in published()["paths"].items()
        for method in item
    }
    rows = {(r.method, _plain(r.address)) for r in MATRIX.rows if r.address.startswith("api/")}
    unpublished = {("GET", "api/v1/schema/"), ("GET", "api/v1/docs/")}
    assert rows - unpublished == operations


def _plain(address: str) -> str:
    return re.sub(r"<\w+:(\w+)>", r"{\1}", address).lstrip("/")


def test_every_verb_has_its_rows() -> None:
    assert MATRIX.verbs == {name for name, verb in VERBS.items() if verb.target is not Court}


def test_every_row_reaches_its_page(world: World) -> None:
    """An address with a place left open would be answered 404 to everybody, and look well."""
    for row in MATRIX.rows:
        found = resolve("/" + world.address(row.address))
        assert found.url_name != "nowhere", row.address


def test_no_row_stands_twice() -> None:
    keys = [row.key for row in MATRIX.rows]
    assert len(keys) == len(set(keys))


def test_every_method_of_every_address_has_its_row(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each address is asked by each method: what is not answered 405 has a row, and only that.

    Anonymous asks too, for who is signed in is led past the sign-in page before its method counts.
    """
    there = sorted({address for address, _ in addresses()})
    pairs = {(method, address) for address in there for method in METHODS}
    answered = {
        pair
        for pair in pairs
        if all(world.ask(_bare(*pair), who).status_code != 405 for who in ("handler", "anonymous"))
    }
    with capsys.disabled():
        print(
            f"\nURL table: {len(there)} addresses × {len(METHODS)} methods = {len(pairs)} pairs,"
            f" {len(answered)} of them answered; matrix: {len(MATRIX.rows)} rows"
        )
    assert answered - {row.key for row in MATRIX.rows} == set(), "give each its row in matrix.txt"
    assert len(MATRIX.rows) == len(answered)


def _bare(method: str, address: str) -> Row:
    return Row("open", method, address, ())


# -- the answers ---------------------------------------------------------------------------------


def answered(answer: Any) -> str:
    """Return an answer in the words of the matrix."""
    if answer.status_code == 302:
        where = answer["Location"]
        if where.startswith("/accounts/login/"):
            return "login"
        return "portal" if where == "/portal/" else "302"
    return str(answer.status_code)


def askers(world: World, row: Row) -> Iterator[tuple[str, str, int]]:
    """Yield who asks, the answer expected, and for how many people of the matrix they stand.

    With ``PERMISSIONS=every`` each asks by themselves (some minutes). Else those to whom something
    is refused ask in one, holding all their posts at once: more posts never get less, so what is
    refused to this person is refused to each. Of those who get something a few ask, others at
    each row, until everybody has had their turn.
    """
    answers: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for person in everyone():
        expected = row.expected(person)
        merged = expected in REFUSED and ":" in person and not _party(person)
        answers[expected, merged].append(person)
    for (expected, merged), people in answers.items():
        if EVERY:
            yield from ((person, expected, 1) for person in people)
        elif merged:
            yield world.together(tuple(people)), expected, len(people)
        else:
            yield from _in_turn(row, people, expected)


def _in_turn(row: Row, people: list[str], expected: str) -> Iterator[tuple[str, str, int]]:
    """Yield a few of the people, who stand for the others, beginning elsewhere each time."""
    start = zlib.crc32(" ".join(row.key).encode()) % len(people)
    few = (people[start:] + people[:start])[: 1 if row.address.endswith(PAPERS) else FEW]
    for nth, person in enumerate(few):
        yield person, expected, len(people) - len(few) + 1 if nth == 0 else 1


def _party(person: str) -> bool:
    return person.rpartition(":")[2] in PARTIES


def test_everybody_gets_the_answer_of_the_matrix(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, cells, requests = [], 0, 0
    for row in MATRIX.rows:
        for person, expected, many in askers(world, row):
            got = answered(world.ask(row, person))
            cells, requests = cells + many, requests + 1
            if got != expected:
                wrong.append(f"{row.method} {row.address}: {person} got {got}, not {expected}")
    with capsys.disabled():
        count = f"{len(MATRIX.rows)} rows × {len(everyone())} people = {cells} cells"
        print(f"\npermission matrix: {count}, {requests} requests")
    assert wrong == [], "\n".join(wrong)
    assert cells == len(MATRIX.rows) * len(everyone())


# -- not yours and not there ---------------------------------------------------------------------


#: What differs from one answer to the next by chance, in its text and in its headers.
CHANCE = (
    r'name="csrfmiddlewaretoken" value="[^"]*"',
    r'name="csrf-token" content="[^"]*"',
    r"nonce[=-][\"\w-]*",
    r"编号 [\w-]+",
)
BY_CHANCE = frozenset({"X-Request-ID", "Content-Length"})


def said(answer: Any) -> tuple[int, str, dict[str, str], list[str]]:
    """Return status, words, headers and names of cookies, without what differs by chance."""
    text = answer.content.decode() if not answer.streaming else ""
    headers = {name: value for name, value in answer.headers.items() if name not in BY_CHANCE}
    for chance in CHANCE:
        text = re.sub(chance, "", text)
        headers = {name: re.sub(chance, "", value) for name, value in headers.items()}
    return answer.status_code, text, headers, sorted(answer.cookies)


def test_what_is_not_yours_and_what_is_not_there_look_the_same(world: World) -> None:
    compared: Counter[str] = Counter()
    for row in MATRIX.rows:
        blind = [person for person in BLIND if row.expected(person) == "404"]
        if "<" not in row.address or not blind:
            continue
        person = blind[zlib.crc32(" ".join(row.key).encode()) % len(blind)]
        there, nowhere = (world.ask(row, person, there=found) for found in (True, False))
        assert said(there) == said(nowhere), (row.key, person)
        compared[person] += 1
    assert set(compared) == set(BLIND)
    assert sum(compared.values()) >= 200


# -- who read what -------------------------------------------------------------------------------

#: Addresses of one thing that belongs to no case.
OF_NO_CASE = ("courts/", "dashboard/", "audit/", "accounts/", "portal/")


def test_whoever_opens_what_belongs_to_a_case_is_written_down(world: World) -> None:
    """Each address of one thing, as a page and over REST, asked by somebody who may read it."""
    silent, asked = [], 0
    for row in MATRIX.rows:
        plain = row.address.removeprefix("api/v1/")
        if (row.method, row.face) not in {("GET", "row"), ("GET", "api-row")}:
            continue
        shown = [p for p in everyone() if row.expected(p) in {"200", "409"} and not _party(p)]
        if plain.startswith(OF_NO_CASE) or not shown:
            continue
        reader = shown[0]
        seen: list[str] = []
        world.ask(row, reader, then=lambda: seen.extend(_readers()))  # noqa: B023 - called at once
        asked += 1
        if seen != [world.people[reader].username]:
            silent.append((row.address, reader, seen))
    assert silent == []
    assert asked >= 80


def _readers() -> list[str]:
    return list(CaseRead.objects.values_list("user__username", flat=True))


# -- what every page leans on --------------------------------------------------------------------


def test_a_form_from_elsewhere_is_refused_to_everybody(world: World) -> None:
    """The matrix is asked without the token of the form; a browser is not let through so."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["handler"])
    for row in MATRIX.rows:
        if row.method == "POST" and not row.address.startswith("api/"):
            assert client.post("/" + world.address(row.address)).status_code == 403, row.address
