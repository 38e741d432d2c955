"""What each figure has to reach, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One figure's row of the table.

    Attributes:
        what: in words.
        least, most: the bar, from below or from above; None where there is none.
        size: the smallest size the bar is meant for.
        naive, floor: names of the figures it is held against.
    """

    what: str
    least: float | None = None
    most: float | None = None
    size: str = "L"
    naive: str = ""
    floor: str = ""

    def met(self, value: float) -> bool:
        """Tell whether a value reaches the bar (there may be none)."""
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def __str__(self) -> str:
        """Return the bar as the table shows it."""
        if self.least is not None:
            return f"≥ {self.least:,g} ({self.size})"
        return f"≤ {self.most:,g} ({self.size})" if self.most is not None else "–"


_LOOP, _ROWS = "sweep_loop_flags_per_s", "sweep_floor_rows_per_s"
_LIST_FLOOR, _ALIVE = "list_floor_ms", "http_floor_p95_ms"

#: Figure → its row; the order is that of the table.
BARS: Mapping[str, Bar] = {
    "generate_s": Bar("the load itself", most=600),
    "generate_rows_per_s": Bar(
        "rows of the load", naive="generate_loop_rows_per_s", floor="generate_floor_rows_per_s"
    ),
    "sweep_flags_per_s": Bar(
        "newly lapsed on current sheets: flag, chained event, version; one worker",
        least=10_000, naive=_LOOP, floor=_ROWS,
    ),
    "sweep_against_loop": Bar("the same, times the per-row loop", least=40),
    "backlog_flags_per_s": Bar("two workers", least=15_000, naive=_LOOP, floor=_ROWS),
    "backlog_s": Bar("a fifth of all cases lapsed at once, two workers", most=180, size="N"),
    "sweep_statements_per_batch": Bar("statements of a batch"),
    "sweep_peak_mb": Bar("memory of a worker that sweeps it", most=300),
    "sweep_idle_ms": Bar(
        "nothing due", most=20, size="N", naive="sweep_idle_naive_ms", floor="sweep_idle_floor_ms"
    ),
    "rebuild_cases_per_s": Bar(
        "stale sheets from their events, one worker",
        naive="rebuild_loop_cases_per_s", floor="rebuild_floor_cases_per_s",
    ),
    "rebuild_two_cases_per_s": Bar(
        "the same, two workers", least=3_000,
        naive="rebuild_loop_cases_per_s", floor="rebuild_floor_cases_per_s",
    ),
    "verify_events_per_s": Bar(
        "hash chains of the whole ledger", least=100_000,
        naive="verify_loop_events_per_s", floor="verify_floor_events_per_s",
    ),
    "backup_s": Bar("encrypted backup of everything", floor="backup_floor_s"),
    "backup_mb": Bar("the file it makes"),
    "restore_s": Bar("into a second, empty embedded server", floor="restore_floor_s"),
    "restore_verify_s": Bar("rows, files, chains and counts held to the manifest"),
    "dashboard_p95_ms": Bar(
        "supreme court, twelve months", most=100, size="N",
        naive="dashboard_naive_ms", floor="dashboard_floor_ms",
    ),
    "dashboard_levels_p95_ms": Bar(
        "every level below", most=100, size="N",
        naive="dashboard_naive_ms", floor="dashboard_floor_ms",
    ),
    "docket_sql_p95_ms": Bar(
        "a judge's docket, SQL", most=20, size="N",
        naive="docket_naive_ms", floor="docket_floor_ms",
    ),
    "list_sql_p95_ms": Bar(
        "cases of a subtree, SQL", most=20, size="N", naive="list_naive_ms", floor=_LIST_FLOOR
    ),
    "deep_page_sql_p95_ms": Bar(
        "a page far down, SQL", most=20, size="N", naive="deep_page_naive_ms", floor=_LIST_FLOOR
    ),
    "clock_list_sql_p95_ms": Bar(
        "lists behind the dashboard, SQL", most=20, size="N",
        naive="clock_list_naive_ms", floor="clock_list_floor_ms",
    ),
    "search_sql_p95_ms": Bar(
        "by name or number, SQL", most=20, size="N",
        naive="search_naive_ms", floor="search_floor_ms",
    ),
    "search_p95_ms": Bar(
        "by name or number, whole page", naive="search_naive_ms", floor="search_floor_ms"
    ),
    "http_docket_p95_ms": Bar("8 clients", most=200, naive="http_docket_naive_ms", floor=_ALIVE),
    "http_case_p95_ms": Bar(
        "8 clients, 200 events", most=250, naive="http_case_naive_ms", floor=_ALIVE
    ),
    "http_portal_p95_ms": Bar("8 clients", most=150, naive="http_portal_naive_ms", floor=_ALIVE),
    "http_api_list_p95_ms": Bar(
        "8 clients", most=150, naive="http_api_list_naive_ms", floor=_ALIVE
    ),
    "http_api_verb_p95_ms": Bar(
        "8 clients", most=100, naive="", floor="http_api_verb_floor_ms"
    ),
    "http_docket_per_s": Bar("dockets a second on the same two cores"),
    "http_case_per_s": Bar("case pages a second"),
    "http_api_verb_per_s": Bar("verbs a second, each its own transaction"),
    "backlog_docket_p95_ms": Bar("while a backlog is swept", most=200, size="N"),
    "backlog_case_p95_ms": Bar("while a backlog is swept", most=250, size="N"),
    "backlog_portal_p95_ms": Bar("while a backlog is swept", most=150, size="N"),
    "backlog_api_list_p95_ms": Bar("while a backlog is swept", most=150, size="N"),
    "web_rss_mb": Bar("a web worker after the requests", most=250, floor="web_rss_before_mb"),
    "demo_ready_s": Bar("environment already built", most=45),
}  # fmt: skip
