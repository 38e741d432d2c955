"""``manage.py case_number``: read case numbers (案号) and name the court that answers for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from cases.numbers import CaseNumber, parse, type_chars
from enforcement.court_store import courts_answering
from enforcement.errors import Invalid
from enforcement.models import CourtCode
from enforcement.reference import data_file, read_rows

COLUMNS = (
    "raw", "normalised", "year", "court_code", "court_name", "type", "serial", "error",
)  # fmt: skip


class Command(BaseCommand):
    """Read one case number, or a CSV of them."""

    help = "Read case numbers: one RAW, or --batch FILE.csv with a column raw (writes CSV)."
    #: The list of courts that ships is enough; the command works before anything is set up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one number or a file of them."""
        parser.add_argument(
            "raw", nargs="?", help="one case number, for example （2026）陕1002执123号"
        )
        parser.add_argument("--batch", type=Path, metavar="FILE.csv", help="CSV with a column raw")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and write; a bad row fills ``error`` and does not stop the others."""
        if (options["raw"] is None) == (options["batch"] is None):
            raise CommandError("give either one case number or --batch FILE.csv")
        raws = [options["raw"]] if options["batch"] is None else read_raws(options["batch"])
        rows = read_numbers(raws)
        if options["batch"] is None:
            self._write_one(rows[0])
            return
        writer = csv.DictWriter(self.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        self._warn(rows)

    def _warn(self, rows: list[dict[str, str]]) -> None:
        """Name the types that are in no list: kept, since lists lag, but worth a look."""
        strange = sorted({row["type"] for row in rows if row["type"]} - type_chars())
        if strange:
            self.stderr.write(f"类型代字未收录，请核对：{'、'.join(strange)}")

    def _write_one(self, row: Mapping[str, str]) -> None:
        """Write one number in lines, or refuse."""
        if not row["normalised"]:
            raise CommandError(row["error"])
        for name in COLUMNS[1:]:
            if row[name]:
                self.stdout.write(f"{name:<11} {row[name]}")


def read_raws(path: Path) -> list[str]:
    """Return the column ``raw`` of a CSV, UTF-8 (with or without BOM) or GB 18030.

    Raises:
        CommandError: the file cannot be read, or has no column ``raw``.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Spreadsheets on Chinese systems save CSV in the national encoding.
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        if "raw" not in names:
            found = ", ".join(reader.fieldnames or ()) or "nothing"
            raise CommandError(f"{path}: the column raw is missing (the first line has: {found})")
        return [row[names["raw"]] or "" for row in reader]
    except csv.Error as error:
        raise CommandError(f"{path}: line {reader.line_num} is not CSV: {error}") from error


def read_numbers(raws: Iterable[str]) -> list[dict[str, str]]:
    """Return one row of ``COLUMNS`` for each text."""
    today = timezone.localdate()
    parsed: list[tuple[str, CaseNumber | Invalid]] = []
    for raw in raws:
        try:
            parsed.append((raw, parse(raw, today=today)))
        except Invalid as wrong:
            parsed.append((raw, wrong))
    names = court_names({n.court_code for _, n in parsed if isinstance(n, CaseNumber)})
    return [_row(raw, number, names) for raw, number in parsed]


def court_names(codes: set[str]) -> dict[str, str]:
    """Return 代字 → name of the court that answers for it now; unknown codes are left out.

    Before the courts are loaded (or without a database) the shipped list answers.
    """
    try:
        if CourtCode.objects.exists():
            return {code: court.name for code, court in courts_answering(codes).items()}
    except DatabaseError:
        pass
    aliases = read_rows(data_file("court_code_aliases.csv"))
    return {row["code"]: row["court_name"] for row in aliases if row["code"] in codes}


def _row(raw: str, number: CaseNumber | Invalid, names: Mapping[str, str]) -> dict[str, str]:
    """Build one output row."""
    row = dict.fromkeys(COLUMNS, "") | {"raw": raw}
    if isinstance(number, Invalid):
        return row | {"error": number.message}
    court = names.get(number.court_code, "")
    unknown = f"法院代字“{number.court_code}”未收录，请核对；案号已按原代字保留。"
    return row | {
        "normalised": str(number),
        "year": str(number.year),
        "court_code": number.court_code,
        "court_name": court,
        "type": number.type_char,
        "serial": str(number.serial),
        "error": "" if court else unknown,
    }
