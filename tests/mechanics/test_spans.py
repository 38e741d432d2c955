"""Counting a period: every way of §10 of the architecture, an independent count by day, and laws.

The calendar here is the test's own: March 2026 with one make-up Saturday and one swapped Monday.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.calendar import Calendar, Mark, Year
from deadlines.spans import Due, Interval, SpanError, add_months, due_date, merged, rest_text

OWN = Calendar(
    {
        date(2026, 3, 7): Mark("work", "试验节"),
        date(2026, 3, 9): Mark("off", "试验节"),
        date(2026, 4, 4): Mark("off", "清明节"),
        date(2026, 4, 6): Mark("off", "清明节"),
    },
    {2025: Year("published", "t"), 2026: Year("published", "t"), 2027: Year("provisional", "t")},
)
START = date(2026, 3, 2)  # a Monday


def d(text: str) -> date:
    """A day of 2026 written MM-DD."""
    return date.fromisoformat(f"2026-{text}")


def count(n: int, unit: str = "days", *excluded: str, start: date = START) -> Due:
    """Count with excluded intervals written ``MM-DD/MM-DD``."""
    pairs = [tuple(map(d, item.split("/"))) for item in excluded]
    return due_date(start, n, unit, pairs, OWN)  # type: ignore[arg-type]


class TestThePlainPeriod:
    def test_the_start_day_is_not_counted(self) -> None:
        assert count(1).due == d("03-03")

    def test_only_the_last_day_moves_off_a_rest_day(self) -> None:
        inside, at_end = count(8), count(6)
        assert (inside.raw_end, inside.due) == (d("03-10"), d("03-10"))
        assert (at_end.raw_end, at_end.due) == (d("03-08"), d("03-10"))
        assert [r.why for r in at_end.rolled] == ["周日", "试验节"]

    def test_a_make_up_saturday_is_a_working_day_to_end_on(self) -> None:
        assert count(5).due == d("03-07")
        assert [r.why for r in count(5).made_up] == ["试验节"]

    def test_working_days_count_the_make_up_saturday_and_not_the_swapped_monday(self) -> None:
        assert count(5, "workdays").due == d("03-07")
        assert count(6, "workdays").due == d("03-10")
        assert [r.day for r in count(6, "workdays").skipped] == [d("03-08"), d("03-09")]

    def test_a_period_of_nothing_ends_on_the_start_day_or_the_next_working_one(self) -> None:
        assert count(0).due == START
        assert count(0, "workdays", start=d("03-08")).due == d("03-10")

    @pytest.mark.parametrize(
        ("start", "n", "end"),
        [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2025-08-31", 6, "2026-02-28"),
            ("2026-02-28", 6, "2026-08-28"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2026-12-31", 12, "2027-12-31"),
            ("2024-02-29", 12, "2025-02-28"),
        ],
    )
    def test_months_end_on_the_same_number_or_the_last_day(
        self, start: str, n: int, end: str
    ) -> None:
        assert add_months(date.fromisoformat(start), n) == date.fromisoformat(end)

    def test_a_month_is_not_a_comparison_of_day_numbers(self) -> None:
        assert count(2, "months", start=d("01-31")).due == d("03-31")
        assert count(1, "years", start=date(2025, 3, 10)).due == d("03-10")


class TestExcludedDays:
    def test_the_day_after_opening_to_the_day_of_closing_do_not_count(self) -> None:
        due = count(7, "days", "03-03/03-13")
        assert due.raw_end == d("03-19")
        assert [(e.days, e.counted_from) for e in due.excluded] == [(10, d("03-03"))]

    def test_overlapping_intervals_count_once(self) -> None:
        assert count(7, "days", "03-03/03-10", "03-05/03-13").raw_end == d("03-19")
        assert count(7, "days", "03-03/03-13", "03-05/03-10").raw_end == d("03-19")

    def test_touching_intervals_add_up(self) -> None:
        assert count(7, "days", "03-03/03-08", "03-08/03-13").raw_end == d("03-19")

    def test_before_the_start_nothing_counts(self) -> None:
        assert count(7, "days", "02-01/03-02").raw_end == d("03-09")
        assert count(7, "days", "02-01/03-04").raw_end == d("03-11")

    def test_an_interval_from_the_last_day_on_is_outside(self) -> None:
        assert count(7, "days", "03-09/03-20").raw_end == d("03-09")
        assert count(7, "days", "03-08/03-20").raw_end == d("03-21")

    def test_an_interval_inside_the_part_that_was_added_counts_too(self) -> None:
        assert count(7, "days", "03-03/03-13", "03-18/03-20").raw_end == d("03-21")
        assert count(7, "days", "03-18/03-20").raw_end == d("03-09")

    def test_the_days_of_rolling_are_not_part_of_the_period(self) -> None:
        assert count(6, "days", "03-08/03-20").due == d("03-10")

    def test_months_move_by_calendar_days_and_roll_once_at_the_end(self) -> None:
        due = count(1, "months", "03-05/03-07")
        assert (due.nominal_end, due.raw_end, due.due) == (d("04-02"), d("04-04"), d("04-07"))

    def test_a_period_of_working_days_passes_over_the_working_days_inside(self) -> None:
        due = count(4, "workdays", "03-03/03-08")
        assert due.raw_end == d("03-12")
        assert [e.days for e in due.excluded] == [4]

    def test_an_interval_of_no_days_changes_nothing(self) -> None:
        assert count(7, "days", "03-04/03-04") == count(7)

    def test_while_one_is_open_inside_there_is_no_due_day(self) -> None:
        due = due_date(START, 7, "days", [(d("03-05"), None)], OWN)
        assert (due.due, due.raw_end) == (None, d("03-09"))
        assert "期限中止" in due.why
        after = due_date(START, 7, "days", [(d("03-09"), None)], OWN)
        assert after.due == d("03-10")

    def test_one_open_since_before_the_start_stops_any_period_that_has_days(self) -> None:
        assert due_date(START, 1, "days", [(d("02-01"), None)], OWN).due is None
        assert due_date(START, 0, "days", [(d("02-01"), None)], OWN).due == START


class TestExtensions:
    def test_an_extension_goes_on_from_the_raw_end_not_from_the_rolled_day(self) -> None:
        due = due_date(START, 6, "days", [], OWN, [(2, "days")])
        assert (due.raw_end, due.due) == (d("03-10"), d("03-10"))

    def test_months_extended_by_months_are_counted_from_end_to_end(self) -> None:
        due = due_date(date(2025, 8, 31), 6, "months", [], OWN, [(3, "months")])
        assert due.raw_end == d("05-28")

    def test_excluded_days_inside_the_extended_part_count(self) -> None:
        plain = due_date(START, 7, "days", [(d("03-12"), d("03-14"))], OWN)
        longer = due_date(START, 7, "days", [(d("03-12"), d("03-14"))], OWN, [(5, "days")])
        assert (plain.raw_end, longer.raw_end) == (d("03-09"), d("03-16"))

    def test_units_may_differ(self) -> None:
        due = due_date(START, 2, "workdays", [(d("03-03"), d("03-05"))], OWN, [(2, "days")])
        assert due.raw_end == d("03-08")


class TestRefusals:
    @pytest.mark.parametrize(
        ("n", "unit", "excluded", "code"),
        [
            (-1, "days", [], "span.negative"),
            (1, "weeks", [], "span.unit"),
            (99_999, "days", [], "span.long"),
            (1, "days", [(d("03-09"), d("03-03"))], "span.reversed"),
        ],
    )
    def test_what_cannot_be_counted_is_refused_in_chinese(
        self, n: int, unit: str, excluded: list[Interval], code: str
    ) -> None:
        with pytest.raises(SpanError) as caught:
            due_date(START, n, unit, excluded, OWN)
        assert caught.value.code == code
        assert "\u4e00" <= caught.value.message[0] <= "\u9fff"

    @pytest.mark.parametrize(("n", "unit"), [(7, "days"), (7, "workdays"), (12, "months")])
    def test_the_end_of_time_is_refused_and_not_a_crash(self, n: int, unit: str) -> None:
        with pytest.raises(SpanError, match="超出"):
            due_date(date(9999, 12, 30), n, unit, [], OWN)


class TestWords:
    def test_the_working_names_each_rest_day_that_moved_the_end(self) -> None:
        assert "最后一日遇休息日（2026-03-08周日、2026-03-09试验节），顺延至" in count(6).why

    def test_runs_of_one_reason_are_drawn_together(self) -> None:
        days = OWN.overlay({d("03-10"): Mark("off", "试验节")}).rest_days(d("03-08"), d("03-10"))
        assert rest_text(days) == "2026-03-08周日、2026-03-09至2026-03-10试验节"

    def test_a_due_day_in_a_year_not_published_is_said_loudly(self) -> None:
        soft = due_date(date(2026, 12, 30), 5, "days", [], OWN)
        loud = due_date(date(2028, 3, 1), 5, "days", [], OWN)
        assert "2027年的放假安排通知尚未载入" in soft.why
        assert "警告：系统没有2028年的日历" in loud.why
        assert count(7).warnings == ()

    def test_a_count_of_working_days_warns_of_every_year_it_crosses(self) -> None:
        due = due_date(date(2027, 12, 30), 2, "workdays", [], OWN)
        assert [text[:2] for text in due.warnings] == ["注意", "警告"]


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
UNITS = st.sampled_from(["days", "workdays", "months", "years"])
NUMBERS = st.integers(0, 40)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """A closed interval of up to forty days."""
    opened = draw(DAYS)
    return opened, opened + timedelta(days=draw(st.integers(0, 40)))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar with a few random marks."""
    marks = draw(
        st.dictionaries(DAYS, st.sampled_from([Mark("off", "休"), Mark("work", "班")]), max_size=30)
    )
    return Calendar(marks, {2026: Year("published", "t")})


