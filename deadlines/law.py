"""The law as shipped: the rulebook and the calendar, read once per process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from deadlines.calendar import Calendar, load_calendar
from deadlines.clocks import sheet_token
from deadlines.rulebook import Rulebook, load_rulebook

HERE = Path(__file__).resolve().parent


class Law(NamedTuple):
    """Rules, calendar, and the token that tells sheets made under other ones apart."""

    rulebook: Rulebook
    calendar: Calendar
    token: str


@lru_cache(maxsize=1)
def current() -> Law:
    """Return the law in use; a broken rule file raises and stops the start (see checks)."""
    rulebook, calendar = load_rulebook(HERE / "rules"), load_calendar(HERE / "holidays")
    return Law(rulebook, calendar, sheet_token(rulebook, calendar))
