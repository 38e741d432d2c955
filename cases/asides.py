"""What upper apps add to the form of a verb: a box beside it, choices dressed with what they know.

The form of a verb never names clocks, workloads or flags; those who know register here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django import forms

from cases.verb import Verb
from enforcement.models import User

#: (verb, target, user, today) → context of the box under ``aside``, None to leave it out.
Context = Callable[[Verb, Any, User, date], dict[str, Any] | None]
#: (form, target, today): change the widgets of a form before it is shown.
Dresser = Callable[[forms.Form, Any, date], None]


class Aside(NamedTuple):
    """A box beside the form of a verb."""

    template: str
    context: Context


ASIDES: dict[str, Aside] = {}
DRESSERS: dict[str, Dresser] = {}


def register_aside(code: str, template: str, context: Context) -> None:
    """Add a box beside the form of every verb for which ``context`` returns something."""
    ASIDES[code] = Aside(template, context)


def register_dresser(verb: str, dresser: Dresser) -> None:
    """Let an app dress the form of one verb (labels that show a workload, for example)."""
    DRESSERS[verb] = dresser


def asides_for(verb: Verb, target: Any, user: User, today: date) -> list[dict[str, Any]]:
    """Return the boxes beside the form of a verb."""
    drawn = []
    for aside in ASIDES.values():
        data = aside.context(verb, target, user, today)
        if data is not None:
            drawn.append({"template": aside.template, **data})
    return drawn
