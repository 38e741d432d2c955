"""States and moves of a flag (超期标记): the table, nothing else."""

from __future__ import annotations

from django.db.models import TextChoices

from cases.machine import Move


class FlagState(TextChoices):
    """Life of a flag: raised, asked about, explained, judged, closed; or withdrawn."""

    RAISED = "raised", "已标记"
    DEMANDED = "demanded", "已要求说明"
    EXPLAINED = "explained", "已说明"
    EXCUSED = "excused", "理由成立"
    UPHELD = "upheld", "认定超期"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤销"


F = FlagState
OPEN_STATES = (F.RAISED, F.DEMANDED, F.EXPLAINED, F.UPHELD)

FLAG_MOVES: dict[str, Move] = {
    "demand": Move((F.RAISED,), F.DEMANDED, "要求说明"),
    "explain": Move((F.RAISED, F.DEMANDED), F.EXPLAINED, "说明理由"),
    "excuse": Move((F.EXPLAINED,), F.EXCUSED, "理由成立"),
    "uphold": Move((F.DEMANDED, F.EXPLAINED), F.UPHELD, "认定超期"),
    "overturn": Move((F.UPHELD,), F.EXCUSED, "复核改判"),
    "close": Move((F.EXCUSED, F.UPHELD), F.CLOSED, "办结"),
    # The sweep alone: a correction took the lapse away, or brought it back.
    "withdraw": Move(
        (F.RAISED, F.DEMANDED, F.EXPLAINED, F.EXCUSED, F.UPHELD, F.CLOSED), F.WITHDRAWN, "撤销"
    ),
    "reinstate": Move((F.WITHDRAWN,), F.RAISED, "恢复标记"),
    # ... or put the lateness on somebody else, who has not been heard yet.
    "reopen": Move((F.DEMANDED, F.EXPLAINED, F.UPHELD, F.CLOSED), F.RAISED, "重新听取说明"),
}
