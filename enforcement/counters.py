"""Small counters of all processes together, kept in Redis: requests, verbs, refusals, tasks.

A process adds up in memory, and a thread of its own hands the sums over once a second, so that
neither a request nor a verb ever waits for Redis. They are for watching, not for the record: a
killed process loses its last second, a flushed Redis begins at nothing (Prometheus knows both).
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from time import perf_counter, time
from typing import Any

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from enforcement.errors import Refused

KEY = "enforcement:counters"
#: Requests answered in one second of the wall, by all web processes; and the seconds looked back.
ASKED, RECENT = "enforcement:asked:{}", 3
REQUESTS = "enforcement_http_requests_total"
#: Seconds between two hand-overs, and the pause after a failed one.
EVERY, REST = 1.0, 10.0
#: Upper bounds of the histograms, in seconds.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Parts of one histogram that are kept: the bucket's bound, "sum" in microseconds.
SUM = "sum"

#: (name, labels as pairs, part of a histogram or empty).
Line = tuple[str, tuple[tuple[str, str], ...], str]


class _Pending:
    """What this process has counted and not handed over yet."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lines: Counter[Line] = Counter()
        self.pid = 0
        self.wake = threading.Event()

    def add(self, lines: dict[Line, int]) -> None:
        with self.lock:
            self.lines.update(lines)
            if self.pid != os.getpid():
                self.pid = os.getpid()
                threading.Thread(target=_hand_over_for_good, name="counters", daemon=True).start()

    def take(self) -> Counter[Line]:
        with self.lock:
            taken, self.lines = self.lines, Counter()
            return taken


_pending = _Pending()


def _begin_anew() -> None:
    """Count from nothing in a forked child: what the parent counted is the parent's."""
    global _pending
    _pending = _Pending()


os.register_at_fork(after_in_child=_begin_anew)


def count(name: str, by: int = 1, **labels: str) -> None:
    """Add to a counter."""
    _pending.add({(name, tuple(sorted(labels.items())), ""): by})


def observe(name: str, seconds: float, **labels: str) -> None:
    """Add one duration to a histogram."""
    kept = tuple(sorted(labels.items()))
    bound = next((str(b) for b in BOUNDS if seconds <= b), "+Inf")
    _pending.add({(name, kept, bound): 1, (name, kept, SUM): round(seconds * 1_000_000)})


def refused(error: Refused) -> None:
    """Count a refusal by its code, once however many hands it passes."""
    if not getattr(error, "counted", False):
        error.counted = True  # type: ignore[attr-defined]
        count("enforcement_refusals_total", code=error.code)


@contextlib.contextmanager
def verb(name: str) -> Iterator[None]:
    """Time a verb, and count what it refuses."""
    began, outcome = perf_counter(), "error"
    try:
        yield
        outcome = "done"
    except Refused as error:
        outcome = "refused"
        refused(error)
        raise
    finally:
        observe("enforcement_verb_seconds", perf_counter() - began, verb=name, outcome=outcome)


# -- Redis -------------------------------------------------------------------------------------


def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def hand_over() -> bool:
    """Add what was counted to the sums in Redis; keep it when Redis does not answer."""
    taken = _pending.take()
    if not taken:
        return True
    asked = sum(by for (name, _, _), by in taken.items() if name == REQUESTS)
    try:
        with _redis() as client, client.pipeline(transaction=True) as pipe:
            for line, by in taken.items():
                pipe.hincrby(KEY, json.dumps(line), by)
            if asked:
                second = ASKED.format(int(time()))
                pipe.incrby(second, asked)
                pipe.expire(second, 2 * RECENT)
            pipe.execute()
    except (RedisError, OSError):
        with _pending.lock:
            _pending.lines.update(taken)
        return False
    return True


def _hand_over_for_good() -> None:
    mine = _pending
    while mine is _pending:
        mine.wake.wait(EVERY if hand_over() else REST)


def read() -> dict[Line, int]:
    """Return the sums of all processes; empty when Redis does not answer."""
    try:
        with _redis() as client:
            found: Any = client.hgetall(KEY)
    except (RedisError, OSError):
        return {}
    return {_line(key): int(value) for key, value in found.items()}


def asked_lately() -> float:
    """Return how many requests a second were answered lately; 0 when Redis does not answer."""
    this = int(time())
    keys = [ASKED.format(this - ago) for ago in range(1, RECENT + 1)]
    try:
        with _redis() as client:
            found: Any = client.mget(keys)
    except (RedisError, OSError):
        return 0.0
    return sum(int(n or 0) for n in found) / RECENT


def _line(key: bytes) -> Line:
    name, labels, part = json.loads(key)
    return name, tuple((k, v) for k, v in labels), part
