"""The rulebook's pages: every rule with its basis, how sure it is, and all its versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from deadlines.law import current
from enforcement.models import User
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]

CODES = current().rulebook.codes()


class TestTheRulebook:
    def test_lists_every_rule_with_its_source_and_marks(
        self, people: People, browser: Browser
    ) -> None:
        page = Page(browser(people.lin).get("/rules/"))
        book = current().rulebook
        for code in CODES:
            rule = book.latest(code)
            assert rule is not None
            assert rule.name in page.text
            assert rule.source in page.text
            assert page.leads_to(f"/rules/{code}/")
            assert rule.checked_on.isoformat() in page.text

    def test_marks_those_whose_basis_is_not_sure(self, people: People, browser: Browser) -> None:
        page = Page(browser(people.lin).get("/rules/?unsure=1"))
        book = current().rulebook
        for code in CODES:
            rule = book.latest(code)
            assert rule is not None
            assert page.leads_to(f"/rules/{code}/") == rule.unsure
        assert "仅见于报道" in page.text

    def test_says_how_far_the_calendar_is_published(self, people: People, browser: Browser) -> None:
        page = Page(browser(people.lin).get("/rules/"))
        assert f"已公布到 {current().calendar.published_through} 年" in page.text
        assert "未公布，暂按法定节日" in page.text


class TestOneRule:
    @pytest.mark.parametrize("code", CODES)
    def test_shows_all_its_versions(self, people: People, browser: Browser, code: str) -> None:
        page = Page(browser(people.lin).get(f"/rules/{code}/"))
        assert page.status == 200
        versions = current().rulebook.versions(code)
        assert f"{len(versions)} 个版本" in page.text
        places = [page.text.index(f"自 {v.first_day} 起") for v in reversed(versions)]
        assert places == sorted(places)
        for version in versions:
            assert version.source in page.text
        assert page.text.count("现行有效") == 1

    @pytest.mark.parametrize("code", ["nonsense", "case_limit_", "exclusions"])
    def test_that_does_not_exist_is_404(self, people: People, browser: Browser, code: str) -> None:
        assert browser(people.lin).get(f"/rules/{code}/").status_code == 404
