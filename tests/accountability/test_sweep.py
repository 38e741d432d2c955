"""The sweep: whom it flags and for what, what it takes back, and what it leaves alone.

The case of most tests is filed on 2 November 2026 and received on the 4th, so that the notice is
due on Monday the 9th and lapses on the 10th.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DataError, connection
from django.utils import timezone

from accountability import tasks
from accountability.models import Flag
from accountability.sweep import _FLAG as LOOK
from accountability.sweep import Swept, sweep
from cases.ledger import verify
from cases.timeline import legal_day
from deadlines.law import current
from deadlines.models import Clock, Sheet, Stale
from deadlines.sheets import AT_ONCE
from enforcement.models import Tick
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People
from tests.refusals import every_row

NOTICE = "send_enforcement_notice"


def told(built: CaseBuilder, kind: str) -> int:
    """Return how often the timeline tells of a kind."""
    return built.kinds.count(kind)


def swept_as_of(past: str, seen: str) -> Swept:
    """Sweep as of a day gone by."""
    return sweep(day(past), at(seen))


class TestRaising:
    def test_on_the_last_day_there_is_nothing_and_the_day_after_one_flag(
        self, people: People
    ) -> None:
        built = enforcing(people)
        assert built.swept("11-09").flagged == 0
        assert built.swept("11-10").flagged == 1
        flag = built.flag(NOTICE)
        assert (flag.due, flag.lapse_on, flag.raised_on) == (
            day("11-09"),
            day("11-10"),
            day("11-10"),
        )
        assert (flag.state, flag.level, flag.holder) == ("raised", 0, people.lin)
        event = built.event("flag.raised")
        assert event.fields == {"due": "2026-11-09", "flag": flag.pk, "rule": NOTICE, "start": 3}
        assert (event.on, event.at, event.by) == (day("11-10"), at("11-10"), None)
        assert verify(built.case.pk).faults == []

    def test_a_second_time_nothing_changes_but_its_own_record(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-10")
        before = every_row()
        done = built.swept("11-11")
        assert (done.looked, done.flagged, done.rebuilt) == (0, 0, 0)
        assert every_row() == before

    def test_what_was_done_too_late_is_flagged_as_what_was_not_done(self, people: People) -> None:
        built = enforcing(people).noticed("11-10")
        assert built.swept("11-20").flagged == 1
        in_time = enforcing(people).noticed("11-09")
        in_time.swept("11-20")
        assert in_time.flags() == {}

    def test_what_was_done_in_time_and_entered_too_late_is_not(self, people: People) -> None:
        built = enforcing(people).noticed("11-09", seen="11-16")
        assert built.swept("11-20").flagged == 0

    def test_two_leads_lapse_each_for_itself(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").with_lead("11-05").with_lead("11-06")
        built.swept("12-01")
        flags = Flag.objects.filter(rule="lead_red_line").order_by("start_seq")
        assert [(f.start_on, f.start_seq) for f in flags] == [(day("11-05"), 5), (day("11-06"), 6)]

    def test_the_next_lapse_of_the_same_case_is_another_flag(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06")
        built.swept("11-10")
        built.swept("11-16")
        built.swept("11-17")
        assert built.flags() == {NOTICE: "raised", "lead_red_line": "raised"}
        assert told(built, "flag.raised") == 2


class TestLeftAlone:
    def test_amber_is_shown_and_never_flagged(self, people: People) -> None:
        built = enforcing(people).rebuilt("11-08")
        clock = built.clock(NOTICE)
        assert clock.amber_on == day("11-08")
        assert built.swept("11-08").flagged == 0

    def test_rules_that_only_warn_are_never_flagged(self, people: People) -> None:
        built = enforcing(people).noticed("11-09").with_lead("11-09", urgent=True)
        built.swept("11-18")
        late = built.case.clocks.filter(lapse_on__lte=day("11-18"))
        assert set(late.values_list("rule", "severity")) >= {("verify_lead_urgent", "warn")}
        assert built.flags() == {}

    def test_excluded_time_is_nobodys_fault(self, people: People) -> None:
        """Two cases with a lead of one day; one of them stands still since then."""
        builds = [enforcing(people).noticed("11-05").with_lead("11-06") for _ in range(2)]
        builds[0].suspended("11-09")
        builds[0].swept("11-17")
        assert [b.flags() for b in builds] == [{}, {"lead_red_line": "raised"}]

    def test_excluded_time_entered_later_takes_the_flag_back(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").with_lead("11-06")
        built.swept("11-17")
        built.suspended("11-09", seen="11-18")
        built.swept("11-18")
        assert built.flags() == {"lead_red_line": "withdrawn"}

    def test_a_closed_case_lapses_on_nothing_more(self, people: People) -> None:
        built = enforcing(people).with_lead("11-05")
        built.closed("11-06", "terminated", ground="withdrawn")
        assert built.swept("12-20").flagged == 0


class TestHolder:
    @pytest.mark.parametrize(
        ("handed_over", "late"), [("11-06", "zhou"), ("11-09", "zhou"), ("11-10", "lin")]
    )
    def test_lateness_is_of_who_held_the_case_on_the_due_day(
        self, people: People, handed_over: str, late: str
    ) -> None:
        """Before it, on it, after it."""
        built = enforcing(people).reassigned(handed_over, people.zhou)
        built.swept("11-12")
        assert built.flag(NOTICE).holder == getattr(people, late)

    def test_a_duty_of_the_court_is_of_nobody_in_person(self, people: People) -> None:
        built = a_case(people).filed("11-02")
        built.swept("11-10")
        flag = built.flag("assign_handler")
        assert (flag.duty, flag.holder) == ("bureau", None)

    def test_a_handover_entered_later_moves_the_flag_to_the_right_person(
        self, people: People
    ) -> None:
        built = enforcing(people)
        built.swept("11-10")
        built.reassigned("11-06", people.zhou, seen="11-12")
        assert built.swept("11-12").flagged == 0
        flag = built.flag(NOTICE)
        assert (flag.state, flag.holder) == ("raised", people.zhou)
        assert (told(built, "flag.raised"), told(built, "flag.amended")) == (1, 1)


class TestCorrections:
    def test_a_lapse_that_goes_away_takes_its_flag_back_and_one_that_comes_back_restores_it(
        self, people: People
    ) -> None:
        built = enforcing(people)
        built.swept("11-12")
        pk = built.flag(NOTICE).pk
        built.corrected("11-12", "file.received", "11-12")
        assert built.swept("11-12").withdrawn == 1
        assert built.flags() == {NOTICE: "withdrawn"}
        built.corrected("11-13", "file.received", "11-05")
        assert built.swept("11-13").flagged == 1
        flag = built.flag(NOTICE)
        assert (flag.pk, flag.state, flag.start_on) == (pk, "raised", day("11-05"))
        assert flag.raised_on == day("11-13")
        kinds = [k for k in built.kinds if k.startswith("flag.")]
        assert kinds == ["flag.raised", "flag.withdrawn", "flag.raised"]
        assert verify(built.case.pk).faults == []

    def test_a_due_day_that_moves_amends_the_flag_while_it_stays_late(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-20")
        built.corrected("11-20", "file.received", "11-10")
        assert built.swept("11-20").flagged == 0
        flag = built.flag(NOTICE)
        assert (flag.state, flag.start_on, flag.due, flag.lapse_on) == (
            "raised",
            day("11-10"),
            day("11-13"),
            day("11-14"),
        )
        assert told(built, "flag.amended") == 1
        assert built.swept("11-21").looked == 0

    def test_an_act_entered_late_with_its_true_day_takes_the_flag_back(
        self, people: People
    ) -> None:
        built = enforcing(people)
        built.swept("11-12")
        built.noticed("11-09", seen="11-12")
        built.swept("11-12")
        assert built.flags() == {NOTICE: "withdrawn"}

    def test_a_withdrawn_flag_is_not_withdrawn_again(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-12")
        built.corrected("11-12", "file.received", "11-12")
        built.swept("11-12")
        built.with_lead("11-13")
        built.swept("11-13")
        built.swept("11-14")
        assert told(built, "flag.withdrawn") == 1


class TestSecondLook:
    """Locking sees the tables as they were before the locks; the look that flags comes after."""

    def looked_at(self, built: CaseBuilder, today: str) -> tuple[int, int]:
        """Look at a case that was locked as due; return how many cases and flags that made."""
        values = {"today": day(today), "now": at(today), "token": current().token}
        with connection.cursor() as cursor:
            cursor.execute(LOOK, values | {"backward": False, "ids": [built.case.pk]})
            looked, flagged, _, _ = cursor.fetchone()
        return looked, flagged

    def test_who_acted_before_the_lock_was_had_is_not_accused(self, people: People) -> None:
        built = enforcing(people).rebuilt("11-04").noticed("11-09", seen="11-10")
        assert built.clock(NOTICE).lapse_on == day("11-10")  # the sheet does not know of it yet
        assert self.looked_at(built, "11-10") == (0, 0)
        assert built.flags() == {}

    def test_what_another_sweep_has_done_meanwhile_is_not_done_again(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-10")
        assert self.looked_at(built, "11-10") == (0, 0)
        assert told(built, "flag.raised") == 1

    def test_what_is_still_due_is_flagged(self, people: People) -> None:
        built = enforcing(people).rebuilt("11-04")
        assert self.looked_at(built, "11-10") == (1, 1)


class TestDayGoneBy:
    """``--today`` before the present day: flags are raised, none is taken back."""

    def test_a_lapse_is_flagged_though_something_was_done_in_time_since_the_last_sweep(
        self, people: People
    ) -> None:
        built = a_case(people).filed("11-02").rebuilt("11-02").assigned("11-03").rebuilt("11-03")
        built.received("11-04").rebuilt("11-04")
        assert Sheet.objects.get().next_look == AT_ONCE
        assert swept_as_of("11-09", seen="11-30").flagged == 0
        assert swept_as_of("11-10", seen="11-30").flagged == 1
        assert swept_as_of("11-11", seen="11-30").flagged == 0
        assert Sheet.objects.get().next_look == AT_ONCE  # the next run as of today looks again

    def test_a_flag_is_taken_back_only_by_a_sweep_as_of_today(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-12")
        built.corrected("11-12", "file.received", "11-12")
        assert swept_as_of("11-11", seen="11-12").withdrawn == 0
        assert built.flags() == {NOTICE: "raised"}
        assert built.swept("11-12").withdrawn == 1

    def test_many_cases_are_met_once_each_in_batches(self, people: People) -> None:
        builds = [enforcing(people) for _ in range(5)]
        done = sweep(day("11-10"), at("11-30"), batch=2)
        assert (done.looked, done.flagged) == (5, 5)
        assert all(b.flags() == {NOTICE: "raised"} for b in builds)


class TestSick:
    @pytest.fixture
    def builds(self, people: People) -> list[CaseBuilder]:
        """Return three cases that lapse on the same day; the second cannot be read."""
        builds = [enforcing(people) for _ in range(3)]
        self.write(builds[1], '{"papers":')
        return builds

    def write(self, built: CaseBuilder, data: str) -> None:
        """Write an event's data behind the system's back, as a superuser can."""
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE cases_caseevent SET data = %s WHERE case_id = %s AND seq = 3",
                [data, built.case.pk],
            )
            cursor.execute("SET session_replication_role = DEFAULT")

    def test_a_sick_case_is_set_aside_and_the_others_are_flagged(
        self, builds: list[CaseBuilder]
    ) -> None:
        done = builds[0].swept("11-12")
        assert (done.sick, done.flagged) == (1, 2)
        assert [b.flags() for b in builds] == [{NOTICE: "raised"}, {}, {NOTICE: "raised"}]
        assert "JSONDecodeError" in Sheet.objects.get(case=builds[1].case).sick
        assert Tick.objects.get().sick == 1

    def test_it_is_tried_again_by_every_sweep_and_flagged_once_it_is_well(
        self, builds: list[CaseBuilder]
    ) -> None:
        builds[0].swept("11-12")
        assert builds[0].swept("11-13").sick == 1
        self.write(builds[1], "{}")
        done = builds[1].swept("11-14")
        assert (done.sick, done.rebuilt, done.flagged) == (0, 1, 1)
        assert builds[1].flags() == {NOTICE: "raised"}


class TestTick:
    def test_every_run_leaves_one_with_what_it_did(self, people: People) -> None:
        built = enforcing(people)
        done = built.swept("11-10")
        tick = Tick.objects.get()
        assert (tick.job, tick.today, tick.started_at) == ("sweep", day("11-10"), at("11-10"))
        assert (tick.rebuilt, tick.flagged, tick.withdrawn, tick.escalated) == (1, 1, 0, 0)
        assert (tick.statements, tick.error) == (done.statements, "")
        assert tick.finished_at is not None
        built.swept("11-11")
        assert Tick.objects.count() == 2

    def test_a_run_that_fails_says_why(self, people: People) -> None:
        enforcing(people)
        unfit = current()._replace(token="longer than its column")
        with pytest.raises(DataError):
            sweep(day("11-10"), at("11-10"), law=unfit)
        tick = Tick.objects.get()
        assert tick.error.startswith("DataError: ")
        assert tick.finished_at is not None
        assert not Clock.objects.exists()
        assert Stale.objects.count() == 1  # left for the next run

    def test_the_task_and_the_command_do_the_same(self, people: People) -> None:
        assert tasks.sweep() == 0
        enforcing(people)
        said = StringIO()
        call_command("sweep", "--today", "2026-11-10", stdout=said)
        assert said.getvalue().startswith("重建 1 件，巡检 1 件，新标记 1 项，撤销 0 项")
        first, second = Tick.objects.order_by("pk")
        assert (first.today, second.today) == (legal_day(timezone.now()), day("11-10"))

    def test_a_day_that_is_no_day_is_refused_by_the_command(self, db: Any) -> None:
        with pytest.raises(Exception, match="--today"):
            call_command("sweep", "--today", "2026-02-30")
        assert not Tick.objects.exists()
