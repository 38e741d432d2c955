"""How fast a sweep goes: as fast as it can at night, and giving way while people ask for pages.

A million periods may lapse on one morning. A sweep at full speed takes the processor that pages
want, and nobody is helped by a flag a minute earlier. So while requests come in, batches are
smaller and a worker rests after each; flags and their days do not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, sleep

from enforcement import counters

#: Requests a second from which on people are said to ask.
BUSY = 5.0
#: Batches are so many times smaller then, and a rest so many times as long as its batch.
SMALLER, REST = 5, 1.5


@dataclass
class Pace:
    """The pace of one run.

    Attributes:
        asked: tells the requests a second lately.
        rest: takes the seconds to wait.
    """

    asked: Callable[[], float] = counters.asked_lately
    rest: Callable[[float], None] = sleep
    busy: bool = False

    def batch(self, most: int) -> int:
        """Look who asks, and return how many cases the next batch takes."""
        self.busy = self.asked() >= BUSY
        return max(1, most // SMALLER) if self.busy else most

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """Do one batch, and rest after it if people ask."""
        start = perf_counter()
        yield
        if self.busy:
            self.rest(REST * (perf_counter() - start))
