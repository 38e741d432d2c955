"""Published rates: the LPR from 2019-08-20, the benchmark rates of 中国人民银行 before.

The benchmark rates were written down from memory and not compared with the publisher: every
result that uses one says so (MEM).
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from cases.calculators.working import ONE_DAY, Mistake

DATA: Final = Path(__file__).parents[2] / "enforcement" / "data"
LPR_FROM: Final = date(2019, 8, 20)
TERMS: Final = {"1y": "一年期", "5y": "五年期以上"}


@dataclass(frozen=True, slots=True)
class Rates:
    """Yearly rates in percent by first day, of one term.

    Attributes:
        rows: (first day, percent, ``lpr`` or ``benchmark``), the oldest first.
        valid_through: last day before which no newer rate can have been published.
    """

    rows: tuple[tuple[date, Decimal, str], ...]
    valid_through: date

    @property
    def earliest(self) -> date:
        """Return the first day that has a rate."""
        return self.rows[0][0]

    def on(self, day: date) -> tuple[Decimal, str]:
        """Return the percent a year in force on a day, and of which kind it is.

        Raises:
            Mistake: ``rate.unknown``, before the first row.
        """
        at = bisect_right(self.rows, day, key=lambda row: row[0]) - 1
        if at < 0:
            words = f"利率表从 {self.earliest.isoformat()} 开始，此前的利率请人工核定。"
            raise Mistake("rate.unknown", "start", words)
        return self.rows[at][1], self.rows[at][2]

    def lasts(self) -> list[date]:
        """Return the last day of each rate that another one followed."""
        found = []
        for before, after in zip(self.rows, self.rows[1:], strict=False):
            if before[1:] != after[1:]:
                found.append(after[0] - ONE_DAY)
        return found


def rates_of(
    lpr: Iterable[dict[str, str]], benchmark: Iterable[dict[str, str]]
) -> dict[str, Rates]:
    """Make the tables of both terms from rows of the two files."""
    lpr, benchmark = list(lpr), list(benchmark)
    tables = {}
    for term in TERMS:
        column = f"rate_{term}_percent"
        rows = [
            (date.fromisoformat(row["effective_date"]), Decimal(row[column]), kind)
            for kind, source in (("benchmark", benchmark), ("lpr", lpr))
            for row in source
        ]
        rows.sort()
        tables[term] = Rates(tuple(rows), _day_before_next(rows[-1][0]))
    return tables


def _day_before_next(last: date) -> date:
    """Return the 19th of the month after: the next LPR is published on the 20th or later."""
    year, month = divmod(last.year * 12 + last.month, 12)
    return date(year, month + 1, 19)


@cache
def load_rates() -> dict[str, Rates]:
    """Return the shipped rates by term, read once."""
    return rates_of(_rows("lpr_rates.csv"), _rows("pboc_benchmark_rates.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DATA / name).read_text(encoding="utf-8"))))


def warnings_for(rates: Rates, kinds: Iterable[str], last: date) -> list[str]:
    """Return what has to be said loudly about the rates that a result used up to a day."""
    found = []
    if "benchmark" in set(kinds):
        found.append(
            "2019-08-20 以前的贷款基准利率凭记忆录入（MEM），未与中国人民银行公告核对，"
            "用于裁判文书前请核对。"
        )
    if last > rates.valid_through:
        found.append(
            f"利率表只录到 {rates.rows[-1][0].isoformat()} 公布的一期，有效至 "
            f"{rates.valid_through.isoformat()}；此后各日沿用最后一期利率，结果不可靠，请先更新利率表。"
        )
    return found
