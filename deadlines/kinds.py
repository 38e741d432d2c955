"""Event kinds of deadlines: excluded time and approved extensions."""

from __future__ import annotations

from cases.kinds import WORDS, Audience, Kind, register

register(
    [
        Kind(
            "exclusion.opened",
            "扣除期间开始",
            "开始扣除期间：{exclusion}（{document}）。",
            frozenset({"exclusion", "ref", "document"}),
            Audience.PARTY,
            "案件进入{exclusion}期间，这段时间不计入办案期限。",
        ),
        Kind(
            "exclusion.closed",
            "扣除期间结束",
            "结束扣除期间：{exclusion}。",
            frozenset({"exclusion", "ref", "document"}),
            Audience.PARTY,
            "{exclusion}期间结束，继续计算办案期限。",
        ),
        Kind(
            "limit.extended",
            "批准延长期限",
            "批准延长期限 {n} {unit}（{document}）。",
            frozenset({"rule", "n", "unit", "document"}),
            Audience.PARTY,
            "经批准，本案办理期限延长 {n} {unit}。",
        ),
    ]
)
WORDS["unit"] = {"days": "日", "workdays": "个工作日", "months": "个月", "years": "年"}
