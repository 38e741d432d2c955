"""A whole system on servers of its own, whose every part can be killed, paused and set wrong."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from enforcement import servers
from enforcement.programs import identity, postgres_bin, run
from tests.chaos.disk import SmallDisk
from tests.chaos.skew import Skew
from tests.watching.running import beat, deployed, free_port, web, worker

#: Seconds after which something that should come back by itself has not.
PATIENCE = 90
#: What the figures may be read with.
BEARER = "chaos-metrics-token-0123456789-0123456789"


def until(happened: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"still waiting until {what}"
        time.sleep(0.1)


class Machine:
    """Servers and processes of one system.

    Attributes:
        every: seconds between two sweeps.
        port: where the web server answers. places: where the servers live.
        release: the folder the processes run from, with rule files of its own.
        clocks: the clocks of the processes, and those of the servers.
        disk: where uploaded files lie.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder, self.every, self.port = folder, every, free_port()
        self.release = deployed(folder / "release", "tests", "pyproject.toml")
        # Short, for the sockets in it; and not below the folder of pytest, which every other run
        # of it shuts again against the servers' own user.
        self.near = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.near.chmod(0o755)
        self.places = servers.Places(self.near / "var", self.near / "run")
        self.disk = SmallDisk(self.places.var / "files")
        self.clocks = Skew(self.near, "processes"), Skew(self.near, "servers")
        sockets = self.places.sockets
        name = f"{servers.PORT}/{servers.DATABASE}?host={sockets}"
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgres://{servers.SUPERUSER}@:{name}",
            "REDIS_URL": f"unix://{sockets}/redis.sock",
            "VAR_DIR": str(self.places.var),
            "SWEEP_EVERY": str(every),
            "CLOCK_TOLERANCE": "60",
            "METRICS_TOKEN": BEARER,
            "PYTHONWARNINGS": "ignore",
            **self.clocks[0].env,
        }
        self.commands = {
            "web": web(self.port),
            "worker": worker(),
            "beat": beat(self.places.var),
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        """Return where people find the pages."""
        return f"http://127.0.0.1:{self.port}"

    # -- processes -----------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes, their output added to the log of their name."""
        for name in names or tuple(self.commands):
            with self.log(name).open("ab") as log:
                self.running[name] = subprocess.Popen(
                    self.commands[name],
                    cwd=self.release, env=self.env, stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip

    def log(self, name: str) -> Path:
        """Return the log of a process."""
        return self.folder / f"{name}.log"

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process and all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        """Kill a process with all its children."""
        self.signal(name, signal.SIGKILL)
        self.running[name].wait()

    def kill_web_worker(self) -> None:
        """Kill the process that answers, and leave it to its parent to make another."""
        for child in self.web().children():
            child.kill()

    def web(self) -> psutil.Process:
        """Return the parent of the processes that answer."""
        return psutil.Process(self.running["web"].pid)

    def last_words(self, name: str) -> str:
        """Return the end of a log."""
        return self.log(name).read_text(errors="replace")[-1500:]

    def manage(self, *words: str) -> str:
        """Run a command that must succeed; return what it printed."""
        done = self._run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *words: str) -> str:
        """Run a command that must be refused; return why."""
        done = self._run(*words)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.release, env=self.env, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip

    def shell(self, code: str) -> str:
        """Run some Python inside the system; return the last line it printed."""
        return self.manage("shell", "--no-imports", "-c", code).strip().rpartition("\n")[2]

    def ask(self, path: str, seconds: float = 20) -> tuple[int, str]:
        """Return status and text of an address; 0 when nobody answers in time."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            link.request("GET", path, headers={"Authorization": f"Bearer {BEARER}"})
            answer = link.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            link.close()

    def is_ready(self) -> bool:
        """Tell whether requests can be served."""
        return self.ask("/health/ready")[0] == 200

    def figures(self) -> dict[str, float]:
        """Return what ``/metrics`` says, by name with labels; nothing while it does not answer."""
        status, said = self.ask("/metrics")
        lines = said.splitlines() if status == 200 else []
        pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {name: float(value) for name, value in pairs}

    # -- servers -------------------------------------------------------------------------------

    def start_postgres(self) -> None:
        """Start PostgreSQL by the clock of the servers."""
        with self.clocks[1].inherited():
            servers.start_postgres(self.places)

    def start_redis(self) -> None:
        """Start Redis by the clock of the servers."""
        with self.clocks[1].inherited():
            servers.start_redis(self.places)

    def crash_postgres(self) -> None:
        """Stop PostgreSQL as a power cut would: no checkpoint, sessions torn."""
        command: list[str | Path] = [postgres_bin() / "pg_ctl", "stop", "-s", "-w"]
        data = self.places.postgres
        code, said = run([*command, "-m", "immediate", "-D", data], identity(data))
        assert (code, servers.ask_postgres(self.places)) == (0, "down"), said

    def redis_process(self) -> psutil.Process:
        """Return the process of Redis."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            return psutil.Process(int(client.info("server")["process_id"]))

    def kill_redis(self) -> None:
        """Kill Redis, with what it had not saved."""
        self.redis_process().kill()
        until(lambda: servers.ask_redis(self.places) == "down", "Redis is dead")

    def flush_redis(self) -> None:
        """Empty Redis: messages, cache, counters."""
        with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
            client.flushall()


@contextmanager
def running(folder: Path, every: int) -> Iterator[Machine]:
    """Make a system with empty tables, start all of it, and stop it at the end."""
    machine = Machine(folder, every)
    try:
        machine.start_postgres()
        machine.start_redis()
        machine.manage("migrate", "--verbosity", "0")
        machine.start()
        until(machine.is_ready, "the pages answer")
        yield machine
    finally:
        for clock in machine.clocks:
            clock.set(0)
        for name in machine.running:
            machine.signal(name, signal.SIGCONT)
            machine.kill(name)
        servers.stop_redis(machine.places)
        servers.stop_postgres(machine.places)
        machine.disk.remove()
        shutil.rmtree(machine.near)
