"""The registry of measures: what can be watched, read when somebody asks, as Prometheus text.

Each app registers its own in its ``measures.py``. Figures come from the database and Redis at the
moment of asking, so any web process answers for the whole system, however many there are.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from enforcement import counters

log = logging.getLogger("enforcement.measures")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Measure:
    """One figure: its name, kind (gauge, counter, histogram) and one line about it."""

    name: str
    kind: str
    help: str


#: (name, labels, value).
Sample = tuple[str, Mapping[str, str], float]
Read = Callable[[datetime], Iterable[Sample]]

MEASURES: dict[str, Measure] = {}
_readers: list[Read] = []


def register(measures: Iterable[Measure], read: Read | None = None) -> None:
    """Make measures known, and how they are read together.

    Raises:
        ValueError: two measures with one name.
    """
    for measure in measures:
        if MEASURES.setdefault(measure.name, measure) is not measure:
            raise ValueError(f"measure {measure.name} is registered twice")
    if read is not None:
        _readers.append(read)


def gauge(name: str, text: str) -> Measure:
    """Return a figure that goes up and down."""
    return Measure(f"enforcement_{name}", "gauge", text)


register(
    [
        Measure("enforcement_http_requests_total", "counter", "answers by face and status class"),
        Measure("enforcement_http_seconds", "histogram", "time to answer, by face"),
        Measure("enforcement_verb_seconds", "histogram", "time of a verb, by name and outcome"),
        Measure("enforcement_refusals_total", "counter", "refusals by code"),
        Measure("enforcement_tasks_total", "counter", "tasks by name and how they ended"),
        gauge("scrape_failures", "groups of figures that could not be read this time"),
    ]
)


def _read_all(now: datetime) -> tuple[list[Sample], int]:
    """Return every sample; a group that cannot be read is counted and leaves the others."""
    found: list[Sample] = []
    failures = 0
    for read in _readers:
        try:
            found += list(read(now))
        except Exception:  # the database may be gone: that itself is a figure
            log.warning("measures cannot be read: %s", read.__module__, exc_info=True)
            failures += 1
    return found, failures


def text(now: datetime) -> str:
    """Return all measures in the text format of Prometheus."""
    samples, failures = _read_all(now)
    samples.append(("enforcement_scrape_failures", {}, failures))
    lines: dict[str, list[str]] = defaultdict(list)
    for name, labels, value in samples:
        lines[name].append(_line(name, labels, value))
    counters.hand_over()
    for name, line in _counted(counters.read()):
        lines[name].append(line)
    parts = []
    for name in sorted(MEASURES):
        measure = MEASURES[name]
        parts += [f"# HELP {name} {measure.help}", f"# TYPE {name} {measure.kind}"]
        parts += lines.get(name, [])
    return "\n".join(parts) + "\n"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())
    number = repr(float(value)) if isinstance(value, float) else str(value)
    return f"{name}{{{inside}}} {number}" if inside else f"{name} {number}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _counted(sums: dict[counters.Line, int]) -> Iterator[tuple[str, str]]:
    """Yield (name, line) of counters and histograms; those nobody knows any more are left out."""
    series: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, int]] = defaultdict(dict)
    for (name, labels, part), value in sums.items():
        series[name, labels][part] = value
    for (name, labels), parts in sorted(series.items()):
        measure = MEASURES.get(name)
        if measure is None:
            continue
        if measure.kind == "counter":
            yield name, _line(name, dict(labels), parts.get("", 0))
        else:
            yield from ((name, line) for line in _histogram(name, dict(labels), parts))


def _histogram(name: str, labels: dict[str, str], parts: dict[str, int]) -> Iterator[str]:
    """Yield the lines of one histogram: each bucket holds those below it too."""
    total = 0
    for bound in [*map(str, counters.BOUNDS), "+Inf"]:
        total += parts.get(bound, 0)
        yield _line(f"{name}_bucket", {**labels, "le": bound}, total)
    yield _line(f"{name}_sum", labels, parts.get(counters.SUM, 0) / 1_000_000)
    yield _line(f"{name}_count", labels, total)
