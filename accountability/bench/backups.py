"""A backup, and its restore on a second embedded server that begins with nothing, in seconds.

Both are the operator's own commands, run as processes. The floor is what PostgreSQL's programs
take alone: no encryption, no manifest, no second reading, nothing verified.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection

from accountability.bench.figures import Figure
from enforcement.backup import tools

#: What points a process at servers of others; without them it starts its own.
ELSEWHERE = frozenset({"DATABASE_URL", "REDIS_URL", "BROKER_URL", "REPLICA_URL"})
#: Line of ``restore`` that says that everything is back; what follows it is verifying.
BACK = "已经恢复"


def backups(env: Mapping[str, str]) -> Iterator[Figure]:
    """Back the scratch database up, restore it elsewhere, verify it there.

    Args:
        env: of a process on the scratch database, the keys of personal data among it.

    Raises:
        AssertionError: a command failed, or what came back does not hold.
    """
    with tempfile.TemporaryDirectory(prefix="restore") as folder:
        here = Path(folder)
        file, key = here / "load.backup", here / "key"
        key.write_text("a key of the bench alone, long enough to be one\n", encoding="ascii")
        words = ["--key-file", str(key)]
        seconds, _ = _run(env, "backup", str(file), *words)
        yield Figure("backup_s", "s", (seconds,))
        yield Figure("backup_mb", "MB", (file.stat().st_size / 1e6,))
        yield from restored(env, here / "second", [str(file), *words])
        file.unlink()
        yield from _floors(here / "bare.dump")


def restored(env: Mapping[str, str], place: Path, words: list[str]) -> Iterator[Figure]:
    """Restore and verify on a server of its own in an empty place.

    Args:
        words: what ``restore`` takes.
    """
    second = {name: value for name, value in env.items() if name not in ELSEWHERE}
    seconds, lines = _run(second | {"VAR_DIR": str(place)}, "restore", "--verify", *words)
    back = next(at for line, at in lines if line.startswith(BACK))
    yield Figure("restore_s", "s", (back,))
    yield Figure("restore_verify_s", "s", (seconds - back,))


def _run(env: Mapping[str, str], *words: str) -> tuple[float, list[tuple[str, float]]]:
    """Run a command; return its seconds, and each line it said with the second it came at."""
    start, lines = perf_counter(), []
    with subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR, env=dict(env), text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None  # noqa: S101 - opened above
        lines = [(line, perf_counter() - start) for line in process.stdout]
    if process.returncode:
        raise AssertionError("".join(line for line, _ in lines[-20:]))
    return perf_counter() - start, lines


def _floors(dump: Path) -> Iterator[Figure]:
    """Dump and restore with PostgreSQL's programs alone, into another database beside."""
    major = tools.server_major()
    start = perf_counter()
    with tools.running(tools.fitting("pg_dump", major), "-Fc", "-Z1", f"--file={dump}"):
        pass
    yield Figure("backup_floor_s", "s", (perf_counter() - start,))
    name = f"{connection.settings_dict['NAME']}_floor"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            start = perf_counter()
            options = ("--single-transaction", "--no-owner", "--no-privileges", str(dump))
            program = tools.fitting("pg_restore", major)
            with tools.running(program, *options, database=name):
                pass
            yield Figure("restore_floor_s", "s", (perf_counter() - start,))
        finally:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
