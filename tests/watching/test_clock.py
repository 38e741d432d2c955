"""A clock that cannot be believed accuses nobody, throws nothing away, and tells the operator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accountability import tasks
from accountability.models import Flag
from accountability.sweep import sweep
from cases.models import CaseEvent, Digest
from cases.tasks import seal_digests
from cases.timeline import legal_day
from cases.verb import VERBS
from deadlines.models import Stale
from enforcement import clock, health, kept, measures
from enforcement.beat import Scheduler
from enforcement.celery import app
from enforcement.errors import Refused
from enforcement.models import ClockMark, Tick
from enforcement.models.rollups import RollupDay
from enforcement.tasks import fold_rollups, tidy
from tests.builders import at, enforcing
from tests.people import People, cast

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def looked_at(settings: Any, db: None) -> Iterator[None]:
    """Let the clock be looked at, as outside the tests, and forget the look afterwards."""
    settings.CLOCK_TOLERANCE = 60
    clock._last = clock._Look()
    yield
    clock._last = clock._Look()


@pytest.fixture
def people() -> People:
    """Return the cast with their posts."""
    return cast()


@pytest.fixture
def long_due(people: People, settings: Any) -> None:
    """Let one case be long overdue and not swept yet."""
    settings.CLOCK_TOLERANCE = 0
    enforcing(people, "11-02")
    settings.CLOCK_TOLERANCE = 60


def machine_set(by: timedelta) -> None:
    """Let the whole machine, the database's clock too, stand as if it had been set."""
    assert clock.look() is None
    mark = ClockMark.objects.get()
    mark.offset -= by.total_seconds()
    mark.save()
    clock._last = clock._Look()


def machine_set_right() -> None:
    """Let the clock of the machine stand again as it did."""
    ClockMark.objects.update(offset=clock.offset())
    clock._last = clock._Look()


def seen() -> str:
    """Return who contradicts the clock; nobody: empty."""
    found = clock.doubt()
    return found.code if found else ""


