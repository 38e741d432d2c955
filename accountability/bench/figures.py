"""A figure of ``make bench``: its runs, and the JSON line that tells them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Figure:
    """One measured figure: its runs in ``unit``."""

    name: str
    unit: str
    runs: tuple[float, ...]

    def line(self, size: str) -> str:
        """Return the JSON line of the figure."""
        values = [round(v, 3) for v in self.runs]
        return json.dumps(
            {
                "name": self.name, "value": round(median(values), 3), "unit": self.unit,
                "size": size, "runs": len(values), "min": min(values), "max": max(values),
            }
        )  # fmt: skip


def moment(day: date) -> datetime:
    """Return ten in the morning in Shanghai of that day."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def timed(work: Callable[[], Any]) -> float:
    """Return the seconds a piece of work took."""
    start = perf_counter()
    work()
    return perf_counter() - start


def p95(times: Iterable[float]) -> float:
    """Return the 95th percentile."""
    ordered = sorted(times)
    return ordered[max(0, int(len(ordered) * 0.95) - 1)]


def settle() -> None:
    """Let vacuum and checkpoint not fall into the measurement."""
    with connection.cursor() as cursor:
        for table in (
            "cases_case",
            "deadlines_sheet",
            "deadlines_clock",
            "accountability_flag",
            "cases_caseevent",
            "deadlines_stale",
            "enforcement_rollupdelta",
        ):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")
