"""Event kinds of the end: interview, 终本 and its re-queries, resumption, notice of completion."""

from __future__ import annotations

from cases.kinds.table import WORDS, kept, register, told

register(
    [
        told(
            "interview.held",
            "终本约谈",
            "约谈申请执行人，告知执行情况（{agrees}）。",
            "interview party agrees",
            "法院已经就终结本次执行程序约谈申请执行人。",
        ),
        kept("round_end.proposed", "拟终结本次执行程序", "报请终结本次执行程序。", "round_end"),
        kept(
            "round_end.refused",
            "不予批准终本",
            "终结本次执行程序未获批准：{ground}。",
            "round_end ground",
        ),
        kept(
            "round_end.approved", "批准终本", "合议庭评议、院长批准终结本次执行程序。", "round_end"
        ),
        told(
            "round_end.served",
            "送达终本裁定",
            "终结本次执行程序裁定已经送达。",
            "round_end paper",
            "终结本次执行程序的裁定已经送达。",
        ),
        kept(
            "round_end.entered", "录入终本案件库", "已录入终结本次执行程序案件信息库。", "round_end"
        ),
        kept(
            "requery.done",
            "终本后定期查询",
            "终本后第 {nth} 次查询，发现财产 {found} 项。",
            "requery nth found",
        ),
        told(
            "requery.told",
            "告知查询结果",
            "已将第 {nth} 次查询结果告知申请执行人。",
            "requery nth found",
            "法院查询了被执行人的财产，结果已经告知申请执行人。",
        ),
        told(
            "case.resumed_as",
            "恢复执行立案",
            "恢复执行，另立执恢案件。",
            "child ground",
            "案件已经恢复执行。",
        ),
        told(
            "completion.told", "结案通知", "已将结案情况通知当事人。", "paper", "法院已经通知结案。"
        ),
    ]
)

WORDS["agrees"] = {"true": "同意终本", "false": "不同意终本"}
