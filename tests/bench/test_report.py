"""The tables of the documentation are made from figures, and a run is compared with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accountability.bench.bars import BARS, Bar
from accountability.bench.figures import Figure
from accountability.bench.report import committed, compared, last_figures, table, written

PAGE = "# Figures\n\n<!-- figures L -->\nold\n<!-- end of figures L -->\n\nThe end.\n"


def lines(**values: float) -> dict[str, dict[str, object]]:
    """Return figures of size L."""
    return {n: json.loads(Figure(n, "ms", (v,)).line("L")) for n, v in values.items()}


def test_a_bar_from_below_and_one_from_above() -> None:
    assert Bar("", least=10).met(10)
    assert not Bar("", least=10).met(9.9)
    assert Bar("", most=10).met(10)
    assert not Bar("", most=10).met(10.1)
    assert Bar("").met(10**9)


def test_every_figure_held_against_has_a_name_no_bar_has() -> None:
    others = {name for bar in BARS.values() for name in (bar.naive, bar.floor) if name}
    assert others
    assert not others & set(BARS)


def test_a_missed_bar_is_said_and_a_met_one_is_not() -> None:
    missed, met = lines(http_case_p95_ms=251.0), lines(http_case_p95_ms=249.0)
    assert "**missed**" in table(missed)
    assert "**missed**" not in table(met)


def test_a_bar_meant_for_a_larger_size_is_not_missed_by_a_smaller_one() -> None:
    assert "**missed**" not in table(lines(sweep_idle_ms=90.0))
    nation = {"sweep_idle_ms": json.loads(Figure("sweep_idle_ms", "ms", (90.0,)).line("N"))}
    assert "**missed**" in table(nation)


def test_the_naive_way_and_the_floor_stand_beside_with_their_ratio() -> None:
    found = table(lines(search_p95_ms=10.0, search_naive_ms=50.0, search_floor_ms=0.5))
    assert "| 50.0 ms, × 5.0 | 0.5 ms, × 20.0 |" in found


def test_what_is_written_is_read_back_and_compared() -> None:
    page = written(PAGE, "L", lines(http_case_p95_ms=200.0, demo_ready_s=1234.0))
    assert page.startswith("# Figures")
    assert page.endswith("The end.\n")
    assert committed(page, "L") == {"http_case_p95_ms": 200.0, "demo_ready_s": 1234.0}
    assert committed(page, "N") == {}
    (told,) = compared(page, "L", lines(http_case_p95_ms=100.0, unknown=1.0))
    assert "× 0.50" in told


def test_a_page_without_a_place_for_the_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size N"):
        written(PAGE, "N", {})


def test_the_newest_line_of_a_figure_counts(tmp_path: Path) -> None:
    kept = tmp_path / "L.jsonl"
    assert last_figures(kept) == {}
    kept.write_text(Figure("a", "s", (1.0,)).line("L") + "\n" + Figure("a", "s", (2.0,)).line("L"))
    assert last_figures(kept)["a"]["value"] == 2.0
