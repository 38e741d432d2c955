"""Navigation entries of deadlines (registered on the floor, drawn by role)."""

from __future__ import annotations

from enforcement.menus import Entry, register
from enforcement.roles import Role

#: Everybody inside a court.
INSIDE = frozenset(Role) - {Role.PETITIONER, Role.COUNSEL, Role.API_CLIENT}
#: Who watches over others has many lists already; the rules' page leads on to the calculator.
WATCH = frozenset({Role.SUPERVISOR, Role.INSPECTOR, Role.AUDITOR, Role.BUREAU_HEAD, Role.PRESIDENT})

register(
    Entry(
        "我的案件",
        "docket",
        "briefcase-2",
        frozenset({Role.JUDGE, Role.ASSISTANT, Role.CLERK}),
        order=10,
    )
)
register(
    Entry(
        "分案",
        "assignment",
        "user-check",
        frozenset({Role.BUREAU_HEAD, Role.PRESIDENT}),
        order=12,
    )
)
register(Entry("期限计算器", "calculator", "calculator", INSIDE - WATCH, order=80))
register(Entry("期限规则", "rulebook", "book", INSIDE, order=85, match=("rule",)))
