"""Without Redis: verbs go on, limits hold, a form handed in twice counts once."""

from __future__ import annotations

import pickle
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from enforcement import cache as caching
from enforcement import counters, health, kept, tasks
from enforcement.celery import app
from enforcement.kept import STORE, KeptCache
from enforcement.models import Kept

#: A port that nobody listens on.
DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def away(settings: Any) -> Iterator[None]:
    """Let Redis be at an address where nobody is."""
    found = dict(settings.CACHES["default"], LOCATION=DEAD)
    settings.CACHES = {"default": found}
    settings.REDIS_URL = DEAD
    caching.BREAKER = caching.Breaker()
    yield
    caching.BREAKER = caching.Breaker()


@pytest.fixture(params=["redis", "database"])
def store(request: pytest.FixtureRequest, db: None) -> Any:
    """Return each of the two caches, which must behave alike."""
    if request.param == "database":
        return KeptCache()
    cache.clear()
    return cache


class TestBothStores:
    def test_a_value_is_kept_until_it_is_deleted(self, store: Any) -> None:
        assert store.get("a", "none") == "none"
        store.set("a", ["x", 1], 60)
        assert store.get("a") == ["x", 1]
        assert store.delete("a")
        assert not store.delete("a")
        assert store.get("a") is None

    def test_what_is_no_data_is_refused(self, store: Any) -> None:
        with pytest.raises(TypeError):
            store.set("a", object(), 60)

    def test_add_keeps_the_first(self, store: Any) -> None:
        assert store.add("a", "1", 60)
        assert not store.add("a", "2", 60)
        assert store.get("a") == "1"

    def test_a_number_is_counted_and_what_is_no_number_refused(self, store: Any) -> None:
        store.add("n", 0, 60)
        assert store.incr("n") == 1
        assert store.incr("n", 4) == 5
        assert store.decr("n") == 4
        with pytest.raises(ValueError, match="not found"):
            store.incr("other")

    def test_many_at_once(self, store: Any) -> None:
        store.set_many({"a": 1, "b": 2}, 60)
        assert store.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
        assert "a" in store
        store.delete_many(["a", "b"])
        assert "a" not in store
        assert store.get_or_set("a", 7, 60) == 7

    def test_touch_only_what_is_there(self, store: Any) -> None:
        store.set("a", 1, 60)
        assert store.touch("a", 600)
        assert not store.touch("b", 600)


class TestTheDatabase:
    def test_what_has_expired_is_gone_and_can_be_added_again(self, db: None) -> None:
        STORE.set("a", 1, 60)
        STORE.set("for good", 1, None)
        Kept.objects.filter(key__contains="a").exclude(expires=None).update(
            expires=timezone.now() - timedelta(days=1)
        )
        assert STORE.get("a") is None
        assert not STORE.touch("a", 60)
        assert STORE.add("a", 2, 60)
        assert STORE.get("a") == 2
        Kept.objects.exclude(expires=None).update(expires=timezone.now() - timedelta(days=1))
        assert tasks.tidy() == 1
        assert STORE.get("for good") == 1

    def test_once_is_once(self, db: None) -> None:
        with kept.once("form", 60) as first:
            assert first
        with kept.once("form", 60) as again:
            assert not again

    def test_what_fails_inside_leaves_no_mark(self, db: None) -> None:
        with pytest.raises(KeyError), kept.once("form", 60):
            raise KeyError
        with kept.once("form", 60) as first:
            assert first

    def test_a_second_tap_waits_for_the_first(self, transactional_db: None) -> None:
        seen = []

        def tap() -> None:
            with kept.once("form", 60) as first:
                seen.append(first)
            connection.close()

        second = threading.Thread(target=tap)
        with kept.once("form", 60) as first:
            second.start()
            second.join(0.3)
            assert second.is_alive()
            assert first
        second.join(10)
        assert seen == [False]


class TestAway:
    def test_the_database_counts_instead(self, away: None, db: None) -> None:
        cache.add("n", 0, 60)
        assert cache.incr("n") == 1
        assert STORE.get("n") == 1

    def test_redis_is_left_alone_for_a_while(
        self, away: None, db: None, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(5):
            cache.get("a")
        told = [r for r in caplog.records if r.name == "enforcement.cache"]
        assert len(told) == 1

    def test_and_used_again_when_it_is_back(self, away: None, db: None, settings: Any) -> None:
        caching.BREAKER = caching.Breaker(rest=0.0)
        cache.set("a", "database", 60)
        settings.CACHES = {"default": dict(settings.CACHES["default"], LOCATION=_true_redis())}
        cache.set("a", "redis", 60)
        assert (cache.get("a"), STORE.get("a")) == ("redis", "database")

    def test_health_says_so(self, away: None, db: None) -> None:
        assert not health.redis().ok

    def test_a_failing_cache_does_not_break_a_transaction(self, away: None, db: None) -> None:
        with transaction.atomic():
            cache.set("a", 1, 60)
            assert cache.get("a") == 1


class TestHanging:
    """A Redis that takes the connection and then says nothing: the worse way to be away."""

    @pytest.fixture
    def silent(self, settings: Any) -> Iterator[str]:
        """Return the address of a server that never answers."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
            yield settings.REDIS_URL

    def test_the_looks_of_the_health_page_end(self, silent: str) -> None:
        with Celery(broker=silent) as app:
            began = time.monotonic()
            looks = [health.redis(), health.queue(app), health.workers(app)]
            assert [look.ok for look in looks] == [False] * 3
        assert time.monotonic() - began < 15

    def test_counting_for_the_watchers_ends(self, silent: str) -> None:
        began = time.monotonic()
        assert counters.read() == {}
        assert time.monotonic() - began < 10


def _true_redis() -> str:
    from enforcement import embedded
    from enforcement.env import env_secret

    return env_secret("REDIS_URL") or embedded.redis_url(embedded.var_dir())


class Poison:
    """Runs when it is unpickled."""

    ran = False

    def __reduce__(self) -> Any:
        return setattr, (Poison, "ran", True)


def test_what_somebody_wrote_into_redis_does_not_run(db: None) -> None:
    redis: Any = cache._connections[cache._alias]  # type: ignore[attr-defined]
    redis._cache.get_client().set(redis.make_and_validate_key("a"), pickle.dumps(Poison()))
    with pytest.raises(ValueError, match="decode"):
        cache.get("a")
    assert not Poison.ran
    pickle.loads(pickle.dumps(Poison()))  # noqa: S301 - to show that it would
    assert Poison.ran, "the poison would have worked"


def test_messages_of_the_broker_are_data() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
