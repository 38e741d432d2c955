"""The rulebook (期限规则库): every version of every rule, and which one is in force on a day.

Law is dated data: a change of law is a new table with a later first day. A running clock follows
the version in force on its start day, unless a later version says ``applies_to_running``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from deadlines.events import READ, Pair
from deadlines.rule import CONFIDENCES, Rule, as_day
from deadlines.rule_table import read_rule

RULES: Final = Path(__file__).resolve().parent / "rules"
RESERVED: Final = ("exclusions", "groups")
# What the flag machinery writes. A clock that raises a flag must not start from it: one default
# would become a row of flags.
FLAG_MACHINERY: Final = ("flag.", "explanation.")


class RulebookError(ValueError):
    """The rule files cannot be used; ``faults`` lists every reason in plain words."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class ExclusionKind(NamedTuple):
    """A kind of excluded period (扣除期间的种类) with its Chinese name and legal basis.

    ``opens`` and ``closes`` are event kinds of its own, besides ``exclusion.opened`` and
    ``exclusion.closed``; ``ref`` is the data field that ties the two together, ``until`` the one
    with the last day excluded.
    """

    kind: str
    name: str
    source: str = ""
    confidence: str = ""
    opens: str = ""
    closes: str = ""
    ref: str = ""
    until: str = ""


class Versions(NamedTuple):
    """All versions of one rule, oldest first; ``changes_running`` if any takes over old clocks."""

    code: str
    rules: tuple[Rule, ...]
    changes_running: bool

    def at(self, day: date) -> Rule | None:
        """The version in force on ``day``, or None."""
        for rule in reversed(self.rules):
            if rule.first_day <= day:
                return rule if rule.last_day is None or day <= rule.last_day else None
        return None


