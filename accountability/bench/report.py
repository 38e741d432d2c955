"""The tables of ``docs/benchmarks.md``: written from the last figures, and compared with.

The committed table of a size is the measure of the next run: absolute times depend on the
machine, so what a run tells is the ratio to it, and the ratio to what was measured beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from accountability.bench.bars import BARS, Bar

Line = Mapping[str, Any]
#: Where a table stands in the page.
_PLACE = "<!-- figures {size} -->\n{table}<!-- end of figures {size} -->"
_ROW = re.compile(r"^\| `(?P<name>\w+)` \|[^|]*\| (?P<value>[\d,.]+)", re.MULTILINE)
_HEAD = (
    "| figure | what | median | min to max | bar | naive way | floor |\n"
    "|---|---|---|---|---|---|---|\n"
)


def last_figures(file: Path) -> dict[str, Line]:
    """Return the newest line of each figure that ``make bench`` kept in a file."""
    if not file.exists():
        return {}
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {str(line["name"]): line for line in lines}


def table(figures: Mapping[str, Line]) -> str:
    """Return the Markdown table of what was measured, bars and ratios beside it."""
    return _HEAD + "".join(
        _row(name, bar, figures) for name, bar in BARS.items() if name in figures
    )


def _row(name: str, bar: Bar, figures: Mapping[str, Line]) -> str:
    line = figures[name]
    value, unit = float(line["value"]), str(line["unit"])
    ends = f"{_say(line['min'])} to {_say(line['max'])}" if line["runs"] > 1 else "one run"
    missed = "" if bar.met(value) or not _large(line, bar) else ": **missed**"
    sides = (_beside(value, figures.get(other)) for other in (bar.naive, bar.floor))
    return (
        f"| `{name}` | {bar.what} | {_say(value)} {unit} | {ends} | {bar}{missed} | "
        + " | ".join(sides) + " |\n"
    )  # fmt: skip


def _large(line: Line, bar: Bar) -> bool:
    """Tell whether the figure was measured at the size its bar is meant for, or above."""
    sizes = "SMLN"
    return sizes.find(str(line["size"])) >= sizes.find(bar.size)


def _beside(value: float, other: Line | None) -> str:
    """Return a figure held against: what it is, and how many times the value differs."""
    if other is None:
        return "–"
    against = float(other["value"])
    low, high = sorted((value, against))
    times = f", × {high / low:,.1f}" if low else ""
    return f"{_say(against)} {other['unit']}{times}"


def _say(value: Any) -> str:
    number = float(value)
    return f"{number:,.0f}" if number >= 100 else f"{number:,.1f}"


def written(page: str, size: str, figures: Mapping[str, Line]) -> str:
    """Return a page whose table of that size is made anew.

    Raises:
        ValueError: the page has no place for that size.
    """
    place = re.compile(f"<!-- figures {size} -->\n.*?<!-- end of figures {size} -->", re.DOTALL)
    if not place.search(page):
        raise ValueError(f"no place for the figures of size {size}")
    made = _PLACE.format(size=size, table=table(figures))
    return place.sub(lambda _: made, page)


def committed(page: str, size: str) -> dict[str, float]:
    """Return the medians of the table of that size, by name; none when it has no table."""
    found = re.search(
        f"<!-- figures {size} -->\n(.*?)<!-- end of figures {size} -->", page, re.DOTALL
    )
    rows = _ROW.finditer(found[1]) if found else ()
    return {row["name"]: float(row["value"].replace(",", "")) for row in rows}


def compared(page: str, size: str, figures: Mapping[str, Line]) -> Iterator[str]:
    """Yield a line for each figure that the committed table has too: before, now, ratio."""
    before = committed(page, size)
    for name, line in figures.items():
        if old := before.get(name):
            now = float(line["value"])
            both = f"{_say(old):>10} → {_say(now):>10} {line['unit']:<10}"
            yield f"{name:<28} {both} × {now / old:.2f}"
