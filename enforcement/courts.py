"""The tree of courts (法院) and their short codes (法院代字), worked out from the shipped lists.

Pure: rows in, rows out. Reading and writing the database is ``enforcement.court_store``.

The 代字 follows 《关于人民法院案件案号的若干规定》(法〔2015〕137号): a province character for a
high court, two digits more for an intermediate court, four for a basic court; 最高法 alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

SUPREME_CODE = "最高法"

#: Case numbers carry these codes from this day on (法〔2015〕137号); it is the first day of
#: every code of the 2016 table. Days of later changes are not published in one place: unknown.
CODES_FIRST_DAY = date(2016, 1, 1)

_SEPARATE = {"active": True, "not_in_2026_list": False}
_KINDS = {
    "current": "current",
    "former_code_of_renamed_or_merged": "former",
    "historic_no_successor_known": "historic",
    "possible_new_code_by_2023_adcode": "possible",
    "seen_from_memory": "possible",
    "seen_in_LawGLM_case_number": "possible",
}


@dataclass(frozen=True)
class CourtRow:
    """A court as it stands in the tree.

    Attributes:
        key: stable key. code: 代字 now, empty when unknown. level: 1 (最高) to 4 (基层).
        parent: key of the court above, None for the root only.
        active: False for a historic court without a known successor.
        source: where it was read, and what had to be inferred.
    """

    key: str
    code: str
    name: str
    level: int
    parent: str | None
    active: bool
    source: str


@dataclass(frozen=True)
class CodeRow:
    """A short code and the court that answers for it now.

    ``kind`` is a value of ``CourtCode.Kind``; days are legal days, None when unknown.
    """

    code: str
    court: str
    kind: str
    first_day: date | None
    last_day: date | None
    confidence: str
    source: str


@dataclass(frozen=True)
class Place:
    """Where a court stands: a readable path, and pre-order numbers (a subtree is a range)."""

    path: str
    lft: int
    rgt: int


class BadTree(ValueError):
    """The courts do not form one tree; the message names the courts concerned."""


def plan_courts(rows: Iterable[Mapping[str, str]]) -> list[CourtRow]:
    """Turn rows of ``courts.csv`` into courts, each with the key of the court above it.

    Renamed and merged courts are left out: they live on as former codes of their successor.

    Raises:
        BadTree: when a key occurs twice.
    """
    kept = [row for row in rows if row["status"] in _SEPARATE]
    seen: set[str] = set()
    for row in kept:
        if row["court_key"] in seen:
            raise BadTree(f"court_key {row['court_key']} occurs twice")
        seen.add(row["court_key"])
    # Historic courts first, so that a court of today takes the code over when both carry it.
    by_code = {
        row["code"]: row["court_key"]
        for row in sorted(kept, key=lambda row: _SEPARATE[row["status"]])
        if row["code"]
    }
    return [_court(row, by_code) for row in kept]


def _court(row: Mapping[str, str], by_code: Mapping[str, str]) -> CourtRow:
    """Build one court, its parent from the file or else from its code."""
    court = CourtRow(
        key=row["court_key"],
        code=row["code"],
        name=row["name"],
        level=int(row["level"]),
        parent=by_code.get(row["parent_code"]),
        active=_SEPARATE[row["status"]],
        source=_source(row),
    )
    if court.parent is not None or court.code == SUPREME_CODE:
        return court
    return replace(
        court,
        parent=_parent_by_code(court, by_code),
        source=f"{court.source}；上级法院依代字推定",
    )


def _source(row: Mapping[str, str]) -> str:
    """Say where the row and its code were read."""
    parts = [row["source"], f"代字依据 {row['code_basis']}" if row["code_basis"] else ""]
    return "；".join(part for part in [*parts, row["note"]] if part)[:150]


def _parent_by_code(court: CourtRow, by_code: Mapping[str, str]) -> str | None:
    """Return the court of the code's first characters: intermediate, high, else supreme."""
    for length in (3, 1):
        parent = by_code.get(court.code[:length])
        if parent and parent != court.key:
            return parent
    return by_code.get(SUPREME_CODE)


