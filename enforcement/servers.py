"""The processes behind ``enforcement.embedded``: PostgreSQL 18 and Redis from installed wheels.

Both listen on unix sockets only, in a folder that nobody else may enter. They are started in
sessions of their own, so Ctrl-C in a terminal reaches their users first and never them.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from enforcement.env import env_str
from enforcement.programs import (
    PATIENCE,
    Identity,
    ServerTrouble,
    identity,
    must,
    open_programs,
    open_the_way,
    own,
    postgres_bin,
    redis_binary,
    run,
)

DATABASE = "enforcement"
SUPERUSER = "postgres"
PORT = 5432

#: Set on every start, so that an older data folder gets today's values too.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: Answers of a server that runs: ready, without our database yet, or with all seats taken.
RUNNING = frozenset({"ready", "3D000", "53300"})
INITDB_OPTIONS = (
    *("--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


@dataclass(frozen=True)
class Places:
    """Where the embedded servers live.

    Attributes:
        var: the data folder of the project (``VAR_DIR``).
        sockets: the folder of the two sockets.
    """

    var: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """Return the data folder of PostgreSQL 18."""
        return self.var / "pg18"

    @property
    def redis(self) -> Path:
        """Return the data folder of Redis."""
        return self.var / "redis"

    @property
    def redis_socket(self) -> Path:
        """Return the socket of Redis."""
        return self.sockets / "redis.sock"

    def log(self, name: str) -> Path:
        """Return the log file of one process."""
        return self.var / "log" / f"{name}.log"


# -- asking ------------------------------------------------------------------------------------


def _talk(path: Path, message: bytes, end: Callable[[bytes], bool] = bool) -> bytes:
    """Send one message to a socket; return what comes until ``end``, empty when nobody listens."""
    answer = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        with contextlib.suppress(OSError):
            line.connect(str(path))
            line.sendall(message)
            while not end(answer) and (part := line.recv(4096)):
                answer += part
    return answer


def _verdict(answer: bytes) -> str:
    """Read PostgreSQL's messages: "ready", an SQLSTATE, or empty while neither came yet."""
    while len(answer) >= 5:
        kind, (length,) = answer[:1], struct.unpack("!i", answer[1:5])
        if len(answer) <= length:
            break
        body, answer = answer[5 : length + 1], answer[length + 1 :]
        if kind == b"Z":
            return "ready"
        if kind == b"E":
            codes = [part[1:] for part in body.split(b"\0") if part[:1] == b"C"]
            return codes[0].decode() if codes else "XX000"
    return ""


def ask_postgres(places: Places, database: str = DATABASE) -> str:
    """Return "ready", "down", or the SQLSTATE it refuses with (57P03 starting, 3D000 no database).

    Speaks the start-up message itself: that costs a millisecond, a driver's import 150.
    """
    fields = f"user\0{SUPERUSER}\0database\0{database}\0\0".encode()
    message = struct.pack("!ii", len(fields) + 8, 196_608) + fields
    path = places.sockets / f".s.PGSQL.{PORT}"
    return _verdict(_talk(path, message, lambda answer: bool(_verdict(answer)))) or "down"


def ask_redis(places: Places) -> str:
    """Return "ready", "busy" (loading its data, or hanging) or "down".

    One that takes the connection is not down, even if it says nothing: a second one in its place
    would take the socket from it, and whoever is connected already would talk to the wrong one.
    """
    answer = _talk(places.redis_socket, b"PING\r\n")
    if answer.startswith(b"+PONG"):
        return "ready"
    return "busy" if answer or _listens(places.redis_socket) else "down"


def _listens(path: Path) -> bool:
    """Tell whether somebody takes connections at a socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(5)
        try:
            line.connect(str(path))
        except (TimeoutError, BlockingIOError):
            return True  # its queue of connections is full
        except OSError:
            return False
        return True


def _prepare(places: Places) -> Identity:
    """Make the folders, and as root open the way to them; return who runs the servers."""
    who = identity(places.postgres)
    (places.var / "log").mkdir(parents=True, exist_ok=True)
    for folder in (places.postgres.parent / "run", places.sockets):
        own(folder, who, private=folder == places.sockets)
    if who is not None:
        open_the_way(places.postgres)
        open_the_way(places.sockets)
    return who


# -- PostgreSQL --------------------------------------------------------------------------------


def start_postgres(places: Places) -> None:
    """Make the data folder if there is none, start PostgreSQL, and make the database.

    The caller holds the start lock. A server that is stopping is waited for; a lock file that a
    dead server left is removed.

    Raises:
        ServerTrouble: when it does not start within ``PATIENCE`` seconds.
    """
    deadline = time.monotonic() + PATIENCE
    last = ""
    while (state := ask_postgres(places)) not in RUNNING:
        if time.monotonic() > deadline or (last and not _may_pass(last)):
            raise ServerTrouble(f"内置 PostgreSQL 没有启动（{state}）：{last}")
        if state == "down":
            last = _try_postgres(places)
        time.sleep(0.05)
    if state == "3D000":
        command: list[str | Path] = [
            postgres_bin() / "createdb",
            "-h",
            places.sockets,
            "-p",
            str(PORT),
        ]
        must([*command, "-U", SUPERUSER, DATABASE], None, "创建数据库")


def _may_pass(output: str) -> bool:
    """Tell whether trying again may help: a killed server's children leave after a moment."""
    return "pre-existing shared memory" in output or "lock file" in output


