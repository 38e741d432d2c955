"""Navigation entries of this app (registered on the floor, drawn by role)."""

from __future__ import annotations

from enforcement import menus
from enforcement.menus import Entry
from enforcement.roles import Role

#: Who answers for how a court, or the courts below it, keep time.
WATCHERS = frozenset(
    {Role.SUPERVISOR, Role.INSPECTOR, Role.AUDITOR, Role.BUREAU_HEAD, Role.PRESIDENT}
)

menus.register(Entry("督办看板", "dashboard", "chart-bar", WATCHERS, order=30))
menus.register(Entry("超期标记", "flags", "flag", WATCHERS, order=32, match=("flag",)))
menus.register(Entry("期限清单", "clocks", "hourglass", WATCHERS, order=34))
