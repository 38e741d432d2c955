"""Personal data on a fixed day: cases with people in them, and keys that change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from enforcement.models import User
from tests.people import People, cast

#: Ten in the morning of Tuesday, 1 December 2026, in Shanghai.
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)

Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def that_day() -> Iterator[None]:
    """Let everything happen on the same morning."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def browser() -> Browser:
    """Return a browser in which somebody is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
