"""What a court, a province and the country need, computed from measured figures (pure).

Rough on purpose: it says of what order a need is, and from which figure. The figures are those of
the committed tables of ``docs/benchmarks.md``, measured on two cores that also held the clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

#: Cores on which the figures were measured: database, web and clients together.
CORES = 2
#: Hours of a working day over which requests and writes are spread; working days of a year.
HOURS, DAYS = 8, 250
#: Requests an active user makes in a minute, and the share of users active at once.
A_MINUTE, ACTIVE = 2.0, 0.4
#: How many times the mean of a working day its busiest minutes are.
PEAK = 5
#: Years for which closed cases stay in the database.
YEARS = 10
#: Share of open cases on which something lapses on the worst morning (after a long holiday).
WORST_MORNING = 0.2


@dataclass(frozen=True)
class Load:
    """One size of court system."""

    name: str
    cases_a_year: int
    open: int
    users: int
    writes_a_case: float = 16.0


LOADS = (
    Load("one busy basic court", 12_000, 4_000, 60),
    Load("one province", 1_000_000, 250_000, 3_000),
    Load("the country", 20_000_000, 5_000_000, 60_000),
)


@dataclass(frozen=True)
class Need:
    """What a load needs.

    Attributes:
        disk_gb: after ten years, indexes included.
        requests: a second, at the busiest. web_cores: that answer them.
        writes: verbs a second, at the busiest. database_cores: that take them.
        morning_s: seconds two workers need for the worst morning.
        rebuild_s: seconds two workers need to derive every open case after a change of law.
    """

    load: Load
    disk_gb: float
    requests: float
    web_cores: int
    writes: float
    database_cores: int
    morning_s: float
    rebuild_s: float


def needs(figures: Mapping[str, float], bytes_a_case: float) -> Iterator[Need]:
    """Yield what each load needs.

    Args:
        figures: medians by name; ``http_docket_per_s``, ``http_api_verb_per_s``,
            ``backlog_flags_per_s`` and ``rebuild_two_cases_per_s`` are read.
        bytes_a_case: of the database, everything that belongs to a case included.

    Raises:
        KeyError: a figure was not measured.
    """
    page_rate = figures["http_docket_per_s"] / CORES
    verb_rate = figures["http_api_verb_per_s"] / CORES
    for load in LOADS:
        requests = load.users * ACTIVE * A_MINUTE / 60
        writes = PEAK * load.cases_a_year * load.writes_a_case / (DAYS * HOURS * 3600)
        yield Need(
            load=load,
            disk_gb=load.cases_a_year * YEARS * bytes_a_case / 1e9,
            requests=requests,
            web_cores=max(1, ceil(requests / page_rate)),
            writes=writes,
            database_cores=max(1, ceil(writes / verb_rate)),
            morning_s=load.open * WORST_MORNING / figures["backlog_flags_per_s"],
            rebuild_s=load.open / figures["rebuild_two_cases_per_s"],
        )


def table(figures: Mapping[str, float], bytes_a_case: float) -> str:
    """Return the needs as a Markdown table."""
    head = (
        "| load | disk after ten years | requests/s | web cores | verbs/s | cores for them |"
        " worst morning | change of law |\n|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {need.load.name}: {need.load.cases_a_year:,} cases a year, {need.load.open:,} open,"
        f" {need.load.users:,} users | {need.disk_gb:,.0f} GB | {need.requests:,.1f} |"
        f" {need.web_cores} | {need.writes:,.1f} | {need.database_cores} |"
        f" {_time(need.morning_s)} | {_time(need.rebuild_s)} |\n"
        for need in needs(figures, bytes_a_case)
    )


def _time(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
