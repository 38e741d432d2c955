"""How often somebody may try (限流): counters in the cache that forget by themselves.

While Redis is away the cache counts in the database, so no limit opens with it.

An attempt is counted before it is made and given back when it turns out good, so many attempts at
once cannot slip through together.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

from enforcement.errors import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times within so many seconds, under a name of its own."""

    name: str
    times: int
    seconds: int

    def key(self, subject: str) -> str:
        """Return the key of the counter of one subject."""
        return f"throttle:{self.name}:{subject}"


class TooOften(Refused):
    """Tried too often (HTTP 429).

    Attributes:
        seconds: after how long at the latest one may try again.
    """

    status = 429

    def __init__(self, code: str, message: str, seconds: int) -> None:
        super().__init__(code, message)
        self.seconds = seconds


def count(limit: Limit, subject: str) -> bool:
    """Count one attempt; False when it is one too many."""
    key = limit.key(subject)
    cache.add(key, 0, limit.seconds)
    try:
        return bool(cache.incr(key) <= limit.times)
    except ValueError:  # the counter was forgotten between the two calls
        cache.add(key, 1, limit.seconds)
        return True


def give_back(limit: Limit, subject: str) -> None:
    """Take back one counted attempt that was good."""
    try:
        cache.decr(limit.key(subject))
    except ValueError:  # forgotten meanwhile
        return


def minutes(seconds: int) -> str:
    """Return a time in words: 10 分钟, 1 小时."""
    return f"{seconds // 3600} 小时" if seconds % 3600 == 0 else f"{seconds // 60} 分钟"
