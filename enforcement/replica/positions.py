"""What a person wrote, they see: how far the replica must be before they are shown a list from it.

After a request that may have written, the position of the primary's log is kept for the person,
one row in the database: a flushed or absent Redis forgets nothing, and every web process knows.
The row itself may be lost in a crash of the primary, so its commit waits for no disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from enforcement.replica.aliases import configured

log = logging.getLogger("enforcement.replica")

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

#: The setting holds for this statement's own transaction.
_KEEP = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO enforcement_kept (key, value, expires)
SELECT %(key)s, to_jsonb(pg_current_wal_lsn() - '0/0'::pg_lsn),
    now() + make_interval(secs => %(seconds)s) FROM quick
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""
_FIND = "SELECT (value #>> '{}')::numeric FROM enforcement_kept WHERE key = %s AND expires > now()"


def _key(user_pk: int) -> str:
    return f"wal:{user_pk}"


def remember(user_pk: int) -> None:
    """Keep the primary's position for a person, longer than the replica may be behind."""
    seconds = settings.REPLICA_MAX_LAG + 60
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"key": _key(user_pk), "seconds": seconds})


def position_of(user_pk: int) -> int:
    """Return how far the replica must be for this person, 0 for one who wrote nothing lately."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [_key(user_pk)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class Remember:
    """Keeps the position after every request that may have written something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request; what it wrote is committed by then."""
        answer = self.get_response(request)
        if configured() and request.method not in SAFE:
            user_pk = getattr(getattr(request, "user", None), "pk", None)
            if user_pk is not None:
                self._keep(user_pk)
        return answer

    def _keep(self, user_pk: int) -> None:
        try:
            remember(user_pk)
        except (DatabaseError, InterfaceError):
            # The act is recorded and answered; the primary is away now, and with it every page.
            log.warning("the position of a write could not be kept", exc_info=True)
