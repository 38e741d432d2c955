"""Where things happen: the system, the people at work on it, the operator who watches."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from tests.chaos.machine import Machine
from tests.chaos.told import Watch
from tests.chaos.writers import Crowd


@dataclass
class Scene:
    """What a happening needs.

    Attributes:
        brief: whether it is one of many tests on a shared machine: only what must last, lasts.
        rng: settles what is left to chance; its seed is printed.
    """

    machine: Machine
    crowd: Crowd
    watch: Watch
    brief: bool
    rng: random.Random

    def a_while(self, least: float = 0.3, most: float = 1.5) -> None:
        """Let things go on, never for the same time."""
        time.sleep(self.rng.uniform(least, most))

    def acts(self) -> int:
        """Return how many acts were acknowledged so far."""
        return len(self.crowd.ledger.done) + len(self.crowd.ledger.events)

    def goes_on(self, seconds: float = 60) -> None:
        """Wait until somebody's act was acknowledged just now."""
        before, end = self.acts(), time.monotonic() + seconds
        while self.acts() == before:
            assert time.monotonic() < end, (
                f"no act in {seconds} s: {self.machine.last_words('web')}"
            )
            time.sleep(0.1)
