"""Closing a case (结案) by one of six methods, each with its own fields and guards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from cases.actions._days import not_before, required
from cases.actions._inputs import amount_in
from cases.actions.notices import notice_sent
from cases.kinds import WORDS
from cases.machine import LeadState, State
from cases.models import Case, CaseEvent
from cases.models.case import Basis, ClosingMethod
from cases.standing import last_day
from cases.timeline import record
from cases.verb import in_state, only_handler, verb
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role


class TerminationGround(TextChoices):
    """Grounds of 终结执行: 民事诉讼法（2023）第268条."""

    WITHDRAWN = "withdrawn", "申请人撤销申请"
    TITLE_REVOKED = "title_revoked", "据以执行的法律文书被撤销"
    DEBTOR_DEAD = "debtor_dead", "被执行人死亡，无遗产可供执行，又无义务承担人"
    SUPPORT_ENDED = "support_ended", "追索赡养费、扶养费、抚养费案件的权利人死亡"
    UNABLE = "unable", "被执行人因生活困难无力偿还借款，无收入来源，又丧失劳动能力"
    OTHER = "termination_other", "人民法院认为应当终结执行的其他情形"


class CancelGround(TextChoices):
    """Grounds of 销案; the first two rest on read texts, the others on memory."""

    NO_JURISDICTION = "no_jurisdiction", "立案后发现无管辖权"
    OTHER_COURT = "other_court", "其他有管辖权的法院已先立案"
    RETURNED = "returned", "委托执行被退回"
    COMMISSIONED = "commissioned", "已委托其他法院执行"


class Consent(TextChoices):
    """On what 终结本次执行程序 rests: 民诉法解释（2022）第517条."""

    APPLICANT = "applicant_signed", "申请执行人签字确认"
    PRESIDENT = "president_approved", "合议庭审查核实并经院长批准"


WORDS.setdefault("ground", {}).update([*TerminationGround.choices, *CancelGround.choices])

#: Acts that a closing may not be dated before; what the system or others record is none.
ACTS = (
    "case.filed",
    "handler.assigned",
    "file.received",
    "notice.sent",
    "lead.submitted",
    "lead.verified",
    "measure.taken",
    "listing.decided",
    "listing.published",
    "case.suspended",
    "case.resumed",
)

M = ClosingMethod
#: field → the methods it belongs to; a field of another method is refused, and the page shows the
#: fields of the chosen one.
FIELDS: dict[str, frozenset[ClosingMethod]] = {
    "paid": frozenset({M.PERFORMED, M.ROUND_ENDED, M.TERMINATED}),
    "settled": frozenset({M.PERFORMED}),
    "ground": frozenset({M.TERMINATED, M.CANCELLED}),
    "interview_on": frozenset({M.ROUND_ENDED}),
    "consent": frozenset({M.ROUND_ENDED}),
}
#: What the fields are called in refusals.
NAMES = {
    "paid": "实际到位金额",
    "settled": "和解协议已履行完毕",
    "ground": "法定情形",
    "interview_on": "终本约谈日",
    "consent": "终本依据",
}
#: 终本 needs more than three months since filing (法〔2016〕373号第1条).
ROUND_ENDED_MONTHS = 3


@dataclass(frozen=True)
class Closing:
    """What the closing form carries."""

    on: date
    document: str
    ground: str
    paid: Decimal | None
    settled: bool
    interview_on: date | None
    consent: str


@verb(
    "结案",
    roles=[Role.JUDGE],
    form="cases.forms.CloseForm",
    guards=[
        in_state(State.FILED, State.ASSIGNED, State.ENFORCING, State.SUSPENDED, code="case.closed"),
        only_handler,
    ],
    confirm="结案后不能再办理执行行为，写错只能由执行局长更正。确定结案吗？",
    order=90,
    name="close_case",
)
def close_case(
    case: Case,
    *,
    by: User,
    now: datetime,
    on: date,
    method: str,
    document: str = "",
    ground: str = "",
    paid: Decimal | None = None,
    settled: bool = False,
    interview_on: date | None = None,
    consent: str = "",
) -> CaseEvent:
    """Close the case (执行工作规定（2020）第64条 names the six methods).

    Args:
        document: number of the ruling or closing notice.
        ground: statutory ground, for 终结执行 and 销案.
        paid: amount recovered in all, yuan; asked for by 执行完毕 and 终本, never negative.
        settled: 执行完毕 through a settlement that was fully performed.
        interview_on: day of the 终本 interview. consent: one of ``Consent``, for 终本.

    Raises:
        Refused / Invalid: with a code ``close.…`` naming what is missing.
    """
    if method not in ClosingMethod.values:
        raise Invalid("close.method", "请选择结案方式。", field="method")
    not_before(on, last_day(case, *ACTS), "最近一项办理记录")
    paid = None if paid is None else amount_in(paid, "paid")
    closing = Closing(on, document.strip(), ground, paid, settled, interview_on, consent)
    _only_its_own(ClosingMethod(method), closing)
    for check in CHECKS[ClosingMethod(method)]:
        check(case, on)
    kept = GUARDS[ClosingMethod(method)](case, closing)
    case.close()
    case.closing_method, case.closed_on = method, on
    if paid is not None:
        case.received_amount = paid
        kept["paid"] = str(paid)
    return record(case, "case.closed", on=on, now=now, by=by, method=method, **kept)


def obstacles(case: Case, on: date) -> dict[ClosingMethod, list[str]]:
    """Return what stands against closing by each method as of a day, whatever is filled in.

    The same checks that the verb makes; an empty list means that nothing does.
    """
    found: dict[ClosingMethod, list[str]] = {}
    for method, checks in CHECKS.items():
        found[method] = []
        for check in checks:
            try:
                check(case, on)
            except Refused as refused:
                found[method].append(refused.message)
    return found


def _only_its_own(method: ClosingMethod, closing: Closing) -> None:
    """Refuse what belongs to another method: it would be kept nowhere, or mean something else."""
    for name, methods in FIELDS.items():
        if method not in methods and getattr(closing, name) not in (None, "", False):
            raise Invalid(
                "close.extra", f"以“{method.label}”结案的，不填写{NAMES[name]}。", field=name
            )


def _document(closing: Closing) -> dict[str, Any]:
    return {"document": required(closing.document, "document", "裁定书或结案通知书文号")}


def _paid(closing: Closing) -> Decimal:
    if closing.paid is None:
        raise Invalid("close.paid", "请填写实际执行到位金额（元）。", field="paid")
    return closing.paid


def _needs_notice(case: Case, on: date) -> None:
    if not notice_sent(case):
        raise Refused("close.notice", "不能结案：尚未发出执行通知书。请先发送执行通知书。")


def _no_open_lead(case: Case, on: date) -> None:
    waiting = case.leads.filter(state=LeadState.SUBMITTED, void=False).count()
    if waiting:
        raise Refused(
            "close.open_lead", f"不能结案：还有 {waiting} 条财产线索未核查。请先提交核查结果。"
        )


def _performed(case: Case, closing: Closing) -> dict[str, Any]:
    """执行完毕: everything performed, or a settlement fully performed (和解规定第8条)."""
    paid = _paid(closing)
    if paid < case.amount and not closing.settled:
        raise Invalid(
            "close.unpaid",
            f"到位 {paid} 元，少于申请执行标的 {case.amount} 元。"
            "尚未全部履行的，不能以执行完毕结案；和解协议已履行完毕的，请勾选。",
            field="paid",
        )
    return {"settled": closing.settled, **_document(closing)}


def check_round_ended(case: Case, on: date) -> None:
    """Refuse 终本 until more than three months after filing (法〔2016〕373号第1条).

    Raises:
        Refused: ``close.too_early``.
    """
    if on <= _months_after(case.filed_on, ROUND_ENDED_MONTHS):
        raise Refused(
            "close.too_early",
            f"不能终本：自立案之日（{case.filed_on}）起未超过三个月（法〔2016〕373号第1条）。",
        )


def _round_ended(case: Case, closing: Closing) -> dict[str, Any]:
    """终结本次执行程序: the conditions of 法〔2016〕373号 that today's records can show."""
    if closing.interview_on is None:
        raise Invalid(
            "close.interview", "终本前应当约谈申请执行人，请填写约谈日期。", field="interview_on"
        )
    not_before(closing.interview_on, case.filed_on, "立案日", field="interview_on")
    not_before(closing.on, closing.interview_on, "终本约谈之日")
    if closing.consent not in Consent.values:
        raise Invalid(
            "close.consent",
            "请选择：申请执行人签字确认，或合议庭核实并经院长批准。",
            field="consent",
        )
    _paid(closing)
    return {
        "interview_on": closing.interview_on.isoformat(),
        "consent": closing.consent,
        **_document(closing),
    }


