"""A broken rule file is deployed under a running system, and mended."""

from __future__ import annotations

import time

from tests.chaos.machine import until
from tests.chaos.scene import Scene
from tests.watching.running import RULES, break_a_rule

#: What a process says that must not start.
REFUSAL = "请改正 deadlines/rules"


def a_broken_rule_file_is_deployed(scene: Scene) -> None:
    """Break it: who runs keeps the rules of before, who starts refuses and says what to do."""
    machine = scene.machine
    since, sound = time.monotonic(), break_a_rule(machine.release)
    try:
        scene.watch.told(
            "规则库", lambda figures: figures.get("enforcement_rulebook_faults", 0) > 0, since=since
        )
        said = machine.log("worker").stat().st_size
        machine.kill("worker")
        machine.start("worker")
        until(lambda: machine.running["worker"].poll() is not None, "the worker refuses")
        assert machine.running["worker"].returncode != 0
        assert REFUSAL in machine.log("worker").read_bytes()[said:].decode()
        assert machine.is_ready()
        scene.goes_on()
    finally:
        (machine.release / RULES).write_text(sound, encoding="utf-8")
    machine.start("worker")
    scene.watch.well("规则库")
