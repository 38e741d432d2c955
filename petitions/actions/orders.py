"""Supervision orders (督办函): a court above asks, the lower court replies, the asker judges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.models import Case
from cases.models.party import PartyRole
from cases.timeline import legal_day, record
from cases.verb import in_state, verb
from deadlines.clocks import due_date
from deadlines.law import current
from enforcement.errors import Forbidden, Invalid, NotFound
from enforcement.models import Court, User
from enforcement.papers.model import Paper
from enforcement.roles import Role
from petitions import papers
from petitions.actions._posts import at_court, posts_above, strictly_above
from petitions.duties import ORDERERS
from petitions.machine import OrderState
from petitions.models import Order, OrderReply, PaperType, Petition, Report
from petitions.numbering import paper_number
from petitions.order_text import OrderFacts, order_paper

#: Days for the written reply: each letter sets its own, no national number exists.
REPLY_DAYS, LONGEST = 15, 90


@verb(
    "发出督办函",
    roles=ORDERERS,
    standing=strictly_above(*ORDERERS),
    form="petitions.forms.IssueOrderForm",
    hint="受理信访后十日内制发，回报期限由督办函载明",
    order=170,
)
def issue_order(
    case: Case,
    *,
    by: User,
    now: datetime,
    on: date,
    facts: str,
    demands: Sequence[str],
    reply_days: int = REPLY_DAYS,
    report: Report | None = None,
    petition: Petition | None = None,
    contact: str = "",
) -> Order:
    """Order a lower court to act and to reply in writing (法发〔2006〕11号第1至3条).

    Args:
        demands: what is to be done, one demand each.
        reply_days: calendar days from the day of issue; the last day rolls over days off.
        report: the report it follows; petition: the petition it follows. Both may be left out.

    Raises:
        Invalid: no facts or demand, ``order.days``, ``order.report`` (not in force, or of
            another court). NotFound: a report or petition of another case.
    """
    not_before(on, case.filed_on, "立案日")
    court = _issuing_court(case, report, by, legal_day(now))
    _check_grounds(case, petition, on)
    wanted = [line.strip() for line in demands if line.strip()]
    if not wanted:
        raise Invalid("input.required", "请填写督办要求，每行一项。", field="demands")
    if not 1 <= reply_days <= LONGEST:
        raise Invalid("order.days", f"回报期限为 1 至 {LONGEST} 日。", field="reply_days")
    due = due_date(on, reply_days, "days", [], current().calendar).due
    assert due is not None  # noqa: S101  (nothing is excluded, so there is a last day)
    facts = required(facts, "facts", "督办事由")
    order = Order(
        case=case,
        court=court,
        to_court=case.court,
        report=report,
        petition=petition,
        number=paper_number(court, PaperType.ORDER, on.year),
        facts=facts,
        demands="\n".join(wanted),
        contact=contact.strip(),
        reply_days=reply_days,
        due=due,
        issued_on=on,
        issued_by=by,
    )
    paper = _paper(order)
    order.title = paper.title
    order.content, order.sha256 = papers.keep(paper)
    order.save()
    record(case, "order.issued", on=on, now=now, by=by, order=order.pk, reply_days=reply_days)
    return order


def _paper(order: Order) -> Paper:
    """Write the letter."""
    names = {
        role: "、".join(p.name for p in order.case.parties.filter(role=role).order_by("id"))
        for role in (PartyRole.APPLICANT, PartyRole.DEBTOR)
    }
    return order_paper(
        OrderFacts(
            court=order.court.name,
            to_court=order.to_court.name,
            number=order.number,
            case_number=order.case.number,
            applicants=names[PartyRole.APPLICANT],
            debtors=names[PartyRole.DEBTOR],
            facts=order.facts,
            demands=tuple(order.demands.splitlines()),
            reply_days=order.reply_days,
            due=order.due,
            issued_on=order.issued_on,
            contact=order.contact,
            report_number=order.report.number if order.report else "",
            petition_number=order.petition.number if order.petition else "",
            attachments=_attachments(order.report, order.petition),
        )
    )


def _issuing_court(case: Case, report: Report | None, by: User, today: date) -> Court:
    """Return the court that gives the order: the report's own, else the nearest of the person's."""
    courts = [post.court for post in posts_above(by, today, ORDERERS, case.court)]
    if report is None:
        return courts[0]
    if report.case_id != case.pk:
        raise NotFound
    if not report.in_force:
        raise Invalid("order.report", "所依据的督查报告尚未印发或者已被取代。", field="report")
    if report.court not in courts:
        raise Forbidden("order.report", f"依据{report.number}的督办函由{report.court}发出。")
    return report.court


def _check_grounds(case: Case, petition: Petition | None, on: date) -> None:
    if petition is None:
        return
    if petition.case_id != case.pk:
        raise NotFound
    not_before(on, petition.filed_on, "收到信访之日")


def _attachments(report: Report | None, petition: Petition | None) -> tuple[str, ...]:
    """Return the titles of what goes along: the materials are sent down with the letter."""
    named = (
        f"信访材料（{petition.number}）" if petition else "",
        f"督查报告（{report.number}）" if report else "",
    )
    return tuple(filter(None, named))


@verb(
    "书面回报",
    on=Order,
    roles=[Role.BUREAU_HEAD],
    standing=at_court(Role.BUREAU_HEAD, of="to_court"),
    form="petitions.forms.ReplyOrderForm",
    guards=[in_state(OrderState.ISSUED, OrderState.RETURNED, code="order.state")],
    hint="在督办函载明的期限内书面回报",
    order=10,
)
def reply_order(order: Order, *, by: User, now: datetime, on: date, text: str) -> OrderReply:
    """Reply to an order in writing, as the lower court's bureau head.

    Raises:
        Invalid: no text, a day before the order or before its return.
    """
    returned = order.replies.exclude(returned_on=None).order_by("id").last()
    not_before(on, returned.returned_on if returned else order.issued_on, "督办函发出或者退回之日")
    reply = OrderReply.objects.create(
        order=order, case=order.case, text=required(text, "text", "回报内容"), by=by, on=on
    )
    order.reply_to()
    order.save(update_fields=["state"])
    record(order.case, "order.replied", on=on, now=now, by=by, order=order.pk)
    return reply


@verb(
    "认可回报",
    on=Order,
    roles=ORDERERS,
    standing=at_court(*ORDERERS),
    form="cases.forms.DayForm",
    guards=[in_state(OrderState.REPLIED, code="order.state")],
    order=20,
)
def accept_order(order: Order, *, by: User, now: datetime, on: date) -> Order:
    """Accept the reply: the order is done.

    Raises:
        Invalid: a day before the reply.
    """
    not_before(on, _last_reply(order).on, "回报之日")
    order.accept()
    order.save(update_fields=["state"])
    record(order.case, "order.accepted", on=on, now=now, by=by, order=order.pk)
    return order


@verb(
    "退回补办",
    on=Order,
    roles=ORDERERS,
    standing=at_court(*ORDERERS),
    form="petitions.forms.ReasonForm",
    guards=[in_state(OrderState.REPLIED, code="order.state")],
    hint="需要重新定期限的，另发督办函",
    order=21,
)
def return_order(order: Order, *, by: User, now: datetime, on: date, reason: str) -> Order:
    """Send the reply back: the lower court has to mend and reply again.

    Raises:
        Invalid: no reason, a day before the reply.
    """
    reply = _last_reply(order)
    not_before(on, reply.on, "回报之日")
    reply.return_reason = required(reason, "reason", "退回理由")
    reply.returned_on, reply.returned_by = on, by
    reply.save(update_fields=["returned_on", "returned_by", "return_reason"])
    order.send_back()
    order.save(update_fields=["state"])
    record(order.case, "order.returned", on=on, now=now, by=by, order=order.pk)
    return order


def _last_reply(order: Order) -> OrderReply:
    return order.replies.order_by("id").last()  # type: ignore[return-value]
