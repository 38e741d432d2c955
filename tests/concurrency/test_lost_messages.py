"""Messages between processes are a shortcut: a month without one of them changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from kombu.exceptions import OperationalError

from accountability import tasks
from accountability.models import Flag
from accountability.sweep import sweep
from cases.models import Case
from cases.verb import VERBS
from deadlines.models import Sheet, Stale
from enforcement.celery import app
from enforcement.models import Tick
from enforcement.rollups import turn_day
from tests.accountability.country import Country, at
from tests.builders import at as moment
from tests.builders import enforcing
from tests.concurrency.crowd import (
    case_held,
    each_told_once,
    flags,
    held,
    hold_together,
    killed,
    others,
    truth,
    until,
    waiting,
)
from tests.concurrency.month import DAYS, FIRST, LAST, Month, unplugged
from tests.concurrency.nursery import Nursery
from tests.courts_fixture import load_branch
from tests.people import People

#: Nobody answers there.
DEAD_BROKER = "redis://127.0.0.1:1/0"


@pytest.fixture
def country(alone: None) -> Country:
    """Return courts without anybody in them, committed."""
    turn_day(FIRST)
    return Country(load_branch())


def days() -> Iterator[date]:
    """Yield the days of the month."""
    for n in range(DAYS):
        yield FIRST + timedelta(days=n)


def beat_is_not_heard() -> None:
    """Send the sweep's message as beat does, to a broker that is not there."""
    options = {"max_retries": 0, "socket_connect_timeout": 1}
    line = app.connection_for_write(DEAD_BROKER, transport_options=options)
    with line, pytest.raises(OperationalError):
        tasks.sweep.apply_async(connection=line, retry=False)


class TestThirtyDays:
    def test_without_a_message_after_commit_are_like_thirty_days_with_all_of_them(
        self, country: Country
    ) -> None:
        """Twin courts: the same acts, but nobody hears of those of one of them until the sweep."""
        heard, unheard, lost = Month(country, "陕1002"), Month(country, "陕1021"), 0
        for day in days():
            heard.live(day)
            with unplugged():
                unheard.live(day)
            left = set(Stale.objects.values_list("case_id", flat=True))
            lost += len(left & {case.pk for case in unheard.everything})
            assert sweep(day, at(day)).rebuilt == len(left)
        assert lost > DAYS
        assert unheard.became == heard.became
        assert unheard.timelines() == heard.timelines()
        assert unheard.clocks() == heard.clocks()
        assert unheard.flags() == heard.flags()
        # The month was worth living: flags at many stages, acts done and acts refused.
        assert {flag[7] for flag in heard.flags()} >= {"raised", "demanded", "withdrawn"}
        assert any(flag[8] == 1 for flag in heard.flags())
        assert len(heard.flags()) > 10
        assert sum(how == "done" for _, how in heard.became) > 2 * DAYS
        hold_together()

    def test_without_a_sweep_as_well_are_made_good_by_the_first_one(self, country: Country) -> None:
        """Neither after-commit nor beat's messages arrive: one sweep at the end finds it all."""
        unheard = Month(country, "陕1002")
        for day in days():
            beat_is_not_heard()
            with unplugged():
                unheard.live(day)
        assert not Sheet.objects.exists()
        assert not Flag.objects.exists()
        assert not Tick.objects.exists()
        assert Stale.objects.count() == len(unheard.everything)
        owed = truth(LAST)
        assert len(owed) > 10
        done = sweep(LAST, at(LAST))
        assert (done.rebuilt, done.flagged) == (len(unheard.everything), len(owed))
        assert flags() == owed
        each_told_once()
        hold_together()


class TestKilledAfterCommit:
    def test_an_act_whose_process_dies_between_commit_and_message_is_not_lost(
        self, people: People, nursery: Nursery
    ) -> None:
        built = enforcing(people)
        on = moment("11-06")
        with held("SELECT FROM deadlines_sheet WHERE case_id = %s FOR UPDATE", [built.case.pk]):
            child = nursery.act("send_notice", built.case.pk, people.lin.pk, on)
            until(waiting, "the act is committed and its message under way")
            assert built.kinds[-1] == "notice.sent"
            killed(child)
        until(lambda: others() == 0, "the database has noticed that it is gone")
        assert Stale.objects.filter(case=built.case).exists()
        assert Sheet.objects.get(case=built.case).seen < Case.objects.get(pk=built.case.pk).version
        swept = built.swept("11-10")
        assert (swept.rebuilt, swept.flagged) == (1, 0)
        assert built.clock("send_enforcement_notice").state == "done"
        hold_together()

    def test_an_act_whose_process_dies_before_commit_never_happened(
        self, people: People, nursery: Nursery
    ) -> None:
        built = enforcing(people)
        with case_held(built.case):
            child = nursery.act("send_notice", built.case.pk, people.lin.pk, moment("11-06"))
            until(waiting, "the act stands before the lock")
            killed(child)
        until(lambda: others() == 0, "the database has noticed that it is gone")
        assert built.kinds[-1] == "file.received"
        assert built.swept("11-10").flagged == 1
        VERBS["send_notice"].run(built.case, by=people.lin, now=moment("11-10"))
        hold_together()
