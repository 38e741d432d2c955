"""Event kinds of the course: settlement, deferral, security, parties, commission, 保全, 破产."""

from __future__ import annotations

from cases.kinds.table import WORDS, kept, register, told

register(
    [
        told(
            "settlement.made",
            "达成执行和解",
            "当事人达成执行和解，最后履行日 {last_due_on}。",
            "settlement last_due_on amount paper",
            "双方达成了执行和解。",
        ),
        told(
            "settlement.instalment_paid",
            "履行和解分期",
            "和解分期履行 {amount} 元。",
            "settlement instalment amount",
            "和解约定的一期款项已经履行。",
        ),
        told(
            "settlement.performed",
            "和解履行完毕",
            "执行和解协议履行完毕。",
            "settlement",
            "和解协议已经履行完毕。",
        ),
        told(
            "settlement.broken",
            "和解未履行，申请恢复执行",
            "和解未履行，申请执行人申请恢复执行。",
            "settlement party",
            "申请执行人因和解未履行申请恢复执行。",
        ),
        told(
            "deferral.decided",
            "决定暂缓执行",
            "决定暂缓执行至 {until}（{secured}）。",
            "deferral ground secured until document",
            "法院决定暂缓执行至 {until}。",
        ),
        told(
            "deferral.ended",
            "暂缓执行结束",
            "暂缓执行结束。",
            "deferral ground",
            "暂缓执行结束，案件继续执行。",
        ),
        told(
            "guarantee.accepted",
            "接受执行担保",
            "接受执行担保 {amount} 元，担保期至 {until}。",
            "guarantee party amount until",
            "法院接受了执行担保。",
        ),
        told(
            "guarantee.enforced",
            "执行担保财产",
            "裁定执行担保财产或者保证人财产。",
            "guarantee paper",
            "法院裁定执行担保财产。",
        ),
        told(
            "party_change.requested",
            "申请变更、追加当事人",
            "申请变更、追加当事人。",
            "change party",
            "法院收到变更、追加当事人的申请。",
        ),
        told(
            "party_change.ruled",
            "裁定变更、追加当事人",
            "对变更、追加当事人的申请作出裁定：{granted}。",
            "change party granted paper",
            "法院对变更、追加当事人的申请作出了裁定。",
        ),
        told(
            "commission.sent",
            "委托执行",
            "委托其他法院执行。",
            "commission court paper",
            "案件已经委托其他法院执行。",
        ),
        told(
            "commission.received",
            "收到委托",
            "收到委托执行函。",
            "commission court",
            "受托法院已经收到委托。",
        ),
        told(
            "commission.returned",
            "退回委托",
            "受托法院退回委托：{ground}。",
            "commission ground paper",
            "受托法院退回了委托。",
        ),
        kept(
            "preservation.requested",
            "移送保全",
            "收到财产保全裁定（{urgent}）。",
            "preservation urgent",
        ),
        kept("preservation.ruled", "作出保全裁定", "作出财产保全裁定。", "preservation paper"),
        told(
            "preservation.carried_out",
            "保全实施完毕",
            "财产保全实施完毕：{outcome}。",
            "preservation outcome",
            "财产保全已经实施。",
        ),
        told(
            "preservation.converted",
            "保全转为执行措施",
            "保全措施自动转为执行措施，期限连续计算。",
            "preservation measure",
            "财产保全已经转为执行措施。",
        ),
        told(
            "disposal.blocked",
            "停止处分财产",
            "停止处分财产：{ground}。",
            "block asset ground",
            "法院暂停处分一项财产，原因：{ground}。",
        ),
        told(
            "disposal.unblocked",
            "恢复处分财产",
            "可以继续处分财产：{ground}。",
            "block asset ground",
            "法院可以继续处分一项财产。",
        ),
        told(
            "bankruptcy.decided",
            "决定移送破产审查",
            "决定将被执行人移送破产审查。",
            "bankruptcy party paper",
            "法院决定将被执行人移送破产审查。",
        ),
        told(
            "bankruptcy.decision_served",
            "送达移送破产决定",
            "移送破产审查决定已经送达。",
            "bankruptcy paper",
            "移送破产审查的决定已经送达。",
        ),
        told(
            "bankruptcy.materials_received",
            "受移送法院收到材料",
            "受移送法院收到移送材料。",
            "bankruptcy court",
            "破产审查的材料已经移送。",
        ),
        told(
            "bankruptcy.accepted",
            "裁定受理破产",
            "受移送法院裁定受理破产申请。",
            "bankruptcy paper",
            "法院裁定受理破产申请。",
        ),
        told(
            "bankruptcy.handed_over",
            "移交财产",
            "已将控制的财产移交破产管理人或者受移送法院。",
            "bankruptcy",
            "财产已经移交破产程序。",
        ),
        told(
            "bankruptcy.refused",
            "不予受理破产",
            "不予受理或者驳回破产申请的裁定生效。",
            "bankruptcy paper",
            "破产申请没有被受理。",
        ),
        told(
            "bankruptcy.returned",
            "退回移送材料",
            "材料和财产已经退回执行法院。",
            "bankruptcy",
            "案件继续执行。",
        ),
    ]
)

WORDS["secured"] = {"true": "提供担保", "false": "依职权或者依决定"}
