"""States and moves of a case and of what hangs on it: the tables, nothing else.

One table per machine. The tables feed the django-fsm transitions, the database triggers that
refuse any other move, the buttons, the API and the manual.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class State(TextChoices):
    """State of an implementation case (执行实施案件)."""

    FILED = "filed", "待分案"
    ASSIGNED = "assigned", "已分案"
    ENFORCING = "enforcing", "执行中"
    SUSPENDED = "suspended", "中止执行"
    CLOSED = "closed", "已结案"


class LeadState(TextChoices):
    """State of a property lead (财产线索)."""

    SUBMITTED = "submitted", "待核查"
    TRUE = "true", "属实"
    FALSE = "false", "不属实"
    UNVERIFIABLE = "unverifiable", "无法核实"


class ListingState(TextChoices):
    """State of an entry in the dishonest list (失信被执行人名单)."""

    DECIDED = "decided", "已决定未公布"
    PUBLISHED = "published", "已公布"


@dataclass(frozen=True)
class Move:
    """One allowed move: from which states, to which, and its name on a button."""

    sources: tuple[str, ...]
    target: str
    label: str


S, L, P = State, LeadState, ListingState

CASE_MOVES: dict[str, Move] = {
    "assign": Move((S.FILED,), S.ASSIGNED, "确定承办人"),
    "receive": Move((S.ASSIGNED,), S.ENFORCING, "接收案件材料"),
    "suspend": Move((S.ENFORCING,), S.SUSPENDED, "中止执行"),
    "resume": Move((S.SUSPENDED,), S.ENFORCING, "恢复执行"),
    "close": Move((S.FILED, S.ASSIGNED, S.ENFORCING, S.SUSPENDED), S.CLOSED, "结案"),
    # Answers to a wrong entry: correct_event may take back the last move, no other.
    "undo_receive": Move((S.ENFORCING,), S.ASSIGNED, "更正：撤回接收"),
    "undo_close_filed": Move((S.CLOSED,), S.FILED, "更正：撤回结案"),
    "undo_close_assigned": Move((S.CLOSED,), S.ASSIGNED, "更正：撤回结案"),
    "undo_close_enforcing": Move((S.CLOSED,), S.ENFORCING, "更正：撤回结案"),
    "undo_close_suspended": Move((S.CLOSED,), S.SUSPENDED, "更正：撤回结案"),
}

LEAD_MOVES: dict[str, Move] = {
    "confirm": Move((L.SUBMITTED,), L.TRUE, "核查属实"),
    "reject": Move((L.SUBMITTED,), L.FALSE, "核查不属实"),
    "give_up": Move((L.SUBMITTED,), L.UNVERIFIABLE, "无法核实"),
    "reopen": Move((L.TRUE, L.FALSE, L.UNVERIFIABLE), L.SUBMITTED, "更正：撤回核查结果"),
}

LISTING_MOVES: dict[str, Move] = {
    "publish": Move((P.DECIDED,), P.PUBLISHED, "录入并公布"),
    "take_back": Move((P.PUBLISHED,), P.DECIDED, "更正：撤回公布"),
}


def pairs(moves: dict[str, Move]) -> list[tuple[str, str]]:
    """Return every (source, target) of a table, as the database trigger wants them."""
    return sorted({(str(s), str(m.target)) for m in moves.values() for s in m.sources})
