"""Every form that is no verb's: filing, portal, sign-in, account pages, lists, tables.

The addresses come from the table of permissions, which is whole by a test of its own: a new form is
asked here without a line added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.asking import FEW, Answers, Asker, judge, sent_as
from tests.fuzz.inputs import BODIES, KINDS, Control, Form, forms_of, spoiled
from tests.permissions.table import Row, everyone, load
from tests.permissions.world import NOW, World, build

pytestmark = pytest.mark.django_db

#: Answers that give nothing; who gets them has no form.
NOTHING = {"403", "404", "login", "portal"}
MATRIX = load()


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Return the counts of this module's answers."""
    return Answers()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world of the permissions once; it is taken back at the end."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def rows(method: str) -> list[Row]:
    """Return the pages that are asked by a method; the verbs' pages have their own test."""
    verbs_pages = {f"{name}/" for name in MATRIX.verbs}
    return [
        row
        for row in MATRIX.rows
        if row.method == method
        and not row.address.startswith("api/")
        and not row.address.endswith(tuple(f"/{page}" for page in verbs_pages))
    ]


def people_of(row: Row, world: World) -> list[str]:
    """Return up to two people who get something at an address, of different kinds."""
    getting = [p for p in everyone() if row.expected(p) not in NOTHING]
    chosen: dict[str, str] = {}
    for person in getting or everyone():
        chosen.setdefault(row.expected(person), person)
    return list(chosen.values())[:2]


def session_of(world: World, person: str) -> str:
    """Return the cookie of a person of the matrix."""
    return world._cookie(person)


#: Fields of addresses that only take forms: where no page of their own shows one.
FIELDS = {
    "post/": ["post"],
    "search/": ["q"],
    "calculator/": ["table"],
    "accounts/login/": ["login", "password", "next"],
}


def form_at(row: Row, asker: Asker, world: World, person: str) -> Form:
    """Return the form that is sent to an address: as its page shows it, or as the table says."""
    path = "/" + world.address(row.address)
    names = FIELDS.get(row.address, [])
    shown = Form(path, [Control(name, "file" if name == "table" else "text") for name in names])
    if Row(row.face, "GET", row.address, row.answers).key in {r.key for r in MATRIX.rows}:
        page = asker.ask(path, session_of(world, person))
        if page.status_code == 200:
            own = [f for f in forms_of(page.content.decode()) if f.action in {"", path}]
            shown.controls += [
                c for form in own for c in form.controls if c.name not in shown.names
            ]
    return shown


@pytest.mark.parametrize("row", rows("POST"), ids=lambda row: row.address)
def test_every_other_form_takes_whatever_is_sent(row: Row, world: World, answers: Answers) -> None:
    asker, path = Asker(answers), "/" + world.address(row.address)
    for person in people_of(row, world):
        session = session_of(world, person)
        form = form_at(row, asker, world, person)
        shown = {c.name: c.kind for c in form.controls if c.kind != "password"}

        @FEW
        @given(st.data())
        def takes(data: st.DataObject) -> None:
            sent = data.draw(spoiled(form))  # noqa: B023 - called before the next round
            answer = asker.ask(path, session, **sent_as(sent))  # noqa: B023
            judge(answer, sent, shown)  # noqa: B023

        takes()


@pytest.mark.parametrize("row", rows("POST"), ids=lambda row: row.address)
def test_every_form_takes_bodies_that_no_browser_sends(
    row: Row, world: World, answers: Answers
) -> None:
    asker, path = Asker(answers), "/" + world.address(row.address)
    person = people_of(row, world)[0]

    @FEW
    @given(st.sampled_from(KINDS), st.sampled_from(BODIES) | st.binary(max_size=60))
    def takes(kind: str, body: bytes) -> None:
        answer = asker.ask(path, session_of(world, person), method="POST", body=body, kind=kind)
        judge(answer, {}, {})

    takes()
