"""The machinery behind the health page: what cannot be reached is an answer, and a quick one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from celery import Celery
from django.db import DatabaseError

from enforcement import health


@pytest.fixture
def nowhere() -> Celery:
    """Return an application whose broker is not there."""
    return Celery(broker="redis://127.0.0.1:1/0")


@pytest.mark.parametrize("part", [health.queue, health.workers])
def test_a_broker_that_is_not_there_is_told_within_seconds(
    part: Callable[[Celery], health.Looked], nowhere: Celery
) -> None:
    began = time.monotonic()
    found = part(nowhere)
    assert not found.ok
    assert found.value == "连不上"
    assert time.monotonic() - began < 10


def test_redis_database_and_migrations_of_the_tests_answer(db: None) -> None:
    assert health.redis().ok
    assert health.database().ok
    assert health.migrations().ok


def test_a_redis_that_is_not_there_is_an_answer(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = health.redis()
    assert (found.ok, found.value) == (False, "连不上")
    assert "ConnectionError" in found.note


def test_a_database_that_breaks_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DatabaseError("server closed the connection\nsecond line")

    monkeypatch.setattr(health.connection, "cursor", broken)
    found = health.database()
    assert not found.ok
    assert found.note == "DatabaseError: server closed the connection"
