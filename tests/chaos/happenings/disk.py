"""The disk of uploaded files is full, and somebody makes room."""

from __future__ import annotations

import time

from tests.chaos.machine import until
from tests.chaos.scene import Scene
from tests.chaos.told import Figures


def the_disk_of_files_is_full(scene: Scene) -> None:
    """Fill it: who hands in a file is told "later" in plain words, everybody else goes on."""
    machine, ledger = scene.machine, scene.crowd.ledger
    before, since = len(ledger.refused), time.monotonic()
    machine.disk.fill(machine.web())
    try:
        if machine.disk.real:
            scene.watch.told("附件磁盘", _full, since=since)
        until(lambda: len(ledger.refused) > before, "a letter did not fit")
        until(lambda: _counted(machine.figures()), "the figures count it")
        scene.goes_on()
    finally:
        machine.disk.clear(machine.web())
    done = _petitions(scene)
    until(lambda: _petitions(scene) > done, "letters fit again")


def _full(figures: Figures) -> bool:
    return figures.get('enforcement_disk_free_ratio{place="files"}', 1) < 0.1


def _counted(figures: Figures) -> bool:
    """Tell whether the refusals are counted; they are added up in Redis, when it is there."""
    refusals = figures.get('enforcement_refusals_total{code="files.away"}', 0)
    return refusals > 0 or figures.get("enforcement_redis_up") == 0


def _petitions(scene: Scene) -> int:
    return sum(kind == "petition" for kind, _ in list(scene.crowd.ledger.done))
