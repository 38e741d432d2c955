"""PostgreSQL's own programs: which one fits a server, and running it against the database."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from enforcement.errors import Refused
from enforcement.programs import ServerTrouble, postgres_bin

#: Bytes read from a program at once.
PIECE = 1 << 20


def server_major() -> int:
    """Return the major version of the server behind the connection."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version // 10_000)


def candidates(program: str) -> Iterator[Path]:
    """Yield where a program may be: the embedded server's, the PATH's, Debian's folders."""
    with contextlib.suppress(ServerTrouble):
        yield postgres_bin() / program
    if found := shutil.which(program):
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))


def major_of(program: Path) -> int:
    """Return the major version of a program, 0 when it does not run."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"(\d+)", done.stdout)
    return int(found[1]) if found else 0


def fitting(program: str, at_least: int) -> Path:
    """Return the program of a major version, or of the next above: older ones cannot read it.

    Raises:
        Refused: ``backup.program`` when there is none.
    """
    found = {major: path for path in candidates(program) if (major := major_of(path))}
    fit = sorted(major for major in found if major >= at_least)
    if not fit:
        have = "、".join(str(major) for major in sorted(found)) or "无"
        raise Refused(
            "backup.program",
            f"没有适合 PostgreSQL {at_least} 的 {program}（现有版本：{have}）。"
            f"请安装 PostgreSQL {at_least} 的客户端程序。",
        )
    return found[fit[0]]


def _address(database: str = "") -> str:
    """Return the connection string without its password, as the settings give it.

    Args:
        database: another one on the same server.
    """
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = connection.get_connection_params()
    kept = {key: value for key, value in given.items() if key in known - {"password"}}
    kept |= {"dbname": database} if database else {}
    return make_conninfo(**kept)


def _environment() -> dict[str, str]:
    """Return the environment: the password goes here, where no list of processes shows it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**env, "PGPASSWORD": str(connection.settings_dict["PASSWORD"]), "LC_ALL": "C"}


@contextlib.contextmanager
def running(
    program: Path, *options: str, database: str = "", **streams: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program against the database; it is killed when the block ends by an exception.

    Args:
        database: another one on the same server.

    Raises:
        Refused: ``backup.program`` with its last words when it fails.
    """
    connection.ensure_connection()
    command = [
        str(program),
        *options,
        f"--dbname={_address(database)}",
        "--no-password",
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=_environment(), stderr=said, **streams)
        try:
            yield process
        except BrokenPipeError:
            pass  # it ended first; why, it says itself
        except BaseException:
            process.kill()
            process.wait()
            raise
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        if process.wait() != 0:
            raise Refused("backup.program", f"{program.name} 没有成功：{_tail(said)}")


def _tail(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-1500:]


def pieces(stream: Any) -> Iterator[bytes]:
    """Yield what comes out of a pipe or a stored file."""
    while piece := stream.read(PIECE):
        yield bytes(piece)
