"""The first papers: 执行通知书 and 报告财产令, issued together."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before
from cases.machine import State
from cases.models import Case, CaseEvent, Paper
from cases.papers import issue
from cases.timeline import record
from cases.verb import handler_or, in_state, verb
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role

#: Most days the form offers for the property report; the order sets them, no law does.
LONGEST_REPORT = 90

#: Where a case read for a list remembers whether its notice stands.
KNOWN = "_notice_sent"


def look_up_notices(cases: list[Case]) -> None:
    """Read for the cases of a list at once whether their notice stands.

    For showing only: a verb acts on a row it has read and locked itself, which remembers nothing.
    """
    rows = Paper.objects.filter(case__in=cases, kind="notice", void=False)
    sent = set(rows.values_list("case_id", flat=True))
    for case in cases:
        case.__dict__[KNOWN] = case.pk in sent


def notice_sent(case: Case) -> bool:
    """Tell whether the notice stands (sent and not taken back by a correction)."""
    known: bool | None = case.__dict__.get(KNOWN)
    if known is not None:
        return known
    return case.papers.filter(kind="notice", void=False).exists()


def _no_notice_yet(case: Case, by: User | None, today: date) -> None:
    if notice_sent(case):
        raise Refused("notice.sent", "执行通知书已经发出，无需重复发出。")


@verb(
    "发送执行通知书",
    roles=[Role.JUDGE, Role.ASSISTANT, Role.CLERK],
    form="cases.forms.NoticeForm",
    guards=[
        in_state(State.ENFORCING),
        handler_or(Role.ASSISTANT, Role.CLERK),
        _no_notice_yet,
    ],
    hint="同时发出报告财产令",
    order=30,
)
def send_notice(
    case: Case, *, by: User, now: datetime, on: date, report_days: int = 15
) -> CaseEvent:
    """Send the enforcement notice and the property-report order, making both papers.

    法发〔2006〕35号第4条 (3 days from the handler's receipt); 民诉法解释第480条 (10 days from the
    application); 财产调查规定第3条 (the order goes out with the notice).

    Args:
        report_days: days the debtor has to report property, as the order says.

    Raises:
        Refused: ``notice.sent``. Invalid: a day before the receipt of the file, or
        ``notice.report_days``.
    """
    not_before(on, case.received_on, "接收案件材料之日")
    if not 1 <= report_days <= LONGEST_REPORT:
        raise Invalid(
            "notice.report_days", f"报告财产期限为一至{LONGEST_REPORT}日。", field="report_days"
        )
    papers = issue(case, ["notice", "report_order"], on=on, by=by, report_days=report_days)
    return record(case, "notice.sent", on=on, now=now, by=by, papers=[paper.pk for paper in papers])