@dataclass(frozen=True)
class Rulebook:
    """Immutable collection of rules, indexed by the event kinds that start them."""

    rules: tuple[Rule, ...]
    exclusion_kinds: Mapping[str, ExclusionKind]
    groups: Mapping[str, tuple[str, ...]]

    @cached_property
    def by_code(self) -> dict[str, Versions]:
        """Code to versions, codes in alphabetical order."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in sorted(self.rules, key=lambda r: (r.code, r.first_day)):
            found[rule.code].append(rule)
        return {
            code: Versions(code, tuple(rules), any(r.applies_to_running for r in rules))
            for code, rules in found.items()
        }

    @cached_property
    def by_start(self) -> dict[str, tuple[Versions, ...]]:
        """Starting event kind to the rules any of whose versions it starts."""
        found: dict[str, list[Versions]] = defaultdict(list)
        for versions in self.by_code.values():
            for kind in {kind for rule in versions.rules for kind in rule.starts}:
                found[kind].append(versions)
        return {kind: tuple(listed) for kind, listed in found.items()}

    @cached_property
    def followers(self) -> tuple[Versions, ...]:
        """The rules that start where another one lapses."""
        return tuple(v for v in self.by_code.values() if any(rule.after for rule in v.rules))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The event kinds that open and close an excluded period of their own."""
        return tuple(
            Pair(kind.kind, kind.opens, kind.closes, kind.ref, kind.until)
            for kind in self.exclusion_kinds.values()
            if kind.opens
        )

    @cached_property
    def token(self) -> str:
        """A hash of all that can move a clock (hex, 16 characters); remarks do not change it."""
        counting = sorted(rule.counting() for rule in self.rules)
        text = "\n".join([*counting, *sorted(map(str, self.pairs))])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def kinds_read(self) -> frozenset[str]:
        """Every event kind that moves a clock of any rule."""
        found = {kind for pair in self.pairs for kind in (pair.opens, pair.closes)}
        for rule in self.rules:
            found |= {*rule.starts, *rule.stops, *rule.ends}
        return frozenset(found) | READ

    def codes(self) -> tuple[str, ...]:
        """Every rule code, sorted."""
        return tuple(self.by_code)

    def versions(self, code: str) -> tuple[Rule, ...]:
        """All versions of ``code``, oldest first; empty if there is no such rule."""
        found = self.by_code.get(code)
        return found.rules if found else ()

    def in_force(self, code: str, day: date) -> Rule | None:
        """The version of ``code`` in force on ``day``, or None."""
        found = self.by_code.get(code)
        return found.at(day) if found else None

    def latest(self, code: str) -> Rule | None:
        """The newest version of ``code``, or None: for names and labels."""
        found = self.by_code.get(code)
        return found.rules[-1] if found else None

    def exclusion_name(self, kind: str) -> str:
        """Chinese name of an exclusion kind; the kind itself if it is not known."""
        found = self.exclusion_kinds.get(kind)
        return found.name if found else kind

    def problems(self, known_kinds: Iterable[str]) -> list[str]:
        """What is wrong with the rules, in plain words; empty if they may be used.

        Args:
            known_kinds: every event kind that some app has registered.
        """
        known = frozenset(known_kinds)
        found = []
        for versions in self.by_code.values():
            for rule in versions.rules:
                found += [
                    f"{rule.code} {rule.first_day}: {text}" for text in self._rule(rule, known)
                ]
            found += [f"{versions.code}: {text}" for text in _joints(versions.rules)]
        for pair in self.pairs:
            found += [
                f"exclusion kind '{pair.exclusion}': unknown event kind '{kind}'"
                for kind in (pair.opens, pair.closes)
                if kind not in known
            ]
        return found

    def _rule(self, rule: Rule, known: Collection[str]) -> list[str]:
        found = [
            f"unknown event kind '{kind}' in {key}"
            for key in ("starts", "stops", "ends")
            for kind in getattr(rule, key)
            if kind not in known
        ]
        found += [
            f"unknown exclusion kind or group '{kind}'"
            for kind in rule.exclusions
            if kind not in self.exclusion_kinds
        ]
        found += [
            f"unknown confidence mark '{mark}'"
            for mark in rule.confidence.split("/")
            if mark not in CONFIDENCES
        ]
        if rule.after and rule.after not in self.by_code:
            found.append(f"'after' names the unknown rule '{rule.after}'")
        return found + _senseless(rule)


def _senseless(rule: Rule) -> list[str]:
    """Contradictions inside one version."""
    found = []
    if bool(rule.starts) == bool(rule.after):
        found.append("either 'starts' or 'after' starts it" if rule.after else "nothing starts it")
    if not rule.stops and rule.kind == "deadline":
        found.append("nothing can perform it ('stops' is empty)")
    both = set(rule.starts) & set(rule.stops)
    if rule.restart == "first" and both and not rule.anchor:
        found.append(f"'{min(both)}' both starts and stops it")
    if rule.back and (not rule.until or rule.unit != "days"):
        found.append("'back' counts days back from 'until'")
    if rule.until and (rule.exclusions or rule.extendable or rule.variants):
        found.append("a last day that the event holds is neither extended nor moved by exclusions")
    if rule.within and rule.restart != "each":
        found.append("'within' is for a rule that restarts with each start")
    if rule.last_day and rule.last_day < rule.first_day:
        found.append(f"last day {rule.last_day} is before its first day")
    if rule.repealed and not rule.last_day:
        found.append("'repealed' needs 'last_day'")
    for kind in rule.starts:
        loops = kind.startswith("flag.") and rule.severity == "escalate"
        if loops or (rule.severity == "flag" and kind.startswith(FLAG_MACHINERY)):
            found.append(
                f"'{kind}' comes from raising a flag and must not start a clock that flags"
            )
    return found


