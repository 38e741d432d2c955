"""Event kinds of money: arrival, claim, fee, payout, delay, distribution among creditors."""

from __future__ import annotations

from cases.kinds.table import kept, register, told

register(
    [
        told(
            "money.arrived",
            "执行款到账",
            "执行款 {amount} 元到账。",
            "receipt amount party arrived_on",
            "本案有一笔执行款 {amount} 元到账。",
        ),
        kept(
            "money.claimed",
            "认领不明款项",
            "认领不明来款 {amount} 元（{arrived_on} 到账）。",
            "receipt amount arrived_on",
        ),
        told(
            "money.refunded",
            "退还款项",
            "退还 {amount} 元：{ground}。",
            "receipt amount ground refund complete",
            "法院退还了一笔款项。",
        ),
        kept("fee.settled", "结清执行费", "执行费 {amount} 元已经结清。", "receipt fee amount"),
        kept(
            "payout.proposed",
            "拟发放执行款",
            "拟发放执行款 {amount} 元。",
            "receipt payout amount party",
        ),
        kept(
            "payout.noticed",
            "通知财务发放",
            "已通知财务部门发放 {amount} 元。",
            "receipt payout amount",
        ),
        kept("payout.approved", "批准发放", "批准发放执行款。", "receipt payout"),
        kept("payout.refused", "不予批准发放", "发放申请未获批准。", "receipt payout"),
        told(
            "payout.paid",
            "发放执行款",
            "发放执行款 {amount} 元。",
            "receipt payout amount party complete",
            "法院已经发放执行款 {amount} 元。",
        ),
        kept(
            "payout.cancelled",
            "撤销发放",
            "撤销发放 {amount} 元：{ground}。",
            "receipt payout amount ground",
        ),
        kept("payout.delay_proposed", "拟延缓发放", "拟延缓发放：{ground}。", "receipt ground"),
        told(
            "payout.delayed",
            "批准延缓发放",
            "经批准延缓发放：{ground}。",
            "receipt ground document",
            "执行款经批准暂缓发放，原因：{ground}。",
        ),
        told(
            "payout.delay_ended",
            "延缓事由消失",
            "延缓发放的事由消失。",
            "receipt ground",
            "暂缓发放的原因已经消失，法院将继续发放。",
        ),
        told(
            "plan.made",
            "制作分配方案",
            "制作分配方案。",
            "plan paper",
            "法院制作了执行款分配方案。",
        ),
        told(
            "plan.served",
            "送达分配方案",
            "分配方案已送达一名债权人或者被执行人。",
            "plan party paper",
            "分配方案已经送达。",
        ),
        told(
            "plan.objected",
            "对分配方案提出异议",
            "对分配方案提出书面异议。",
            "plan party objection",
            "法院收到对分配方案的异议。",
        ),
        told(
            "plan.notified",
            "通知分配方案异议",
            "已将异议通知未提出异议的债权人、被执行人。",
            "plan party objection",
            "有人对分配方案提出异议。",
        ),
        told(
            "plan.opposed",
            "反对分配方案异议",
            "对分配方案异议提出反对意见。",
            "plan party objection",
            "有人反对对分配方案的异议。",
        ),
        told(
            "plan.opposition_told",
            "通知反对意见",
            "已将反对意见通知异议人。",
            "plan party objection",
            "反对意见已经通知异议人。",
        ),
        told(
            "plan.sued",
            "提起分配方案异议之诉",
            "异议人提起分配方案异议之诉。",
            "plan party objection",
            "异议人对分配方案提起诉讼。",
        ),
        told(
            "plan.fixed", "分配方案确定", "分配方案确定，可以发放。", "plan", "分配方案已经确定。"
        ),
    ]
)
