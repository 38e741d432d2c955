"""A running system for the journeys: real web, worker and beat, in folders of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
#: Seconds between two sweeps of the journeys' beat.
SWEEP_EVERY = 3


@dataclass(frozen=True)
class System:
    """Where the system answers, and how to run a command in it."""

    address: str
    env: dict[str, str]

    def manage(self, *words: str) -> str:
        """Run a ``manage.py`` command inside the system and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[System]:
    """Start ``manage.py demo --no-cases`` and stop it at the end."""
    port = _free_port()
    env = {
        **os.environ, "VAR_DIR": str(folder / "var"), "PORT": str(port), "DEMO": "1",
        "SWEEP_EVERY": str(SWEEP_EVERY), "TESTING": "",
    }  # fmt: skip
    with _own_database(env):
        log = (folder / "demo.log").open("w+")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--no-cases", "--port", str(port)],
            cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        system = System(f"http://127.0.0.1:{port}", env)
        try:
            _wait(system, process, log.name)
            system.manage("shell", "-c", "from tests.journeys.cast import make; make()")
            yield system
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _own_database(env: dict[str, str]) -> Iterator[None]:
    """Use a database and a Redis number of our own on given servers; else servers of our own.

    An address on a unix socket is the embedded server of the tests: the journeys start theirs.
    """
    for name in ("DATABASE_URL", "REDIS_URL"):
        if env.get(name, "").startswith("unix:") or "host=" in env.get(name, ""):
            del env[name]
    if redis := env.get("REDIS_URL"):
        env["REDIS_URL"] = urlunsplit(urlsplit(redis)._replace(path="/9"))
    url = env.get("DATABASE_URL")
    if not url:
        yield
        return
    name = f"journey_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        env["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        try:
            yield
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _wait(system: System, process: subprocess.Popen[bytes], log: str) -> None:
    """Wait until the system says it is ready."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert process.poll() is None, Path(log).read_text()
        try:
            # our own server
            with urllib.request.urlopen(f"{system.address}/health/ready", timeout=3) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(Path(log).read_text())
