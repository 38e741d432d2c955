"""Processes by the dozen: one that has loaded everything, and forks a new one in no time.

The children are processes like any other, with a connection of their own, and can be killed and
stopped. Run as a program this is the mother; she ends when her input does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Child:
    """One process of the nursery."""

    nursery: Nursery
    pid: int

    def kill(self) -> None:
        """Kill it with SIGKILL, unless it has ended."""
        self.nursery.ask("signal", self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop it with SIGSTOP, wherever it is."""
        self.nursery.ask("signal", self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on."""
        self.nursery.ask("signal", self.pid, signal.SIGCONT)

    def ended(self) -> int | None:
        """Return its exit code, or minus the signal that killed it; None while it lives."""
        code: int | None = self.nursery.ask("state", self.pid)
        return code


class Nursery:
    """The mother as a test sees her."""

    def __init__(self, env: dict[str, str]) -> None:
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.nursery"],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *words: Any) -> Any:
        """Ask the mother for something and return her answer."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(json.dumps(words) + "\n")
        self.mother.stdin.flush()
        return json.loads(self.mother.stdout.readline())

    def sweeper(self, day: date, now: datetime, batch: int) -> Child:
        """Start a sweep in a process of its own."""
        return Child(self, self.ask("sweep", day.isoformat(), now.isoformat(), batch))

    def act(self, verb: str, case_id: int, by_id: int, now: datetime) -> Child:
        """Do an act on a case in a process of its own, on the day of the moment."""
        return Child(self, self.ask("act", verb, case_id, by_id, now.isoformat()))

    def close(self) -> None:
        """End the mother."""
        assert self.mother.stdin is not None
        self.mother.stdin.close()
        self.mother.wait(60)


def _sweep(day: str, now: str, batch: int) -> None:
    from accountability.sweep import sweep  # the settings must be there first

    sweep(date.fromisoformat(day), datetime.fromisoformat(now), batch=batch)


def _act(verb: str, case_id: int, by_id: int, now: str) -> None:
    from cases.models import Case
    from cases.verb import VERBS
    from enforcement.models import User

    case, by = Case.objects.get(pk=case_id), User.objects.get(pk=by_id)
    VERBS[verb].run(case, by=by, now=datetime.fromisoformat(now))


#: What a child can be asked to do.
WORK = {"sweep": _sweep, "act": _act}


def _forked(what: str, words: list[Any]) -> int:
    """Fork a child that does something and ends; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        WORK[what](*words)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve() -> None:
    ended: dict[int, int] = {}

    def state(pid: int) -> int | None:
        if pid not in ended:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                ended[pid] = os.waitstatus_to_exitcode(status)
        return ended.get(pid)

    for line in sys.stdin:
        what, *words = json.loads(line)
        if what in WORK:
            answer: Any = _forked(what, words)
        elif what == "signal":
            # Who has been waited for is gone, and the number may be somebody else's by now.
            answer = words[0] in ended or os.kill(*words)
        else:
            answer = state(words[0])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "enforcement.settings"
    django.setup()
    import accountability.sweep  # noqa: F401 — what every child needs is read once, here
    from deadlines.law import current

    current()
    _serve()
