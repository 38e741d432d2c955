"""Marks pages and lists that may be read from the replica.

A marked page runs wholly from one place, so that its numbers and rows belong together. When the
replica fails half way the page is made once more from the primary: reading twice harms nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest

from enforcement import counters
from enforcement.measures import Measure, register
from enforcement.replica.aliases import REPLICA, configured, from_replica
from enforcement.replica.positions import position_of, remember
from enforcement.replica.watch import BEHIND, GONE, OTHER, OWN, WATCH, cut_off

Answer = TypeVar("Answer")

#: Seconds a page may spend on the replica before it is made from the primary.
PATIENCE = 5.0
#: Reasons that people are told of; one's own write being on its way is none.
TOLD = frozenset({GONE, BEHIND, OTHER})
#: A statement that had to give way to the replay of writes: the replica is sound.
GAVE_WAY = frozenset({"40001", "40P01"})

register([Measure("enforcement_list_reads_total", "counter", "lists and dashboards by place")])


def replicated(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Mark a page: a GET of it is answered from the replica when that may be used."""

    @functools.wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        return answered(request, lambda: view(request, *args, **kwargs))

    read.from_replica = True  # type: ignore[attr-defined]
    return read


def answered(request: HttpRequest, make: Callable[[], Answer]) -> Answer:
    """Make an answer from the replica, or from the primary when that is the right place."""
    if not configured() or request.method not in {"GET", "HEAD"}:
        return make()
    why = _why_not(request)
    if not why:
        try:
            with cut_off(PATIENCE), from_replica():
                made = make()
        except (DatabaseError, InterfaceError) as error:
            if not connections[REPLICA].errors_occurred:
                raise  # the primary's, or ours
            why = _failed(error)
        else:
            counters.count("enforcement_list_reads_total", place="replica", why="")
            return made
    counters.count("enforcement_list_reads_total", place="primary", why=why)
    request.list_notice = why in TOLD  # type: ignore[attr-defined]
    return make()


def _why_not(request: HttpRequest) -> str:
    """Return why this person's list comes from the primary, empty when it need not."""
    look = WATCH.look()
    user_pk = getattr(request.user, "pk", None)
    if look.why or user_pk is None:
        return look.why or OWN
    if position_of(user_pk) > look.replayed:
        remember(user_pk)  # what they see now, a later page must not be behind
        return OWN
    return ""


def _failed(error: Exception) -> str:
    """Judge a failure of the replica; return why the primary answers now."""
    link = connections[REPLICA]
    gave_way = getattr(error.__cause__, "sqlstate", None) in GAVE_WAY
    if gave_way and link.is_usable():
        return BEHIND
    link.close()
    WATCH.trip(error)
    return GONE
