"""Shipped reference data (``enforcement/data``): found and read in one place.

Pure: files in, plain values out. Sources and licences are in ``enforcement/data/README.md``.
"""

from __future__ import annotations

import csv
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA_DIR = Path(__file__).resolve().parent / "data"


def data_file(name: str) -> Path:
    """Return the path of a shipped file, for example ``courts.csv``."""
    return DATA_DIR / name


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a UTF-8 CSV with a header row; values are stripped, missing ones are empty.

    Raises:
        OSError: when the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: (value or "").strip() for name, value in row.items() if name}
            for row in csv.DictReader(file)
        ]


@lru_cache(maxsize=1)
def enums() -> dict[str, Any]:
    """Return the lists of ``enforcement_enums.json``: name → {source, values}."""
    content: dict[str, Any] = json.loads(
        data_file("enforcement_enums.json").read_text(encoding="utf-8")
    )
    return content
