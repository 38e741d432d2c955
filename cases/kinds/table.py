"""The table of event kinds: what a kind is, how it is registered and looked up.

Every app registers its own kinds; the timeline refuses a kind or a field nobody declared.
No field holds personal data: people and papers are named by the id of their row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Audience(IntEnum):
    """Who may read an event, from the widest to the narrowest circle."""

    PARTY = 1
    COURT = 2
    SUPERVISION = 3


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    Attributes:
        code: dotted name.
        label: Chinese name on the timeline.
        sentence: Chinese sentence with ``{field}`` places, filled by ``say``.
        fields: names of the data fields the kind may carry.
        audience: who may read it.
        plain: the sentence a layman reads on the portal (empty: not shown there).
    """

    code: str
    label: str
    sentence: str
    fields: frozenset[str] = frozenset()
    audience: Audience = Audience.COURT
    plain: str = ""

    def say(self, data: Mapping[str, Any], *, plain: bool = False) -> str:
        """Return the sentence with the data filled in; a missing field reads as a dash."""
        text = self.plain if plain else self.sentence
        return text.format_map(_Dashes({k: _zh(k, v) for k, v in data.items()}))


class _Dashes(dict[str, Any]):
    """Missing places read as a dash, so an old event never breaks a page."""

    def __missing__(self, key: str) -> str:
        return "—"


#: Chinese words for coded values of data fields: {field: {value: word}}; apps add theirs.
WORDS: dict[str, dict[str, str]] = {}
KINDS: dict[str, Kind] = {}


def _zh(field: str, value: Any) -> Any:
    if isinstance(value, bool):
        value = str(value).lower()
    return WORDS.get(field, {}).get(str(value), value)


def register(kinds: Iterable[Kind]) -> None:
    """Add kinds to the table.

    Raises:
        ValueError: two different kinds under one code.
    """
    for kind in kinds:
        if KINDS.setdefault(kind.code, kind) != kind:
            raise ValueError(f"event kind {kind.code} is registered twice")


def kind(code: str) -> Kind:
    """Return the kind; an unknown code (from an older release) reads as itself."""
    return KINDS.get(code) or Kind(code, code, code)


def told(code: str, label: str, sentence: str, fields: str, plain: str) -> Kind:
    """Return a kind that the parties are told of.

    Args:
        fields: names of the data fields, separated by spaces.
        plain: the sentence a layman reads.
    """
    return Kind(code, label, sentence, frozenset(fields.split()), Audience.PARTY, plain)


def kept(code: str, label: str, sentence: str, fields: str = "") -> Kind:
    """Return a kind that stays inside the court: deliberation, and what a debtor could thwart."""
    return Kind(code, label, sentence, frozenset(fields.split()))
