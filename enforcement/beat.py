"""Beat's table on a clock that can be set: what ran "in the future" is not waited for.

Celery remembers by the wall clock when a task ran last, on disk as well. After a clock that was a
day ahead and came back, the sweep would be silent for a day, and a restart would not help.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import PersistentScheduler

from enforcement import clock

log = logging.getLogger("enforcement.beat")


class Scheduler(PersistentScheduler):
    """Celery's own scheduler, that looks whether the clock was set before each turn."""

    _offset: float | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run what is due; return the seconds until the next turn."""
        stands = clock.offset()
        if self._offset is None or abs(stands - self._offset) > clock.STEP:
            self._set_right()
            self._offset = stands
        return float(super().tick(*args, **kwargs))

    def _set_right(self) -> None:
        """Forget runs that lie in the future, and plan anew by the clock as it stands."""
        for name, entry in self.schedule.items():
            now = entry.default_now()
            if entry.last_run_at and entry.last_run_at > now:
                log.warning("%s ran in the future (the clock was set back): counted from now", name)
                entry.last_run_at = now
        self._heap = None
