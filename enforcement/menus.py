"""The left-hand menu: each app registers its entries, each role sees at most seven of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from enforcement.roles import Role

#: More entries than this and nobody reads the menu.
MOST = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu.

    Attributes:
        label: Chinese words, two to five characters.
        url_name: name of the page, reversed without arguments.
        icon: name in the icon sprite.
        roles: roles that see it; empty means every role inside a court.
        order: lower stands higher.
        match: further view names or prefixes (``cases:`` or ``case_``) on which the entry is lit.
    """

    label: str
    url_name: str
    icon: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    order: int = 50
    match: tuple[str, ...] = ()

    def seen_by(self, roles: Iterable[Role | str]) -> bool:
        """Tell whether a person with these roles sees the entry."""
        return not self.roles or bool(self.roles & {Role(role) for role in roles})

    def closeness(self, view_name: str) -> int:
        """Return how closely a view belongs to the entry: 0 not at all, larger is closer."""
        if view_name == self.url_name:
            return 1_000
        return max((len(start) for start in self.match if view_name.startswith(start)), default=0)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page draws it: where it leads, and whether one is there now."""

    label: str
    url: str
    icon: str
    here: bool


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add an entry, once for each page; called from an app's ``ready()``.

    Raises:
        ValueError: when another entry already leads to that page.
    """
    known = _entries.setdefault(entry.url_name, entry)
    if known != entry:
        raise ValueError(f"two menu entries lead to {entry.url_name!r}")


def entries_for(roles: Iterable[Role | str]) -> list[Entry]:
    """Return the entries that a person with these roles sees, in order.

    Pass the role of the post in use, not every role a person holds: a menu answers "what do I
    do in this post". ``tests/enforcement/test_menus.py`` holds the number to ``MOST``.
    """
    held = [Role(role) for role in roles]
    seen = [entry for entry in _entries.values() if held and entry.seen_by(held)]
    return sorted(seen, key=lambda entry: (entry.order, entry.label))


def lines_for(roles: Iterable[Role | str], request: HttpRequest | None = None) -> list[Line]:
    """Return the menu as the page draws it; an entry whose page does not exist is left out."""
    match = getattr(request, "resolver_match", None)
    view_name = match.view_name if match is not None else ""
    reached = [(entry, url) for entry in entries_for(roles) if (url := _url(entry)) is not None]
    closest = max((entry.closeness(view_name) for entry, _ in reached), default=0)
    lines: list[Line] = []
    for entry, url in reached:
        here = closest > 0 and entry.closeness(view_name) == closest
        lines.append(Line(entry.label, url, entry.icon, here))
    return lines


def _url(entry: Entry) -> str | None:
    """Return the entry's address, None when no page has that name."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return None
