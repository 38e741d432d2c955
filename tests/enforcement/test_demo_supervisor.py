"""The demo: every process it starts is watched, and stopped to the last of its children."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from enforcement import embedded, servers
from enforcement.management.commands import demo
from enforcement.supervisor import ChildDied, Supervisor, port_is_free

ROOT = Path(__file__).resolve().parents[2]
SLEEP = "import time; print('here', flush=True); time.sleep(600)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Return a supervisor whose children are stopped after the test."""
    made = Supervisor(tmp_path / "log", os.environ, ROOT)
    yield made
    made.stop(grace=1)


def python(code: str) -> list[str]:
    """Return the command line that runs some Python."""
    return [sys.executable, "-c", code]


def until(condition: object, seconds: float = 20) -> None:
    """Wait until a callable is true."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def gone(number: int) -> bool:
    """Tell whether a process has ended (a zombie that nobody collects counts as ended)."""
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class TestStopping:
    def test_children_end_on_term_and_nothing_is_killed(self, supervisor: Supervisor) -> None:
        child = supervisor.start("quiet", python(SLEEP))
        until(lambda: "here" in child.last_words())
        assert supervisor.stop() == []
        assert child.process.returncode == -signal.SIGTERM

    def test_a_child_deaf_to_term_is_killed_after_the_grace(self, supervisor: Supervisor) -> None:
        deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEP
        child = supervisor.start("deaf", python(deaf))
        until(lambda: "here" in child.last_words())
        assert supervisor.stop(grace=0.3) == ["deaf"]
        assert child.process.returncode == -signal.SIGKILL

    def test_what_a_child_started_ends_with_it(self, supervisor: Supervisor) -> None:
        code = (
            "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c',"
            " 'import time; time.sleep(600)']); print(p.pid, flush=True); time.sleep(600)"
        )
        child = supervisor.start("parent", python(code))
        until(lambda: child.last_words().strip())
        grandchild = int(child.last_words())
        supervisor.stop()
        until(lambda: gone(grandchild))

    def test_a_process_it_did_not_start_is_spared(self, supervisor: Supervisor) -> None:
        with subprocess.Popen(python(SLEEP), stdout=subprocess.PIPE) as other:
            supervisor.start("ours", python(SLEEP))
            supervisor.stop()
            assert other.poll() is None
            other.kill()

    def test_children_end_when_their_supervisor_is_killed(self, tmp_path: Path) -> None:
        code = (
            "import os, sys, time; from pathlib import Path;"
            "from enforcement.supervisor import Supervisor;"
            "s = Supervisor(Path(sys.argv[1]), os.environ, Path.cwd());"
            "c = s.start('child', [sys.executable, '-c', 'import time; time.sleep(600)']);"
            "print(c.process.pid, flush=True); time.sleep(600)"
        )
        boss = subprocess.Popen(
            [*python(code), str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert boss.stdout is not None
        child = int(boss.stdout.readline())
        boss.kill()
        boss.wait()
        if sys.platform == "linux":
            until(lambda: gone(child))
        else:
            os.kill(child, signal.SIGTERM)


class TestWatching:
    def test_a_child_that_ends_by_itself_is_named_with_its_last_words(
        self, supervisor: Supervisor
    ) -> None:
        supervisor.start("well", python(SLEEP))
        ill = supervisor.start("ill", python("print('no such table'); raise SystemExit(3)"))
        ill.process.wait()
        with pytest.raises(ChildDied, match=r"(?s)ill.*exited with 3.*no such table"):
            supervisor.check()

    def test_waiting_ends_when_ready_and_not_before(self, supervisor: Supervisor) -> None:
        supervisor.start("well", python(SLEEP))
        answers = iter([False, False, True])
        supervisor.wait_for(lambda: next(answers), 10)
        with pytest.raises(TimeoutError):
            supervisor.wait_for(lambda: False, 0.2)

    def test_a_large_log_is_set_aside(self, supervisor: Supervisor) -> None:
        supervisor.folder.mkdir(parents=True)
        log = supervisor.folder / "web.log"
        log.write_bytes(b"x" * 5_000_001)
        supervisor.start("web", python(SLEEP))
        assert log.stat().st_size < 100
        assert log.with_suffix(".log.1").stat().st_size == 5_000_001


class TestPort:
    def test_a_taken_port_is_told_from_a_free_one(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert not port_is_free("127.0.0.1", port)
        assert port_is_free("127.0.0.1", port)


class TestSignIns:
    def test_the_people_of_the_seed_are_listed(self, tmp_path: Path) -> None:
        path = tmp_path / "accounts.json"
        person = {"username": "judge1", "password": "demo", "name": "王法官", "role": "承办法官"}
        path.write_text(json.dumps([person]), encoding="utf-8")
        listed = "\n".join(demo.sign_ins(path))
        assert re.search(r"judge1 +demo +承办法官 王法官", listed)

    def test_without_a_list_nothing_is_printed(self, tmp_path: Path) -> None:
        assert list(demo.sign_ins(tmp_path / "none.json")) == []


# -- the real thing ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of the demos below."""
    return tmp_path_factory.mktemp("demo")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_demo(var: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run ``manage.py demo`` on embedded servers of its own until it says ready."""
    left_out = ("_URL", "TESTING", "_KEY")
    env = {key: value for key, value in os.environ.items() if not key.endswith(left_out)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--no-cases", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**env, "VAR_DIR": str(var)},
        start_new_session=True,
    )
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        if "Ctrl-C" in line:
            break
    else:
        pytest.fail("the demo did not get ready:\n" + "".join(heard))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return every process below the demo."""
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.slow
def test_the_demo_serves_and_ctrl_c_stops_every_process_it_started(var: Path) -> None:
    port = free_port()
    with running_demo(var, port) as process:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10) as page:
            assert page.status == 200
        below = family(process)
        words = " ".join(" ".join(child.cmdline()) for child in below)
        assert all(part in words for part in ("granian", "worker", "beat"))
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 0
    until(lambda: all(gone(child.pid) for child in below))
    places = servers.Places(var, embedded.socket_dir(var))
    assert servers.ask_postgres(places) == servers.ask_redis(places) == "down"
    assert port_is_free("127.0.0.1", port)


@pytest.mark.slow
def test_when_one_process_dies_the_demo_says_so_and_stops_the_others(var: Path) -> None:
    with running_demo(var, free_port()) as process:
        below = family(process)
        beat = next(child for child in below if "beat" in child.cmdline())
        beat.kill()
        assert process.stdout is not None
        said = process.stdout.read()
        assert process.wait(timeout=60) == 1
    assert "beat" in said
    until(lambda: all(gone(child.pid) for child in below))


def test_a_busy_port_is_named_with_a_way_out(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "VAR_DIR": str(var)},
            check=False,
        )
    assert done.returncode == 1
    assert f"PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr
