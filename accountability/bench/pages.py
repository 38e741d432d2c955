"""Figures of dashboards and lists: whole pages in this process, and what the database took.

The time in the database is what must stay flat in depth and size; beside it stand the naive
query (live GROUP BY, OFFSET, a scan for a name) and the floor (50 rows by their key).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from time import perf_counter
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accountability.bench.against import against_pages
from accountability.bench.figures import Figure, p95
from cases.models import Case, Party
from enforcement.models import Court, User
from enforcement.paging import page_at

#: Requests of a run, and runs: the median of their percentiles is the figure.
COUNT, RUNS = 40, 3
SUPERVISOR = "load-{}-above"


class Took(NamedTuple):
    """What one request took, in milliseconds: all of it, and in the database."""

    page: float
    sql: float


class Visitor:
    """Somebody signed in, asking for pages in this process."""

    def __init__(self, username: str) -> None:
        """Sign in."""
        self.client = Client()
        user = User.objects.get(username=username)
        self.pk = user.pk
        self.client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def get(self, url: str) -> Took:
        """Ask for a page.

        Raises:
            AssertionError: it did not answer 200.
        """
        spent = 0.0

        def count(execute: Any, sql: Any, params: Any, many: bool, ctx: Any) -> Any:
            nonlocal spent
            start = perf_counter()
            try:
                return execute(sql, params, many, ctx)
            finally:
                spent += perf_counter() - start

        start = perf_counter()
        with connection.execute_wrapper(count):
            answer = self.client.get(url)
        if answer.status_code != 200:
            raise AssertionError(f"{url} answered {answer.status_code}")
        return Took((perf_counter() - start) * 1000, spent * 1000)


Ask = tuple[Visitor, str]


def measured(asks: Sequence[Ask], *, count: int = COUNT, runs: int = RUNS) -> list[list[Took]]:
    """Ask each once to warm up, then ``count`` of them in turn, several runs."""
    for visitor, url in asks:
        visitor.get(url)
    turn = cycle(asks)
    return [[v.get(url) for v, url in islice(turn, max(count, len(asks)))] for _ in range(runs)]


def both(name: str, asks: Sequence[Ask]) -> Iterable[Figure]:
    """Yield the percentile of the page and that of the database."""
    runs = measured(asks)
    yield Figure(f"{name}_p95_ms", "ms", tuple(p95(t.page for t in run) for run in runs))
    yield Figure(f"{name}_sql_p95_ms", "ms", tuple(p95(t.sql for t in run) for run in runs))


def pages(today: date) -> Iterable[Figure]:
    """Yield every figure of dashboards and lists."""
    places = Places()
    yield from _dashboards(places)
    yield from _dockets(places)
    yield from _lists(places, today)
    yield from _searches(places)
    yield _naive("list_floor_ms", _FLOOR, [places.busy.key])
    yield from against_pages(places.busy, places.judge.pk, places.chain[0], today)


class Places:
    """The courts and people asked: the busiest court, the courts above it, their supervisors."""

    def __init__(self) -> None:
        """Find them."""
        with connection.cursor() as cursor:
            cursor.execute(_BUSIEST)
            key = cursor.fetchone()[0]
            cursor.execute(_BUSY_JUDGE, [key])
            self.judge = Visitor(cursor.fetchone()[0])
        self.busy = Court.objects.get(key=key)
        staffed = User.objects.filter(username__endswith="-above").values_list("username")
        keys = {name.split("-")[1] for (name,) in staffed}
        able = Court.objects.filter(key__in=keys)
        self.chain = [
            court
            for level in Court.Level
            if (court := able.filter(level=level).order_by("-rgt", "lft").first())
        ]
        self.above = [Visitor(SUPERVISOR.format(court.key)) for court in self.chain]
        self.clerk = Visitor(f"load-{key}-bureau")


def _dashboards(places: Places) -> Iterable[Figure]:
    pairs = list(zip(places.above, places.chain, strict=True))
    asks = [(who, reverse("dashboard", args=[court.key])) for who, court in pairs]
    yield from both("dashboard", asks[:1])
    yield from both("dashboard_levels", asks[1:])
    yield _naive("dashboard_naive_ms", _LIVE, [])


def _dockets(places: Places) -> Iterable[Figure]:
    yield from both("docket", [(places.judge, reverse("docket"))])
    yield from both("docket_court", [(places.clerk, reverse("docket"))])


def _lists(places: Places, today: date) -> Iterable[Figure]:
    base, asks, deep = reverse("case_list"), [], []
    for who, court in zip(places.above, places.chain, strict=True):
        for more in ({}, {"state": "open"}, {"state": "closed"}, {"sort": "filed"}):
            asks.append((who, f"{base}?{urlencode({'court': court.key, **more})}"))
        deep.append((who, f"{base}?{urlencode({'court': court.key, 'after': _deep(today)})}"))
    yield from both("list", asks)
    yield from both("clock_list", list(_clocks(places)))
    yield from both("deep_page", deep)
    half = Case.objects.count() // 2
    yield _naive("deep_page_naive_ms", _OFFSET, [half])


def _clocks(places: Places) -> Iterable[Ask]:
    """Yield the lists that figures of the dashboard open: clocks and flags at every level."""
    for who, court in zip(places.above, places.chain, strict=True):
        for more in ("lapsed", "amber", "late", "ontime"):
            yield who, f"{reverse('clocks')}?{urlencode({'court': court.key, 'status': more})}"
        yield who, f"{reverse('flags')}?{urlencode({'court': court.key, 'stage': 'open'})}"


def _deep(today: date) -> str:
    """Return the cursor of a place about three quarters down the list of all cases."""
    old = Case.objects.filter(filed_on__lte=today - timedelta(200))
    return page_at(old, ["-filed_on", "-id"]).next


def _searches(places: Places) -> Iterable[Figure]:
    """Search names whole and from their beginning, numbers and serials, at every level."""
    parties = Party.objects.filter(case__court=places.busy)
    person = parties.filter(kind="natural").order_by("id")[0].name
    company = parties.filter(kind="legal").order_by("id")[0].name
    number = Case.objects.filter(court=places.busy).order_by("id")[0]
    words = [person, person[:2], company, company[:4], str(number.serial)]
    people = [*places.above, places.judge]
    asks = [(p, f"{reverse('search')}?{urlencode({'q': word})}") for p in people for word in words]
    yield from both("search", asks)
    yield _naive("search_naive_ms", _SCAN, [f"%{person[1:]}%"])


def _naive(name: str, sql: str, params: Sequence[Any], runs: int = 3) -> Figure:
    def run() -> float:
        with connection.cursor() as cursor:
            start = perf_counter()
            cursor.execute(sql, params)
            cursor.fetchall()
            return (perf_counter() - start) * 1000

    run()
    return Figure(name, "ms", tuple(run() for _ in range(runs)))


_BUSIEST = """
SELECT court_id FROM cases_case JOIN enforcement_court c ON c.key = court_id
WHERE c.level = 4 GROUP BY court_id ORDER BY count(*) DESC, court_id LIMIT 1
"""
_BUSY_JUDGE = """
SELECT u.username FROM cases_case c JOIN enforcement_user u ON u.id = c.handler_id
WHERE c.court_id = %s AND c.state <> 'closed' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""
_LIVE = """
SELECT 'case', state, count(*) FROM cases_case GROUP BY state
UNION ALL SELECT 'flag', state, count(*) FROM accountability_flag GROUP BY state
UNION ALL SELECT 'clock', rule || state, count(*) FROM deadlines_clock GROUP BY rule, state
"""
_OFFSET = "SELECT id, number FROM cases_case ORDER BY filed_on DESC, id DESC OFFSET %s LIMIT 50"
_SCAN = "SELECT count(*) FROM cases_party WHERE name LIKE %s"
_FLOOR = """
SELECT * FROM cases_case WHERE id IN (SELECT id FROM cases_case WHERE court_id = %s LIMIT 50)
"""
