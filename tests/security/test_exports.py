"""No export carries a formula: what somebody typed does not run in a colleague's spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enforcement.cells import harmless
from enforcement.models import User
from tests.builders import enforcing
from tests.people import People

Browser = Callable[[User | None], Client]
FORMULA = '=HYPERLINK("http://evil.example","x")'


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "＝1+1",
        "\t=1",
        "\r=1",
        "\u200b=1",
        " \u3000=1",
        "\ufeff@x",
        "|x",
    ],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("陈某", "陈某"),
        ("（2026）陕1002执1号", "（2026）陕1002执1号"),
        ("2026-11-02", "2026-11-02"),
        (-5, "-5"),
        ("-5", "-5"),
        ("+3.5", "+3.5"),
        (None, ""),
        ("a=b", "a=b"),
        ("a\0b", "ab"),
    ],
)
def test_everything_else_stays_as_it_is(value: object, shown: str) -> None:
    assert harmless(value) == shown


@pytest.mark.parametrize("path", ["/clocks/", "/flags/"])
def test_lists_are_exported_without_formulas(people: People, browser: Browser, path: str) -> None:
    people.lin.name = FORMULA
    people.lin.save()
    built = enforcing(people)
    built.swept("11-10")
    built.rebuilt("11-23")
    answer = browser(people.qin).get(f"{path}?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+@"))]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_calculator_gives_back_no_formula(people: People, browser: Browser) -> None:
    quoted = FORMULA.replace('"', '""')
    sent = f'start,n,unit,excluded,=note\n2026-11-02,3,days,,"{quoted}"\n'
    file: Any = SimpleUploadedFile("t.csv", sent.encode())
    answer = browser(people.lin).post("/calculator/", {"table": file})
    head, row = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "'=note" in head
    assert f"'{FORMULA}" in row
    assert "2026-11-05" in row


def test_every_writer_of_spreadsheets_passes_its_cells_through_the_one_filter() -> None:
    """A new export that does not is found here."""
    from django.conf import settings

    apps = ("enforcement", "cases", "deadlines", "accountability", "petitions")
    writers = {
        str(file.relative_to(settings.BASE_DIR)): "harmless(" in text
        for app in apps
        for file in (settings.BASE_DIR / app).rglob("*.py")
        if "management" not in file.parts
        and (
            "csv.writer(" in (text := file.read_text(encoding="utf-8"))
            or "csv.DictWriter(" in text
            or "openpyxl" in text
        )
    }
    assert writers == dict.fromkeys(writers, True)
    assert "accountability/exports.py" in writers
