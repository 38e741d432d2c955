"""The cache: Redis, and the database while Redis is away.

Nothing that the courts do may stop because Redis does, and no limit may open because its counters
are gone: sign-in, portal and programs are counted on in the database meanwhile.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from enforcement.kept import STORE

log = logging.getLogger("enforcement.cache")

#: Seconds before Redis is tried again: an unreachable one costs one time-out in that time, not
#: one a request.
REST = 5.0


class Breaker:
    """Whether Redis is left alone now; one for all threads of a process."""

    def __init__(self, rest: float = REST) -> None:
        self.rest = rest
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Tell whether Redis failed a moment ago."""
        return time.monotonic() < self._until

    def trip(self, error: Exception) -> None:
        """Leave Redis alone for a while."""
        log.warning("Redis does not answer: the database keeps the counters now", exc_info=error)
        self._until = time.monotonic() + self.rest


BREAKER = Breaker()


class Json:
    """How values lie in Redis: as JSON, so that what somebody else wrote there cannot run.

    Django's own way is pickle: who can write into the cache could run code in every web process.
    Numbers stand bare, as Redis counts them. The database keeps values in the same form.
    """

    def dumps(self, value: Any) -> str:
        """Return the text of a value.

        Raises:
            TypeError: nothing that JSON can hold.
        """
        return json.dumps(value)

    def loads(self, text: bytes) -> Any:
        """Return the value of a text.

        Raises:
            ValueError: no JSON.
        """
        return json.loads(text)


def _either(name: str) -> Callable[..., Any]:
    """Return the operation of that name: on Redis, else in the database."""
    there: Callable[..., Any] = getattr(RedisCache, name)

    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not BREAKER.open:
            try:
                return there(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                BREAKER.trip(error)
        return getattr(STORE, name)(*args, **kwargs)

    run.__name__, run.__doc__ = name, there.__doc__
    return run


class Cache(RedisCache):
    """Django's cache over Redis that goes on in the database."""

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    get_many = _either("get_many")
    has_key = _either("has_key")
    incr = _either("incr")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    clear = _either("clear")
