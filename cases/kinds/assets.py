"""Event kinds of property: what was found, how it is controlled, whose turn it is, claims.

What a debtor could thwart if told beforehand (found, planned) stays inside the court.
"""

from __future__ import annotations

from cases.kinds.table import WORDS, kept, register, told

register(
    [
        kept(
            "asset.found",
            "查明财产",
            "查明财产（{asset_kind}），估值 {amount} 元。",
            "asset asset_kind lead amount",
        ),
        kept(
            "asset.controlled", "财产已控制", "财产已经控制（{waiting}）。", "asset measure waiting"
        ),
        kept(
            "asset.excluded", "豁免或者排除财产", "财产不予处置：{ground}。", "asset ground exempt"
        ),
        told(
            "asset.released",
            "解除对财产的控制",
            "解除对财产的控制：{ground}。",
            "asset ground paper",
            "法院解除了对一项财产的控制。",
        ),
        kept("asset.unsaleable", "财产不能处置", "财产不能处置：{ground}。", "asset ground"),
        told(
            "asset.handed_over",
            "移交财产",
            "财产已经移交买受人或者承受人。",
            "asset auction ruling",
            "财产已经移交买受人。",
        ),
        told(
            "measure.taken",
            "采取控制措施",
            "{measure_kind}财产，金额 {amount} 元，自 {effective_on} 至 {expires_on}。",
            "measure measure_kind amount effective_on expires_on asset asset_kind waiting"
            " before_notice",
            "法院已经{measure_kind}被执行人的一项财产。",
        ),
        told(
            "measure.renewed",
            "续行控制措施",
            "续行{measure_kind}，自 {effective_on} 至 {expires_on}。",
            "measure measure_kind asset asset_kind effective_on expires_on paper",
            "法院已经续行{measure_kind}被执行人的一项财产。",
        ),
        told(
            "measure.promoted",
            "轮候措施生效",
            "轮候{measure_kind}自动生效，自 {effective_on} 至 {expires_on}。",
            "measure measure_kind asset asset_kind effective_on expires_on",
            "法院对一项财产的轮候{measure_kind}已经生效。",
        ),
        told(
            "measure.released",
            "解除控制措施",
            "解除{measure_kind}：{ground}。",
            "measure measure_kind asset ground paper",
            "法院已经解除对一项财产的{measure_kind}。",
        ),
        told(
            "measure.lapsed",
            "控制措施失效",
            "{measure_kind}期满未续行，效力消灭。",
            "measure measure_kind asset",
            "对一项财产的{measure_kind}期限已满。",
        ),
        kept(
            "excess.found", "发现超标的控制", "控制的财产明显超出标的额。", "measure asset amount"
        ),
        kept(
            "secured.claimed",
            "优先债权法院主张处分",
            "另案在先优先债权法院主张处分查封财产。",
            "asset priority",
        ),
        kept(
            "priority.requested",
            "请求移送首封财产",
            "优先债权执行法院请求移送首封财产处分权。",
            "asset priority paper",
        ),
        kept(
            "priority.transferred",
            "出具移送执行函",
            "首封法院出具移送执行函。",
            "asset priority paper",
        ),
        kept(
            "priority.refused",
            "不予移送首封财产",
            "首封法院复函不予移送：{ground}。",
            "asset priority ground paper",
        ),
        told(
            "registration.needed",
            "需要办理过户",
            "财产需要办理权属转移登记。",
            "asset ruling",
            "财产需要办理过户登记。",
        ),
        told(
            "registry.notified",
            "送达过户协助执行通知",
            "已向登记机构送达协助执行通知书。",
            "asset paper",
            "法院已经通知登记机构办理过户。",
        ),
        told(
            "receivable.notified",
            "履行到期债务通知",
            "向第三人送达履行到期债务通知。",
            "receivable party amount paper",
            "法院已经通知欠被执行人钱的第三人直接履行。",
        ),
        told(
            "receivable.answered",
            "第三人答复",
            "第三人对履行通知作出答复：{answer}。",
            "receivable answer",
            "第三人答复了法院的履行通知：{answer}。",
        ),
        told(
            "receivable.ruled",
            "裁定强制执行到期债权",
            "裁定对第三人强制执行。",
            "receivable paper",
            "法院裁定对第三人强制执行。",
        ),
    ]
)

WORDS.update(
    {
        "asset_kind": {
            "deposit": "银行存款",
            "real_estate": "不动产",
            "vehicle": "车辆",
            "movable": "其他动产",
            "equity": "股权",
            "securities": "证券",
            "insurance": "保险",
            "receivable": "到期债权",
            "wages": "收入",
            "other": "其他财产权",
        },
        "measure_kind": {"seal": "查封", "detain": "扣押", "freeze": "冻结"},
        "waiting": {"true": "轮候", "false": "首封"},
        "answer": {"paid": "已经履行", "objected": "提出异议", "silent": "未作答复"},
    }
)
