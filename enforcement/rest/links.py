"""Links between resources: upper apps hang theirs on lower things, which never name them.

The interface composes by link: a case has no key with its clocks, but a link to them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import reverse

#: kind of thing → {name of the link: (address name, query parameter or empty)}.
LINKS: dict[str, dict[str, tuple[str, str]]] = {}
#: kind of thing → name of the address of one of them.
PLACES: dict[str, str] = {}
#: What the root shows: name → address name.
ROOT: dict[str, str] = {}
_MARK = "987654321"


def register_place(kind: str, address: str) -> None:
    """Say where one thing of a kind is found.

    Args:
        kind: model name in lower case.
    """
    PLACES[kind] = address


def register_link(kind: str, name: str, address: str, *, query: str = "") -> None:
    """Hang a link on every thing of a kind.

    Args:
        address: name of the address; it takes the thing's key, unless ``query`` is given.
        query: parameter under which a list is asked for the thing.
    """
    LINKS.setdefault(kind, {})[name] = (address, query)


def register_root(name: str, address: str) -> None:
    """Show a list at the root of the interface."""
    ROOT[name] = address


@cache
def _pattern(address: str, query: str) -> str:
    """Return the address with a mark in the place of the key."""
    if query:
        return f"{reverse(f'api:{address}')}?{query}={_MARK}"
    return reverse(f"api:{address}", args=[_MARK])


def link(address: str, key: Any, *, query: str = "") -> str:
    """Return the address of one thing, or of a list asked for it."""
    return _pattern(address, query).replace(_MARK, str(key))


def place(kind: str, key: Any) -> str | None:
    """Return where a thing is found, None for a kind without a place of its own."""
    return link(PLACES[kind], key) if kind in PLACES else None


def links_of(kind: str, key: Any) -> dict[str, str]:
    """Return every link of a thing, its own address first."""
    found = {"self": link(PLACES[kind], key)} if kind in PLACES else {}
    for name, (address, query) in LINKS.get(kind, {}).items():
        found[name] = link(address, key, query=query)
    return found
