"""Event kinds of petitions and supervision. They carry ids only.

What a petition says, what a track found and what a report concludes stays in rows with doors of
their own; the timeline only tells that it happened. A dual review is seen by supervision alone.
"""

from __future__ import annotations

from cases.kinds import WORDS, Audience, Kind, kept, register, told

PARTY, COURT, SUPERVISION = Audience.PARTY, Audience.COURT, Audience.SUPERVISION
_PETITION = frozenset({"petition"})
_REVIEW = frozenset({"review"})
_ORDER = frozenset({"order"})

register(
    [
        Kind(
            "petition.filed",
            "提出信访",
            "收到信访。",
            _PETITION | {"lower"},
            PARTY,
            "法院收到了您的信访事项。",
        ),
        Kind(
            "petition.transferred",
            "信访转送",
            "信访转送有权处理的法院。",
            _PETITION,
            PARTY,
            "您的信访事项已经转送有权处理的法院。",
        ),
        Kind(
            "petition.registered",
            "信访登记",
            "信访登记并确定办理人。",
            _PETITION,
            PARTY,
            "您的信访事项已经登记，由专人办理。",
        ),
        Kind(
            "petition.answered",
            "信访答复",
            "信访已经答复。",
            _PETITION,
            PARTY,
            "法院已经答复您的信访事项，请查看答复内容。",
        ),
        Kind("petition.read", "信访人阅读答复", "信访人已经阅读答复。", _PETITION, COURT),
        Kind(
            "petition.closed",
            "信访办结",
            "信访办结。",
            _PETITION,
            PARTY,
            "您的信访事项已经办结，答复可以随时查看。",
        ),
        Kind("review.opened", "启动一案双查", "启动一案双查。", _REVIEW, SUPERVISION),
        Kind(
            "review.reviewer_changed",
            "更换核查人",
            "一案双查更换核查人。",
            _REVIEW,
            SUPERVISION,
        ),
        Kind("review.concluded", "作出联合结论", "一案双查作出联合结论。", _REVIEW, SUPERVISION),
        Kind("report.issued", "印发督查报告", "印发督查报告。", frozenset({"report"}), COURT),
        Kind(
            "report.superseded",
            "督查报告被取代",
            "督查报告由新的报告取代，原报告及其校验码保留。",
            frozenset({"report", "replaced_by"}),
            COURT,
        ),
        Kind(
            "order.issued",
            "发出督办函",
            "发出督办函，应在 {reply_days} 日内书面回报。",
            frozenset({"order", "reply_days", "petition"}),
            COURT,
        ),
        kept("order.urged", "催报", "逾期未收到回报，督办法院催报。", "order flag"),
        told(
            "petition.accepted",
            "信访受理",
            "信访事项已经受理。",
            "petition lower",
            "您的信访事项已经受理。",
        ),
        kept(
            "petition.screened",
            "信访甄别",
            "对反映下级法院的事项作出甄别：{outcome}。",
            "petition outcome",
        ),
        told(
            "petition.told",
            "书面告知受理情况",
            "已将受理或者转送情况书面告知信访人。",
            "petition paper",
            "法院已经书面告知您信访事项的受理情况。",
        ),
        told(
            "petition.opinion_given",
            "信访处理意见",
            "出具信访处理意见书。",
            "petition paper",
            "您的信访事项已经有了书面处理意见。",
        ),
        told(
            "petition.opinion_received",
            "信访人收到处理意见",
            "信访人收到处理、复查意见。",
            "petition opinion",
            "您已经收到书面意见，可以在三十日内申请复查、复核。",
        ),
        told(
            "petition.review_requested",
            "申请复查、复核",
            "信访人申请复查或者复核（{stage}）。",
            "petition request opinion stage",
            "法院收到您的复查、复核申请。",
        ),
        told(
            "petition.review_answered",
            "复查、复核意见",
            "出具复查、复核意见（{stage}）。",
            "petition request stage paper",
            "您的复查、复核申请已经有了书面意见。",
        ),
        Kind("order.replied", "督办回报", "书面回报督办事项。", _ORDER, COURT),
        Kind("order.accepted", "督办办结", "督办法院认可回报，督办办结。", _ORDER, COURT),
        Kind("order.returned", "督办退回", "督办法院退回回报，要求补办。", _ORDER, COURT),
    ]
)

WORDS["stage"] = {"1": "复查", "2": "复核"}
