"""The clock is set a day ahead, and back again."""

from __future__ import annotations

import time

from tests.chaos.machine import until
from tests.chaos.scene import Scene
from tests.chaos.skew import Skew, compiler
from tests.chaos.told import Figures

AHEAD = 86_400
#: What the health page shows of the flags of a case that is due tomorrow: none.
DOUBTED = "时钟"


def doubted(figures: Figures) -> bool:
    """Tell whether the figures say by how much the clock is not believed."""
    return abs(figures.get("enforcement_clock_doubt_seconds", 0) - AHEAD) < 600


def the_machines_clock_jumps(scene: Scene) -> None:
    """Set the clock of the whole machine, the servers' too: only the boot clock knows."""
    _jump(scene, *scene.machine.clocks)


def the_processes_clock_jumps(scene: Scene) -> None:
    """Set the clock of web, worker and beat, whose database is on another machine."""
    _jump(scene, scene.machine.clocks[0])


def _jump(scene: Scene, *clocks: Skew) -> None:
    """Set clocks ahead, hold everybody to accusing nobody, and set them back.

    While it is ahead no act is recorded on the wrong day, and a worker that starts then sweeps as
    little as one that ran; once it is back all goes on by itself.
    """
    since = time.monotonic()
    _set(scene, clocks, AHEAD)
    try:
        scene.watch.told(DOUBTED, doubted, since=since)
        scene.machine.kill("worker")
        scene.machine.start("worker")
        _nobody_acts(scene)
        _held(scene)
    finally:
        _set(scene, clocks, -AHEAD)
    scene.watch.well(DOUBTED)
    scene.goes_on()


def _set(scene: Scene, clocks: tuple[Skew, ...], seconds: int) -> None:
    """Set clocks forward, or back to the true time.

    Without a C compiler nothing can be put before the C library: the memory of how the clock stood
    is set the other way then, which looks the same to all who doubt.
    """
    for clock in clocks:
        clock.set(max(seconds, 0))
    if not compiler():
        change = f"ClockMark.objects.update(offset=F('offset') - {seconds})"
        models = "from enforcement.models import ClockMark; from django.db.models import F; "
        scene.machine.shell(models + change)


def _nobody_acts(scene: Scene) -> None:
    """Hold writers to being refused: what was on its way is over, and nothing follows."""
    time.sleep(1.0)
    before = scene.acts()
    scene.a_while(1.0, 2.0)
    assert scene.acts() == before
    assert scene.machine.ask("/portal/")[0] == 200


def _held(scene: Scene) -> None:
    """Hold the sweep to flagging nobody; where none runs by itself, one is asked for by hand."""
    if not scene.watch.sweeping:
        assert "manage.py clock --accept" in scene.machine.refuses("sweep")
    figures = scene.machine.figures
    until(lambda: figures().get("enforcement_sweep_failed") == 1, "a sweep said why it ended")
