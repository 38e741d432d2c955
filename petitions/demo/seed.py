"""The seed: engage the cast, live through the months, count what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from accountability.machine import FlagState
from accountability.models import Flag
from cases.machine import State
from cases.models import Case, Cause
from cases.signals import event_recorded
from deadlines.models import Clock
from deadlines.sheets import after_event
from enforcement import rollups
from enforcement.models import Tick
from petitions.demo import edges, faults, letters, ordinary, reviews, stories
from petitions.demo.cast import accounts, engage
from petitions.demo.claims import Registry
from petitions.demo.world import QUERY_CODE, Script, World
from petitions.machine import OrderState, PetitionState, ReportState, ReviewState
from petitions.models import DualReview, Order, Petition, Report

#: The time lived through, unless the stories begin before it.
MONTHS_BACK = timedelta(days=425)
#: Before this day the fixed stories would lie ahead.
EARLIEST_TODAY = date(2026, 4, 1)
SEED = 20260122
#: A sweep of a past day is taken to have lasted as long as one of today.
SWEEP_TIME = timedelta(milliseconds=40)
RECEIVER = "deadlines.rebuild"
STAGES: tuple[tuple[str, Any, Any], ...] = (
    ("超期标记", Flag, FlagState),
    ("执行信访", Petition, PetitionState),
    ("一案双查", DualReview, ReviewState),
    ("督查报告", Report, ReportState),
    ("督办函", Order, OrderState),
)


@dataclass
class Seeded:
    """What the seed made.

    Attributes:
        accounts: sign-ins as ``demo_accounts.json`` lists them. tables: figures to print.
        stumbles: scripts that were refused an act (see ``World``).
    """

    accounts: list[dict[str, Any]]
    cases: int
    sweeps: int
    tables: dict[str, list[tuple[str, int]]]
    stumbles: list[str]
    query_code: str = QUERY_CODE


def seed(today: date, now: datetime) -> Seeded:
    """Make the demo's people and cases as of a day; all of it or nothing.

    Args:
        today: the legal day the demo looks like. now: a moment of that day.

    Raises:
        ValueError: a day before ``EARLIEST_TODAY``.
        LookupError: courts are missing; run ``load_courts`` first.
    """
    if today < EARLIEST_TODAY:
        raise ValueError(f"the stories of the demo end in 2026: --today from {EARLIEST_TODAY} on")
    rollups.turn_day(today)
    # Sheets are made once a day and not after every event; the receiver is put back in any case.
    event_recorded.disconnect(dispatch_uid=RECEIVER)
    try:
        with transaction.atomic():
            world = _world(today, now)
            for script in _scripts(world):
                world.add(script)
            world.live()
            _tidy_ticks(today)
    finally:
        event_recorded.connect(after_event, dispatch_uid=RECEIVER)
    rollups.fold()
    return _seeded(world)


def _world(today: date, now: datetime) -> World:
    draw = Random(SEED)  # noqa: S311 - repeatable on purpose
    return World(
        cast=engage(),
        today=today,
        now=now,
        start=min(today - MONTHS_BACK, stories.ENTERED),
        draw=draw,
        registry=Registry(Random(SEED + 1)),  # noqa: S311 - repeatable on purpose
        on_flag=ordinary.routine,
        causes=Cause.objects.in_bulk(),
    )


def _scripts(world: World) -> Iterator[Script]:
    for part in (stories, ordinary, edges, faults, letters, reviews):
        yield from part.scripts(world)


def _tidy_ticks(today: date) -> None:
    """Let past sweeps end when they would have: their end was read from the clock of today."""
    Tick.objects.filter(job="sweep", today__lt=today).update(
        finished_at=F("started_at") + SWEEP_TIME
    )


def _seeded(world: World) -> Seeded:
    """Count what came of it, in the words of the pages."""
    by_court = Case.objects.values_list("court__name", "state").annotate(n=Count("pk"))
    cases = [
        (f"{name} {State(state).label}", n)
        for name, state, n in by_court.order_by("court__lft", "state")
    ]
    tables = {"案件": cases, "期限": _running(world.today)}
    for title, model, words in STAGES:
        counted = model._default_manager.values_list("state").annotate(n=Count("pk"))
        tables[title] = [(words(state).label, n) for state, n in counted.order_by("state")]
    return Seeded(_accounts(world), sum(n for _, n in cases), world.sweeps, tables, world.stumbles)


def _running(today: date) -> list[tuple[str, int]]:
    """Count running clocks as of a day by how urgent they are."""
    rows = Clock.objects.filter(stopped_on__isnull=True)
    late, soon = Q(lapse_on__lte=today), Q(amber_on__lte=today)
    return [
        ("逾期", rows.filter(late).count()),
        ("临期", rows.filter(soon).exclude(late).count()),
        ("正常", rows.filter(due__isnull=False).exclude(soon | late).count()),
        ("已扣除", rows.filter(due__isnull=True).count()),
    ]


def _accounts(world: World) -> list[dict[str, Any]]:
    """Return the sign-ins; those of parties also name their cases and the query code."""
    found = accounts(world.cast)
    for account in found:
        user = world.cast[account["username"]]
        numbers = Case.objects.filter(parties__user=user).order_by("-pk")
        if mine := list(numbers.values_list("number", flat=True)):
            account |= {"cases": mine, "query_code": QUERY_CODE}
    return found
