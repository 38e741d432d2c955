"""Of several that want to do a job at once, one does it, by the clock of the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from accountability import tasks
from enforcement.models import Tick, Turn
from enforcement.turns import take_turn


@pytest.mark.django_db
class TestATurn:
    def test_the_first_takes_it_and_the_second_does_not(self) -> None:
        assert take_turn("sweep", 60)
        assert not take_turn("sweep", 60)

    def test_jobs_do_not_wait_for_each_other(self) -> None:
        assert take_turn("sweep", 60)
        assert take_turn("another", 60)

    def test_it_is_free_again_after_its_time(self) -> None:
        assert take_turn("sweep", 60)
        Turn.objects.update(at=timezone.now() - timedelta(seconds=61))
        assert take_turn("sweep", 60)

    def test_one_taken_in_the_future_holds_nobody_up(self) -> None:
        assert take_turn("sweep", 60)
        Turn.objects.update(at=timezone.now() + timedelta(days=1))
        assert take_turn("sweep", 60)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_one_takes_it() -> None:
    taken: list[bool] = []

    def take() -> None:
        taken.append(take_turn("crowd", 60))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 19 + [True]


@pytest.mark.django_db
class TestSweepsByBeat:
    def test_the_message_of_a_second_beat_does_nothing(self) -> None:
        tasks.sweep()
        tasks.sweep()
        assert Tick.objects.filter(job="sweep").count() == 1

    def test_who_swept_is_written_down(self) -> None:
        tasks.sweep()
        assert ":" in Tick.objects.get(job="sweep").host

    @pytest.mark.parametrize("trouble", [OperationalError("away"), ConnectionRefusedError()])
    def test_without_a_broker_nobody_is_called_and_nothing_fails(
        self, monkeypatch: pytest.MonkeyPatch, trouble: Exception
    ) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise trouble

        call: Callable[[], None] = tasks.call_helpers
        monkeypatch.setattr(tasks.join_sweep, "apply_async", away)
        call()
