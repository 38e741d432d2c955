"""Pages as people see them: Django's client, real sign-ins, one fixed day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from enforcement.models import User
from tests.people import People, cast


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """Let every request come in at ten in the morning of Monday, 23 November 2026."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def browser() -> Callable[[User | None], Client]:
    """Return a browser in which somebody is signed in (nobody for None)."""

    def signed_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return signed_in
