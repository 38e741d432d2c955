"""Embedded PostgreSQL and Redis over unix sockets: their addresses, and who keeps them running.

Without ``DATABASE_URL`` / ``REDIS_URL`` the servers of ``enforcement.servers`` are used. Every
process that uses them holds a shared lock on ``var/run/users.lock``. Whoever leaves tries to
take that lock alone: if that succeeds nobody else is there, and it stops the servers. A process
killed with SIGKILL drops its lock by itself, and the next one to leave stops the servers.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs

from enforcement import servers
from enforcement.env import BadSetting, env_secret, env_str
from enforcement.programs import ServerTrouble, postgres_bin

#: Commands that need neither server, or (demo) see to them by themselves.
WITHOUT_SERVERS = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "demo",
        "diffsettings",
        "due_date",
        "findstatic",
        "help",
        "makemessages",
        "recover_to",
        "spectacular",
        "version",
    }
)


# -- addresses ---------------------------------------------------------------------------------


def var_dir() -> Path:
    """Return the data folder: ``VAR_DIR``, else ``var`` in the project."""
    return Path(env_str("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var"))).resolve()


def socket_dir(var_dir: Path) -> Path:
    """Return the folder of the sockets: ``var/run``, or a short one where that is too long.

    A unix socket's path may hold 107 bytes; ``.s.PGSQL.5432`` needs 14 of them.
    """
    wanted = var_dir / "run"
    if len(str(wanted).encode()) <= 90:
        return wanted
    digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"enforcement-{digest}"


def database_url(var_dir: Path) -> str:
    """Return the address of the embedded PostgreSQL (its port names the socket's file)."""
    where = f":{servers.PORT}/{servers.DATABASE}?host={socket_dir(var_dir)}"
    return f"postgres://{servers.SUPERUSER}@{where}"


def redis_url(var_dir: Path) -> str:
    """Return the address of the embedded Redis."""
    return f"unix://{socket_dir(var_dir)}/redis.sock"


def cache_url(url: str) -> str:
    """Return a Redis address as Django's cache reads it (same server, its own keys)."""
    return url


def broker_url(url: str) -> str:
    """Return a Redis address as Celery reads it.

    A socket becomes ``redis+socket://path?virtual_host=n``, where Redis says ``?db=n``.
    """
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    number = parse_qs(query).get("db", ["0"])[-1]
    return f"redis+socket://{path}?virtual_host={number}"


# -- who uses the servers ----------------------------------------------------------------------


@dataclass
class _Hold:
    """A shared lock on the users' file, and the process that took it.

    Attributes:
        fd: the open file that carries the lock.
        pid: the process whose exit may stop the servers; a forked child differs.
        places: where the servers live.
    """

    fd: int
    pid: int
    places: servers.Places


_hold: _Hold | None = None
#: Between the two halves of a fork: the child's lock.
_spare: int | None = None


def needed() -> tuple[bool, bool]:
    """Return whether PostgreSQL and Redis are the embedded ones (no address was given)."""
    return not env_secret("DATABASE_URL"), not env_secret("REDIS_URL")


def ensure() -> None:
    """Find or start the embedded servers this process needs, and keep them until it exits.

    Safe to call again, from several processes at once, and in a forked child.

    Raises:
        ServerTrouble: when one cannot be started.
    """
    global _hold
    postgres, redis = needed()
    if not postgres and not redis:
        return
    var = var_dir()
    places = servers.Places(var, socket_dir(var))
    if _hold is None:
        # Waits here while the last user of before is still stopping them.
        _hold = _Hold(_open_lock(places, "users.lock", fcntl.LOCK_SH), os.getpid(), places)
        _leave_at_exit()
    elif _hold.pid != os.getpid():
        _hold.pid = os.getpid()
        _leave_at_exit()
    try:
        with _starting(places):
            if postgres:
                servers.start_postgres(places)
            if redis:
                servers.start_redis(places)
    except BaseException:
        let_go()
        raise


def let_go() -> None:
    """Stop using the servers; the last user stops them. Does nothing in a forked child."""
    global _hold
    hold = _hold
    if hold is None or hold.pid != os.getpid():
        return
    _hold = None
    with _deaf_to_interrupts():
        try:
            fcntl.flock(hold.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # somebody else still uses them
        else:
            servers.stop_redis(hold.places)
            servers.stop_postgres(hold.places)
        finally:
            os.close(hold.fd)


def ensure_for_command(argv: list[str]) -> None:
    """Find or start the embedded servers that a ``manage.py`` command needs.

    Trouble is printed as one message and ends the process with exit code 1.
    """
    if not _uses_servers(argv):
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    try:
        ensure()
    except (ServerTrouble, BadSetting) as error:
        sys.exit(str(error))
    if argv[0] == "dbshell" and needed()[0]:
        os.environ["PATH"] = f"{postgres_bin()}{os.pathsep}{os.environ.get('PATH', '')}"


def _uses_servers(argv: list[str]) -> bool:
    """Tell whether a command line needs a server (unknown commands do)."""
    if not argv or argv[0].startswith("-") or {"-h", "--help", "--version"} & set(argv):
        return False
    return argv[0] not in WITHOUT_SERVERS or any(part.startswith("--database") for part in argv)


def _leave(number: int, _frame: object) -> NoReturn:
    """Turn a terminating signal into a normal exit, so that ``let_go`` runs."""
    sys.exit(128 + number)


def _open_lock(places: servers.Places, name: str, mode: int) -> int:
    """Open a lock file under ``var/run`` and lock it, waiting as long as it takes."""
    folder = places.var / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServerTrouble(
            f"{folder} 不能使用（{error.strerror}）：请用创建它的用户运行，或用 VAR_DIR"
            f" 另设数据目录。 ({folder} cannot be used: run as its owner, or set VAR_DIR.)"
        ) from error
    fcntl.flock(fd, mode)
    return fd


@contextlib.contextmanager
def _starting(places: servers.Places) -> Iterator[None]:
    """Hold the lock under which servers are looked for and started, one process at a time."""
    fd = _open_lock(places, "start.lock", fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(fd)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C meanwhile: a second one must not cut a server's stop in half."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no signal arrives anyway
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _before_fork() -> None:
    """Take a lock for the child that is about to be made.

    The child must not live on the parent's: both would be one lock, and the parent could take
    it alone while the child still works. Taken before the fork, there is no moment without it.
    """
    global _spare
    if _hold is not None:
        with contextlib.suppress(OSError):
            _spare = os.open(_hold.places.var / "run" / "users.lock", os.O_RDWR)
            fcntl.flock(_spare, fcntl.LOCK_SH)


def _after_fork_in_parent() -> None:
    """Leave the new lock to the child alone."""
    global _spare
    if _spare is not None:
        os.close(_spare)
        _spare = None


def _after_fork_in_child() -> None:
    """Hold the lock made for this child, and have no part in stopping the servers."""
    global _spare
    if _hold is not None and _spare is not None:
        os.close(_hold.fd)
        _hold.fd, _spare = _spare, None


def _leave_at_exit() -> None:
    """Register ``let_go``, also where a ``multiprocessing`` child looks (it skips ``atexit``)."""
    atexit.register(let_go)
    if "multiprocessing.process" in sys.modules:
        from multiprocessing.process import parent_process
        from multiprocessing.util import Finalize

        if parent_process() is not None:
            Finalize(None, let_go, exitpriority=-100)


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