def plan_codes(
    rows: Iterable[Mapping[str, str]], aliases: Iterable[Mapping[str, str]]
) -> list[CodeRow]:
    """Turn ``court_code_aliases.csv`` into codes, with former names from ``courts.csv``.

    Raises:
        BadTree: when an alias has a kind that is not known here.
    """
    rows = list(rows)
    former = {r["code"]: r["name"] for r in rows if r["status"] == "renamed_or_merged"}
    tabled = {r["code"] for r in rows if r["code_basis"] == "official_2016_table"}
    return [_code(alias, former, tabled) for alias in aliases]


def _code(alias: Mapping[str, str], former: Mapping[str, str], tabled: Collection[str]) -> CodeRow:
    """Build one code row."""
    code = alias["code"]
    if alias["kind"] not in _KINDS:
        raise BadTree(f"code {code}: kind {alias['kind']!r} is not known")
    note = f"{alias['kind']}；曾用名：{former[code]}" if code in former else alias["kind"]
    return CodeRow(
        code=code,
        court=alias["court_key"],
        kind=_KINDS[alias["kind"]],
        first_day=CODES_FIRST_DAY if code in tabled else None,
        last_day=None,
        confidence=alias["confidence"],
        source=note,
    )


def branch(
    courts: Sequence[CourtRow], codes: Iterable[str] = (), keys: Iterable[str] = ()
) -> list[CourtRow]:
    """Return only the courts with those 代字 or keys, and every court above them.

    Raises:
        BadTree: when a code or a key is not in the list.
    """
    by_key = {court.key: court for court in courts}
    by_code = {court.code: court.key for court in courts if court.code}
    wanted: set[str] = set()
    missing = [c for c in codes if c not in by_code] + [k for k in keys if k not in by_key]
    if missing:
        raise BadTree("not in the list of courts: " + ", ".join(missing))
    for start in [*(by_code[code] for code in codes), *keys]:
        key: str | None = start
        while key is not None and key not in wanted:
            wanted.add(key)
            key = by_key[key].parent
    return [court for court in courts if court.key in wanted]


def number_tree(courts: Iterable[CourtRow]) -> dict[str, Place]:
    """Give every court its path and pre-order numbers, siblings in order of code.

    Siblings of today come before historic ones, then by 代字, those without one last.

    Raises:
        BadTree: no root or several, an unknown parent, or a ring of parents.
    """
    by_key = {court.key: court for court in courts}
    children: dict[str, list[CourtRow]] = {key: [] for key in by_key}
    roots: list[CourtRow] = []
    for court in by_key.values():
        if court.parent is None:
            roots.append(court)
        elif court.parent not in by_key:
            raise BadTree(f"court {court.key}: the court above, {court.parent}, is not there")
        else:
            children[court.parent].append(court)
    if len(roots) != 1:
        raise BadTree("one root wanted, found: " + ", ".join(court.key for court in roots))
    for siblings in children.values():
        siblings.sort(key=lambda c: (not c.active, not c.code, c.code, c.key))
    places = _walk(roots[0], children)
    if len(places) != len(by_key):
        raise BadTree("ring of parents: " + ", ".join(sorted(set(by_key) - set(places))[:10]))
    return places


def _walk(root: CourtRow, children: Mapping[str, Sequence[CourtRow]]) -> dict[str, Place]:
    """Number a tree in pre-order: entering and leaving a court each take one number."""
    places: dict[str, Place] = {}
    counter = 0

    def visit(court: CourtRow, above: str) -> None:
        nonlocal counter
        counter += 1
        lft, path = counter, f"{above}{court.code or court.key}"
        places[court.key] = Place(path, lft, 0)  # keeps the order of entering
        for child in children[court.key]:
            visit(child, f"{path}/")
        counter += 1
        places[court.key] = Place(path, lft, counter)

    visit(root, "")
    return places
