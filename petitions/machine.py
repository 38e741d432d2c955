"""States and moves of petitions, dual reviews, reports and orders: the tables, nothing else."""

from __future__ import annotations

from django.db.models import TextChoices

from cases.machine import Move


class PetitionState(TextChoices):
    """Life of a petition (执行信访). There is no way to the end that does not pass an answer."""

    FILED = "filed", "待登记"
    TRANSFERRED = "transferred", "已转送待登记"
    REGISTERED = "registered", "办理中"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"


class ReviewState(TextChoices):
    """Life of a dual review (一案双查)."""

    OPEN = "open", "核查中"
    PROPOSED = "proposed", "待会签"
    CONCLUDED = "concluded", "已作结论"
    REPORTED = "reported", "已出报告"


class ReportState(TextChoices):
    """Life of a supervisory report (督查报告): once issued its text never changes."""

    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"
    SUPERSEDED = "superseded", "已被取代"


class OrderState(TextChoices):
    """Life of a supervision order (督办函)."""

    ISSUED = "issued", "待回报"
    REPLIED = "replied", "已回报"
    ACCEPTED = "accepted", "已办结"
    RETURNED = "returned", "退回补办"


P, R, D, O = PetitionState, ReviewState, ReportState, OrderState  # noqa: E741

PETITION_MOVES: dict[str, Move] = {
    "register": Move((P.FILED, P.TRANSFERRED), P.REGISTERED, "登记"),
    "transfer": Move((P.FILED, P.REGISTERED), P.TRANSFERRED, "转送"),
    "answer_it": Move((P.REGISTERED,), P.ANSWERED, "答复"),
    "close": Move((P.ANSWERED,), P.CLOSED, "办结"),
}

REVIEW_MOVES: dict[str, Move] = {
    "propose": Move((R.OPEN,), R.PROPOSED, "提出联合结论"),
    "send_back": Move((R.PROPOSED,), R.OPEN, "退回再议"),
    "conclude": Move((R.PROPOSED,), R.CONCLUDED, "会签"),
    "report_it": Move((R.CONCLUDED,), R.REPORTED, "印发报告"),
}

REPORT_MOVES: dict[str, Move] = {
    "issue": Move((D.DRAFT,), D.ISSUED, "印发"),
    "supersede": Move((D.ISSUED,), D.SUPERSEDED, "取代"),
}

ORDER_MOVES: dict[str, Move] = {
    "reply_to": Move((O.ISSUED, O.RETURNED), O.REPLIED, "回报"),
    "accept": Move((O.REPLIED,), O.ACCEPTED, "认可"),
    "send_back": Move((O.REPLIED,), O.RETURNED, "退回补办"),
}
