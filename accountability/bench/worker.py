"""One worker of a measurement, a process of its own: gets ready, waits for the word, works, tells.

``python -m accountability.bench.worker JOB JSON``: prints ``ready``, reads a line, does the job
and prints one JSON line: what it did, its seconds, and the most memory it held (MB).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any

_HERE = "accountability.bench.worker"


@dataclass
class Team:
    """Worker processes that begin together.

    Attributes:
        processes: each has said that it is ready.
    """

    processes: Sequence[subprocess.Popen[str]]

    def begin(self) -> None:
        """Give the word."""
        for process in self.processes:
            assert process.stdin is not None  # noqa: S101 - opened below
            process.stdin.write("go\n")
            process.stdin.flush()

    @property
    def working(self) -> bool:
        """Tell whether any is still at work."""
        return any(process.poll() is None for process in self.processes)

    def results(self) -> list[dict[str, Any]]:
        """Wait for all; return what each told.

        Raises:
            AssertionError: one ended in an error.
        """
        told = [process.communicate()[0] for process in self.processes]
        if any(process.returncode for process in self.processes):
            raise AssertionError(f"a worker failed: {told}")
        return [json.loads(text.strip().splitlines()[-1]) for text in told]


def team(env: Mapping[str, str], job: str, tasks: Sequence[Mapping[str, Any]]) -> Team:
    """Start one worker for each task and wait until all are ready."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", _HERE, job, json.dumps(task)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(env),
        )
        for task in tasks
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None  # noqa: S101 - opened above
        while process.stdout.readline().strip() != "ready":
            if process.poll() is not None:
                raise AssertionError("a worker did not start")
    return Team(processes)


def _sweep(day: str) -> int:
    from accountability.bench.figures import moment
    from accountability.sweep import sweep

    on = date.fromisoformat(day)
    return sweep(on, moment(on)).flagged


def _rebuild(first: int, last: int, at_once: int) -> int:
    from accountability.bench.figures import moment
    from deadlines.sheets import rebuild

    now = moment(date.today())  # noqa: DTZ011 - a stamp, nothing is counted from it
    for start in range(first, last + 1, at_once):
        rebuild(range(start, min(start + at_once, last + 1)), now=now)
    return last - first + 1


_JOBS: dict[str, Callable[..., int]] = {"sweep": _sweep, "rebuild": _rebuild}


def main(job: str, task: str) -> None:
    """Be one worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
    import django

    django.setup()
    from django.db import connection

    from deadlines.law import current

    current()
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    start = perf_counter()
    done = _JOBS[job](**json.loads(task))
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"done": done, "seconds": seconds, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