MANY = st.lists(intervals(), max_size=6)
LONGER = st.lists(st.tuples(st.integers(0, 5), UNITS), max_size=2)


def by_counting(
    start: date, n: int, unit: str, excluded: list[Interval], calendar: Calendar
) -> date:
    """The raw end found another way: walk day by day and count those that count."""
    out = {
        opened + timedelta(days=k)
        for opened, closed in excluded
        if closed
        for k in range(1, (closed - opened).days + 1)
    }
    if unit in ("months", "years"):
        n = (add_months(start, n * (12 if unit == "years" else 1)) - start).days
    day = start
    while n:
        day += timedelta(days=1)
        if day not in out and (unit != "workdays" or calendar.is_working(day)):
            n -= 1
    return day


class TestLaws:
    @given(DAYS, NUMBERS, UNITS, MANY, calendars())
    def test_the_raw_end_is_what_counting_day_by_day_finds(
        self, start: date, n: int, unit: str, excluded: list[Interval], calendar: Calendar
    ) -> None:
        due = due_date(start, n, unit, excluded, calendar)
        assert due.raw_end == by_counting(start, n, unit, excluded, calendar)
        assert due.due == calendar.next_working(due.raw_end)

    @given(DAYS, NUMBERS, UNITS, MANY, DAYS, calendars(), LONGER)
    def test_one_more_excluded_day_never_makes_it_earlier(
        self,
        start: date,
        n: int,
        unit: str,
        excluded: list[Interval],
        day: date,
        calendar: Calendar,
        longer: list[tuple[int, str]],
    ) -> None:
        before = due_date(start, n, unit, excluded, calendar, longer)
        added = [*excluded, (day - timedelta(days=1), day)]
        after = due_date(start, n, unit, added, calendar, longer)
        assert before.due
        assert after.due
        assert after.due >= before.due

    @given(DAYS, NUMBERS, UNITS, MANY, calendars(), LONGER, st.integers(0, 5), UNITS)
    def test_an_extension_never_makes_it_earlier(
        self,
        start: date,
        n: int,
        unit: str,
        excluded: list[Interval],
        calendar: Calendar,
        longer: list[tuple[int, str]],
        more: int,
        more_unit: str,
    ) -> None:
        before = due_date(start, n, unit, excluded, calendar, longer)
        after = due_date(start, n, unit, excluded, calendar, [*longer, (more, more_unit)])
        assert before.due
        assert after.due
        assert after.due >= before.due

    @given(DAYS, NUMBERS, UNITS, st.lists(intervals(), max_size=5).flatmap(st.permutations))
    def test_the_order_of_intervals_does_not_matter(
        self, start: date, n: int, unit: str, excluded: list[Interval]
    ) -> None:
        shown = due_date(start, n, unit, excluded, OWN)
        assert shown == due_date(start, n, unit, sorted(excluded), OWN)

    @given(DAYS, NUMBERS, UNITS, MANY)
    def test_the_days_shown_add_up_to_the_move(
        self, start: date, n: int, unit: str, excluded: list[Interval]
    ) -> None:
        due = due_date(start, n, unit, excluded, OWN)
        if unit != "workdays":
            added = sum(item.days for item in due.excluded)
            assert due.nominal_end + timedelta(days=added) == due.raw_end

    @given(DAYS, MANY)
    def test_merged_intervals_are_apart_and_in_order(
        self, start: date, excluded: list[Interval]
    ) -> None:
        found = merged(excluded, start)
        assert all(a[1] and a[1] < b[0] for a, b in pairwise(found))
