"""Processes of the system for a test: their command lines, and a copy with a rule file broken."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What a start needs of the project; the rest would only be copied for nothing.
PARTS = ("enforcement", "cases", "accountability", "petitions", "templates")
#: The rule file that is broken.
RULES = Path("deadlines") / "rules" / "execution.toml"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def web(port: int) -> list[str]:
    """Return the command line of the web server."""
    return [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]


def worker(*more: str) -> list[str]:
    """Return the command line of a worker."""
    command = [sys.executable, "-m", "celery", "-A", "enforcement", "-q", "worker"]
    return [*command, "--pool", "solo", "--without-gossip", "--without-mingle", *more]


def beat(folder: Path) -> list[str]:
    """Return the command line of beat."""
    command = [sys.executable, "-m", "celery", "-A", "enforcement", "-q", "beat"]
    return [*command, "--pidfile=", "--schedule", str(folder / "beat-schedule")]


def deployed(folder: Path, *more: str) -> Path:
    """Return a copy of the project (by links, with rule files of its own).

    Args:
        more: further parts that the copy must have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in (*PARTS, *more):
        (folder / part).symlink_to(ROOT / part)
    shutil.copy(ROOT / "manage.py", folder)  # a link would lead Python back to the original
    shutil.copytree(ROOT / "deadlines", folder / "deadlines")
    return folder


def break_a_rule(folder: Path) -> str:
    """Break a rule file of a copy; return its text as it was."""
    rules = folder / RULES
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("source", "sauce", 1), encoding="utf-8")
    return text


def with_a_broken_rule(folder: Path) -> Path:
    """Return a copy of the project in which one rule file cannot be read."""
    break_a_rule(deployed(folder))
    return folder


def ends(
    commands: dict[str, list[str]], cwd: Path, env: dict[str, str], seconds: float = 90
) -> dict[str, tuple[int, str]]:
    """Run commands at once and return how each ended and what it said."""
    running = {
        name: subprocess.Popen(
            command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for name, command in commands.items()
    }
    found = {}
    for name, process in running.items():
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            said += "\n(did not end)"
        found[name] = (process.returncode, said)
    return found


@contextmanager
def started(
    command: list[str], env: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process meanwhile, its output in a file."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