class TestTheWitnesses:
    def test_a_clock_that_agrees_with_all_of_them_is_believed(self) -> None:
        assert seen() == ""
        assert ClockMark.objects.get().boot == clock.boot_id()

    @pytest.mark.parametrize(("by", "doubted"), [(DAY, 1), (-DAY, 1), (timedelta(seconds=30), 0)])
    def test_the_database(self, by: timedelta, doubted: bool) -> None:
        with time_machine.travel(timezone.now() + by):
            found = clock.doubt()
        assert (found is not None) == doubted
        if found:
            assert found.code == "database"
            assert abs(found.ahead - by.total_seconds()) < 30
            assert not ClockMark.objects.exists()  # what is doubted is not remembered

    def test_the_boot_clock(self) -> None:
        machine_set(DAY)
        assert seen() == "boot"
        machine_set_right()
        assert seen() == ""

    def test_the_past_does_not_lie_in_the_future(self) -> None:
        later = timezone.now() + DAY
        Tick.objects.create(job="sweep", today=legal_day(later), started_at=later)
        assert seen() == "past"

    def test_a_step_is_seen_at_once_and_a_steady_clock_is_asked_about_seldom(
        self, django_assert_num_queries: Any
    ) -> None:
        assert seen() == ""
        with django_assert_num_queries(0):
            assert seen() == ""
        with time_machine.travel(timezone.now() + DAY):
            assert seen() == "database"
        assert seen() == ""

    def test_nobody_is_asked_where_it_is_switched_off(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        settings.CLOCK_TOLERANCE = 0
        with django_assert_num_queries(0), time_machine.travel(timezone.now() + DAY):
            assert clock.doubt() is None


class TestInDoubt:
    def test_the_sweep_rebuilds_and_flags_nobody_and_says_why(self, long_due: None) -> None:
        machine_set(DAY)
        assert tasks.sweep() == 0
        assert not Flag.objects.exists()
        assert not Stale.objects.exists()
        tick = Tick.objects.get()
        assert "本机时钟被拨过，比开机计时快 1.0 天" in tick.error
        assert "manage.py clock --accept" in tick.error
        assert timezone.now() - tick.started_at >= DAY  # never a moment that may not have come

    def test_and_flags_when_the_clock_is_back(self, long_due: None) -> None:
        machine_set(DAY)
        tasks.sweep()
        machine_set_right()
        assert tasks.sweep() > 0

    def test_the_command_refuses_too(self, long_due: None) -> None:
        machine_set(-DAY)
        with pytest.raises(CommandError, match=r"慢 1\.0 天"):
            call_command("sweep")
        assert not Flag.objects.exists()

    def test_a_verb_is_refused_on_another_day_and_done_within_the_day(
        self, people: People, settings: Any
    ) -> None:
        settings.CLOCK_TOLERANCE = 0
        case = enforcing(people, "11-02").case
        settings.CLOCK_TOLERANCE = 60
        act = VERBS["send_notice"].run
        told = CaseEvent.objects.count()
        machine_set(DAY)
        with pytest.raises(Refused) as refused:
            act(case, by=people.lin, now=at("11-05"), on=at("11-05").date())
        assert (refused.value.code, refused.value.status) == ("clock.doubt", 503)
        assert CaseEvent.objects.count() == told
        doubt = clock.Doubt("boot", 90.0, at("11-05"))
        clock._last.found = doubt
        assert not doubt.wrong_day
        clock.refuse_wrong_day()

    def test_what_is_kept_for_a_while_is_not_thrown_away(self) -> None:
        kept.STORE.add("form", 1, -60)
        machine_set(DAY)
        assert tidy() == 0
        machine_set_right()
        assert tidy() == 1

    def test_no_day_is_sealed_and_the_counting_day_stays(self, long_due: None) -> None:
        fold_rollups()
        counted = RollupDay.objects.get().day
        machine_set(DAY)
        with time_machine.travel(timezone.now() + DAY):
            assert seal_digests() == 0
            fold_rollups()
        assert not Digest.objects.exists()
        assert RollupDay.objects.get().day == counted

    def test_the_operator_is_told_everywhere(self, people: People, client: Client) -> None:
        machine_set(DAY)
        assert not health.clock().ok
        ready = client.get("/health/ready").json()
        assert (ready["status"], "clock" in ready["warnings"]) == ("ok", True)
        said = measures.text(timezone.now())
        (line,) = [x for x in said.splitlines() if x.startswith("enforcement_clock_doubt_seconds ")]
        assert float(line.split()[1]) == pytest.approx(DAY.total_seconds(), abs=60)

    def test_a_run_in_the_future_is_an_alarm_and_not_a_sweep_on_time(self, now: datetime) -> None:
        tick = Tick(job="sweep", today=now.date(), started_at=now + DAY)
        assert health.pulse(tick, now) == "late"


class TestAccepting:
    def test_a_person_says_that_the_clock_is_right(self) -> None:
        machine_set(DAY)
        with pytest.raises(CommandError, match="开机计时"):
            call_command("clock")
        call_command("clock", "--accept", stdout=StringIO())
        assert seen() == ""
        said = StringIO()
        call_command("clock", stdout=said)
        assert said.getvalue() == "时钟正常。\n"

    def test_nobody_can_say_so_against_the_database(self) -> None:
        with (
            time_machine.travel(timezone.now() + DAY),
            pytest.raises(CommandError, match="数据库服务器"),
        ):
            call_command("clock", "--accept")

    def test_flags_of_a_day_that_has_not_come_are_taken_back_and_raised_on_their_day(
        self, people: People, settings: Any
    ) -> None:
        settings.CLOCK_TOLERANCE = 0
        now = timezone.now()
        enforcing(people, legal_day(now - 3 * DAY)).rebuilt(legal_day(now))
        settings.CLOCK_TOLERANCE = 60
        later = now + 60 * DAY
        sweep(legal_day(later), later)  # a machine started with a wrong clock: nothing to tell by
        early = Flag.objects.filter(lapse_on__gt=legal_day(now), state="raised").count()
        assert early > 0
        assert seen() == "past"
        call_command("clock", "--accept", stdout=StringIO())
        tasks.sweep()
        assert not Flag.objects.filter(lapse_on__gt=legal_day(now)).exclude(state="withdrawn")
        sweep(legal_day(later), later)
        assert Flag.objects.filter(lapse_on__gt=legal_day(now), state="raised").count() == early


class TestBeat:
    def test_a_clock_put_back_does_not_silence_it_for_a_day(self, tmp_path: Any) -> None:
        beat = Scheduler(app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
        beat.setup_schedule()
        with time_machine.travel(timezone.now() + DAY):
            for entry in beat.schedule.values():
                entry.last_run_at = entry.default_now()
            beat.tick()
        beat.tick()
        latest = max(entry.last_run_at for entry in beat.schedule.values())
        assert latest <= timezone.now()
        event = min(beat._heap)
        assert event[0] - beat._when(event[2], 0) <= 30.0
        beat.close()
