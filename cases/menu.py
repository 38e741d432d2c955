"""Navigation entries of this app (registered on the floor, drawn by role)."""

from __future__ import annotations

from enforcement.menus import Entry, register
from enforcement.roles import Role

#: Everybody inside a court; people outside have the portal.
INSIDE = frozenset(Role) - {Role.PETITIONER, Role.COUNSEL, Role.API_CLIENT}

register(
    Entry(
        "立案登记",
        "case_new",
        "plus",
        frozenset({Role.FILING_CLERK}),
        order=10,
        match=("case_slip",),
    )
)
register(
    Entry(
        "案件",
        "case_list",
        "folder",
        INSIDE,
        order=30,
        match=("case", "act", "paper", "party_reveal", "search", "why"),
    )
)
register(
    Entry(
        "查阅记录",
        "read_log",
        "eye-check",
        frozenset({Role.AUDITOR}),
        order=85,
        match=("reveal_log",),
    )
)
