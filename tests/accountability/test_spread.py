"""A page gathered from each court's own beginning is the page of the whole list."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from accountability.bench.load import load
from accountability.bench.plan import Plan
from accountability.queries import CLOCK_STATUSES, ClockList, Scope
from deadlines.law import current
from enforcement.models import Court
from enforcement.paging import page_at
from tests.courts_fixture import load_branch

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(today: date, now: datetime) -> Court:
    """Load some hundred cases into the courts of a branch; return the city's court."""
    load_branch()
    load(Plan(3, 300, today, current().calendar, (0.1,)), now)
    return Court.objects.filter(level=Court.Level.INTERMEDIATE).order_by("lft")[0]


@pytest.mark.parametrize("status", CLOCK_STATUSES)
def test_page_after_page_there_and_back_it_is_the_same(
    city: Court, today: date, status: str
) -> None:
    asked = ClockList(Scope(city), status)
    whole = list(asked.rows(today).order_by(*asked.order).values_list("pk", flat=True))
    spread = asked.spread(today)
    assert spread is not None
    gathered: list[int] = []
    page = page_at(asked.rows(today), asked.order, size=7, spread=spread)
    last = page
    while page.rows:
        gathered += [row.pk for row in page.rows]
        last = page
        if not page.next:
            break
        page = page_at(asked.rows(today), asked.order, after=page.next, size=7, spread=spread)
    assert gathered == whole
    if last.prev:
        back = page_at(asked.rows(today), asked.order, before=last.prev, size=7, spread=spread)
        end = len(whole) - len(last.rows)
        assert [row.pk for row in back.rows] == whole[end - 7 : end]


def test_the_lists_tell_something(city: Court, today: date) -> None:
    counts = {s: ClockList(Scope(city), s).rows(today).count() for s in CLOCK_STATUSES}
    assert sum(n > 7 for n in counts.values()) >= 5, counts


def test_one_court_and_the_whole_country_need_no_gathering(city: Court, today: date) -> None:
    basic = Court.objects.filter(level=Court.Level.BASIC).first()
    top = Court.objects.get(parent__isnull=True)
    assert basic is not None
    for court in (basic, top):
        assert ClockList(Scope(court)).spread(today) is None
    assert ClockList(Scope(city, own=True)).spread(today) is None


def test_counts_stop_beyond_what_is_shown(city: Court, today: date) -> None:
    for court in (city, Court.objects.get(parent__isnull=True)):
        asked = ClockList(Scope(court), "ontime")
        assert asked.count(today) == min(1001, asked.rows(today).count())
