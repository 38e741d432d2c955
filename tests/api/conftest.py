"""Programs that use the interface: each signs in with a token of its own, on a fixed day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from enforcement.models import User
from enforcement.rest import tokens
from tests.people import People, cast

#: Two in the afternoon of Tuesday, 24 November 2026, in Shanghai.
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

Program = Callable[[User], APIClient]


@pytest.fixture(autouse=True)
def that_day() -> Iterator[None]:
    """Let every request come in on the same afternoon."""
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def people(db: None) -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def program(db: None) -> Program:
    """Return what makes a program for a person: a client with a token of theirs."""
    known: dict[int, APIClient] = {}

    def made(user: User) -> APIClient:
        if user.pk not in known:
            text = tokens.issue(user, "测试", now=timezone.now()).text
            known[user.pk] = APIClient(HTTP_AUTHORIZATION=f"Bearer {text}")
        return known[user.pk]

    return made
