"""Where the running request reads, and the router that follows it.

Nothing reads from the replica unless a marked page or list says so for itself (``lists``). Even
there people, posts, sessions, tokens and counters are asked of the primary: a post that ended a
moment ago gives no sight of anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS as PRIMARY
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Model
from django.dispatch import receiver

REPLICA = "replica"
#: What lists and dashboards are made of; any other row is the primary's to tell.
APPS = frozenset({"cases", "deadlines", "accountability", "petitions"})
FLOOR = frozenset(
    f"enforcement.{name}" for name in ("court", "courtcode", "rollup", "rollupday", "rollupdelta")
)

_reads_from: ContextVar[str] = ContextVar("reads_from", default=PRIMARY)


def configured() -> bool:
    """Tell whether a replica was given (``REPLICA_URL``)."""
    return REPLICA in settings.DATABASES


@contextmanager
def from_replica() -> Iterator[None]:
    """Read what lists are made of from the replica meanwhile, until something is written."""
    before = _reads_from.set(REPLICA)
    try:
        yield
    finally:
        _reads_from.reset(before)


def connection() -> BaseDatabaseWrapper:
    """Return the connection that figures and lists in bare SQL are read by; never write by it."""
    return connections[_reads_from.get()]


class Router:
    """Django's router: reads by the running request, every write to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return where rows of a model are read now."""
        label = model._meta.label_lower
        listed = model._meta.app_label in APPS or label in FLOOR
        return _reads_from.get() if listed else PRIMARY

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return the primary; who writes or locks goes on reading there, to see it."""
        _reads_from.set(PRIMARY)
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Let rows of both belong together: they are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Make tables on the primary alone; the replica receives them."""
        return db == PRIMARY


@receiver(connection_created)
def hold_to_reading(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let the database refuse writes by this connection, also after a replica was promoted."""
    if connection.alias == REPLICA:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
