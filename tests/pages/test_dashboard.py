"""The dashboard: courts with something to compare are rows, the others fold away, all linked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.test import Client

from enforcement.models import Court, User
from tests.builders import a_case
from tests.pages.reading import Page
from tests.people import People

TODAY = date(2026, 11, 23)
Browser = Callable[[User | None], Client]
FOLD = "个法院没有在办案件、期限和标记"


def dashboard(client: Client, query: str = "") -> Page:
    """Open the dashboard of the person's own court."""
    answer = client.get(f"/dashboard/{query}")
    assert answer.status_code == 200
    return Page(answer)


def table_and_fold(page: Page) -> tuple[str, str]:
    """Split the page where the courts without anything to compare begin."""
    table, _, fold = page.text.partition(FOLD)
    return table, fold


class TestTheCourtsBelow:
    def test_with_a_case_are_rows_and_without_anything_fold_away(
        self, people: People, browser: Browser
    ) -> None:
        a_case(people).filed("11-02").rebuilt(TODAY)
        page = dashboard(browser(people.he))
        table, fold = table_and_fold(page)
        assert people.court.name in table
        assert people.court.name not in fold
        idle = Court.objects.filter(parent=people.court.parent, active=True)
        idle = idle.exclude(pk=people.court.pk)
        assert idle
        assert all(court.name in fold and court.name not in table for court in idle)
        assert all(page.leads_to(f"/dashboard/{court.key}/") for court in idle)

    def test_are_all_listed_when_none_has_anything(self, people: People, browser: Browser) -> None:
        page = dashboard(browser(people.he))
        assert FOLD in page.text
        assert "另有" not in page.text
        assert page.leads_to(f"/dashboard/{people.court.key}/")

    def test_are_not_asked_for_when_only_the_own_level_is(
        self, people: People, browser: Browser
    ) -> None:
        assert FOLD not in dashboard(browser(people.he), "?own=1").text
