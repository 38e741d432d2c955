"""The law of the mechanics tests: invented rules and a small calendar, never the real ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from deadlines.calendar import Calendar, Mark, Year
from deadlines.clocks import Clock, Event, derive
from deadlines.rulebook import Rulebook, parse_rulebook

TAIL = """
severity = "flag"
duty = "handler"
source = "某规定第1条"
confidence = "TXT"
checked_on = 2026-11-22
"""


def table(code: str, body: str, first_day: str = "2020-01-01") -> str:
    """One rule of the test's own law."""
    name = "" if "name =" in body else f'name = "{code}"\n'
    return f'[{code}."{first_day}"]\n{name}{body}{TAIL}\n'


LAW = """
[exclusions.suspension]
name = "中止执行"
[exclusions.post]
name = "在途"
[groups]
G = ["suspension", "post"]
""" + "".join(
    [
        table(
            "once",
            'starts = ["a.begun"]\nstops = ["a.done"]\nends = ["b.closed"]\n'
            'span = { n = 7, unit = "days" }\nexclusions = ["G"]\namber_days = 2\n'
            'extendable = { by = "president", n = 3, unit = "days" }',
        ),
        table(
            "many",
            'starts = ["i.begun"]\nmatch = "item"\nstops = ["i.done"]\n'
            'ends = ["b.closed", "i.out"]\n'
            'stops_when = { good = true }\nspan = { n = 10, unit = "days" }',
        ),
        table(
            "hurry",
            'starts = ["h.begun"]\nwhen = { urgent = true }\nstops = ["h.done"]\n'
            'span = { n = 3, unit = "days" }',
        ),
        table(
            "calm",
            'starts = ["h.begun"]\nwhen = { urgent = false, grade = ["x", "y"] }\n'
            'stops = ["h.done"]\nspan = { n = 9, unit = "days" }',
        ),
        table(
            "anchored",
            'starts = ["k.begun"]\nanchor = "asked_on"\nstops = ["k.done"]\n'
            'span = { n = 10, unit = "days" }',
        ),
        table(
            "given",
            'starts = ["o.begun"]\nmatch = "order"\nstops = ["o.done"]\nspan_from = "days"\n'
            'span = { unit = "days" }',
        ),
        table(
            "each",
            'starts = ["s.made"]\nrestart = "each"\nstops = ["s.made", "s.over"]\n'
            'span = { n = 1, unit = "months" }',
        ),
        table(
            "wait",
            'kind = "wait"\nstarts = ["w.begun"]\nstops = ["w.done"]\namber_days = 3\n'
            'span = { n = 5, unit = "days" }',
        ),
    ]
)
BOOK = parse_rulebook(LAW)
CALENDAR = Calendar(
    {date(2026, 3, 7): Mark("work", "试验节"), date(2026, 3, 9): Mark("off", "试验节")},
    {2026: Year("published", "t")},
)


def d(text: str) -> date:
    """A day of 2026 written MM-DD."""
    return date.fromisoformat(f"2026-{text}")


def timeline(*rows: tuple[Any, ...]) -> list[Event]:
    """Events from (kind, MM-DD, data) in order of recording."""
    return [
        Event(seq, kind, d(on), data[0] if data else {})
        for seq, (kind, on, *data) in enumerate(rows, start=1)
    ]


def only(code: str, *rows: tuple[Any, ...], book: Rulebook = BOOK) -> Clock:
    """The one clock that ``code`` has on this timeline."""
    (clock,) = (c for c in derive(timeline(*rows), book, CALENDAR) if c.rule == code)
    return clock


BEGUN = ("a.begun", "03-03")  # seven days: due Tuesday 10 March
BEGUN = ("a.begun", "03-03")  # seven days of "once": due Tuesday 10 March
