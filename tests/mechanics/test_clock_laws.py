"""What must hold for every timeline: order of recording, repetition, exclusions, extensions."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deadlines.calendar import Calendar, Mark, Year
from deadlines.clocks import Clock, Event, derive
from deadlines.rulebook import parse_rulebook

TAIL = (
    'severity = "flag"\nduty = "handler"\nsource = "x"\nconfidence = "TXT"\n'
    "checked_on = 2026-11-22\n"
)
BOOK = parse_rulebook(
    '[exclusions.suspension]\nname = "中止"\n[exclusions.post]\nname = "在途"\n'
    '[once."2020-01-01"]\nname = "一"\nstarts = ["a.begun"]\nstops = ["a.done"]\n'
    'ends = ["b.closed"]\nspan = { n = 7, unit = "days" }\n'
    'exclusions = ["suspension", "post"]\nextendable = { by = "president" }\n'
    f"amber_days = 2\n{TAIL}"
    '[many."2020-01-01"]\nname = "二"\nstarts = ["i.begun"]\nmatch = "item"\n'
    'stops = ["i.done"]\nends = ["b.closed"]\nspan = { unit = "workdays" }\nspan_from = "days"\n'
    f'exclusions = ["suspension"]\nextendable = {{ by = "president" }}\n{TAIL}'
    '[law."2020-01-01"]\nname = "三"\nstarts = ["a.begun", "i.begun"]\nstops = ["a.done"]\n'
    f'span = {{ n = 1, unit = "months" }}\nexclusions = ["post"]\n{TAIL}'
    '[law."2026-03-20"]\nname = "三"\nstarts = ["a.begun"]\nstops = ["a.done"]\n'
    f'span = {{ n = 9, unit = "days" }}\napplies_to_running = true\n{TAIL}'
)
CALENDAR = Calendar(
    {date(2026, 3, 7): Mark("work", "班"), date(2026, 3, 9): Mark("off", "休")},
    {2026: Year("published", "t")},
)
DAYS = st.dates(date(2026, 3, 1), date(2026, 4, 30))
ITEM = st.integers(1, 2)


def rows(kind: str, **data: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Rows (kind, day, data) of one kind."""
    return st.tuples(st.just(kind), DAYS, st.fixed_dictionaries(data))


ROWS = st.one_of(
    rows("a.begun"),
    rows("a.done"),
    rows("b.closed"),
    rows("i.begun", item=ITEM, days=st.integers(0, 12)),
    rows("i.done", item=ITEM),
    rows("case.suspended"),
    rows("case.resumed"),
    rows("exclusion.opened", exclusion=st.just("post"), ref=st.sampled_from("AB")),
    rows("exclusion.closed", exclusion=st.just("post"), ref=st.sampled_from("AB")),
    rows(
        "limit.extended",
        rule=st.sampled_from(["once", "many"]),
        n=st.integers(0, 9),
        unit=st.sampled_from(["days", "workdays", "months"]),
    ),
)
TIMELINES = st.lists(ROWS, max_size=14)


def events(recorded: list[tuple[Any, ...]]) -> list[Event]:
    """Events numbered in order of recording."""
    return [Event(seq, *row) for seq, row in enumerate(recorded, start=1)]


def said(clock: Clock) -> tuple[Any, ...]:
    """Everything a clock says except which event it points at."""
    hidden = {"basis", "start_seq", "stop_seq"}
    return tuple(getattr(clock, f.name) for f in fields(clock) if f.name not in hidden)


@given(TIMELINES, st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(
    recorded: list[tuple[Any, ...]], chance: random.Random
) -> None:
    other = list(recorded)
    chance.shuffle(other)
    first = sorted(map(said, derive(events(recorded), BOOK, CALENDAR)), key=repr)
    second = sorted(map(said, derive(events(other), BOOK, CALENDAR)), key=repr)
    assert first == second


@given(TIMELINES, st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(
    recorded: list[tuple[Any, ...]], chance: random.Random
) -> None:
    listed = events(recorded)
    shuffled = list(listed)
    chance.shuffle(shuffled)
    assert derive(shuffled, BOOK, CALENDAR) == derive(listed, BOOK, CALENDAR)


@given(TIMELINES)
def test_deriving_twice_gives_the_same_and_changes_nothing(
    recorded: list[tuple[Any, ...]],
) -> None:
    listed = events(recorded)
    before = repr(listed)
    assert derive(listed, BOOK, CALENDAR) == derive(listed, BOOK, CALENDAR)
    assert repr(listed) == before


@given(TIMELINES)
def test_every_clock_explains_its_own_day(recorded: list[tuple[Any, ...]]) -> None:
    for clock in derive(events(recorded), BOOK, CALENDAR):
        told = clock.explain()
        assert (told.due, told.raw_end) == (clock.due, clock.raw_end)
        moved = sum(block.days for block in told.excluded)
        if told.unit == "months" and not any(e.counted for e in told.extensions):
            assert told.nominal_end + timedelta(days=moved) == told.raw_end


@given(TIMELINES)
def test_a_clock_is_consistent_in_itself(recorded: list[tuple[Any, ...]]) -> None:
    for clock in derive(events(recorded), BOOK, CALENDAR):
        assert (clock.due is None) == (clock.state == "suspended")
        assert (clock.stopped_on is None) == (clock.state in ("running", "suspended"))
        if clock.due:
            assert CALENDAR.is_working(clock.due)
            assert clock.due >= clock.raw_end >= clock.start_on
            late = clock.stopped_on is None or clock.stopped_on > clock.due
            assert clock.lapse_on == (clock.due + timedelta(days=1) if late else None)
        if clock.amber_on:
            assert clock.state == "running"
            assert clock.start_on < clock.amber_on <= (clock.due or clock.amber_on)


@given(TIMELINES, DAYS, st.integers(0, 9))
def test_one_more_excluded_interval_never_makes_a_running_clock_earlier(
    recorded: list[tuple[Any, ...]], day: date, length: int
) -> None:
    data = {"exclusion": "post", "ref": "new"}
    more = [
        *recorded,
        ("exclusion.opened", day, data),
        ("exclusion.closed", day + timedelta(days=length), data),
    ]
    before = {(c.rule, c.subject): c for c in derive(events(recorded), BOOK, CALENDAR)}
    for clock in derive(events(more), BOOK, CALENDAR):
        old = before[clock.rule, clock.subject]
        # A longer period may reach the day on which a new version takes running clocks over.
        if old.due and clock.version == old.version:
            assert clock.due is None or clock.due >= old.due


@given(TIMELINES, DAYS, st.integers(0, 9), st.sampled_from(["days", "workdays", "months"]))
def test_one_more_extension_never_makes_a_clock_earlier(
    recorded: list[tuple[Any, ...]], day: date, n: int, unit: str
) -> None:
    more = [*recorded, ("limit.extended", day, {"rule": "once", "n": n, "unit": unit})]
    before = {(c.rule, c.subject): c for c in derive(events(recorded), BOOK, CALENDAR)}
    for clock in derive(events(more), BOOK, CALENDAR):
        old = before[clock.rule, clock.subject]
        if old.due:
            assert clock.due is None or clock.due >= old.due
