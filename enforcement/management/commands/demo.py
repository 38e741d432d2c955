"""``manage.py demo``: the whole system on one machine, with fictional cases, until Ctrl-C."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import NoReverseMatch, reverse

from enforcement import embedded, startup
from enforcement.env import env_int, env_str
from enforcement.management.commands.serve import web
from enforcement.programs import ServerTrouble
from enforcement.supervisor import ChildDied, Supervisor, port_is_free

#: Seconds the web processes have to answer for the first time.
PATIENCE = 90.0
#: Filled by ``seed_demo``: a list of {"username", "password", "name", "role", "court"}.
ACCOUNTS = "demo_accounts.json"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Somebody asked us to stop (Ctrl-C, TERM, the terminal closed)."""


class Command(BaseCommand):
    """Prepare the data, run web, worker and beat, and stop them all together."""

    help = "Run the demo: embedded servers, demo cases, web, worker and beat."
    requires_system_checks: list[str] = []  # ``handle`` runs them, and says what to do

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address to listen on."""
        parser.add_argument("--host", default=env_str("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=env_int("PORT", 8000))
        parser.add_argument("--no-cases", action="store_true", help="do not make demo cases")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted; a child that dies ends everything with exit code 1."""
        if not settings.DEMO:
            _begin_again_as_demo()
        if reason := startup.wrong_settings():
            raise CommandError(reason)
        began = time.monotonic()
        host, port = options["host"], options["port"]
        if not port_is_free(host, port):
            raise CommandError(
                f"端口 {port} 已被占用，请换一个，例如 make demo PORT={port + 1}。"
                f" (Port {port} is in use; try PORT={port + 1}.)"
            )
        with _interruptible():
            try:
                self.run_all(host, port, began, with_cases=not options["no_cases"])
            except Interrupted:
                self.stdout.write("\n已停止 (stopped)")
            except (ServerTrouble, ChildDied, TimeoutError) as error:
                raise CommandError(str(error)) from error

    def run_all(self, host: str, port: int, began: float, *, with_cases: bool) -> None:
        """Prepare, start, wait until ready, and watch; always leaves nothing running.

        Raises:
            ChildDied: when a process ends by itself.
            TimeoutError: when the pages do not answer in time.
        """
        embedded.ensure()
        self.prepare(with_cases=with_cases)
        env = {**os.environ, "DEMO": "1", "PYTHONUNBUFFERED": "1"}
        supervisor = Supervisor(settings.VAR_DIR / "log", env, settings.BASE_DIR)
        try:
            for name, command in processes(host, port).items():
                supervisor.start(name, command)
            supervisor.wait_for(lambda: is_ready(host, port), PATIENCE)
            self.welcome(host, port, time.monotonic() - began)
            while True:
                supervisor.check()
                time.sleep(0.5)
        finally:
            _ignore()
            if killed := supervisor.stop():
                self.stderr.write(f"强制结束 (had to be killed): {', '.join(killed)}")

    def prepare(self, *, with_cases: bool) -> None:
        """Bring the database up to date; make the demo's cases when there is none."""
        self.step("建表 migrate", "migrate", verbosity=0)
        self.step("法院 load_courts", "load_courts")
        self.step("案由等 load_reference", "load_reference")
        if with_cases and not _has_cases():
            self.step("演示案件 seed_demo", "seed_demo")
        connections.close_all()

    def step(self, title: str, command: str, **options: Any) -> None:
        """Run one command if this project has it, and say how long it took."""
        if command not in get_commands():
            self.stdout.write(f"  {title}: 暂无 (not there yet)")
            return
        began = time.monotonic()
        call_command(command, stdout=io.StringIO(), **options)
        self.stdout.write(f"  {title}: {time.monotonic() - began:.1f} s")
        self.stdout.flush()

    def welcome(self, host: str, port: int, seconds: float) -> None:
        """Print where to go and as whom."""
        self.stdout.write(f"\n就绪 ready in {seconds:.1f} s\n")
        for title, path in doors():
            self.stdout.write(f"  {title:<20} http://{host}:{port}{path}")
        self.stdout.write(f"  日志 logs              {settings.VAR_DIR / 'log'}")
        for line in sign_ins(settings.VAR_DIR / ACCOUNTS):
            self.stdout.write(line)
        self.stdout.write("\nCtrl-C 停止 (stops everything)")
        self.stdout.flush()


def processes(host: str, port: int) -> dict[str, list[str]]:
    """Return the command line of each process of the demo."""
    celery = [sys.executable, "-m", "celery", "-A", "enforcement", "-q"]
    worker = ["worker", "--concurrency", "2", "--loglevel", "INFO", "--hostname", f"demo{port}@%h"]
    beat = ["beat", "--loglevel", "INFO", "--schedule", str(settings.VAR_DIR / "beat-schedule")]
    return {
        "web": web(host, port),
        "worker": [*celery, *worker, "--without-gossip", "--without-mingle"],
        "beat": [*celery, *beat, "--pidfile="],
    }


def doors() -> Iterator[tuple[str, str]]:
    """Yield (for whom, path) of the pages to begin with, of those that this release has."""
    names = {"法院人员 staff": "home", "当事人 petitioner": "portal_home", "接口 API": "api_docs"}
    for title, name in {**names, "运行状况 health": "health"}.items():
        with contextlib.suppress(NoReverseMatch):
            yield title, reverse(name)


def is_ready(host: str, port: int) -> bool:
    """Tell whether /health/ready answers 200."""
    near = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - only compared with
    connection = http.client.HTTPConnection(near, port, timeout=5)
    try:
        connection.request("GET", "/health/ready", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def sign_ins(path: Path) -> Iterator[str]:
    """Yield the lines that list the demo's people, as the seed wrote them."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    yield "\n  登录 sign-ins"
    for row in rows:
        who = " ".join(str(row[key]) for key in ("court", "role", "name") if row.get(key))
        yield f"    {row.get('username', ''):<16} {row.get('password', ''):<14} {who}"
    for row in rows:
        for number in row.get("cases", ())[:1]:
            yield f"\n  案件查询 case look-up  {number}  查询码 query code {row['query_code']}"


def _has_cases() -> bool:
    """Tell whether any case exists (then the demo's are not made again)."""
    return bool(apps.get_model("cases", "Case")._default_manager.exists())


def _begin_again_as_demo() -> None:
    """Start this process anew with DEMO=1, which the settings read only once."""
    os.environ["DEMO"] = "1"
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Turn INT, TERM and HUP into Interrupted, so that everything is stopped in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _ignore()
        raise Interrupted

    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        _ignore()


def _ignore() -> None:
    """Ignore signals from now on: a second Ctrl-C must not cut the stopping in half."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
