"""Turns a table of moves into django-fsm transitions, so that the table stays the only truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_fsm import transition

from cases.machine import Move


def moved_by(moves: dict[str, Move], name: str) -> Callable[[Any], None]:
    """Return the transition method for one move of a table (it only moves the field)."""
    move = moves[name]

    def go(self: Any) -> None:
        """Move the state; the verb that calls this saves it together with its event."""

    go.__name__ = name
    return transition(field="state", source=list(move.sources), target=move.target)(go)
