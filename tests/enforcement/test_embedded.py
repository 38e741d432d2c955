"""The embedded servers: started once, shared, stopped by the last, never lost."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from enforcement import embedded, programs, servers

ROOT = Path(__file__).resolve().parents[2]
USE = "from enforcement import embedded; embedded.ensure(); print('ready', flush=True)"
WAIT = USE + "; import sys; sys.stdin.read()"


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of its own, used by one test after the other."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
def places(var: Path) -> Iterator[servers.Places]:
    """Return the places, and check that the test left nothing running."""
    found = servers.Places(var, embedded.socket_dir(var))
    yield found
    assert running(found) == (False, False)


def environment(var: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that uses the servers under that folder."""
    env = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    return {**env, "VAR_DIR": str(var), "PYTHONPATH": str(ROOT), **more}


def start(var: Path, code: str, **options: object) -> subprocess.Popen[str]:
    """Run Python code in a process of its own and wait until it says ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(var),
        **options,  # type: ignore[call-overload]
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen[str]) -> int:
    """Let the process end by itself and return its exit code."""
    process.communicate("", timeout=60)
    return process.returncode


def running(places: servers.Places) -> tuple[bool, bool]:
    """Tell whether PostgreSQL and Redis answer."""
    return servers.ask_postgres(places) != "down", servers.ask_redis(places) != "down"


def connect(places: servers.Places) -> psycopg.Connection[tuple[object, ...]]:
    """Open a session on the database."""
    return psycopg.connect(embedded.database_url(places.var), autocommit=True)


def postmaster(places: servers.Places) -> int:
    """Return the process id of the running PostgreSQL."""
    return int((places.postgres / "postmaster.pid").read_text().splitlines()[0])


def test_two_processes_share_one_server_and_the_last_stops_it(places: servers.Places) -> None:
    first = start(places.var, WAIT)
    number = postmaster(places)
    second = start(places.var, WAIT)
    assert postmaster(places) == number
    assert finish(first) == 0
    assert running(places) == (True, True)
    assert finish(second) == 0
    assert running(places) == (False, False)


def test_a_second_start_is_quick_and_keeps_the_data(places: servers.Places) -> None:
    user = start(places.var, WAIT)
    with connect(places) as session:
        session.execute("create table if not exists kept (word text)")
        session.execute("insert into kept values ('案件')")
    finish(user)
    began = time.monotonic()
    user = start(places.var, WAIT)
    assert time.monotonic() - began < 5
    with connect(places) as session:
        assert session.execute("select word from kept").fetchone() == ("案件",)
    finish(user)


def test_eight_processes_starting_at_once_get_one_server(places: servers.Places) -> None:
    code = USE + "; import sys; print(open(sys.argv[1]).readline(), end='')"
    pid_file = str(places.postgres / "postmaster.pid")
    keeper = start(places.var, WAIT)
    finish(keeper)
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", code, pid_file],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(places.var),
        )
        for _ in range(8)
    ]
    said = [process.communicate(timeout=90)[0].split() for process in crowd]
    assert [words[0] for words in said] == ["ready"] * 8
    assert [process.returncode for process in crowd] == [0] * 8


def test_a_killed_process_drops_its_hold_and_the_next_one_stops_the_server(
    places: servers.Places,
) -> None:
    victim = start(places.var, WAIT)
    victim.kill()
    victim.wait()
    assert running(places) == (True, True)
    assert finish(start(places.var, WAIT)) == 0
    assert running(places) == (False, False)


def test_ctrl_c_reaches_the_users_but_not_the_server(places: servers.Places) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, lambda *a: None);"
        "from enforcement import embedded; embedded.ensure(); print('ready', flush=True);"
        "import sys; sys.stdin.read()"
    )
    user = start(places.var, code, start_new_session=True)
    os.killpg(user.pid, signal.SIGINT)
    time.sleep(0.3)
    with connect(places) as session:
        assert session.execute("select 1").fetchone() == (1,)
    assert finish(user) == 0


def test_a_terminated_command_still_stops_the_server(places: servers.Places) -> None:
    code = (
        "from enforcement import embedded; embedded.ensure_for_command(['shell']);"
        "print('ready', flush=True); import sys; sys.stdin.read()"
    )
    user = start(places.var, code)
    user.terminate()
    assert user.wait(timeout=60) == 128 + signal.SIGTERM
    assert running(places) == (False, False)


def test_a_forked_child_keeps_the_server_and_does_not_stop_it(places: servers.Places) -> None:
    code = (
        "import os, sys; from enforcement import embedded; embedded.ensure()\n"
        "if os.fork() == 0:\n"
        "    print('ready', flush=True); sys.stdin.read()\n"
        "sys.exit(0)"
    )
    parent = start(places.var, code)
    parent.wait(timeout=60)  # its exit handler ran, and the child still works
    assert running(places) == (True, True)
    parent.communicate("", timeout=60)  # the child ends: its output closes
    time.sleep(0.5)
    assert running(places) == (True, True)
    assert finish(start(places.var, WAIT)) == 0


def test_a_multiprocessing_child_that_uses_the_server_leaves_like_any_user(
    places: servers.Places,
) -> None:
    code = (
        "import multiprocessing as m; from enforcement import embedded\n"
        "child = m.get_context('fork').Process(target=embedded.ensure)\n"
        "child.start(); child.join(); print('ready', flush=True)"
    )
    process = start(places.var, code)
    process.wait(timeout=60)
    assert running(places) == (False, False)


@pytest.mark.parametrize("owner", ["this process", "a dead process"])
def test_a_lock_file_of_another_process_does_not_stop_the_start(
    places: servers.Places, owner: str
) -> None:
    finish(start(places.var, WAIT))
    number = os.getpid() if owner == "this process" else 2_000_000_000
    lock = places.postgres / "postmaster.pid"
    lock.write_text(f"{number}\n{places.postgres}\n1\n5432\n{places.sockets}\n\n0 0\nready\n")
    folder = places.postgres.stat()
    if os.geteuid() == 0:
        os.chown(lock, folder.st_uid, folder.st_gid)
    assert finish(start(places.var, WAIT)) == 0


def test_a_killed_server_is_started_again_by_the_next_user(places: servers.Places) -> None:
    first = start(places.var, WAIT)
    old = postmaster(places)
    os.kill(old, signal.SIGKILL)
    second = start(places.var, WAIT)
    assert postmaster(places) != old
    finish(first)
    assert running(places) == (True, True)
    finish(second)


def test_servers_listen_on_sockets_only_and_write_safely(places: servers.Places) -> None:
    user = start(places.var, WAIT)
    with connect(places) as session:
        shown = {
            name: session.execute(f"show {name}").fetchone()[0]  # type: ignore[index]
            for name in ("listen_addresses", "fsync", "timezone", "jit", "max_connections")
        }
    finish(user)
    assert shown == {
        "listen_addresses": "",
        "fsync": "on",
        "timezone": "UTC",
        "jit": "off",
        "max_connections": "200",
    }
    assert stat.S_IMODE(places.sockets.stat().st_mode) == 0o700


def test_a_folder_with_a_long_name_works(tmp_path: Path) -> None:
    var = tmp_path / ("long-" * 20)
    found = servers.Places(var, embedded.socket_dir(var))
    assert found.sockets != var / "run"
    user = start(var, WAIT)
    assert running(found) == (True, True)
    finish(user)
    assert running(found) == (False, False)


def test_only_the_server_that_is_not_replaced_is_started(places: servers.Places) -> None:
    code = USE + "; import sys; sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(places.var, DATABASE_URL="postgres://nobody@192.0.2.1/x"),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert running(places) == (False, True)
    finish(process)


@pytest.mark.parametrize(
    ("argv", "uses"),
    [
        (["migrate"], True),
        (["some_command_of_tomorrow"], True),
        (["check", "--database", "default"], True),
        (["check"], False),
        (["due_date", "2026-01-01", "3", "days"], False),
        (["migrate", "--help"], False),
        (["--version"], False),
        (["help", "migrate"], False),
        ([], False),
    ],
)
def test_a_command_starts_servers_only_when_it_needs_them(argv: list[str], uses: bool) -> None:
    assert embedded._uses_servers(argv) is uses


def test_trouble_is_one_clear_message_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from enforcement import embedded as e; e.ensure_for_command(['x'])",
        ],
        env=environment(tmp_path / "taken"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "VAR_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_redis_that_hangs_is_not_down_and_gets_no_second_one_in_its_place(
    tmp_path: Path,
) -> None:
    with tempfile.TemporaryDirectory() as near:  # short, for the socket in it
        places = servers.Places(tmp_path, Path(near))
        assert servers.ask_redis(places) == "down"
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(places.redis_socket))
            silent.listen()
            assert servers.ask_redis(places) == "busy"
        assert servers.ask_redis(places) == "down"


def test_a_missing_redis_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_package_folder", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(programs.ServerTrouble, match="REDIS_URL"):
        programs.redis_binary()
    with pytest.raises(programs.ServerTrouble, match="make install"):
        programs.postgres_bin()


def test_redis_on_the_path_is_used_where_the_wheel_has_no_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "redis-server"
    program.touch(mode=0o755)
    monkeypatch.setattr(programs, "_package_folder", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.redis_binary() == program


def test_closed_folders_above_are_opened_for_passing_only(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    programs.open_the_way(closed / "inner" / "file")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701


def test_programs_hidden_by_a_strict_umask_are_made_readable(tmp_path: Path) -> None:
    program, data = tmp_path / "bin" / "program", tmp_path / "share" / "data"
    for path, mode in ((program, 0o700), (data, 0o600)):
        path.parent.mkdir(mode=0o700)
        path.touch()
        path.chmod(mode)
    programs.open_programs(tmp_path)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (program, program.parent, data)]
    assert modes == [0o705, 0o705, 0o604]


def test_a_program_that_cannot_run_is_named(tmp_path: Path) -> None:
    program = tmp_path / "not-executable"
    program.touch(mode=0o644)
    with pytest.raises(programs.ServerTrouble, match="not-executable"):
        programs.run([program], None)


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("redis://host:6379/2", "redis://host:6379/2"),
    ],
)
def test_celery_gets_the_same_redis_in_its_own_words(given: str, broker: str) -> None:
    assert embedded.broker_url(given) == broker
