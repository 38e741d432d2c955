"""Navigation entry of this app: one, because petitions, reviews, reports and orders are one job."""

from __future__ import annotations

from enforcement.menus import Entry, register
from enforcement.roles import Role

#: Who asks, answers, reviews, approves or reads.
READERS = frozenset(
    {
        Role.PETITION_CLERK,
        Role.BUREAU_HEAD,
        Role.PRESIDENT,
        Role.SUPERVISOR,
        Role.INSPECTOR,
        Role.AUDITOR,
    }
)

register(
    Entry(
        "信访督办",
        "petitions",
        "message-report",
        READERS,
        order=40,
        match=("petition", "review", "clue", "report", "order"),
    )
)
