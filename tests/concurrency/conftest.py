"""Committed data for every test here: other processes and threads must see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection

from enforcement.rollups import turn_day
from tests.concurrency.bulk import DAY
from tests.concurrency.crowd import others, until
from tests.concurrency.nursery import Nursery
from tests.people import People, cast

#: The day of the people's cases.
TODAY = date(2026, 11, 24)


@pytest.fixture
def alone(transactional_db: None) -> Iterator[None]:
    """Let the test begin and end with no other session on its database."""
    yield
    until(lambda: others() == 0, "everybody else has left the database")
    connection.close()


@pytest.fixture
def people(alone: None) -> People:
    """Return the cast with their posts, committed."""
    turn_day(TODAY)
    return cast()


@pytest.fixture
def march(alone: None) -> People:
    """Return the cast, committed, on the day of the cases made in bulk."""
    turn_day(DAY)
    return cast()


@pytest.fixture(scope="session")
def mothers() -> Iterator[list[Nursery]]:
    """Keep the one nursery of the run, once there is one."""
    found: list[Nursery] = []
    yield found
    for nursery in found:
        nursery.close()


@pytest.fixture
def nursery(mothers: list[Nursery], child_env: dict[str, str]) -> Nursery:
    """Return where sweeps are started as processes of their own."""
    if not mothers:
        mothers.append(Nursery(child_env))
    return mothers[0]
