"""Whether the operator was told, where an operator looks, in time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.machine import Machine
from tests.chaos.visitors import Operator

Figures = dict[str, float]


@dataclass
class Watch:
    """The operator at the health page, and Prometheus at the figures.

    Attributes:
        sweeping: whether beat and worker can reach each other; else nobody sweeps by itself.
    """

    machine: Machine
    operator: Operator
    sweeping: bool = True

    def told(self, words: str, figure: Callable[[Figures], bool], *, since: float) -> None:
        """Hold the page and the figures to saying it before two intervals are over.

        Args:
            words: what the health page names under 需要处理.
            figure: whether the figures say it.
            since: when it happened, or began to be true (monotonic). Of a silence of the sweep
                that is the first of its two intervals: an answer asked for after the second
                must say so.
        """
        page, shown, last = "", False, False
        while True:
            last = time.monotonic() > since + 2 * self.machine.every
            shown = shown or figure(self.machine.figures())
            page = page if words in page else self.operator.wrong()
            if shown and words in page:
                return
            assert not last, f"nobody was told {words!r}: figures {shown}, page {page[:1500]!r}"
            time.sleep(0.2)

    def well(self, words: str = "", seconds: float = 90) -> None:
        """Wait until sweeps run on time and the page no longer complains of these words."""
        end = time.monotonic() + seconds
        while not (self.sweeps() and (not words or words not in self.operator.wrong())):
            told = self.machine.ask("/health/ready"), self.machine.last_words("worker")
            assert time.monotonic() < end, f"not well again ({words}): {told}"
            time.sleep(0.3)

    def sweeps(self) -> bool:
        """Tell whether a sweep began within the last two intervals and ended well."""
        if not self.sweeping:
            return True
        status, said = self.machine.ask("/health/ready")
        answer = json.loads(said) if status == 200 else {}
        age = answer.get("last_sweep_seconds")
        return age is not None and 0 <= age <= 2 * self.machine.every and not self._failed()

    def _failed(self) -> bool:
        return bool(self.machine.figures().get("enforcement_sweep_failed", 1))
