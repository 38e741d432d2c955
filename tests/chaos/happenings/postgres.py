"""PostgreSQL stops as in a power cut, and comes back."""

from __future__ import annotations

import json
import time

from tests.chaos.ledger import INNER
from tests.chaos.machine import until
from tests.chaos.scene import Scene


def postgres_is_torn_down(scene: Scene) -> None:
    """Stop it in immediate mode; people see a plain page, the watchers are told at once."""
    machine = scene.machine
    machine.crash_postgres()
    began = time.monotonic()
    assert machine.ask("/health/live")[0] == 200
    status, said = machine.ask("/health/ready")
    assert (status, json.loads(said)["checks"]["database"]) == (503, "failed")
    assert machine.figures()["enforcement_database_up"] == 0
    page = scene.watch.operator.get("/portal/")
    assert page.status in {200, 503}
    assert not INNER.search(page.html)
    assert time.monotonic() - began < 2 * machine.every + 20  # told, and nobody hangs
    scene.a_while()
    machine.start_postgres()
    until(machine.is_ready, "the pages answer again")
    scene.goes_on()
