"""Machines die at any moment: nothing acknowledged is lost or doubled, every flag is right.

Everything happens once, in an order that chance settles, under people at work: programs that
write, a clerk at her forms, petitioners on their phones, the operator who must be told. A short
form runs with every test; ``make chaos`` has fifty writers, and keeps them from Redis for ten
minutes. ``SEED=`` brings an order back.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import secrets
import time
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.happenings.case import a_case_is_poisoned
from tests.chaos.happenings.clock import the_machines_clock_jumps, the_processes_clock_jumps
from tests.chaos.happenings.disk import the_disk_of_files_is_full
from tests.chaos.happenings.postgres import postgres_is_torn_down
from tests.chaos.happenings.processes import (
    a_web_worker_is_killed,
    a_worker_is_paused,
    beat_is_killed,
    web_is_killed,
    worker_is_killed,
)
from tests.chaos.happenings.redis import redis_is_flushed, redis_is_killed, redis_is_unreachable
from tests.chaos.happenings.rules import a_broken_rule_file_is_deployed
from tests.chaos.machine import Machine, running, until
from tests.chaos.scene import Scene
from tests.chaos.told import Watch
from tests.chaos.visitors import Clerk, Operator, Petitioner
from tests.chaos.writers import Crowd, Program

#: Minutes for which Redis is unreachable; 0: the short form.
MINUTES = float(os.environ.get("CHAOS_MINUTES", "0"))
SEED = os.environ.get("SEED") or secrets.token_hex(4)
#: Programs, clerks and petitioners at work: few beside the other tests, for they share two cores.
PROGRAMS, CLERKS, PETITIONERS = (44, 2, 4) if MINUTES else (3, 1, 1)
#: Seconds between two sweeps.
EVERY = 10 if MINUTES else 3

Happening = Callable[[Scene], None]

#: What needs no sweep happens while Redis is away, in the long form.
ANY_TIME: list[Happening] = [
    a_web_worker_is_killed,
    web_is_killed,
    postgres_is_torn_down,
    the_disk_of_files_is_full,
    the_machines_clock_jumps,
    the_processes_clock_jumps,
    a_broken_rule_file_is_deployed,
]
WITH_SWEEPS: list[Happening] = [
    worker_is_killed,
    beat_is_killed,
    a_worker_is_paused,
    redis_is_flushed,
    redis_is_killed,
    a_case_is_poisoned,
]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Start one system."""
    with running(tmp_path_factory.mktemp("chaos"), EVERY) as found:
        yield found


@pytest.fixture
def scene(machine: Machine) -> Scene:
    """Put everybody to work."""
    crowd = Crowd()
    made = machine.shell("from tests.chaos import people; people.make_and_identify()")
    who = json.loads(made)
    at = {"ledger": crowd.ledger, "over": crowd.over}
    for nth in range(PROGRAMS):
        crowd.begin(Program(machine.port, **who, **at, name=f"{nth}").write)
    for nth in range(CLERKS):
        crowd.begin(Clerk(machine.address, **at, name=f"书记员{nth}").work)
    for nth in range(PETITIONERS):
        crowd.begin(Petitioner(machine.address, **at, name=f"当事人{nth}").work)
    watch = Watch(machine, Operator(machine.address, **at, name="魏管理"))
    return Scene(machine, crowd, watch, brief=not MINUTES, rng=random.Random(SEED))  # noqa: S311 - chance of a test


def happens(scene: Scene, what: Happening) -> None:
    """Let one thing happen, and the pages be there again after it."""
    began = time.monotonic()
    scene.a_while()
    what(scene)
    until(scene.machine.is_ready, f"the pages answer again after {what.__name__}")
    print(f"{what.__name__}: {time.monotonic() - began:.1f} s, {scene.acts()} acts", flush=True)


def order(scene: Scene) -> list[Happening]:
    """Return everything that happens, in an order that chance settles.

    The short form leaves out what another happening has in it, and of the two clocks takes one.
    """
    chance, with_sweeps, any_time = scene.rng, list(WITH_SWEEPS), list(ANY_TIME)
    chance.shuffle(any_time)
    meanwhile = any_time
    if scene.brief:
        with_sweeps.remove(redis_is_killed)
        any_time.remove(chance.choice([the_machines_clock_jumps, the_processes_clock_jumps]))
        meanwhile, any_time = any_time[:2], any_time[2:]
        with_sweeps += any_time
    everything = [*with_sweeps, nobody_reaches_redis(meanwhile)]
    return chance.sample(everything, len(everything))


def nobody_reaches_redis(others: list[Happening]) -> Happening:
    """Keep everybody from Redis, ten minutes in the long form, while other things happen."""
    turns = itertools.cycle(others)

    def redis_is_away(scene: Scene) -> None:
        def meanwhile() -> None:
            happens(scene, next(turns))
            scene.a_while(0.0, 0.0 if scene.brief else 10.0)

        redis_is_unreachable(scene, 60 * MINUTES, meanwhile)

    return redis_is_away


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_wrong_whatever_dies(
    scene: Scene, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    with capsys.disabled() if MINUTES else contextlib.nullcontext():
        print(f"\nSEED={SEED}")
        scene.watch.well()
        for what in order(scene):
            happens(scene, what)
        scene.crowd.end()
        print(hold(scene, machine), f"{time.monotonic() - began:.0f} s")


def hold(scene: Scene, machine: Machine) -> str:
    """Hold the system to the truth after everything; return the figures of the run."""
    ledger = scene.crowd.ledger
    assert not ledger.traces, ledger.traces[:1]
    assert not ledger.odd, ledger.odd[:3]
    assert len(ledger.done) > PROGRAMS
    scene.watch.well()
    told = ledger.write(machine.folder / "told.json")
    said = machine.shell(f"from tests.chaos.people import hold; hold({str(told)!r})")
    assert json.loads(said)["flags"] > 0
    return f"{said} answers {dict(sorted(ledger.statuses.items()))}"