def _joints(rules: tuple[Rule, ...]) -> list[str]:
    """Overlaps and gaps between following versions."""
    found = []
    for older, newer in pairwise(rules):
        if older.first_day == newer.first_day:
            found.append(f"two versions from {newer.first_day}")
        elif older.last_day and older.last_day >= newer.first_day:
            found.append(
                f"versions overlap: {older.first_day} runs to {older.last_day}, "
                f"the next begins on {newer.first_day}"
            )
        elif (
            older.last_day
            and not older.repealed
            and older.last_day + timedelta(days=1) < newer.first_day
        ):
            found.append(
                f"gap: no version from {older.last_day + timedelta(days=1)} to the day "
                f"before {newer.first_day}"
            )
    return found


def load_rulebook(directory: Path = RULES) -> Rulebook:
    """Read every ``*.toml`` of ``directory`` into one rulebook.

    Raises:
        RulebookError: a file or a table cannot be read; nothing is ever left out in silence.
    """
    texts = {}
    faults = []
    for path in sorted(directory.glob("*.toml")):
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: {error}")
    if not texts:
        faults.append(f"no rule file in {directory}")
    if faults:
        raise RulebookError(faults)
    return parse_rulebook(texts)


def parse_rulebook(texts: Mapping[str, str] | str) -> Rulebook:
    """A rulebook from TOML text, or from several named ones (name to text).

    Raises:
        RulebookError: see ``load_rulebook``.
    """
    named = {"rules": texts} if isinstance(texts, str) else texts
    faults: list[str] = []
    tables = {name: _parsed(name, text, faults) for name, text in named.items()}
    kinds: dict[str, ExclusionKind] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for name, table in tables.items():
        _read_vocabulary(name, table, kinds, groups, faults)
    seen: dict[tuple[str, date], Rule | None] = {}
    for name, table in tables.items():
        for code, versions in table.items():
            if code not in RESERVED:
                _read_versions(name, code, versions, groups, seen, faults)
    if faults:
        raise RulebookError(faults)
    return Rulebook(tuple(rule for rule in seen.values() if rule), kinds, groups)


def check_rules(known_kinds: Iterable[str], directory: Path = RULES) -> list[str]:
    """Everything wrong with the rule files of ``directory``; never raises: for system checks."""
    try:
        return load_rulebook(directory).problems(known_kinds)
    except RulebookError as error:
        return error.faults


def _parsed(name: str, text: str, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: {error}")
        return {}


def _read_vocabulary(
    name: str,
    table: Mapping[str, Any],
    kinds: dict[str, ExclusionKind],
    groups: dict[str, tuple[str, ...]],
    faults: list[str],
) -> None:
    """Exclusion kinds and named groups of them."""
    for kind, row in table.get("exclusions", {}).items():
        if not isinstance(row, dict) or not row.get("name"):
            faults.append(f"{name}: exclusion kind '{kind}' needs a name")
            continue
        texts = {key: row.pop(key, "") for key in ExclusionKind._fields[1:]}
        if bool(texts["opens"]) != bool(texts["closes"]) or row:
            faults.append(f"{name}: exclusion kind '{kind}': 'opens' and 'closes', nothing else")
        kinds[kind] = ExclusionKind(kind, **texts)
    for group, listed in table.get("groups", {}).items():
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            faults.append(f"{name}: group '{group}' must be a list of exclusion kinds")
            continue
        groups[group] = tuple(listed)


def _read_versions(
    name: str,
    code: str,
    versions: Any,
    groups: Mapping[str, tuple[str, ...]],
    seen: dict[tuple[str, date], Rule | None],
    faults: list[str],
) -> None:
    """Every version of one code in one file."""
    if not isinstance(versions, dict):
        faults.append(f"{name}: '{code}' must hold tables named by their first day")
        return
    for day, table in versions.items():
        first_day = as_day(day)
        if first_day is None or not isinstance(table, dict):
            faults.append(f"{name}: [{code}.{day}] must be named by its first day, YYYY-MM-DD")
        elif (code, first_day) in seen:
            faults.append(f"{name}: {code} {first_day} is defined twice")
        else:
            seen[code, first_day] = read_rule(
                code, first_day, table, groups, faults, name.removesuffix(".toml")
            )
