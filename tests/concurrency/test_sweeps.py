"""Sweeps side by side, killed and paused: the same flags, one each, and whole timelines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection, transaction

from accountability.models import Flag
from accountability.sweep import sweep
from cases.models import Case
from cases.verb import VERBS
from deadlines.models import Sheet, Stale
from enforcement.models import Tick
from tests.concurrency.bulk import DAY, NOW, Loaded, cache_lost, loaded
from tests.concurrency.crowd import (
    Env,
    each_told_once,
    ended,
    finish,
    finished,
    flags,
    flags_held,
    held,
    hold_together,
    killed,
    manage,
    others,
    until,
    waiting,
)
from tests.concurrency.nursery import Child, Nursery
from tests.people import People

#: Cases in one batch of a child's sweep, and how many flags must be held so that four sweeps
#: all run into one: three of them stand in batches that hold at most ``3 * BATCH`` of them.
BATCH = 10
HELD = 3 * BATCH + 5


def a_sweep(nursery: Nursery, batch: int = BATCH) -> Child:
    """Start a sweep in a process of its own, with batches small enough to stop between."""
    return nursery.sweeper(DAY, NOW, batch)


def undisturbed() -> set[Any]:
    """Return what one sweep alone does to the same data, and take it back."""
    with transaction.atomic():
        sweep(DAY, NOW)
        found = everything()
        transaction.set_rollback(True)
    return found


def everything() -> set[Any]:
    """Return all that a sweep leaves: flags without row ids, lengths of timelines, sheets."""
    left = {"id", "raised_at"}
    rows: set[Any] = {
        ("flag", *(value for name, value in row.items() if name not in left))
        for row in Flag.objects.values()
    }
    rows |= {("case", *row) for row in Case.objects.values_list("pk", "version", "last_kind")}
    names = ("case_id", "seen", "token", "next_look", "next_due", "sick")
    return rows | {("sheet", *row) for row in Sheet.objects.values_list(*names)}


class TestTwoSweeps:
    def test_at_once_raise_each_flag_once_and_nothing_else(
        self, march: People, child_env: Env
    ) -> None:
        """The command as an operator runs it, twice; both begin at the same moment."""
        made = loaded(march, 3000, 2000)
        expected = undisturbed()
        with held("LOCK TABLE enforcement_tick"):
            two = [manage(child_env, "sweep", "--today", DAY.isoformat()) for _ in range(2)]
            until(lambda: waiting() == 2 or any(p.poll() for p in two), "both have begun")
        said = [finish(process) for process in two]
        assert all("新标记" in line for line in said), said
        assert flags() == made.owed
        assert everything() == expected
        assert sum(Tick.objects.values_list("flagged", flat=True)) == 2000
        assert not Tick.objects.filter(finished_at=None).exists()
        each_told_once()
        hold_together()

    def test_in_small_batches_with_lost_sheets_share_the_work(
        self, march: People, nursery: Nursery
    ) -> None:
        made = loaded(march, 1200, 800)
        cache_lost(made.due[::3])
        expected = undisturbed()
        with held("LOCK TABLE enforcement_tick"):
            four = [a_sweep(nursery) for _ in range(4)]
            until(lambda: waiting() == 4, "four sweeps stand at their first statement")
        finished(*four)
        sweep(DAY, NOW)  # what one of them passed over because another held it
        assert flags() == made.owed
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_one_that_is_held_up_does_not_hold_up_the_other(
        self, march: People, nursery: Nursery
    ) -> None:
        made = loaded(march, 600, 400)
        expected = undisturbed()
        with flags_held(made.due[200:201]):
            slow = a_sweep(nursery)
            until(waiting, "the first sweep has run into the held flag")
            finished(a_sweep(nursery))
            assert len(flags()) == 400 - BATCH
            assert flags() < made.owed
            hold_together()
        finished(slow)
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_one_after_the_other_the_second_does_nothing(self, march: People) -> None:
        loaded(march, 300, 200)
        assert sweep(DAY, NOW).flagged == 200
        before = everything()
        again = sweep(DAY, NOW)
        assert (again.rebuilt, again.looked, again.flagged) == (0, 0, 0)
        assert everything() == before


def kill_four(nursery: Nursery, hold: Any) -> None:
    """Run four sweeps until each stands in the middle of a batch, and kill all of them there."""
    with hold:
        four = [a_sweep(nursery) for _ in range(4)]
        until(lambda: waiting() == 4, "four sweeps stand in the middle of a batch")
        killed(*four)
    until(lambda: others() == 0, "the database has noticed that they are gone")


def half_way(made: Loaded, before: int) -> int:
    """Hold what is there now to what is owed; return how many flags there are."""
    found = flags()
    assert found < made.owed
    assert len(found) >= before
    each_told_once()
    hold_together()
    return len(found)


class TestKilled:
    def test_four_sweeps_killed_in_mid_batch_again_and_again(
        self, march: People, nursery: Nursery
    ) -> None:
        """Killed between the lock and the commit, each time at other flags."""
        made = loaded(march, 1500, 1000)
        expected, count = undisturbed(), 0
        for turn in range(3):
            open_cases = sorted({lapse[0] for lapse in made.owed - flags()})
            kill_four(nursery, flags_held(open_cases[turn :: len(open_cases) // HELD]))
            count = half_way(made, count)
        assert 0 < count < 1000 - 4
        assert Tick.objects.filter(finished_at=None).count() == 12  # a run that ended badly shows
        done = sweep(DAY, NOW)
        assert done.flagged == 1000 - count
        assert flags() == made.owed
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_four_sweeps_killed_while_they_derive_what_was_lost(
        self, march: People, nursery: Nursery
    ) -> None:
        """All caches are gone; killed in the middle of writing them again."""
        made = loaded(march, 3000, 400)
        everybody = list(Case.objects.order_by("pk").values_list("pk", flat=True))
        expected = undisturbed()
        cache_lost(everybody)
        sheets = held(
            """
            INSERT INTO deadlines_sheet (case_id, seen, token, court_id, sick, built_at)
            SELECT id, 0, '', '', '', now() FROM cases_case WHERE id > %s AND id %% 100 = 0
            """,
            [everybody[1000]],
        )
        kill_four(nursery, sheets)
        left = Stale.objects.count()
        assert (0 < left < 3000, Sheet.objects.count()) == (True, 3000 - left)
        assert not Flag.objects.exists()
        hold_together()
        assert sweep(DAY, NOW).rebuilt == left
        assert flags() == made.owed
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_killed_at_any_moment_and_started_again_until_nothing_is_left(
        self, march: People, nursery: Nursery
    ) -> None:
        """No point is chosen: each time some more flags are there, all of them are killed."""
        made = loaded(march, 1500, 1000)
        expected, turns = undisturbed(), 0
        while len(flags()) < 1000:
            goal, turns = Flag.objects.count() + 250, turns + 1
            four = [a_sweep(nursery) for _ in range(4)]
            until(
                lambda goal=goal, four=four: (  # type: ignore[misc]
                    Flag.objects.count() >= goal or all(child.ended() is not None for child in four)
                ),
                "some more flags are raised",
            )
            for child in four:
                child.kill()
                ended(child)
            until(lambda: others() == 0, "the database has noticed that they are gone")
            hold_together()
        sweep(DAY, NOW)
        assert flags() == made.owed
        assert everything() == expected
        each_told_once()
        hold_together()


class TestPaused:
    def test_a_sweep_that_sleeps_in_its_transaction_keeps_only_its_own_cases(
        self, march: People, nursery: Nursery
    ) -> None:
        """Stopped by SIGSTOP between its work and its commit, and woken long after."""
        made = loaded(march, 600, 400)
        expected = undisturbed()
        with flags_held(made.due[::9]):
            sleeper = a_sweep(nursery)
            until(waiting, "the sweep stands in the middle of a batch")
            sleeper.stop()
        try:
            before = Flag.objects.count()
            assert sweep(DAY, NOW).flagged == 400 - BATCH - before
            assert sweep(DAY, NOW).flagged == 0  # what sleeps is still held, and left alone
            hold_together()
        finally:
            sleeper.wake()
        finished(sleeper)
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_a_sweep_whose_session_was_ended_meanwhile_wakes_up_and_changes_nothing(
        self, march: People, nursery: Nursery
    ) -> None:
        """The server ended it (a time-out, a broken line); others have done its work since."""
        made = loaded(march, 600, 400)
        expected = undisturbed()
        with flags_held(made.due[::9]):
            sleeper = a_sweep(nursery)
            until(waiting, "the sweep stands in the middle of a batch")
            sleeper.stop()
            _end_other_sessions()
        try:
            sweep(DAY, NOW)
            assert everything() == expected
        finally:
            sleeper.wake()
        assert ended(sleeper) == 1
        assert everything() == expected
        each_told_once()
        hold_together()

    def test_a_judge_waits_for_a_sweep_at_work_and_then_acts_on_what_it_left(
        self, march: People, nursery: Nursery
    ) -> None:
        """The act comes after the flag: its number in the timeline says so."""
        made = loaded(march, 60, 40)
        case = Case.objects.get(pk=made.due[7])
        with flags_held([case.pk]):
            slow = a_sweep(nursery, 40)
            until(waiting, "the sweep stands in the middle of its batch")
        VERBS["send_notice"].run(case, by=case.handler, now=NOW, on=DAY)
        finished(slow)
        kinds = list(case.events.order_by("seq").values_list("kind", flat=True))
        assert kinds[-2:] == ["flag.raised", "notice.sent"]
        assert Counter(kinds)["flag.raised"] == 1
        assert flags() == made.owed
        hold_together()


def _end_other_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
