"""People at the door: real passwords, real browsers, a clock that can be moved on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from enforcement.models import User
from enforcement.roles import Role
from tests.people import People, cast, post

#: Ten in the morning of Monday, 23 November 2026, in Shanghai.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PASSWORD = "平凡的一天 2026"
LOGIN = "/accounts/login/"


class Clock:
    """The time of the machine, moved on by hand."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller
        self.now = NOW

    def passes(self, **span: float) -> None:
        """Let time pass: ``clock.passes(minutes=15)``."""
        self.now += timedelta(**span)
        self._traveller.move_to(self.now, tick=False)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Let the day begin at ten, with empty counters."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def people(db: None, clock: Clock) -> People:
    """Return the cast; Judge Lin, Supervisor He and the administrator Zhou have a password."""
    found = cast()
    post(found.zhou, found.court, Role.COURT_ADMIN)
    for user in (found.lin, found.he, found.zhou):
        user.set_password(PASSWORD)
        user.save()
    return found


Browser = Callable[..., Client]


def signs_in(username: str, password: str = PASSWORD, client: Client | None = None) -> Client:
    """Type a user name and a password into the page; return the browser."""
    browser = client or Client()
    browser.answer = browser.post(LOGIN, {"login": username, "password": password})  # type: ignore[attr-defined]
    return browser


def is_in(client: Client) -> bool:
    """Tell whether the browser is signed in, by what the home page does."""
    return not client.get("/accounts/security/").headers.get("Location", "").startswith(LOGIN)


def told(answer: Any) -> str:
    """Return what a page says is wrong."""
    found = re.search(r'class="error-box".*?</div>', answer.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", "", found[0]) if found else ""


@pytest.fixture
def lin(people: People) -> User:
    """Return Judge Lin."""
    return people.lin
