"""A primary and its streaming replica, built by pg_basebackup, and a web server on both.

Every statement either server runs stands in its log: a test reads there who was asked what.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from enforcement import servers
from enforcement.backup.moments import copy_base
from enforcement.programs import identity, postgres_bin, run
from tests.watching.running import ROOT, free_port

#: What lists and dashboards are made of.
LISTED = re.compile(r'FROM "?(cases|deadlines|accountability|petitions|enforcement_rollup)')
WRITES = re.compile(r"(?:statement|execute [^:]*): *(INSERT|UPDATE|DELETE|SELECT .* FOR .*UPDATE)")
#: Seconds; short, so that a test need not wait long.
MAX_LAG, TIMEOUT, REST = 5, 2, 1


class Pair:
    """Two servers and the environment of processes that use both.

    Attributes:
        port: where the web server answers.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.primary = servers.Places(folder / "primary", folder / "p")
        self.replica = servers.Places(folder / "replica", folder / "r")
        self.env = {
            **os.environ,
            "DATABASE_URL": url(self.primary),
            "REPLICA_URL": url(self.replica),
            "REPLICA_MAX_LAG": str(MAX_LAG),
            "REPLICA_TIMEOUT": str(TIMEOUT),
            "REPLICA_REST": str(REST),
            "REDIS_URL": f"unix://{self.primary.sockets}/redis.sock",
            "VAR_DIR": str(self.primary.var),
            "METRICS_ALLOW": "127.0.0.1",
            "PYTHONWARNINGS": "ignore",
        }

    # -- servers -------------------------------------------------------------------------------

    def build_replica(self) -> None:
        """Copy the running primary and let the copy follow it."""
        self.replica.var.mkdir(parents=True)
        copy_base(self.primary, self.replica.postgres)
        line = f"host={self.primary.sockets} port={servers.PORT} user={servers.SUPERUSER}"
        with (self.replica.postgres / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = '{line}'\nlog_statement = 'all'\n")
        signal_file = self.replica.postgres / "standby.signal"
        signal_file.touch()
        who = identity(self.replica.postgres)
        if who is not None:
            os.chown(signal_file, *who)
        servers.start_postgres(self.replica)

    def sql(self, places: servers.Places, statement: str) -> Any:
        """Run a statement on one of the servers; return its first value."""
        with psycopg.connect(url(places), autocommit=True) as session:
            found = session.execute(statement)  # type: ignore[call-overload]
            row = found.fetchone() if found.description else None
        return row[0] if row else None

    def caught_up(self) -> bool:
        """Tell whether the replica has replayed all that the primary has written."""
        written = self.sql(self.primary, "SELECT pg_current_wal_lsn()")
        ahead = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        return bool(self.sql(self.replica, ahead))

    def stop(self, places: servers.Places) -> None:
        """Stop a server as a power cut would."""
        command: list[str | Path] = [postgres_bin() / "pg_ctl", "stop", "-s", "-w", "-m"]
        run([*command, "immediate", "-D", places.postgres], identity(places.postgres))

    def freeze(self, places: servers.Places, number: int) -> None:
        """Send a signal (SIGSTOP, SIGCONT) to every process of a server."""
        first = int((places.postgres / "postmaster.pid").read_text().split()[0])
        for pid in (first, *children(first)):
            os.kill(pid, number)

    # -- what they were asked ------------------------------------------------------------------

    def mark(self) -> dict[str, int]:
        """Return how long both logs are."""
        both = (self.primary, self.replica)
        return {str(p.var): p.log("postgres").stat().st_size for p in both}

    def asked(self, places: servers.Places, since: dict[str, int]) -> str:
        """Return the statements a server ran since a mark."""
        with places.log("postgres").open("rb") as log:
            log.seek(since[str(places.var)])
            return log.read().decode(errors="replace")

    # -- the system ----------------------------------------------------------------------------

    def manage(self, *words: str) -> str:
        """Run a command that must succeed; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Run some Python inside the system; return the last line it printed."""
        return self.manage("shell", "--no-imports", "-c", code).strip().rpartition("\n")[2]


def url(places: servers.Places) -> str:
    """Return the address of an embedded server."""
    where = f":{servers.PORT}/{servers.DATABASE}?host={places.sockets}"
    return f"postgres://{servers.SUPERUSER}@{where}"


def children(pid: int) -> list[int]:
    """Return the processes of a server."""
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


@contextmanager
def running() -> Iterator[Pair]:
    """Make the pair with tables and the cast, and stop both at the end.

    Its folder is none of pytest's: another run shuts those to the servers' user.
    """
    with tempfile.TemporaryDirectory(prefix="pair-") as folder:
        yield from _running(Pair(Path(folder)))


def _running(pair: Pair) -> Iterator[Pair]:
    servers.start_postgres(pair.primary)
    servers.start_redis(pair.primary)
    try:
        pair.sql(pair.primary, "ALTER SYSTEM SET log_statement = 'all'")
        pair.sql(pair.primary, "SELECT pg_reload_conf()")
        pair.manage("migrate", "--verbosity", "0")
        pair.shell("from tests.machines.lists import make; make()")
        pair.build_replica()
        yield pair
    finally:
        if (pair.replica.postgres / "postmaster.pid").exists():
            pair.freeze(pair.replica, signal.SIGCONT)
        servers.stop_postgres(pair.replica)
        servers.stop_redis(pair.primary)
        servers.stop_postgres(pair.primary)
