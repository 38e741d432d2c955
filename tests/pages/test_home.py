"""Home: each post starts its day on its own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from enforcement.models import User
from enforcement.pages import FIRST_PAGE
from enforcement.roles import Role
from tests.pages.reading import Page
from tests.people import People, post

Browser = Callable[[User | None], Client]

STARTS = {
    "lin": "/docket/",
    "gu": "/docket/",
    "wu": "/docket/",
    "qin": "/assignment/",
    "zhao": "/assignment/",
    "tang": "/cases/new/",
    "jin": "/cases/",
}


class TestHome:
    @pytest.mark.parametrize(("person", "page"), STARTS.items())
    def test_leads_to_the_page_the_post_works_from(
        self, people: People, browser: Browser, person: str, page: str
    ) -> None:
        answer = browser(getattr(people, person)).get("/")
        assert (answer.status_code, answer["Location"]) == (302, page)

    @pytest.mark.parametrize("role", list(Role))
    def test_answers_for_every_role_there_is(
        self, people: People, browser: Browser, role: Role
    ) -> None:
        person = post(people.chen, people.court, role)
        try:
            page = reverse(FIRST_PAGE[role])
        except NoReverseMatch:
            assert browser(person).get("/").status_code == 200
        else:
            assert browser(person).get("/")["Location"] == page

    def test_a_page_that_is_not_there_degrades_to_the_menu(
        self, people: People, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(FIRST_PAGE, Role.JUDGE, "no_such_page")
        page = Page(browser(people.lin).get("/"))
        assert page.status == 200
        assert page.leads_to("/docket/")

    def test_a_person_without_a_post_is_told_whom_to_ask(
        self, people: People, browser: Browser
    ) -> None:
        page = Page(browser(people.chen).get("/"))
        assert page.status == 200
        assert "没有在任岗位" in page.text
        assert "系统管理员" in page.text

    def test_a_stranger_signs_in_first(self, people: People, browser: Browser) -> None:
        assert browser(None).get("/")["Location"] == "/accounts/login/?next=/"


class TestSwitchingPosts:
    def test_another_post_is_acted_from_afterwards(self, people: People, browser: Browser) -> None:
        person = post(people.lin, people.court, Role.BUREAU_HEAD)
        client = browser(person)
        posts = {p.role: p.pk for p in person.posts.all()}
        client.post("/post/", {"post": posts[Role.JUDGE], "next": "/cases/"})
        assert client.get("/")["Location"] == "/docket/"
        answer = client.post("/post/", {"post": posts[Role.BUREAU_HEAD]})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.get("/")["Location"] == "/assignment/"

    def test_somebody_elses_post_is_refused(self, people: People, browser: Browser) -> None:
        client = browser(people.lin)
        theirs = people.qin.posts.get().pk
        assert client.post("/post/", {"post": theirs}).status_code == 403
        assert client.post("/post/", {"post": "x"}).status_code == 403
        assert client.get("/")["Location"] == "/docket/"

    def test_reading_the_address_changes_nothing(self, people: People, browser: Browser) -> None:
        assert browser(people.lin).get("/post/").status_code == 405


PAGES = [
    "/docket/",
    "/assignment/",
    "/cases/",
    "/cases/new/",
    "/search/",
    "/calculator/",
    "/rules/",
    "/rules/case_limit/",
    "/health/",
]


class TestTheDoor:
    @pytest.mark.parametrize("address", PAGES)
    def test_of_every_page_sends_strangers_to_sign_in(
        self, people: People, browser: Browser, address: str
    ) -> None:
        answer = browser(None).get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")

    @pytest.mark.parametrize("address", PAGES)
    def test_of_every_page_refuses_people_without_a_post_in_a_court(
        self, people: People, browser: Browser, address: str
    ) -> None:
        page = Page(browser(people.chen).get(address))
        assert page.status == 403
        assert "没有法院工作人员的岗位" in page.text

    @pytest.mark.parametrize("role", [Role.PETITIONER, Role.COUNSEL])
    def test_refuses_people_from_outside(
        self, people: People, browser: Browser, role: Role
    ) -> None:
        person = post(people.chen, people.court, role)
        assert browser(person).get("/cases/").status_code == 403
