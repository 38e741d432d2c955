"""A cache in the database (``Kept``): slower than Redis, there whenever the system is.

It stands in for Redis while Redis is away (``enforcement.cache``), and holds for good what must
not be lost with it: that a form was handed in (``once``).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection, transaction

_EXPIRES = "now() + make_interval(secs => %(seconds)s)"  # NULL seconds: never
_SET = f"""
INSERT INTO enforcement_kept (key, value, expires) VALUES (%(key)s, %(value)s, {_EXPIRES})
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""  # noqa: S608 - no input in it
_ADD = f"{_SET} WHERE enforcement_kept.expires <= now() RETURNING key"
_GET = """
SELECT value FROM enforcement_kept WHERE key = %(key)s AND (expires IS NULL OR expires > now())
"""
_INCR = """
UPDATE enforcement_kept SET value = to_jsonb((value #>> '{}')::bigint + %(delta)s)
WHERE key = %(key)s AND (expires IS NULL OR expires > now()) RETURNING value
"""
_TOUCH = f"""
UPDATE enforcement_kept SET expires = {_EXPIRES}
WHERE key = %(key)s AND (expires IS NULL OR expires > now()) RETURNING key
"""  # noqa: S608 - no input in it
_DELETE = "DELETE FROM enforcement_kept WHERE key = %(key)s RETURNING key"
_TIDY = "DELETE FROM enforcement_kept WHERE expires <= now()"


class KeptCache(BaseCache):
    """Django's cache over the table; values are JSON, so that what is read back cannot run."""

    def __init__(self, location: str = "", params: dict[str, Any] | None = None) -> None:
        super().__init__(params or {})

    def _ask(self, sql: str, key: str, version: int | None, **values: Any) -> Any:
        """Run one statement on one key; return the first column of its row, None without one."""
        values["key"] = self.make_and_validate_key(key, version=version)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def _seconds(self, timeout: Any) -> Any:
        return self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Keep a value unless there is one; a second adder at the same time waits and loses."""
        given = {"value": json.dumps(value), "seconds": self._seconds(timeout)}
        return self._ask(_ADD, key, version, **given) is not None

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        found = self._ask(_GET, key, version)
        return default if found is None else json.loads(found)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep a value, whatever was there."""
        given = {"value": json.dumps(value), "seconds": self._seconds(timeout)}
        self._ask(_SET, key, version, **given)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep what is there for longer."""
        return self._ask(_TOUCH, key, version, seconds=self._seconds(timeout)) is not None

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value."""
        return self._ask(_DELETE, key, version) is not None

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number in one statement, so that no count is lost.

        Raises:
            ValueError: there is no such number.
        """
        found = self._ask(_INCR, key, version, delta=delta)
        if found is None:
            raise ValueError(f"Key {key!r} not found")
        return int(found)

    def clear(self) -> None:
        """Forget everything."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM enforcement_kept")


#: The store itself, for what must never be in Redis alone.
STORE = KeptCache()


@contextlib.contextmanager
def once(key: str, seconds: int) -> Iterator[bool]:
    """Yield whether this is the first time; the mark stands or falls with what is done inside.

    One transaction: a process killed half way leaves neither the act nor the mark, and a second
    tap waits for the first to end.
    """
    with transaction.atomic():
        # Part of the key came with a form: what no database keeps must not break the act.
        yield STORE.add(key.replace("\0", ""), 1, seconds)


def tidy() -> int:
    """Delete what has expired; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_TIDY)
        return int(cursor.rowcount)
