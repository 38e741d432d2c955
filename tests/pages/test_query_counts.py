"""What the main pages ask of the database does not grow with the rows they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enforcement.models import User
from tests.builders import enforcing
from tests.people import People

Browser = Callable[[User | None], Client]

#: More than these would be a page that reads what nobody looks at. A number that falls is lowered.
CASE_PAGE, DOCKET, LISTED = 19, 11, 10


def asked_for(client: Client, url: str) -> int:
    """Return how many statements a page takes, once what is remembered is there."""
    assert client.get(url).status_code == 200
    statements = 0

    def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert client.get(url).status_code == 200
    return statements


class TestCasePage:
    def test_a_long_case_asks_no_more_than_a_short_one(
        self, people: People, browser: Browser
    ) -> None:
        built = enforcing(people).noticed("11-05")
        client, url = browser(people.lin), reverse("case", args=[built.case.pk])
        short = asked_for(client, url)
        for _ in range(60):
            built.measured("11-06")
        assert asked_for(client, url) <= short <= CASE_PAGE

    def test_a_tab_with_more_rows_asks_no_more(self, people: People, browser: Browser) -> None:
        built = enforcing(people).noticed("11-05").with_lead("11-06")
        client = browser(people.lin)
        url = f"{reverse('case', args=[built.case.pk])}?tab=leads"
        one = asked_for(client, url)
        for _ in range(9):
            built.with_lead("11-06")
        assert asked_for(client, url) == one

    @pytest.mark.parametrize("tab", ["leads", "measures", "listings", "papers", "flags"])
    def test_the_count_told_at_a_glance_is_that_of_the_tab(
        self, people: People, browser: Browser, tab: str
    ) -> None:
        built = enforcing(people).with_lead("11-05").verified("11-06").measured("11-06")
        built.listed("11-06").published("11-07").swept("11-20")
        client, url = browser(people.lin), reverse("case", args=[built.case.pk])
        glance = {box["url"]: box["count"] for box in client.get(url).context["tabs"]}
        shown = {box["url"]: box["count"] for box in client.get(f"{url}?tab={tab}").context["tabs"]}
        assert glance.pop("?") == shown.pop("?") == built.case.version
        assert glance == shown
        assert glance[f"?tab={tab}"] >= 1 or tab == "papers"


class TestLists:
    def test_a_docket_of_many_cases_asks_no_more_than_one_of_few(
        self, people: People, browser: Browser
    ) -> None:
        for _ in range(3):
            enforcing(people).with_lead("11-05")
        client, url = browser(people.lin), reverse("docket")
        few = asked_for(client, url)
        for _ in range(20):
            enforcing(people).with_lead("11-05")
        assert asked_for(client, url) <= few <= DOCKET

    def test_a_list_of_many_cases_asks_no_more_than_one_of_few(
        self, people: People, browser: Browser
    ) -> None:
        enforcing(people)
        client, url = browser(people.lin), reverse("case_list")
        few = asked_for(client, url)
        for _ in range(20):
            enforcing(people)
        assert asked_for(client, url) <= few <= LISTED
