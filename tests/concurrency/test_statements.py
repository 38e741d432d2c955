"""What a sweep asks of the database does not grow with the cases in a batch."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accountability.sweep import sweep
from deadlines.models import Sheet
from deadlines.sheets import BATCH as REBUILD_BATCH
from enforcement.models import Tick
from tests.concurrency.bulk import DAY, NOW, cache_lost, load
from tests.people import People

ONE_BATCH = 10_000


def asked(batch: int) -> tuple[int, int]:
    """Sweep; return how many statements it took and how many flags it raised."""
    with CaptureQueriesContext(connection) as queries:
        done = sweep(DAY, NOW, batch=batch)
    marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    real = [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(marks)]
    ticks = [sql for sql in real if "enforcement_tick" in sql]
    assert len(ticks) == 2  # written when it begins and when it ends
    assert done.statements == len(real) - 2 == Tick.objects.latest("pk").statements
    return len(real), done.flagged


class TestStatements:
    def test_are_as_many_for_a_hundred_due_cases_as_for_ten_thousand(self, march: People) -> None:
        later = load(march, ONE_BATCH + 1, ONE_BATCH)[100:]
        Sheet.objects.filter(pk__in=later).update(next_look=DAY + timedelta(days=1))
        few, flagged = asked(ONE_BATCH)
        assert flagged == 100
        Sheet.objects.filter(pk__in=later).update(next_look=DAY)
        many, flagged = asked(ONE_BATCH)
        assert flagged == ONE_BATCH - 100
        assert few == many <= 10

    def test_of_further_batches_are_as_many_as_of_the_first(self, march: People) -> None:
        load(march, 800, 700)
        idle = sweep(DAY - timedelta(days=1), NOW).statements
        seven = sweep(DAY, NOW, batch=100)
        assert seven.flagged == 700
        assert seven.statements - idle == 7 * 3  # settings of the plan, lock, look and flag

    def test_of_deriving_do_not_grow_with_the_cases_either(self, march: People) -> None:
        due = load(march, 2 * REBUILD_BATCH, 700)
        counts = []
        for lost in (due[:10], due[: REBUILD_BATCH - 1], due[: REBUILD_BATCH + 1]):
            cache_lost(lost)
            done = sweep(DAY, NOW)
            assert done.rebuilt == len(lost)
            counts.append(done.statements)
        few, many, two_batches = counts
        assert few == many
        assert two_batches - many == 7  # which ones, lock, events, clocks; write three tables
