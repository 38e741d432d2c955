"""Courts in the database: loading the shipped list, and finding the court of a 代字."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, models, transaction

from enforcement.courts import (
    CodeRow,
    CourtRow,
    Place,
    branch,
    number_tree,
    plan_codes,
    plan_courts,
)
from enforcement.models import Court, CourtCode
from enforcement.reference import data_file, read_rows

#: Two loads at once would number two trees; the second waits for the first.
_LOCK = 0x5EC0_0001
_BATCH = 1000
_COURT_FIELDS = ("code", "name", "level", "parent_id", "path", "lft", "rgt", "active", "source")
_CODE_FIELDS = ("kind", "first_day", "last_day", "confidence", "source")
#: Which kind of code answers first when two courts ever carried the same one.
_ANSWERS = (
    CourtCode.Kind.CURRENT,
    CourtCode.Kind.FORMER,
    CourtCode.Kind.HISTORIC,
    CourtCode.Kind.POSSIBLE,
)

_Row = TypeVar("_Row", bound=models.Model)


@dataclass(frozen=True)
class Tally:
    """What a load did to one table."""

    added: int
    changed: int
    unchanged: int
    beyond: int

    @property
    def nothing_to_do(self) -> bool:
        """Tell whether the database already said what the file says."""
        return self.added == 0 and self.changed == 0


@dataclass(frozen=True)
class Loaded:
    """What a load did: courts and codes."""

    courts: Tally
    codes: Tally


def load_courts(
    courts_csv: Path | None = None,
    aliases_csv: Path | None = None,
    only: Iterable[str] | None = None,
) -> Loaded:
    """Bring the courts and their codes up to the lists; a second run changes nothing.

    Nothing is ever deleted: a court that is in the database and not in the list keeps its
    place in the tree.

    Args:
        courts_csv: the list of courts; the shipped one by default.
        aliases_csv: the list of codes; the shipped one by default.
        only: 代字 of the courts wanted (the courts above come along); all by default.

    Raises:
        enforcement.courts.BadTree: when the lists do not make one tree; nothing is written.
        OSError: when a list cannot be read.
    """
    rows = read_rows(courts_csv or data_file("courts.csv"))
    aliases = read_rows(aliases_csv or data_file("court_code_aliases.csv"))
    courts = plan_courts(rows)
    if only is not None:
        courts = branch(courts, only)
    return save_courts(courts, plan_codes(rows, aliases))


@transaction.atomic
def save_courts(courts: Sequence[CourtRow], codes: Iterable[CodeRow]) -> Loaded:
    """Write planned courts, and those of the codes that point to them.

    Raises:
        enforcement.courts.BadTree: when the courts, with those already in the database, do not
            make one tree; nothing is written.
    """
    kept = {court.key for court in courts}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return Loaded(_save_courts(courts), _save_codes([c for c in codes if c.court in kept]))


def _save_courts(courts: Sequence[CourtRow]) -> Tally:
    """Write the courts that are new or different, and the numbers of the whole tree."""
    present = {court.key: court for court in Court.objects.all()}
    listed = {court.key for court in courts}
    beyond = [_as_row(court) for key, court in present.items() if key not in listed]
    rows = [*courts, *beyond]
    places = number_tree(rows)
    wanted = sorted((_as_court(r, places[r.key]) for r in rows), key=lambda court: court.lft)
    tally, fresh = _compare(wanted, present, lambda c: c.key, _COURT_FIELDS, len(beyond))
    Court.objects.bulk_create(
        fresh,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=[name.removesuffix("_id") for name in _COURT_FIELDS],
    )
    return tally


def _as_row(court: Court) -> CourtRow:
    """Read a court of the database back as the tree sees it."""
    return CourtRow(
        court.key, court.code, court.name, court.level, court.parent_id, court.active, court.source
    )


def _as_court(row: CourtRow, place: Place) -> Court:
    """Build the database row of a court in its place."""
    fields = asdict(row) | asdict(place)
    return Court(parent_id=fields.pop("parent"), **fields)


def _save_codes(codes: Sequence[CodeRow]) -> Tally:
    """Write the codes that are new or different; a code that moved on becomes a former one."""
    present = {(code.code, code.court_id): code for code in CourtCode.objects.all()}
    wanted = [_as_code(code) for code in codes]
    listed = {(code.code, code.court_id) for code in wanted}
    wanted += _moved_on(present, listed)
    beyond = len(present.keys() - listed)
    tally, fresh = _compare(wanted, present, lambda c: (c.code, c.court_id), _CODE_FIELDS, beyond)
    CourtCode.objects.bulk_create(
        fresh,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["code", "court"],
        update_fields=list(_CODE_FIELDS),
    )
    return tally


def _as_code(row: CodeRow) -> CourtCode:
    """Build the database row of a code."""
    fields = asdict(row)
    return CourtCode(court_id=fields.pop("court"), **fields)


def _moved_on(
    present: Mapping[tuple[str, str], CourtCode], listed: set[tuple[str, str]]
) -> list[CourtCode]:
    """Return codes that the list now gives to another court, marked as former ones."""
    elsewhere = {code for code, _ in listed}
    return [
        CourtCode(
            code=row.code,
            court_id=row.court_id,
            kind=CourtCode.Kind.FORMER,
            **{name: getattr(row, name) for name in _CODE_FIELDS if name != "kind"},
        )
        for pair, row in present.items()
        if pair not in listed and row.code in elsewhere and row.kind == CourtCode.Kind.CURRENT
    ]


def _compare(
    wanted: Sequence[_Row],
    present: Mapping[Any, _Row],
    key: Callable[[_Row], Hashable],
    fields: Sequence[str],
    beyond: int,
) -> tuple[Tally, list[_Row]]:
    """Count what is new, different and equal; return what must be written."""
    added: list[_Row] = []
    changed: list[_Row] = []
    for row in wanted:
        old = present.get(key(row))
        if old is None:
            added.append(row)
        elif any(getattr(old, name) != getattr(row, name) for name in fields):
            changed.append(row)
    unchanged = len(wanted) - len(added) - len(changed)
    return Tally(len(added), len(changed), unchanged, beyond), [*added, *changed]


def court_answering(code: str) -> Court | None:
    """Return the court that answers now for a 代字, or None when it is in no list."""
    return courts_answering([code]).get(code)


def courts_answering(codes: Iterable[str]) -> dict[str, Court]:
    """Return, for each known 代字 of those asked for, the court that answers for it now.

    A code in use beats a former one, that a historic one, that a supposed one.
    """
    found = CourtCode.objects.filter(code__in=set(codes)).select_related("court")
    best = sorted(found, key=lambda row: (_ANSWERS.index(CourtCode.Kind(row.kind)), row.pk))
    answers: dict[str, Court] = {}
    for row in best:
        answers.setdefault(row.code, row.court)
    return answers