def _terminated(case: Case, closing: Closing) -> dict[str, Any]:
    if closing.ground not in TerminationGround.values:
        raise Invalid(
            "close.ground", "请选择终结执行的法定情形（民事诉讼法第268条）。", field="ground"
        )
    return {"ground": closing.ground, **_document(closing)}


def _cancelled(case: Case, closing: Closing) -> dict[str, Any]:
    if closing.ground not in CancelGround.values:
        raise Invalid("close.ground", "请选择销案的情形。", field="ground")
    return {"ground": closing.ground, **_document(closing)}


def _basis_fits(case: Case, on: date) -> None:
    if case.basis not in {Basis.ARBITRATION, Basis.NOTARISED, Basis.FOREIGN}:
        raise Refused(
            "close.basis", "不予执行适用于仲裁裁决、公证债权文书等，本案执行依据不属于此类。"
        )


def _no_measure(case: Case, on: date) -> None:
    if case.measures.filter(void=False).exists():
        raise Refused("close.measures", "本案已采取控制措施，不能以驳回申请结案，请先解除。")


def _by_document(case: Case, closing: Closing) -> dict[str, Any]:
    return _document(closing)


#: What the case itself must be like, by method.
CHECKS: dict[ClosingMethod, tuple[Callable[[Case, date], None], ...]] = {
    M.PERFORMED: (_needs_notice,),
    M.ROUND_ENDED: (_needs_notice, _no_open_lead, check_round_ended),
    M.TERMINATED: (),
    M.CANCELLED: (),
    M.NOT_ENFORCED: (_basis_fits,),
    M.REJECTED: (_no_measure,),
}


#: What must be filled in, by method; returns what the event keeps.
GUARDS: dict[ClosingMethod, Callable[[Case, Closing], dict[str, Any]]] = {
    ClosingMethod.PERFORMED: _performed,
    ClosingMethod.ROUND_ENDED: _round_ended,
    ClosingMethod.TERMINATED: _terminated,
    ClosingMethod.CANCELLED: _cancelled,
    ClosingMethod.NOT_ENFORCED: _by_document,
    ClosingMethod.REJECTED: _by_document,
}


def _months_after(day: date, months: int) -> date:
    """Return the same day number ``months`` later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError("unreachable")  # pragma: no cover
