"""A whole system on servers of its own, whose every part can be killed and started again."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from enforcement import servers
from enforcement.programs import identity, postgres_bin, run
from tests.watching.running import ROOT, beat, free_port, web, worker

#: Seconds between two sweeps.
SWEEP_EVERY = 5
#: Seconds after which something that should come back by itself has not.
PATIENCE = 90


def until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"still waiting until {what}"
        time.sleep(0.1)


class Machine:
    """Servers and processes of one system.

    Attributes:
        port: where the web server answers. places: where the servers live.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        # short, for the sockets in it
        self.places = servers.Places(folder / "var", Path("/tmp") / f"chaos-{os.getpid()}")  # noqa: S108
        sockets = self.places.sockets
        name = f"{servers.PORT}/{servers.DATABASE}?host={sockets}"
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgres://{servers.SUPERUSER}@:{name}",
            "REDIS_URL": f"unix://{sockets}/redis.sock",
            "VAR_DIR": str(self.places.var),
            "SWEEP_EVERY": str(SWEEP_EVERY),
            "PYTHONWARNINGS": "ignore",
        }
        self.commands = {
            "web": web(self.port),
            "worker": worker(),
            "beat": beat(self.places.var),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    # -- processes -----------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes, their output added to the log of their name."""
        for name in names or tuple(self.commands):
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name],
                    cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        """Kill a process with all its children, and start it again."""
        self.signal(name, signal.SIGKILL)
        self.running[name].wait()
        self.start(name)

    def kill_web_worker(self) -> None:
        """Kill the process that answers, and leave it to its parent to make another."""
        for child in psutil.Process(self.running["web"].pid).children():
            child.kill()

    def last_words(self, name: str) -> str:
        """Return the end of a log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-1500:]

    def manage(self, *words: str) -> str:
        """Run a command that must succeed; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Run some Python inside the system; return the last line it printed."""
        return self.manage("shell", "--no-imports", "-c", code).strip().rpartition("\n")[2]

    def ask(self, path: str) -> tuple[int, str]:
        """Return status and text of an address; 0 when nobody answers."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            link.close()

    def is_ready(self) -> bool:
        """Tell whether requests can be served."""
        return self.ask("/health/ready")[0] == 200

    # -- servers -------------------------------------------------------------------------------

    def crash_postgres(self) -> None:
        """Stop PostgreSQL as a power cut would: no checkpoint, sessions torn."""
        command: list[str | Path] = [postgres_bin() / "pg_ctl", "stop", "-s", "-w"]
        data = self.places.postgres
        run([*command, "-m", "immediate", "-D", data], identity(data))
        assert servers.ask_postgres(self.places) == "down"

    def kill_redis(self) -> None:
        """Kill Redis, with what it had not saved."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            number = int(client.info("server")["process_id"])
        os.kill(number, signal.SIGKILL)
        until(lambda: servers.ask_redis(self.places) == "down", "Redis is dead")

    def flush_redis(self) -> None:
        """Empty Redis: messages, cache, counters."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            client.flushall()


@contextmanager
def running(folder: Path) -> Iterator[Machine]:
    """Make a system, start all of it, and stop it at the end."""
    machine = Machine(folder)
    servers.start_postgres(machine.places)
    servers.start_redis(machine.places)
    try:
        machine.manage("migrate", "--verbosity", "0")
        machine.shell("from tests.chaos.people import make; make()")
        machine.start()
        until(machine.is_ready, "the pages answer")
        yield machine
    finally:
        for name in machine.running:
            machine.signal(name, signal.SIGCONT)
            machine.signal(name, signal.SIGKILL)
            machine.running[name].wait()
        servers.stop_redis(machine.places)
        servers.stop_postgres(machine.places)