def _try_postgres(places: Places) -> str:
    """Start the server once; return why it did not start, empty when it did."""
    who = _prepare(places)
    if who is not None:
        open_the_way(postgres_bin() / "postgres")
        open_programs(postgres_bin().parent)
    if not (places.postgres / "PG_VERSION").exists():
        _make_cluster(places, who)
    _drop_dead_lock(places)
    log = places.log("postgres")
    log.touch()
    if who is not None:
        os.chown(log, *who)
    options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(places.sockets)}
    options |= _archiving(who)
    flags = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
    command: list[str | Path] = [
        postgres_bin() / "pg_ctl",
        "start",
        "-w",
        "-s",
        "-t",
        str(int(PATIENCE)),
    ]
    code, output = run([*command, "-D", places.postgres, "-l", log, "-o", flags], who)
    if code == 0:
        return ""
    return output + "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:])


def _archiving(who: Identity) -> dict[str, str]:
    """Return the settings that keep the log of writes in ``WAL_ARCHIVE``, none without it.

    A file gets its name only when it is whole, and none is ever overwritten.
    """
    given = env_str("WAL_ARCHIVE")
    if not given:
        return {}
    folder = Path(given).resolve()
    own(folder, who, private=True)
    if who is not None:
        open_the_way(folder)
    kept, half = shlex.quote(f"{folder}/%f"), shlex.quote(f"{folder}/%f.part")
    command = f"test ! -f {kept} && cp %p {half} && sync {half} && mv {half} {kept}"
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "300"}


def _make_cluster(places: Places, who: Identity) -> None:
    """Run initdb beside the final place and move it there whole, so a kill leaves no half."""
    fresh = places.var / "pg18.new"
    shutil.rmtree(fresh, ignore_errors=True)
    own(fresh, who, private=True)
    must([postgres_bin() / "initdb", "-D", fresh, *INITDB_OPTIONS], who, "建立数据目录")
    fresh.rename(places.postgres)


def _drop_dead_lock(places: Places) -> None:
    """Remove lock files whose process id now belongs to something else than PostgreSQL.

    PostgreSQL itself removes those of a dead process; after a restart of the machine the number
    may have been given to another process of the same user, and it would refuse to start.
    """
    socket_lock = places.sockets / f".s.PGSQL.{PORT}.lock"
    for lock in (places.postgres / "postmaster.pid", socket_lock):
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(lock.read_text().splitlines()[0])
            if not _is_postgres(number):
                lock.unlink()


def _is_postgres(number: int) -> bool:
    """Tell whether a process with that id runs and is a PostgreSQL server."""
    import psutil

    try:
        process = psutil.Process(number)
        return process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
    except psutil.NoSuchProcess:
        return False


def stop_postgres(places: Places) -> None:
    """Stop PostgreSQL if it runs: sessions are ended, nothing committed is lost."""
    if not (places.postgres / "postmaster.pid").exists():
        return
    command: list[str | Path] = [postgres_bin() / "pg_ctl", "stop", "-s", "-w", "-m", "fast"]
    run([*command, "-t", str(int(PATIENCE)), "-D", places.postgres], identity(places.postgres))


# -- Redis -------------------------------------------------------------------------------------


def start_redis(places: Places) -> None:
    """Start Redis if it does not answer; its data is saved on a normal stop.

    Raises:
        ServerTrouble: when it does not answer within ``PATIENCE`` seconds.
    """
    if ask_redis(places) == "down":
        _launch_redis(places)
    deadline = time.monotonic() + PATIENCE
    while ask_redis(places) != "ready":
        if time.monotonic() > deadline:
            tail = places.log("redis").read_text(errors="replace")[-1500:]
            raise ServerTrouble(f"内置 Redis 没有启动：{tail}")
        time.sleep(0.02)


def _launch_redis(places: Places) -> None:
    """Run redis-server as a daemon (it removes a socket that a dead one left)."""
    who = _prepare(places)
    binary = redis_binary()
    own(places.redis, who, private=True)
    log = places.log("redis")
    log.touch()
    if who is not None:
        os.chown(log, *who)
        open_the_way(binary)
        open_programs(binary)
    options = {
        "port": "0",
        "unixsocket": places.redis_socket,
        "unixsocketperm": "700",
        "dir": places.redis,
        "save": "300 1",
        "appendonly": "no",
        "databases": "64",
        "logfile": log,
        "daemonize": "yes",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    must([binary, *flags], who, "启动 Redis")


def stop_redis(places: Places) -> None:
    """Stop Redis if it runs, with its data saved."""
    if not _talk(places.redis_socket, b"PING\r\n"):
        return
    _talk(places.redis_socket, b"SHUTDOWN\r\n")
    deadline = time.monotonic() + PATIENCE
    while ask_redis(places) != "down" and time.monotonic() < deadline:
        time.sleep(0.02)
