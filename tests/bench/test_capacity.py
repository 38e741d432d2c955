"""What a load needs follows from the figures, and from nothing typed by hand."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accountability.bench.capacity import LOADS, needs, table

FIGURES = {
    "http_docket_per_s": 80.0,
    "http_api_verb_per_s": 100.0,
    "backlog_flags_per_s": 16_000.0,
    "rebuild_two_cases_per_s": 5_000.0,
}


def test_the_country_needs_more_of_everything_than_a_court() -> None:
    court, province, country = needs(FIGURES, 10_000)
    assert court.disk_gb < province.disk_gb < country.disk_gb == pytest.approx(2_000)
    assert court.web_cores == 1 < country.web_cores
    assert country.requests == pytest.approx(60_000 * 0.4 * 2 / 60)
    assert country.morning_s == pytest.approx(1_000_000 / 16_000)


def test_twice_as_fast_needs_half_the_cores() -> None:
    slow = list(needs(FIGURES, 10_000))[-1]
    fast = list(needs({**FIGURES, "http_docket_per_s": 160.0}, 10_000))[-1]
    assert fast.web_cores == pytest.approx(slow.web_cores / 2, abs=1)


def test_the_table_has_a_row_for_each_load() -> None:
    rows = table(FIGURES, 10_000).splitlines()[2:]
    assert [row.split(":")[0].removeprefix("| ") for row in rows] == [load.name for load in LOADS]


def test_without_figures_the_command_says_which_is_missing() -> None:
    with pytest.raises(CommandError, match="http_docket_per_s"):
        call_command("capacity", size="XS", stdout=StringIO())
