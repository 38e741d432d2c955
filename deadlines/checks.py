"""System checks of the law in use: a broken rule or calendar stops the start, with the reason."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cases.kinds import KINDS
from deadlines.calendar import CalendarError
from deadlines.law import HERE, current
from deadlines.rulebook import check_rules


@register("deadlines")
def rules_are_sound(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: overlap, gap, unknown event kind or missing source in a rule file."""
    return [
        Error(fault, hint="See docs/to-add.md, “deadline rule”.", id="deadlines.E001")
        for fault in check_rules(KINDS, HERE / "rules")
    ]


@register("deadlines")
def calendar_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: a holiday file that cannot be read."""
    try:
        current()
    except CalendarError as error:
        return [Error(fault, id="deadlines.E002") for fault in error.faults]
    except ValueError:  # the rules, told by E001
        pass
    return []
