"""Processes are killed, left dead, or paused for longer than anybody waits."""

from __future__ import annotations

import signal
import time

from tests.chaos.machine import until
from tests.chaos.scene import Scene
from tests.chaos.told import Figures

SILENT = "期限巡检"


def silent(figures: Figures) -> bool:
    """Tell whether the figures say that no sweep began for two intervals."""
    age = figures.get("enforcement_sweep_tick_age_seconds", 0)
    return age > 2 * figures.get("enforcement_sweep_interval_seconds", age)


def a_web_worker_is_killed(scene: Scene) -> None:
    """Kill the process that answers, in the middle of what it answers."""
    for _ in range(1 if scene.brief else 3):
        scene.machine.kill_web_worker()
        scene.a_while()
        until(scene.machine.is_ready, "another answers")


def web_is_killed(scene: Scene) -> None:
    """Kill the web server whole: nobody answers, which is what its watcher sees."""
    scene.machine.kill("web")
    assert scene.machine.ask("/health/live") == (0, "")
    scene.machine.start("web")


def worker_is_killed(scene: Scene) -> None:
    """Kill the worker, in the middle of a sweep if it has one, and start it at once."""
    for _ in range(1 if scene.brief else 3):
        scene.machine.kill("worker")
        scene.machine.start("worker")
        scene.a_while(1.0, 3.0)


def beat_is_killed(scene: Scene) -> None:
    """Kill beat; when there is time, long enough for somebody to miss it."""
    since = time.monotonic()
    scene.machine.kill("beat")
    if not scene.brief:
        scene.watch.told(SILENT, silent, since=since)
    scene.machine.start("beat")
    scene.watch.well(SILENT)


def a_worker_is_paused(scene: Scene) -> None:
    """Stop a worker past every time it was given, and let it go on with what it held."""
    since = time.monotonic()
    scene.machine.signal("worker", signal.SIGSTOP)
    try:
        scene.watch.told(SILENT, silent, since=since)
        scene.goes_on()
    finally:
        scene.machine.signal("worker", signal.SIGCONT)
    scene.watch.well(SILENT)
