"""The sweep gives way while people ask for pages; whom it flags does not depend on it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from accountability.pace import BUSY, SMALLER, Pace
from accountability.sweep import sweep
from enforcement import counters
from tests.builders import at, day, enforcing
from tests.people import People


class TestPace:
    def test_while_nobody_asks_batches_are_whole_and_nothing_rests(self) -> None:
        rests: list[float] = []
        pace = Pace(asked=lambda: 0.0, rest=rests.append)
        assert pace.batch(5000) == 5000
        with pace.giving_way():
            pass
        assert rests == []

    def test_while_people_ask_batches_are_smaller_and_each_is_followed_by_a_rest(self) -> None:
        rests: list[float] = []
        pace = Pace(asked=lambda: BUSY, rest=rests.append)
        assert pace.batch(5000) == 5000 // SMALLER
        with pace.giving_way():
            time.sleep(0.02)
        (rest,) = rests
        assert rest >= 0.02

    def test_a_batch_of_one_is_never_made_smaller(self) -> None:
        assert Pace(asked=lambda: BUSY, rest=lambda _: None).batch(1) == 1


class TestWhoAsks:
    def test_requests_of_the_last_seconds_are_told_by_all_processes(self) -> None:
        before = counters.asked_lately()
        counters.count(counters.REQUESTS, 300, face="page", status="2xx")
        assert counters.hand_over()
        time.sleep(1.1)  # the second that runs is not counted yet
        assert counters.asked_lately() >= before + 90

    def test_without_redis_nobody_is_said_to_ask(self, settings: Any) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert counters.asked_lately() == 0.0


@pytest.mark.django_db
class TestSweeping:
    @pytest.mark.parametrize("asked", [0.0, 100.0])
    def test_the_same_is_flagged_whether_people_ask_or_not(
        self, people: People, asked: float
    ) -> None:
        rests: list[float] = []
        for _ in range(7):
            enforcing(people)
        pace = Pace(asked=lambda: asked, rest=rests.append)
        done = sweep(day("11-10"), at("11-10"), batch=5, pace=pace)
        assert (done.looked, done.flagged) == (7, 7)
        # The sheets in one batch, seven batches of one, and the look at the end.
        assert len(rests) == (9 if asked else 0)
        assert sweep(day("11-10"), at("11-10"), pace=pace).flagged == 0
