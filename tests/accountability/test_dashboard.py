"""The dashboard: every number is the length of the list that it opens, at every court."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from accountability.queries import Scope
from accountability.statistics import SMALL, Number, Rate, dashboard, spread
from enforcement import rollups
from tests.accountability.country import TODAY, Country, found, live

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived() -> Country:
    """Return the small country after a mixture of everything."""
    country = found()
    live(country)
    return country


def wrong(country: Country, today: date) -> list[str]:
    """Return every figure, of every court with and without what is below, unlike its list."""
    found = []
    for court in country.everywhere():
        for own in (False, True):
            board = dashboard(Scope(court, own), today)
            numbers = list(dict.fromkeys(board.numbers()))
            for number, length in zip(numbers, lengths(numbers, today), strict=True):
                if length != number.value:
                    found.append(f"{court.code} {number.value}≠{length} {number.list}")
    return found


def lengths(numbers: list[Number], today: date) -> list[int]:
    """Return the length of every number's list, asked for in one statement."""
    counts = []
    for number in numbers:
        sql, params = number.list.rows(today).order_by().values("pk").query.sql_with_params()
        # Django's own SQL
        counts.append((f"(SELECT count(*) FROM ({sql}) x)", params))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY[" + ", ".join(sql for sql, _ in counts) + "]",
            [value for _, params in counts for value in params],
        )
        return list(cursor.fetchone()[0])


class TestEveryFigure:
    def test_is_the_length_of_its_list_before_and_after_the_fold(self, lived: Country) -> None:
        assert wrong(lived, TODAY) == []
        rollups.fold()
        assert wrong(lived, TODAY) == []

    @pytest.mark.parametrize("days", [-45, 1, 400])
    def test_is_the_length_of_its_list_on_another_day(self, lived: Country, days: int) -> None:
        day = TODAY + timedelta(days=days)
        assert wrong(lived, day) == []
        rollups.turn_day(day)
        rollups.fold()
        assert wrong(lived, day) == []
        assert wrong(lived, TODAY) == []

    def test_is_there_with_something_to_count(self, lived: Country) -> None:
        board = dashboard(Scope(lived.courts["最高法"]), TODAY)
        assert all(board.clocks[status].value for status in board.clocks)
        empty = {stage for stage, number in board.flags.items() if not number.value}
        assert empty == set()
        assert board.rate.whole.value > board.rate.part.value > 0
        assert sum(1 for _, states in board.ages if any(n.value for n in states.values())) >= 4


class TestTheCourtsBelow:
    def test_sum_up_to_the_court_itself(self, lived: Country) -> None:
        for code in ("陕", "陕10"):
            board = dashboard(Scope(lived.courts[code]), TODAY)
            assert sum(row.cases.value for row in board.below) == board.cases.value
            assert sum(r.lapsed.part.value for r in board.below) == board.clocks["lapsed"].value
            assert sum(row.rate.whole.value for row in board.below) == board.rate.whole.value
            assert sum(row.flags.value for row in board.below) == board.flags["open"].value

    def test_have_the_upper_court_itself_as_their_last_row(self, lived: Country) -> None:
        below = dashboard(Scope(lived.courts["陕"]), TODAY).below
        assert below[-1].scope == Scope(lived.courts["陕"], own=True)
        assert below[-1].cases.value == 1

    def test_are_none_for_a_court_at_the_bottom(self, lived: Country) -> None:
        assert dashboard(Scope(lived.courts["陕1002"]), TODAY).below == []


class TestTheAge:
    def test_counts_whole_calendar_months_since_the_month_of_filing(self) -> None:
        country = found()
        for day in (
            date(2026, 11, 1),
            date(2026, 10, 31),
            date(2026, 8, 1),
            date(2026, 7, 31),
            date(2025, 11, 30),
            date(2025, 10, 31),
        ):
            country.file("陕1002", day)
        ages = dashboard(Scope(country.courts["陕"]), TODAY).ages
        assert [(label, states["filed"].value) for label, states in ages] == [
            ("本月", 1),
            ("1–3 个月", 2),
            ("4–6 个月", 1),
            ("7–12 个月", 1),
            ("12 个月以上", 1),
        ]


def rate(part: int, whole: int) -> Rate:
    """Return a rate of no list in particular."""
    nothing: list[int] = []
    return Rate(Number(part, nothing), Number(whole, nothing))  # type: ignore[arg-type]


class TestRates:
    def test_of_a_small_base_are_marked_and_show_no_per_cent(self) -> None:
        assert rate(SMALL - 1, SMALL - 1).small
        assert rate(SMALL - 1, SMALL - 1).percent is None
        assert rate(9, SMALL).percent == 90.0

    def test_without_a_base_have_no_share(self) -> None:
        assert rate(0, 0).share is None

    def test_of_small_bases_stay_out_of_the_distribution(self) -> None:
        found = spread([rate(10, 10), rate(8, 10), rate(6, 10), rate(0, 3)])
        assert found is not None
        assert (found.low, found.middle, found.high, found.courts) == (0.6, 0.8, 1.0, 3)

    def test_of_one_court_make_no_distribution(self) -> None:
        assert spread([rate(10, 10), rate(1, 2)]) is None
