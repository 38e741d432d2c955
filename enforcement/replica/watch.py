"""Whether the replica may be used now: it answers, is this primary's, and is not far behind.

A process looks at most every quarter of a second, with one statement on each side; what the
replica has replayed only grows, so an older look is on the safe side. One that failed is left
alone for a while, so that an unreachable replica costs one time-out in that time and not one a
request.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from enforcement.replica.aliases import PRIMARY, REPLICA

log = logging.getLogger("enforcement.replica")

#: Seconds for which one look serves.
EVERY = 0.25
#: Seconds after which a look is too old to go on with while another thread looks.
OLD = 2.0
#: Looks remembered, to tell by the primary's position how far the replica is behind.
MARKS = 240

#: Why the primary answers a list.
GONE, BEHIND, OTHER, OWN = "gone", "lag", "other", "own"
#: The same for an operator.
WORDS = {
    "": "正常",
    GONE: "连不上",
    BEHIND: "落后",
    OTHER: "不是本库的从库",
    OWN: "正常",
}

_PRIMARY = """
SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, extract(epoch FROM clock_timestamp()),
    (SELECT system_identifier FROM pg_control_system())
"""
_REPLICA = """
SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn,
    extract(epoch FROM pg_last_xact_replay_timestamp()),
    (SELECT system_identifier FROM pg_control_system())
"""


@dataclass(frozen=True)
class Look:
    """What a look found.

    Attributes:
        at: when, by the machine's steady clock.
        why: empty when lists may be read from the replica, else why not.
        replayed: position in the log of writes up to which the replica is, 0 when unknown.
        lag: seconds it is behind at most, None when unknown.
        up: whether it answers as a replica of this primary.
    """

    at: float
    why: str = ""
    replayed: int = 0
    lag: float | None = None

    @property
    def up(self) -> bool:
        """Tell whether it answers as a replica of this primary."""
        return self.why not in {GONE, OTHER}


class Watch:
    """The looks of one process, shared by its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last: Look | None = None
        self.rest_until = 0.0
        #: (when, the primary's position then), oldest first.
        self.marks: deque[tuple[float, int]] = deque(maxlen=MARKS)
        #: Position of the primary at the end of the last outage: what people saw until then, the
        #: replica must have before it is used again.
        self.floor = 0

    def look(self, *, anew: bool = False) -> Look:
        """Return the latest look, not older than ``EVERY`` unless another thread looks just now.

        Args:
            anew: look even though the replica is left alone (health page, metrics).

        Raises:
            django.db.DatabaseError: the primary does not answer.
        """
        last = self.last
        if not anew and last is not None and self._serves(last):
            return last
        waits = anew or last is None or time.monotonic() - last.at > OLD
        if not self.lock.acquire(blocking=waits):
            assert last is not None  # noqa: S101 - else the lock was waited for
            return last
        try:
            if not anew and self.last is not None and self._serves(self.last):
                return self.last  # another thread's, made while this one waited
            self.last = found = self._look()
        finally:
            self.lock.release()
        if found.why != (last.why if last else ""):
            log.warning("lists are read from the %s: %s", _place(found), found.why or "sound")
        return found

    def _serves(self, look: Look) -> bool:
        """Tell whether a look is young enough, or the replica is left alone."""
        now = time.monotonic()
        return now - look.at < EVERY or now < self.rest_until

    def trip(self, error: Exception) -> None:
        """Leave the replica alone for a while: it failed."""
        log.warning("the replica does not answer: lists come from the primary", exc_info=error)
        self._rest()
        self.last = Look(time.monotonic(), GONE)

    def _rest(self) -> None:
        self.rest_until = time.monotonic() + settings.REPLICA_REST

    def _look(self) -> Look:
        written, wall, system = _asked(PRIMARY, _PRIMARY)
        now = time.monotonic()
        self.marks.append((now, int(written)))
        try:
            with cut_off(settings.REPLICA_TIMEOUT):
                recovering, replayed, replayed_at, its_system = _asked(REPLICA, _REPLICA)
        except (DatabaseError, InterfaceError, OSError) as error:
            log.warning("the replica does not answer", exc_info=error)
            connections[REPLICA].close()
            self._rest()
            return self._kept_from(Look(now, GONE), int(written))
        self.rest_until = 0.0
        if self.last is not None and self.last.why == GONE:
            self.floor = int(written)
        if not recovering or replayed is None or its_system != system:
            return self._kept_from(Look(now, OTHER), int(written))
        lag = self._lag(now, int(written), float(wall), int(replayed), replayed_at)
        if lag is None or lag > settings.REPLICA_MAX_LAG:
            return self._kept_from(Look(now, BEHIND, int(replayed), lag), int(written))
        return Look(now, "" if replayed >= self.floor else BEHIND, int(replayed), lag)

    def _kept_from(self, found: Look, written: int) -> Look:
        """Note how far the primary is while it answers in the replica's place."""
        self.floor = written
        return found

    def _lag(
        self, now: float, written: int, wall: float, replayed: int, replayed_at: Any
    ) -> float | None:
        """Return how many seconds the replica is behind at most.

        Two proofs, the smaller counts: the latest moment at which the primary was not further than
        the replica is now; the primary's clock when it committed what was replayed last.
        """
        if replayed >= written:
            return 0.0
        proofs = [now - at for at, position in self.marks if position <= replayed]
        if replayed_at is not None:
            proofs.append(max(wall - float(replayed_at), 0.0))
        return min(proofs, default=None)


def _place(found: Look) -> str:
    return "primary" if found.why else "replica"


def _asked(alias: str, statement: str) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


@contextmanager
def cut_off(seconds: float) -> Iterator[None]:
    """Cut this thread's connection to the replica when the block takes longer than that.

    A server that hangs keeps its connections open and would be waited for without end; connecting
    has its own time-out.
    """
    timer = threading.Timer(seconds, _cut, [connections[REPLICA]])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(link: BaseDatabaseWrapper) -> None:
    raw = link.connection
    with suppress(Exception):
        if raw is not None and not raw.closed:
            with socket.socket(fileno=os.dup(raw.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


WATCH = Watch()
