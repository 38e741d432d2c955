"""Papers of a case (文书): the text from case data, issued, kept, rendered on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from cases.models import Case, Paper
from cases.models.paper import PaperKind
from cases.models.party import PartyRole
from enforcement.models import User
from enforcement.papers import codec
from enforcement.papers.model import Paper as Text
from enforcement.papers.model import Para, Signer
from enforcement.zh_format import day_paper, yuan


def issue(case: Case, kinds: Sequence[str], *, on: date, by: User, **details: Any) -> list[Paper]:
    """Write and keep papers of a locked case; called by verbs only.

    Args:
        details: what a paper needs beyond the case, for example ``report_days``.
    """
    return [_keep(case, PaperKind(kind), on, by, details) for kind in kinds]


def text_of(paper: Paper) -> Text:
    """Return the structured text of a kept paper, ready to be rendered as DOCX or PDF."""
    return codec.loads(paper.content)


def _keep(case: Case, kind: PaperKind, on: date, by: User, details: dict[str, Any]) -> Paper:
    text = WRITERS[kind](case, on, details)
    content = codec.dumps(text)
    return Paper.objects.create(
        case=case,
        kind=kind,
        title=text.title,
        number=text.number or "",
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        issued_on=on,
        issued_by=by,
    )


def _names(case: Case, role: str) -> str:
    return "、".join(p.name for p in case.parties.filter(role=role).order_by("id"))


def _court_paper(case: Case, title: str, on: date, addressee: str, paras: list[str]) -> Text:
    handler = case.handler.name if case.handler else ""
    return Text(
        layout="court",
        mark=case.court.name,
        title=title,
        number=case.number,
        addressee=addressee,
        blocks=tuple(Para(p) for p in paras),
        signers=(Signer(handler, "审判员"),),
        date=on,
        certified=True,
    )


def _notice(case: Case, on: date, details: dict[str, Any]) -> Text:
    """执行通知书: 民诉法第251条; it must mention the double interest (民诉法解释第480条)."""
    debtors = _names(case, PartyRole.DEBTOR)
    return _court_paper(
        case,
        PaperKind.NOTICE.label,
        on,
        debtors,
        [
            f"{_names(case, PartyRole.APPLICANT)}与你（单位）一案，{case.basis_body}作出的"
            f"{case.basis_number}已经发生法律效力。申请执行人向本院申请执行，"
            f"本院于{day_paper(case.filed_on)}立案，案号为{case.number}。",
            "依照《中华人民共和国民事诉讼法》第二百五十一条、《最高人民法院关于人民法院执行工作"
            "若干问题的规定（试行）》第二十二条的规定，责令你（单位）立即履行下列义务：",
            f"一、向申请执行人支付{yuan(case.amount)}元"
            + (f"，并履行：{case.basis_text}" if case.basis_text else "")
            + "；",
            "二、加倍支付迟延履行期间的债务利息，按尚未清偿的除一般债务利息之外的金钱债务"
            "乘以日万分之一点七五乘以迟延履行期间计算；",
            "三、负担申请执行费。",
            "逾期不履行的，本院将依法强制执行，并可依法采取纳入失信被执行人名单、限制消费等措施。",
        ],
    )


def _report_order(case: Case, on: date, details: dict[str, Any]) -> Text:
    """报告财产令: 财产调查规定（2020）第3条至第5条; goes out with the notice."""
    days = int(details.get("report_days") or 15)
    return _court_paper(
        case,
        PaperKind.REPORT_ORDER.label,
        on,
        _names(case, PartyRole.DEBTOR),
        [
            f"本院受理的{_names(case, PartyRole.APPLICANT)}申请执行一案（案号{case.number}），"
            "已向你（单位）发出执行通知书。依照《中华人民共和国民事诉讼法》第二百五十二条、"
            "《最高人民法院关于民事执行中财产调查若干问题的规定》的规定，责令你（单位）"
            f"在收到本令之日起{days}日内，如实向本院报告当前以及收到执行通知之日前一年的"
            "财产情况。",
            "执行中财产情况发生变动，足以影响申请执行人债权实现的，应当自变动之日起十日内"
            "向本院补充报告。",
            "拒绝报告、虚假报告或者无正当理由逾期报告的，本院将依法予以罚款、拘留，"
            "纳入失信被执行人名单；构成犯罪的，依法追究刑事责任。",
        ],
    )


WRITERS: dict[PaperKind, Callable[[Case, date, dict[str, Any]], Text]] = {
    PaperKind.NOTICE: _notice,
    PaperKind.REPORT_ORDER: _report_order,
}
