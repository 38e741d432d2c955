"""Beside the form of 结案: by which methods the case may be closed now, and what stands against the
others."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.actions.closing import obstacles
from cases.asides import register_aside
from cases.verb import Verb
from enforcement.models import User


def closing_aside(verb: Verb, target: Any, user: User, today: date) -> dict[str, Any] | None:
    """Return each method with what stands against it as of today; nothing for other verbs."""
    if verb.name != "close_case":
        return None
    found = obstacles(target, today)
    return {"methods": [{"label": m.label, "against": words} for m, words in found.items()]}


register_aside("closing", "cases/_closing.html", closing_aside)
