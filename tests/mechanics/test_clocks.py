"""Clocks from events: which event starts, stops and ends a period, and what a clock answers.

The rules here are the test's own; the real rulebook has its golden cases.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from deadlines.calendar import Mark
from deadlines.clocks import ClockError, Event, derive, sheet_token
from deadlines.rulebook import parse_rulebook
from tests.mechanics.own_law import BEGUN, BOOK, CALENDAR, LAW, d, only, table, timeline


class TestLife:
    def test_it_runs_to_its_due_day_and_lapses_the_day_after(self) -> None:
        clock = only("once", BEGUN)
        assert (clock.state, clock.due, clock.lapse_on) == ("running", d("03-10"), d("03-11"))
        assert (clock.version, clock.start_seq, clock.start_on, clock.subject) == (
            date(2020, 1, 1),
            1,
            d("03-03"),
            "",
        )

    def test_due_today_is_not_overdue_and_tomorrow_is(self) -> None:
        clock = only("once", BEGUN)
        assert not clock.overdue(d("03-10"))
        assert clock.overdue(d("03-11"))

    def test_a_lapse_is_still_seen_after_days_without_a_look(self) -> None:
        clock = only("once", BEGUN)
        assert all(clock.overdue(day) for day in (d("03-11"), d("03-14"), d("12-31")))

    def test_days_left_count_down_through_zero(self) -> None:
        clock = only("once", BEGUN)
        assert [clock.days_left(d(day)) for day in ("03-08", "03-10", "03-12")] == [2, 0, -2]

    def test_amber_comes_before_the_due_day_and_ends_with_it(self) -> None:
        clock = only("once", BEGUN)
        states = [clock.status(d(f"03-{day:02}")) for day in (7, 8, 10, 11)]
        assert states == ["running", "amber", "amber", "overdue"]

    def test_amber_is_never_on_the_start_day(self) -> None:
        book = parse_rulebook(
            table(
                "short",
                'starts = ["a.begun"]\nstops = ["a.done"]\namber_days = 30\n'
                'span = { n = 3, unit = "days" }',
            )
        )
        assert only("short", BEGUN, book=book).amber_on == d("03-04")

    def test_done_on_the_due_day_is_in_time(self) -> None:
        clock = only("once", BEGUN, ("a.done", "03-10"))
        assert (clock.state, clock.stopped_on, clock.stop_seq) == ("done", d("03-10"), 2)
        assert (clock.lapse_on, clock.amber_on) == (None, None)
        assert clock.status(d("12-31")) == "done"
        assert clock.days_left(d("03-09")) is None

    def test_done_late_keeps_the_day_of_lapse_but_is_no_longer_overdue(self) -> None:
        clock = only("once", BEGUN, ("a.done", "03-12"))
        assert (clock.state, clock.lapse_on) == ("done", d("03-11"))
        assert clock.lapsed(d("03-12"))
        assert not clock.overdue(d("03-20"))
        assert clock.status(d("03-20")) == "late"

    def test_done_before_the_start_was_done_already(self) -> None:
        clock = only("once", BEGUN, ("a.done", "03-01"))
        assert (clock.state, clock.stopped_on, clock.lapse_on) == ("done", d("03-01"), None)

    def test_a_second_start_wins_no_new_time(self) -> None:
        clock = only("once", BEGUN, ("a.begun", "03-09"))
        assert (clock.start_seq, clock.due) == (1, d("03-10"))

    def test_a_start_backdated_later_is_the_start(self) -> None:
        clock = only("once", ("a.begun", "03-09"), BEGUN)
        assert (clock.start_seq, clock.start_on) == (2, d("03-03"))

    def test_a_period_to_wait_out_cannot_lapse(self) -> None:
        clock = only("wait", ("w.begun", "03-02"))
        assert (clock.due, clock.lapse_on) == (d("03-07"), None)

    def test_a_period_to_wait_out_warns_nobody(self) -> None:
        assert only("wait", ("w.begun", "03-02")).amber_on is None
        assert only("once", BEGUN).amber_on is not None


class TestEnding:
    def test_a_case_that_is_over_shows_nothing_overdue(self) -> None:
        clock = only("once", BEGUN, ("b.closed", "03-05"))
        assert (clock.state, clock.lapse_on) == ("moot", None)
        assert clock.status(d("12-31")) == "moot"

    def test_closing_late_does_not_wipe_out_the_lapse(self) -> None:
        clock = only("once", BEGUN, ("b.closed", "03-12"))
        assert (clock.state, clock.lapse_on, clock.stopped_on) == ("moot", d("03-11"), d("03-12"))
        assert clock.status(d("03-20")) == "late"

    def test_performed_first_is_performed(self) -> None:
        assert only("once", BEGUN, ("a.done", "03-05"), ("b.closed", "03-06")).state == "done"
        assert only("once", BEGUN, ("a.done", "03-05"), ("b.closed", "03-05")).state == "done"
        assert only("once", BEGUN, ("b.closed", "03-05"), ("a.done", "03-06")).state == "moot"

    def test_a_duty_of_the_case_does_not_arise_after_its_end(self) -> None:
        assert only("once", ("b.closed", "03-01"), BEGUN).state == "moot"

    def test_a_new_item_after_the_end_is_a_new_duty(self) -> None:
        item = ("i.begun", "03-03", {"item": 1})
        assert only("many", ("b.closed", "03-01"), item).state == "running"
        assert only("many", ("b.closed", "03-05"), item).state == "moot"


class TestMatching:
    def test_each_item_has_its_own_clock(self) -> None:
        rows = timeline(
            ("i.begun", "03-03", {"item": 1}),
            ("i.begun", "03-04", {"item": 2}),
            ("i.done", "03-05", {"item": 2, "good": True}),
        )
        clocks = derive(rows, BOOK, CALENDAR)
        assert [(c.subject, c.state) for c in clocks] == [("1", "running"), ("2", "done")]

    def test_another_item_does_not_stop_it_and_one_without_an_item_neither(self) -> None:
        begun = ("i.begun", "03-03", {"item": 1})
        other = ("i.done", "03-04", {"item": 2, "good": True})
        bare = ("i.done", "03-04", {"good": True})
        assert only("many", begun, other).state == "running"
        assert only("many", begun, bare).state == "running"

    def test_an_item_handed_in_twice_keeps_its_first_day(self) -> None:
        begun = [("i.begun", day, {"item": 1}) for day in ("03-03", "03-06")]
        assert only("many", *begun).start_on == d("03-03")

    def test_numbers_and_texts_name_the_same_item(self) -> None:
        done = ("i.done", "03-04", {"item": "1", "good": True})
        assert only("many", ("i.begun", "03-03", {"item": 1}), done).state == "done"

    def test_an_end_that_names_an_item_ends_only_that_one(self) -> None:
        rows = timeline(
            ("i.begun", "03-03", {"item": 1}),
            ("i.begun", "03-03", {"item": 2}),
            ("i.out", "03-04", {"item": 2}),
        )
        assert [c.state for c in derive(rows, BOOK, CALENDAR)] == ["running", "moot"]

    def test_a_stop_must_meet_its_conditions(self) -> None:
        begun = ("i.begun", "03-03", {"item": 1})
        bad = ("i.done", "03-04", {"item": 1, "good": False})
        good = ("i.done", "03-06", {"item": 1, "good": True})
        assert only("many", begun, bad).state == "running"
        assert only("many", begun, bad, good).stopped_on == d("03-06")

    @pytest.mark.parametrize(
        ("data", "codes"),
        [
            ({"urgent": True}, ["hurry"]),
            ({"urgent": False, "grade": "x"}, ["calm"]),
            ({"grade": "y"}, ["calm"]),
            ({"urgent": False, "grade": "z"}, []),
            ({}, []),
        ],
    )
    def test_the_start_must_meet_its_conditions(
        self, data: dict[str, Any], codes: list[str]
    ) -> None:
        clocks = derive(timeline(("h.begun", "03-03", data)), BOOK, CALENDAR)
        assert [c.rule for c in clocks] == codes

    def test_a_rule_for_each_start_stops_at_the_next_one(self) -> None:
        rows = timeline(("s.made", "01-05"), ("s.made", "02-03"), ("s.made", "03-20"))
        clocks = derive(rows, BOOK, CALENDAR)
        assert [(c.start_seq, c.state, c.stop_seq) for c in clocks] == [
            (1, "done", 2),
            (2, "done", 3),
            (3, "running", None),
        ]
        assert [c.lapse_on for c in clocks] == [None, d("03-04"), d("04-21")]


class TestStartDayAndLength:
    def test_the_period_runs_from_the_day_the_event_names(self) -> None:
        clock = only("anchored", ("k.begun", "03-05", {"asked_on": "2026-02-27"}))
        assert (clock.start_on, clock.raw_end) == (d("02-27"), d("03-09"))
        told = clock.explain({"k.begun": "收到"})
        assert told.anchor == "asked_on"
        assert "“收到”所载日期" in told.sentences[0]

    def test_where_the_event_names_no_day_its_own_day_counts(self) -> None:
        assert only("anchored", ("k.begun", "03-05", {"asked_on": None})).start_on == d("03-05")
        assert only("anchored", ("k.begun", "03-05")).start_on == d("03-05")

    @pytest.mark.parametrize("value", ["27/02/2026", "2026-02-30", 20260227])
    def test_a_day_that_cannot_be_read_is_an_error_not_a_guess(self, value: Any) -> None:
        with pytest.raises(ClockError, match="event 1: 'asked_on' is not a day"):
            only("anchored", ("k.begun", "03-05", {"asked_on": value}))

    def test_the_number_of_days_comes_from_the_event(self) -> None:
        assert only("given", ("o.begun", "03-02", {"order": 1, "days": 15})).due == d("03-17")

    @pytest.mark.parametrize("value", [None, "15", -1, True, 10**9])
    def test_a_number_that_cannot_be_used_is_an_error(self, value: Any) -> None:
        with pytest.raises(ClockError, match="event 1: 'days' is not a number"):
            only("given", ("o.begun", "03-02", {"order": 1, "days": value}))

    def test_a_number_in_the_rule_holds_where_the_event_has_none(self) -> None:
        book = parse_rulebook(
            table(
                "given",
                'starts = ["o.begun"]\nstops = ["o.done"]\nspan_from = "days"\n'
                'span = { n = 4, unit = "days" }',
            )
        )
        assert only("given", ("o.begun", "03-02"), book=book).raw_end == d("03-06")

    def test_a_moment_is_not_a_legal_day(self) -> None:
        midnight = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # already the 3rd in Shanghai
        with pytest.raises(ClockError, match="a legal day is wanted"):
            derive([Event(1, "a.begun", midnight, {})], BOOK, CALENDAR)

    def test_a_day_at_the_end_of_time_is_an_error_of_the_case(self) -> None:
        far = Event(1, "o.begun", date(9999, 12, 30), {"order": 1, "days": 9})
        with pytest.raises(ClockError, match="beyond"):
            derive([far], BOOK, CALENDAR)


class TestWhole:
    def test_a_holiday_added_later_moves_the_due_day_and_makes_the_sheet_stale(self) -> None:
        more = CALENDAR.overlay({d("03-10"): Mark("off", "补休")})
        (before,) = derive(timeline(BEGUN), BOOK, CALENDAR)
        (after,) = derive(timeline(BEGUN), BOOK, more)
        assert (before.due, after.due) == (d("03-10"), d("03-11"))
        assert sheet_token(BOOK, CALENDAR) != sheet_token(BOOK, more)

    def test_a_changed_rule_makes_the_sheet_stale(self) -> None:
        assert sheet_token(BOOK, CALENDAR) == sheet_token(parse_rulebook(LAW), CALENDAR)
        other = parse_rulebook(LAW.replace("n = 7", "n = 8"))
        assert sheet_token(BOOK, CALENDAR) != sheet_token(other, CALENDAR)

    def test_clocks_come_sorted_by_rule_then_start(self) -> None:
        rows = timeline(
            ("o.begun", "03-05", {"order": 2, "days": 3}),
            ("o.begun", "03-04", {"order": 1, "days": 3}),
            BEGUN,
        )
        assert [(c.rule, c.subject) for c in derive(rows, BOOK, CALENDAR)] == [
            ("given", "1"),
            ("given", "2"),
            ("once", ""),
        ]

    def test_no_events_no_clocks(self) -> None:
        assert derive([], BOOK, CALENDAR) == ()

    def test_a_clock_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            only("once", BEGUN).due = d("12-31")  # type: ignore[misc]
