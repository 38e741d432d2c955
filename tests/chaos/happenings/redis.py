"""Redis is emptied, dies, or is unreachable: it hangs, which is the worse, or refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from enforcement import servers
from tests.chaos.happenings.processes import SILENT
from tests.chaos.machine import until
from tests.chaos.scene import Scene

#: Seconds within which a page is there though Redis hangs: two time-outs and a busy machine.
SOON = 15.0


def redis_is_flushed(scene: Scene) -> None:
    """Empty Redis: messages, cache, counters. Nothing is to be told, for nothing is missing."""
    scene.machine.flush_redis()
    scene.goes_on()
    scene.watch.well()


def redis_is_killed(scene: Scene) -> None:
    """Kill Redis; writers go on without it."""
    since = time.monotonic()
    scene.machine.kill_redis()
    _told(scene, since)
    scene.goes_on()
    scene.machine.start_redis()
    scene.watch.well("Redis")


def redis_is_unreachable(scene: Scene, seconds: float, meanwhile: Callable[[], None]) -> None:
    """Keep everybody from Redis for a time: first it takes connections and says nothing, then
    nobody listens.

    Args:
        meanwhile: what else happens; at least once in each half, and again until it is over.
    """
    process, began = scene.machine.redis_process(), time.monotonic()
    scene.watch.sweeping = False
    process.suspend()
    try:
        _away(scene, began, began + seconds / 2, meanwhile)
    finally:
        process.kill()
    until(lambda: servers.ask_redis(scene.machine.places) == "down", "Redis is dead")
    _away(scene, time.monotonic(), began + seconds, meanwhile)
    scene.machine.start_redis()
    scene.watch.sweeping = True
    scene.watch.well(SILENT)
    scene.watch.well("Redis")


def _away(scene: Scene, since: float, end: float, meanwhile: Callable[[], None]) -> None:
    """Hold the operator to being told, and the pages to answering; then let other things happen."""
    _told(scene, since)
    _answers_soon(scene)
    meanwhile()
    while time.monotonic() < end:
        meanwhile()


def _told(scene: Scene, since: float) -> None:
    scene.watch.told("Redis", lambda figures: figures.get("enforcement_redis_up") == 0, since=since)
    status, said = scene.machine.ask("/health/ready")
    assert (status, "redis" in json.loads(said)["warnings"]) == (200, True)


def _answers_soon(scene: Scene) -> None:
    """Hold the pages to answering though Redis does not: people wait for a time-out at most."""
    for path in ("/portal/", "/health/ready"):
        began = time.monotonic()
        assert scene.machine.ask(path)[0] == 200, path
        assert time.monotonic() - began < SOON, path
    scene.goes_on()
