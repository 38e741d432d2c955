"""Machines die at any moment: nothing acknowledged is lost or doubled, every flag is right.

One round runs with every test; ``make chaos`` goes on for ``CHAOS_MINUTES``, in any order.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from enforcement import servers
from tests.chaos.machine import SWEEP_EVERY, Machine, running, until
from tests.chaos.writers import Crowd

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0"))
#: Writers at once: few beside the other tests, for they share two cores.
WRITERS = 50 if MINUTES else 4


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Start one system for all rounds."""
    with running(tmp_path_factory.mktemp("chaos")) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(machine: Machine) -> Crowd:
    """Return writers with a token."""
    text, court = json.loads(machine.shell("from tests.chaos.people import token; token()"))
    return Crowd(machine.port, text, court)


def a_while() -> None:
    """Let things go on, never for the same time."""
    time.sleep(random.uniform(0.3, 1.5))  # noqa: S311 - chance of a test


# -- what happens ------------------------------------------------------------------------------


def a_web_worker_is_killed(machine: Machine) -> None:
    """Kill the process that answers, in the middle of what it answers."""
    machine.kill_web_worker()


def web_is_killed(machine: Machine) -> None:
    """Kill the web server whole."""
    machine.kill("web")


def worker_is_killed(machine: Machine) -> None:
    """Kill the worker, in the middle of a sweep if it has one."""
    machine.kill("worker")


def beat_is_killed(machine: Machine) -> None:
    """Kill beat."""
    machine.kill("beat")


def postgres_is_torn_down(machine: Machine) -> None:
    """Stop PostgreSQL as a power cut would; people see a plain page meanwhile."""
    machine.crash_postgres()
    status, said = machine.ask("/api/v1/courts/")
    assert status in {401, 503}
    assert "Traceback" not in said
    a_while()
    servers.start_postgres(machine.places)


def redis_is_flushed(machine: Machine) -> None:
    """Empty Redis."""
    machine.flush_redis()


def redis_is_killed(machine: Machine) -> None:
    """Kill Redis; writers go on without it."""
    machine.kill_redis()
    a_while()
    assert machine.is_ready()
    servers.start_redis(machine.places)


def a_worker_is_paused(machine: Machine) -> None:
    """Stop a worker for longer than two sweeps, and let it go on with what it held."""
    machine.signal("worker", signal.SIGSTOP)
    time.sleep(2.5 * SWEEP_EVERY)
    machine.signal("worker", signal.SIGCONT)


HAPPENINGS: list[Callable[[Machine], None]] = [
    worker_is_killed,
    a_web_worker_is_killed,
    redis_is_flushed,
    postgres_is_torn_down,
    beat_is_killed,
    redis_is_killed,
    web_is_killed,
    a_worker_is_paused,
]


def sweeps(machine: Machine) -> bool:
    """Tell whether a sweep began within the last two intervals, so that nobody is alarmed."""
    status, said = machine.ask("/health/ready")
    age = json.loads(said)["last_sweep_seconds"] if status == 200 else None
    return age is not None and age <= 2 * SWEEP_EVERY


def go_through(machine: Machine, crowd: Crowd, happenings: list[Callable[[Machine], None]]) -> None:
    """Let everything happen to a system that is being written to, then hold it to the truth."""
    crowd.over.clear()
    crowd.threads.clear()
    before = len(crowd.acknowledged)
    crowd.begin(WRITERS)
    for happens in happenings:
        a_while()
        happens(machine)
        until(machine.is_ready, f"the pages answer again after {happens.__name__}")
    a_while()
    crowd.end()
    assert len(crowd.acknowledged) > before
    assert not crowd.odd, crowd.odd[:3]
    assert not crowd.traces, crowd.traces[:1]
    until(lambda: sweeps(machine), f"the sweep runs again: {machine.last_words('worker')}")
    machine.manage("sweep")
    machine.manage("verify_ledger")
    machine.manage("check_rollups")
    told = machine.shell(
        f"from tests.chaos.people import hold;hold({crowd.acknowledged!r}, {crowd.tried!r})"
    )
    assert json.loads(told)["flags"] > 0


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_wrong_whatever_dies(machine: Machine, crowd: Crowd) -> None:
    end = time.monotonic() + MINUTES * 60
    go_through(machine, crowd, HAPPENINGS)
    while time.monotonic() < end:
        go_through(machine, crowd, random.sample(HAPPENINGS, len(HAPPENINGS)))
