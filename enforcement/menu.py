"""Navigation entries of the roof's own pages."""

from __future__ import annotations

from enforcement.menus import Entry, register
from enforcement.roles import Role

#: Who sees how the system itself is doing.
OPERATORS = frozenset({Role.COURT_ADMIN, Role.AUDITOR})

register(Entry("账号管理", "signin_people", "users", frozenset({Role.COURT_ADMIN}), order=80))
#: An auditor reaches the health page from the log: a menu has room for seven.
register(Entry("运行状况", "health", "activity-heartbeat", frozenset({Role.COURT_ADMIN}), order=90))
