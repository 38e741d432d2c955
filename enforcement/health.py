"""How the machinery is: database, cache, broker, workers, migrations, the last run of a job.

Each look is short and never raises: what cannot be reached is an answer too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from enforcement import clock as clocks
from enforcement.errors import Refused
from enforcement.models import Tick
from enforcement.replica import aliases
from enforcement.replica.watch import WATCH, WORDS

#: Seconds that a broker or a worker has for its answer.
PATIENCE = 1.0
#: A job silent for longer than this many intervals is late, or an alarm.
LATE, SILENCE = 1.2, 2
#: Free bytes below which a disk is full for us, and below which somebody should look.
NO_ROOM, LITTLE_ROOM = 100_000_000, 5_000_000_000
#: Tone of the pulse → in words.
PULSE = {"ok": "按时", "soon": "晚了，超过一个周期", "late": "停了，超过两个周期没有运行"}


@dataclass(frozen=True)
class Looked:
    """One thing looked at.

    Attributes:
        ok: whether it answered as it should.
        value: the figure, in Chinese, for the operator.
        note: what to do, or detail.
    """

    ok: bool
    value: str
    note: str = ""


def database() -> Looked:
    """Look whether the database answers, and which one it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (version,) = cursor.fetchone()
    except (DatabaseError, OSError) as error:
        return Looked(False, "连不上", _brief(error))
    return Looked(True, "正常", f"PostgreSQL {version.split()[0]}")


def redis() -> Looked:
    """Look whether Redis takes a value; it is asked itself, for the cache goes on without it."""
    waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    try:
        with Redis.from_url(settings.REDIS_URL, **waits) as client:
            client.set("enforcement:health", "1", ex=10)
    except (RedisError, OSError, ValueError) as error:
        return Looked(False, "连不上", _brief(error))
    return Looked(True, "正常")


def replica() -> Looked | None:
    """Look whether lists are read from the replica, and how far it is behind; None without one."""
    if not aliases.configured():
        return None
    try:
        found = WATCH.look(anew=True)
    except (DatabaseError, OSError) as error:
        return Looked(False, "查不到", _brief(error))
    behind = "" if found.lag is None else f"落后不超过 {found.lag:.1f} 秒"
    if found.why:
        return Looked(False, WORDS[found.why], behind or "清单和统计由主库提供")
    return Looked(True, "正常", behind)


def files(storage: Storage = default_storage) -> Looked:
    """Look whether uploaded files can be stored and read."""
    probe = getattr(storage, "probe", None)
    if probe is None:
        place = Path(getattr(storage, "location", settings.MEDIA_ROOT))
        there = next((path for path in (place, *place.parents) if path.exists()), place)
        sound = os.access(there, os.W_OK | os.X_OK)
        return Looked(sound, "正常" if sound else "写不进去", "本机磁盘")
    try:
        probe()
    except Refused as refused:
        return Looked(False, "连不上", _brief(refused.__cause__ or refused))
    return Looked(True, "正常", "S3 存储")


def clock() -> Looked:
    """Look whether the clock of this machine is believed."""
    try:
        found = clocks.doubt()
    except (DatabaseError, OSError) as error:
        return Looked(False, "查不到", _brief(error))
    return Looked(True, "正常") if found is None else Looked(False, "有疑问", str(found))


class Disk(NamedTuple):
    """One disk: its bytes, those in use, those free."""

    total: int
    used: int
    free: int

    @property
    def tone(self) -> str:
        """Return late when hardly anything fits any more, soon when that is near, else ok."""
        if self.free < NO_ROOM:
            return "late"
        return "soon" if self.free < LITTLE_ROOM and self.free < self.total / 10 else "ok"


def disks() -> dict[str, Disk]:
    """Return the disks of data and files; a folder that is not there yet is left out."""
    found = {}
    for place, path in {"data": settings.VAR_DIR, "files": settings.MEDIA_ROOT}.items():
        with contextlib.suppress(OSError):
            found[place] = Disk(*shutil.disk_usage(path))
    return found


_migrated = False


def migrations() -> Looked:
    """Look whether every migration of this release is applied; once they are, they stay so."""
    global _migrated
    if _migrated:
        return Looked(True, "已更新")
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Looked(False, "查不到", _brief(error))
    _migrated = not plan
    if _migrated:
        return Looked(True, "已更新")
    return Looked(False, f"还有 {len(plan)} 项没有执行", "manage.py migrate")


#: A broker that takes the connection and then says nothing is given up as well.
_BRIEFLY: dict[str, Any] = {
    "connect_timeout": PATIENCE,
    "transport_options": {"socket_connect_timeout": PATIENCE, "socket_timeout": 2 * PATIENCE},
}


def queue(app: Any, name: str = "celery") -> Looked:
    """Look how many messages wait for a worker.

    Args:
        app: the Celery application.
    """
    try:
        with app.connection_for_read(**_BRIEFLY) as link:
            link.ensure_connection(max_retries=1, timeout=PATIENCE)
            waiting = link.default_channel.queue_declare(queue=name, passive=True).message_count
    except Exception as error:
        if "NOT_FOUND" in str(error) or "no queue" in str(error):
            return Looked(True, "0", "还没有排过队")
        return Looked(False, "连不上", _brief(error))
    return Looked(True, str(waiting))


def workers(app: Any) -> Looked:
    """Look which workers answer a ping."""
    try:
        with app.connection_for_write(**_BRIEFLY) as link:
            link.ensure_connection(max_retries=1, timeout=PATIENCE)
            answers = app.control.inspect(timeout=PATIENCE, connection=link).ping() or {}
    except Exception as error:
        return Looked(False, "连不上", _brief(error))
    names = sorted(name.partition("@")[2] or name for name in answers)
    return Looked(bool(names), str(len(names)), "、".join(names) or "没有工作进程应答")


def last_tick(job: str) -> Tick | None:
    """Return the latest run of a job, in the order of writing: a clock may have gone back."""
    return Tick.objects.filter(job=job).order_by("-pk").first()


def pulse(tick: Tick | None, now: datetime) -> str:
    """Return the tone of the sweep by the age of its last run: ok, soon (amber), late (red).

    A run in the future is as bad as none: it says that a clock is wrong.
    """
    every = timedelta(seconds=settings.SWEEP_EVERY)
    if tick is None or abs(now - tick.started_at) > SILENCE * every:
        return "late"
    return "soon" if now - tick.started_at > LATE * every else "ok"


def machine() -> str:
    """Return the name of this machine, for an operator with several."""
    return socket.gethostname()


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0][:160]
