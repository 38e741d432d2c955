"""Lists and dashboards say that a replica may answer them, and nothing else does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

#: What is read from a replica: pages that are lists of many cases, or figures about them.
MARKED = {
    "assignment",
    "case_list",
    "clocks",
    "dashboard",
    "docket",
    "flags",
    "orders",
    "petitions",
    "reports",
    "reviews",
}
#: Pages of rows that the primary tells, each with its reason.
PRIMARY = {
    "read_log": "who looked at what is told as it is now",
    "reveal_log": "who looked at what is told as it is now",
    "signin_people": "people are the primary's to tell",
}


def views(patterns: list[Any] | None = None) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield (name, view) of every page."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, pattern.callback


def test_exactly_the_lists_and_dashboards_are_read_from_a_replica() -> None:
    assert {name for name, view in views() if getattr(view, "from_replica", False)} == MARKED


def test_every_page_of_rows_is_marked_or_has_a_reason() -> None:
    paged = {
        name
        for name, view in views()
        if "page_of(" in inspect.getsource(inspect.unwrap(view)) and not hasattr(view, "cls")
    }
    assert {"case_list", "clocks", "flags"} <= paged
    assert paged - MARKED == set(PRIMARY)
