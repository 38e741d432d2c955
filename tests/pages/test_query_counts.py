"""What the main pages ask of the database does not grow with the rows they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases import boxes
from cases.models import Case
from enforcement.models import User
from tests.builders import enforcing
from tests.people import People
from tests.petitions.steps import Supervised

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


class TestAtAGlance:
    """What a page says before a tab is opened is what it says once each has been opened."""

    @pytest.fixture
    def case(self, people: People) -> Case:
        """Return a case with something to do in every tab."""
        under = Supervised.case_of(people)
        built = under.built.with_lead("11-12").with_lead("11-13").verified("11-13", "false")
        built.measured("11-13").listed("11-13").swept("11-20")
        under.made["petition"] = under.registered()
        under.opened()
        return under.case

    @pytest.mark.parametrize("who", ["lin", "wu", "xu", "he", "song", "zhao"])
    def test_tabs_counts_and_acts_are_the_same(
        self, people: People, browser: Browser, case: Case, who: str
    ) -> None:
        client, url = browser(getattr(people, who)), reverse("case", args=[case.pk])
        first = client.get(url)
        assert first.status_code == 200
        glance = {tab["url"]: tab["count"] for tab in first.context["tabs"]}
        for tab in glance:
            shown = client.get(url + tab).context
            assert {t["url"]: t["count"] for t in shown["tabs"]} == glance
            assert shown["acts"] == first.context["acts"]

    def test_who_may_not_read_petitions_is_not_told_of_any(
        self, people: People, browser: Browser, case: Case
    ) -> None:
        told = {
            who: {
                t["url"] for t in browser(user).get(reverse("case", args=[case.pk])).context["tabs"]
            }
            for who, user in (("lin", people.lin), ("he", people.he))
        }
        assert "?tab=supervision" in told["he"]
        assert "?tab=supervision" not in told["lin"]

    def test_the_acts_of_tabs_that_are_not_looked_at_are_offered(
        self, people: People, browser: Browser, case: Case
    ) -> None:
        acts = browser(people.lin).get(reverse("case", args=[case.pk])).context["acts"]
        assert {"提交核查结果", "说明理由"} <= {act["label"] for act in acts}

    def test_a_tab_that_draws_only_some_of_its_rows_counts_all(
        self, people: People, browser: Browser, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(boxes, "MOST", 1)
        answer = browser(people.lin).get(f"{reverse('case', args=[case.pk])}?tab=leads")
        assert len(answer.context["box"]["rows"]) == 1
        assert {t["url"]: t["count"] for t in answer.context["tabs"]}["?tab=leads"] == 2


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
