"""Who asks for everything at once is stopped; everybody else is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from enforcement.models import User
from tests.people import People

Browser = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    """Allow three requests a minute."""
    cache.clear()
    settings.PAGE_RATE = settings.PAGE_RATE_ANONYMOUS = 3


def test_an_address_is_stopped_after_its_share(people: People) -> None:
    assert [Client().get("/portal/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = Client().get("/portal/")
    assert refused["Retry-After"] == "60"
    assert "请求太多" in refused.content.decode()


def test_another_address_is_not_stopped_with_it(people: People) -> None:
    for _ in range(4):
        Client().get("/portal/")
    assert Client(REMOTE_ADDR="10.9.8.7").get("/portal/").status_code == 200


def test_an_address_that_a_stranger_writes_down_counts_for_nothing(people: People) -> None:
    answers = [
        Client().get("/portal/", headers={"x-forwarded-for": f"10.0.0.{n}"}) for n in range(4)
    ]
    assert answers[-1].status_code == 429


def test_people_of_one_office_are_counted_one_by_one(people: People, browser: Browser) -> None:
    lin, zhou = browser(people.lin), browser(people.zhou)
    assert [lin.get("/calculator/").status_code for _ in range(4)][-1] == 429
    assert zhou.get("/calculator/").status_code == 200


def test_health_answers_always(people: People) -> None:
    assert {Client().get("/health/live").status_code for _ in range(6)} == {200}


def test_no_rate_is_no_limit(people: People, settings: Any) -> None:
    settings.PAGE_RATE_ANONYMOUS = 0
    assert {Client().get("/portal/").status_code for _ in range(6)} == {200}
