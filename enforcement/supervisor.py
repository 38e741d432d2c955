"""Running several processes as one: started together, watched, stopped to the last of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds a child has to finish its work after TERM, before it is killed.
GRACE = 15.0
#: A log larger than this is set aside (one old one is kept) when its process starts.
LOG_LIMIT = 5_000_000
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class ChildDied(RuntimeError):
    """A process that should run ended by itself; the message shows the end of its log."""


@dataclass
class Child:
    """One started process, the head of a session of its own.

    Attributes:
        name: how people call it (web, worker, beat).
        process: the running program; its process group bears its id.
        log: where its output goes.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self, lines: int = 15) -> str:
        """Return the end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""


@dataclass
class Supervisor:
    """Starts processes and stops exactly those, their own children included.

    Attributes:
        folder: where the logs are.
        env: the environment of every child.
        cwd: the folder every child starts in.
    """

    folder: Path
    env: Mapping[str, str]
    cwd: Path
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start one process in its own session, so that Ctrl-C in our terminal spares it.

        It is we who tell it to stop, in order; on Linux the kernel tells it when we are killed.
        """
        log = _fresh_log(self.folder, name)
        with log.open("ab") as output:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.env),
                cwd=self.cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Look whether all still run.

        Raises:
            ChildDied: naming the first that does not.
        """
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise ChildDied(
                    f"{child.name} 已退出 (exited with {code}); {child.log}:\n{child.last_words()}"
                )

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the condition holds, watching the children meanwhile.

        Raises:
            ChildDied: when one of them ends first.
            TimeoutError: when the time is over.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{seconds:.0f} 秒内没有就绪 (not ready in time)")
            time.sleep(0.1)

    def stop(self, grace: float = GRACE) -> list[str]:
        """Ask all to stop, wait, kill what is left; return the names that had to be killed."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        deadline = time.monotonic() + grace
        killed = []
        for child in self.children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                killed.append(child.name)
            # The head may be gone while processes it made are not.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.children.clear()
        return killed


def _fresh_log(folder: Path, name: str) -> Path:
    """Return the log file, after setting a large one aside."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log


def _die_with_parent() -> None:
    """Ask the kernel to send TERM to this new process when its supervisor is killed."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM, 0, 0, 0)


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now (one that closed a moment ago is no bar)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
