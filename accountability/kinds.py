"""Event kinds of flags; no field holds personal data."""

from __future__ import annotations

from cases.kinds import Audience, Kind, register

S = Audience.SUPERVISION
C = Audience.COURT


def _f(*names: str) -> frozenset[str]:
    return frozenset(names)


register(
    [
        Kind(
            "flag.raised",
            "超期标记",
            "超期标记：“{rule}”应于 {due} 前完成。",
            _f("due", "flag", "rule", "start"),
            C,
        ),
        Kind(
            "flag.amended",
            "超期标记变更",
            "更正后，“{rule}”的届满日为 {due}，责任人按届满日的承办人认定。",
            _f("due", "flag", "rule", "start"),
            C,
        ),
        Kind(
            "flag.reopened",
            "标记重新审查",
            "更正后，“{rule}”的责任人变更（届满日 {due}），重新听取说明。",
            _f("due", "flag", "rule", "start"),
            C,
        ),
        Kind(
            "flag.withdrawn",
            "超期标记撤销",
            "更正后不再超期，“{rule}”的标记撤销。",
            _f("due", "flag", "rule", "start"),
            C,
        ),
        Kind(
            "flag.escalated",
            "标记升级",
            "说明逾期未提交，标记升级。",
            _f("due", "flag", "rule", "start"),
            C,
        ),
        Kind(
            "explanation.demanded",
            "要求说明",
            "要求就“{rule}”超期说明理由。",
            _f("flag", "rule", "start"),
            C,
        ),
        Kind("explanation.given", "说明理由", "提交超期说明。", _f("flag", "ground"), C),
        Kind("flag.excused", "理由成立", "审查认为超期理由成立。", _f("flag"), C),
        Kind("flag.upheld", "认定超期", "审查认定超期，理由不成立。", _f("flag"), C),
        Kind("flag.replied", "申辩", "被标记人提出申辩。", _f("flag"), C),
        Kind("flag.closed", "标记办结", "超期标记办结。", _f("flag"), C),
    ]
)
