"""What people were told: acts that were acknowledged, acts that were tried, and what looked odd."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: What nobody outside may ever see.
INNER = re.compile(
    r"Traceback \(most recent|psycopg|OperationalError|InterfaceError|redis\.exceptions|File \"/"
)


@dataclass
class Ledger:
    """Kept by all writers together.

    Attributes:
        tried: (kind, name) of every act that was sent. done: of those answered with success.
        refused: of those that were certainly refused for good.
        cases: cases filed lately: id, number, query code.
        events: (case, number in the timeline, kind) as the answers said.
        odd: answers that nobody should get. traces: answers that show the inside.
    """

    tried: set[tuple[str, str]] = field(default_factory=set)
    done: set[tuple[str, str]] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    events: set[tuple[int, int, str]] = field(default_factory=set)
    cases: deque[tuple[int, str, str]] = field(default_factory=lambda: deque(maxlen=200))
    odd: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, status: int, said: str) -> None:
        """Look at an answer as its reader does."""
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if found := INNER.search(said):
            self.traces.append(
                f"{status}: …{said[max(0, found.start() - 200) : found.end() + 200]}"
            )

    def wrong(self, what: str) -> None:
        """Keep an answer that nobody foresaw."""
        self.odd.append(what[:600])

    def acted(self, case: int, kind: str, seqs: list[int]) -> None:
        """Keep what an answer said was written."""
        with self.lock:
            self.events |= {(case, seq, kind) for seq in seqs}

    def write(self, place: Path) -> Path:
        """Write everything that must hold, for the system itself to be held to it."""
        with self.lock:
            told: dict[str, Any] = {
                "tried": sorted(self.tried),
                "done": sorted(self.done),
                "refused": sorted(self.refused),
                "events": sorted(self.events),
            }
        place.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return place
