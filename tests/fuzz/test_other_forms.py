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

from tests.fuzz.asking import FEW, Answers, Asker, judge, sent_as, turned_away
from tests.fuzz.inputs import BODIES, KINDS, Control, Form, Sent, filled, forms_of, spoiled
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
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the world of the permissions once; it is taken back at the end."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World) -> World:
    """Return the world for one test: who signs in there is signed out after it."""
    return built.fresh()


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
    """Return up to two people who get something at an address, by different answers; of those who
    may send, somebody who is shown the form."""
    pages = {r.address: r for r in MATRIX.rows if r.method == "GET"}
    page = pages.get(row.address, row)
    getting = [p for p in everyone() if row.expected(p) not in NOTHING] or everyone()
    getting.sort(key=lambda person: page.expected(person) in NOTHING)
    chosen: dict[str, str] = {}
    for person in getting:
        chosen.setdefault(row.expected(person), person)
    return list(chosen.values())[:2]


def session_of(world: World, person: str) -> str:
    """Return the cookie of a person of the matrix."""
    return world._cookie(person)


#: Addresses whose form has something to fill in: it must be found, or little is sent.
FILLED = {
    "cases/new/", "cases/", "docket/", "petitions/", "petitions/new/", "search/", "calculator/",
    "assignment/", "parties/<int:pk>/reveal/", "clues/<int:pk>/", "audit/reads/", "audit/reveals/",
    "portal/", "portal/cases/<int:pk>/lead/", "portal/cases/<int:pk>/petition/", "accounts/keys/",
    "accounts/login/", "accounts/password/change/", "accounts/2fa/totp/activate/", "post/",
}  # fmt: skip
#: Fields of addresses that only take forms: where no page of their own shows one.
FIELDS = {
    "post/": ["post"],
    "search/": ["q"],
    "calculator/": ["table"],
}


#: Addresses at which the form that is filled in well must be taken.
TAKEN = {
    "cases/new/": 302,
    "petitions/new/": 302,
    "portal/": 302,
    "portal/cases/<int:pk>/lead/": 302,
    "portal/cases/<int:pk>/petition/": 302,
    "parties/<int:pk>/reveal/": 200,
    "clues/<int:pk>/": 302,
    "calculator/": 200,
    "accounts/keys/": 200,
}


def known(row: Row, world: World) -> Sent:
    """Return what a person knows who fills in the form of an address well."""
    case = world.things["cases"]
    table = ("期限.csv", b"start,n,unit,excluded\n2026-09-28,3,days,\n", "text/csv")
    values: dict[str, dict[str, Any]] = {
        "cases/new/": {
            "procedure": "first",
            "applied_on": "2026-11-20",
            "amount": "100000.00",
            "basis": "court_civil_admin",
            "basis_number": "（2025）陕1002民初88号民事判决书",
            "basis_body": "商洛市商州区人民法院",
            "parties-0-role": "applicant",
            "parties-0-kind": "natural",
            "parties-0-name": "陈某",
            "parties-1-role": "debtor",
            "parties-1-kind": "legal",
            "parties-1-name": "某某商贸有限公司",
        },
        "petitions/new/": {"number": case.number},
        "portal/": {"number": case.number, "code": world.query_code},
        "parties/<int:pk>/reveal/": {"ground": "制作协助执行通知书"},
        "clues/<int:pk>/": {"answer": "unknown", "text": "无法查实。"},
        "calculator/": {"table": table},
        "accounts/keys/": {"name": "对接", "days": "30"},
        "search/": {"q": case.number},
        "cases/": {"q": "陈某"},
        "docket/": {"q": "陈某"},
        "petitions/": {"q": "1"},
        "audit/reads/": {"person": "林法官"},
        "audit/reveals/": {"person": "林法官"},
    }
    return {name: [value] for name, value in values.get(row.address, {}).items()}


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
    found = False
    for person in people_of(row, world):
        session = session_of(world, person)
        form = form_at(row, asker, world, person)
        shown = {c.name: c.kind for c in form.controls if c.kind != "password"}
        well = known(row, world)
        answer = asker.ask(path, session, **sent_as(filled(form) | well))
        judge(answer, filled(form) | well, shown)
        assert answer.status_code == TAKEN.get(row.address, answer.status_code), person
        # The control: who is turned away at the door tells nothing about the form behind it.
        assert not turned_away(answer) or row.expected(person) in {"login", "302"}, person
        found = found or bool(form.controls)

        @FEW
        @given(st.data())
        def takes(data: st.DataObject) -> None:
            sent = data.draw(spoiled(form, well))  # noqa: B023 - called before the next round
            answer = asker.ask(path, session, **sent_as(sent))  # noqa: B023
            judge(answer, sent, shown)  # noqa: B023

        takes()
    assert found or row.address not in FILLED, "no form was found on the page"


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
