"""A poison case: an event that no rule can read."""

from __future__ import annotations

import json
import time

from tests.chaos.scene import Scene
from tests.chaos.told import Figures


def a_case_is_poisoned(scene: Scene) -> None:
    """Write it: that case is set aside by name, all others are swept; corrected, it is well."""
    people = "from tests.chaos.people import {0}; {0}({1})"
    case, seq = json.loads(scene.machine.shell(people.format("poison", "")))
    since = time.monotonic()
    scene.watch.told("异常案件", sick, since=since)
    before = scene.machine.figures()
    scene.goes_on()
    assert sick(before)
    assert scene.watch.sweeps(), "the others are swept"
    scene.machine.shell(people.format("heal", f"{case}, {seq}"))
    scene.watch.well("异常案件")
    assert not sick(scene.machine.figures())


def sick(figures: Figures) -> bool:
    """Tell whether the figures count a case that was set aside."""
    return figures.get("enforcement_cases_sick", 0) > 0
