"""Event kinds of objections and reviews (执行审查): linked cases, and what their parent is told.

A review case has a timeline of its own, opened by ``case.filed`` with its procedure and parent.
The parent's timeline has ``objection.*`` and ``disposal.*``. 复议 is ``reconsideration``, since
``review`` is the dual review of conduct (一案双查), which the parties never see.
"""

from __future__ import annotations

from cases.kinds.table import WORDS, register, told

register(
    [
        told(
            "objection.received",
            "收到执行异议",
            "收到执行异议（{matter}）。",
            "objection matter party asset",
            "法院收到执行异议。",
        ),
        told(
            "objection.corrected",
            "通知补正异议材料",
            "一次性通知补正异议材料。",
            "objection paper",
            "法院通知补正异议材料。",
        ),
        told(
            "objection.filed",
            "异议立案",
            "执行异议已经立案。",
            "objection matter child",
            "执行异议已经立案审查。",
        ),
        told(
            "objection.refused",
            "异议不予受理",
            "执行异议不予受理。",
            "objection matter paper",
            "执行异议不予受理。",
        ),
        told(
            "objection.decided",
            "异议审查结果",
            "执行异议审查结果：{outcome}。",
            "objection matter outcome child",
            "执行异议的审查结果：{outcome}。",
        ),
        told(
            "objection.dismissal_served",
            "驳回案外人异议裁定送达",
            "驳回案外人异议的裁定已经送达案外人。",
            "objection asset ruling",
            "驳回案外人异议的裁定已经送达。",
        ),
        told(
            "parties.told",
            "通知当事人",
            "已将立案情况通知当事人、利害关系人。",
            "paper",
            "法院已经通知各方当事人。",
        ),
        told("hearing.held", "组织听证", "组织听证。", "hearing", "法院组织了听证。"),
        told(
            "ruling.made",
            "作出裁定",
            "作出裁定：{outcome}。",
            "ruling matter outcome paper",
            "法院作出裁定：{outcome}。",
        ),
        told(
            "ruling.served",
            "送达裁定",
            "裁定已经送达一方。",
            "ruling matter outcome party",
            "裁定已经送达。",
        ),
        told(
            "reconsideration.requested",
            "申请复议",
            "当事人、利害关系人申请复议。",
            "reconsideration ruling party",
            "法院收到复议申请。",
        ),
        told(
            "reconsideration.forwarded",
            "报送复议案卷",
            "案卷材料已报送上一级法院。",
            "reconsideration ruling",
            "案卷已经报送上一级法院。",
        ),
        told(
            "suit.filed",
            "提起执行异议之诉",
            "当事人、案外人提起执行异议之诉。",
            "suit ruling party asset objection",
            "有人提起执行异议之诉。",
        ),
        told(
            "suit.ended",
            "执行异议之诉终结",
            "执行异议之诉终结：{outcome}。",
            "suit outcome asset objection",
            "执行异议之诉已经终结。",
        ),
        told(
            "supervision.requested",
            "申请执行监督",
            "当事人、利害关系人申请执行监督。",
            "supervision ruling party",
            "法院收到执行监督申请。",
        ),
    ]
)

WORDS["matter"] = {
    "act": "执行行为异议",
    "third_party": "案外人异议",
    "jurisdiction": "管辖权异议",
    "party_change": "变更、追加当事人",
    "not_enforced": "不予执行",
    "claim_ended": "债务人实体异议",
    "distribution": "分配方案异议",
    "other": "其他",
}
