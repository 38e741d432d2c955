"""The world of the matrix: one case with everything that can hang on it, and somebody of each post.

It is built once through the verbs; every request is taken back, so the order of asking is nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from cases import uploads
from cases.models import Case, Paper
from cases.verb import case_of
from deadlines.models import Clock
from enforcement.models import Court, Post, User
from enforcement.rest import tokens
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, applicant, at, debtor, enforcing
from tests.people import ABOVE, FAR, HOME, NEXT_DOOR, SINCE, People, cast
from tests.permissions.table import NAMED, PARTIES, Row
from tests.petitions.steps import Supervised

#: Two in the afternoon of Tuesday, 24 November 2026, in Shanghai.
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
COURTS = {"own": HOME, "other": NEXT_DOOR, "above": ABOVE, "stranger": FAR}
#: A number that no row has.
NOWHERE = 2_000_000_000
COUNSEL = {"role": "counsel", "kind": "natural", "name": "吕代理", "represents": 0}
#: What is asked beyond the address.
QUERIES = {
    "api/v1/due-date/": "start=2026-11-02&n=3&unit=days",
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "api/v1/cases/find/"): {"name": "陈某"},
}


@dataclass
class World:
    """People by the names the matrix knows them by, and the things addresses speak of."""

    people: dict[str, User]
    cookies: dict[str, str]
    things: dict[str, Any]
    courts: dict[str, Court]
    versions: dict[str, int]
    tokens: dict[str, str] = field(default_factory=dict)
    #: People who hold several posts at once, by what they hold.
    unions: dict[tuple[str, ...], str] = field(default_factory=dict)
    #: The code by which a party finds the case.
    query_code: str = ""

    def fresh(self) -> World:
        """Return the world for one test: who signs in there is signed out after it."""
        kept = {"people": dict(self.people), "cookies": dict(self.cookies)}
        return replace(self, **kept, tokens={}, unions={})

    # -- asking --------------------------------------------------------------------------------

    def ask(
        self,
        row: Row,
        person: str,
        *,
        there: bool = True,
        then: Callable[[], None] = lambda: None,
    ) -> Any:
        """Send a request as somebody, and take back whatever it did.

        Args:
            there: whether the thing in the address exists. then: run before it is taken back.
        """
        path = "/" + self.address(row.address, there=there)
        request = self._request(row, path, person)
        with transaction.atomic():
            answer = ClientHandler(enforce_csrf_checks=False)(request)
            if answer.streaming:
                b"".join(answer.streaming_content)
            then()
            transaction.set_rollback(True)
        return answer

    def _request(self, row: Row, path: str, person: str) -> Any:
        factory, headers = RequestFactory(), self._headers(row, person)
        if query := QUERIES.get(row.address):
            path = f"{path}?{query}"
        body = BODIES.get(row.key)
        if row.address.startswith("api/"):
            text = json.dumps(body or {}) if row.method == "POST" else ""
            request = factory.generic(row.method, path, text, "application/json", headers=headers)
        else:
            data = body or {"version": str(self._version(row))} if row.method == "POST" else {}
            if row.method == "POST":
                request = factory.post(path, data, headers=headers)
            else:
                request = factory.generic(row.method, path, headers=headers)
        return request.environ

    def _headers(self, row: Row, person: str) -> dict[str, str]:
        if row.address.startswith("api/"):
            token = self._token(person)
            version = {"If-Match": f'"{self._version(row)}"'} if row.method == "POST" else {}
            return version | ({"Authorization": f"Bearer {token}"} if token else {})
        kept = self._cookie(person)
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={kept}"} if kept else {}

    def _token(self, person: str) -> str:
        if person in self.people and person not in self.tokens:
            issued = tokens.issue(self.people[person], "测试", now=NOW)
            self.tokens[person] = issued.text
        return self.tokens.get(person, "")

    def _cookie(self, person: str) -> str:
        if person in self.people and person not in self.cookies:
            client = Client()
            client.force_login(self.people[person])
            self.cookies[person] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self.cookies.get(person, "")

    def _version(self, row: Row) -> int:
        return self.versions.get(_kind(row.address), 0)

    def address(self, pattern: str, *, there: bool = True) -> str:
        """Return an address with its places filled in."""
        thing = self.things.get(_kind(pattern), 0)
        key = getattr(thing, "pk", thing)
        pk = str(key if there or "<int:" not in pattern else NOWHERE)
        if "key>" in pattern and not there:
            pk = "none"
        row = self.things["petitions"].pk if there else NOWHERE
        pattern = pattern.replace("<slug:what>", "petition").replace("<int:row>", str(row))
        return re.sub(r"<\w+:\w+>", pk, pattern)

    # -- people --------------------------------------------------------------------------------

    def together(self, posts: tuple[str, ...]) -> str:
        """Return somebody who holds all these posts at once.

        More posts never see less, so where this person finds nothing none of the single ones does.
        """
        if len(posts) == 1:
            return posts[0]
        if posts not in self.unions:
            name = f"union-{len(self.unions)}"
            self.people[name] = User.objects.create(username=name, name="兼任")
            for place, _, role in (post.partition(":") for post in posts):
                _hold(self.people[name], self.courts[COURTS[place]], Role(role))
            self.unions[posts] = name
        return self.unions[posts]


def _kind(pattern: str) -> str:
    """Return the word under which the thing of an address is kept."""
    words = [w for w in pattern.removeprefix("api/v1/").split("/") if w]
    if words[:1] == ["act"]:
        return {"dualreview": "reviews"}.get(words[1], f"{words[1]}s")
    if words[:1] == ["portal"]:
        return "petitions" if words[1:2] == ["answers"] else "cases"
    return words[0] if words else ""


def _hold(user: User, court: Court, role: Role) -> None:
    Post.objects.create(user=user, court=court, role=role, first_day=SINCE)


# -- building ------------------------------------------------------------------------------------


def build() -> World:
    """Build the world inside the transaction that the caller takes back."""
    people = cast()
    users = _everybody(people.courts)
    first = _busy_case(people, users)
    second = Supervised(people, enforcing(people, "11-03"), first.head, first.president, users["w"])
    second.built.noticed("11-12")
    report = second.issued()
    neighbour = a_case(people).filed("11-05", parties=_parties(users, "other"))
    users |= {
        "handler": people.lin,
        "petition_handler": people.xu,
        "opener": first.head,
        "case_reviewer": people.he,
        "conduct_reviewer": people.song,
    }
    cookies = {"visitor": _came_in(first.built), "visitor_elsewhere": _came_in(neighbour)}
    things = _things(first, report)
    del users["w"]
    assert set(NAMED) <= set(users)
    cases = {word: case_of(row) for word, row in things.items() if not isinstance(row, str)}
    versions = {word: Case.objects.get(pk=case.pk).version for word, case in cases.items()}
    code = first.built.query_code
    return World(users, cookies, things, people.courts, versions, query_code=code)


def _everybody(courts: dict[str, Court]) -> dict[str, User]:
    """Make somebody for each role at each place, colleagues of the cast."""
    users = {"w": User.objects.create(username="w", name="甲")}
    for role in Role:
        for place, code in COURTS.items():
            name = f"{place}:{role.value}"
            users[name] = User.objects.create(username=name.replace(":", "-"), name="乙")
            _hold(users[name], courts[code], role)
    return users


def _parties(users: dict[str, User], place: str) -> list[Any]:
    """Return applicant, counsel and debtor, the first two as they sign in."""
    signs_in = {role: users[f"{place}:{role}"] for role in PARTIES}
    return [
        applicant(user=signs_in["petitioner"]),
        applicant(**COUNSEL, id_number="", phone="", user=signs_in["counsel"]),
        debtor(),
    ]


def _busy_case(people: People, users: dict[str, User]) -> Supervised:
    """Return a case with a flag, a lead, a measure, a listing, a petition, a review, an order."""
    built = a_case(people).filed("11-02", parties=_parties(users, "own"))
    built.assigned("11-03").received("11-04").swept("11-10")
    built.noticed("11-12").with_lead("11-13").measured("11-13").listed("11-23")
    head = _somebody(people, "head", Role.BUREAU_HEAD)
    president = _somebody(people, "president", Role.PRESIDENT)
    first = Supervised(people, built, head, president, users["w"])
    file = SimpleUploadedFile("经过.txt", "事情经过".encode())
    kept = uploads.store(first.case, file, now=at("11-13"), party=first.applicant)
    petition = first.filed(attachments=[kept])
    first.do("register_petition", petition, "11-16", people.xu)
    first.opened()
    first.ordered()
    built.rebuilt("11-24")
    return first


def _somebody(people: People, name: str, role: Role) -> User:
    user = User.objects.create(username=name, name="丙")
    _hold(user, people.courts[ABOVE], role)
    return user


def _came_in(built: CaseBuilder) -> str:
    """Come in at the portal by the query code, and return the session's cookie."""
    client = Client()
    answer = client.post("/portal/", {"number": built.case.number, "code": built.query_code})
    assert answer.status_code == 302, answer.content.decode()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def _things(first: Supervised, report: Any) -> dict[str, Any]:
    case, built = first.case, first.built
    petition = case.petitions.get()
    review = case.reviews.get()
    return {
        "cases": case,
        "parties": first.applicant,
        "papers": Paper.objects.filter(case=case).first(),
        "attachments": petition.attachments.get().attachment,
        "clocks": Clock.objects.filter(case=case).first(),
        "flags": case.flags.get(rule="send_enforcement_notice"),
        "leads": built.leads[0],
        "measures": built.measures[0],
        "listings": built.listings[0],
        "petitions": petition,
        "reviews": review,
        "clues": review.clues.first(),
        "reports": report,
        "orders": case.orders.get(),
        "rules": "send_enforcement_notice",
        "health": "current",
        "courts": case.court.key,
        "dashboard": case.court.key,
    }
