#!/usr/bin/env python3
"""Write one TOML file a year from two CSV files: days of published notices, and provisional days.

    python deadlines/holidays/build.py holidays_cn.csv holidays_cn_provisional.csv

Published CSV: ``date,kind,name,notice_year,notice_url,source`` (kind ``off`` or ``work``). A day
goes into the file of the *notice* it stands in: the notice for 2023 lists 2022-12-31.
Provisional CSV: ``date,kind,name,status``; it may hold no year that the published one holds.
To add a new notice by hand, write the year's file in the same shape and set its status.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path

Row = dict[str, str]

DATA_SETS = {
    "holiday-cn": "NateScarlet/holiday-cn @d4e53bf, MIT",
    "chinesecalendar": "chinesecalendar 1.11.0, MIT",
    "holidays 0.109": "holidays 0.109, MIT",
}
PROVISIONAL_DATA = "holidays 0.109, MIT; guessed days left out"
PUBLISHED_SOURCE = "国务院办公厅{year}年节假日安排通知"
PROVISIONAL_SOURCE = "《全国年节及纪念日放假办法》（2024年修订）第二条；{year}年安排通知尚未公布"
# The sources name the same holiday in several ways; the reader should see one.
NAMES = {
    "国庆": "国庆节",
    "“五一”": "劳动节",
    "“五一”国际劳动节": "劳动节",
    "“十一”": "国庆节",
    "农历除夕": "春节",
    "中秋节; 国庆节": "中秋节、国庆节",
    "国庆节、中秋节": "中秋节、国庆节",
}


def read(path: Path) -> list[Row]:
    """Rows of a CSV file (UTF-8, with or without BOM)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def year_file(year: int, status: str, source: str, url: str, data: str, rows: list[Row]) -> str:
    """Text of one year's file, days in order."""
    lines = [
        "# Written by build.py in this folder.",
        f"year = {year}",
        f'status = "{status}"',
        f'source = "{source}"',
        f'url = "{url}"',
        f'data = "{data}"',
    ]
    for kind in ("off", "work"):
        lines += ["", f"[{kind}]"]
        for row in sorted((r for r in rows if r["kind"] == kind), key=lambda r: r["date"]):
            lines.append(f'"{row["date"]}" = "{NAMES.get(row["name"], row["name"])}"')
    return "\n".join(lines) + "\n"


def published(rows: list[Row]) -> dict[int, str]:
    """Year to file text, for the notices."""
    by_year: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_year[int(row["notice_year"])].append(row)
    return {
        year: year_file(
            year,
            "published",
            PUBLISHED_SOURCE.format(year=year),
            next((r["notice_url"] for r in listed if r["notice_url"]), ""),
            "; ".join(sorted({DATA_SETS.get(r["source"], r["source"]) for r in listed})),
            listed,
        )
        for year, listed in by_year.items()
    }


def provisional(rows: list[Row]) -> dict[int, str]:
    """Year to file text, for the years whose notice is not out."""
    by_year: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_year[int(row["date"][:4])].append(row)
    return {
        year: year_file(
            year, "provisional", PROVISIONAL_SOURCE.format(year=year), "", PROVISIONAL_DATA, listed
        )
        for year, listed in by_year.items()
    }


def build(published_csv: Path, provisional_csv: Path, out: Path) -> list[Path]:
    """Write every year's file into ``out`` and return the paths.

    Raises:
        ValueError: a year is both published and provisional.
    """
    firm, guess = published(read(published_csv)), provisional(read(provisional_csv))
    if both := sorted(firm.keys() & guess.keys()):
        raise ValueError(f"years both published and provisional: {both}")
    written = []
    for year, text in sorted({**firm, **guess}.items()):
        path = out / f"{year}.toml"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def main() -> None:
    """Command line: two CSV files, and where to write (this folder)."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("published", type=Path)
    parser.add_argument("provisional", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    given = parser.parse_args()
    print(f"{len(build(given.published, given.provisional, given.out))} files written")


if __name__ == "__main__":
    main()
