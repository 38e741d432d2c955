"""Event kinds of turning property into money: reference price, auction, ruling, set-off."""

from __future__ import annotations

from cases.kinds.table import WORDS, kept, register, told

register(
    [
        told(
            "price.started",
            "启动确定参考价",
            "启动确定财产处置参考价（{price_method}）。",
            "asset price price_method",
            "法院开始确定财产的处置参考价。",
        ),
        told(
            "valuation.commissioned",
            "委托评估",
            "委托评估机构评估。",
            "asset valuation paper",
            "法院已经委托评估财产。",
        ),
        kept("valuation.extended", "评估延期", "准许评估机构延期 {n} 日。", "asset valuation n"),
        told(
            "valuation.received",
            "收到评估报告",
            "收到评估报告。",
            "asset valuation amount result_on",
            "法院收到了评估报告。",
        ),
        told(
            "valuation.sent",
            "发送评估报告",
            "评估报告已发送当事人及利害关系人。",
            "asset valuation paper",
            "评估报告已经发送当事人。",
        ),
        told(
            "valuation.served",
            "当事人收到评估报告",
            "当事人或者利害关系人收到评估报告。",
            "asset valuation party",
            "评估报告已经送达。",
        ),
        told(
            "valuation.objected",
            "对评估提出异议",
            "对评估报告提出书面异议。",
            "asset valuation party objection",
            "法院收到对评估报告的异议。",
        ),
        kept(
            "valuation.forwarded",
            "转交评估异议",
            "评估异议已转交评估机构。",
            "asset valuation objection",
        ),
        told(
            "valuation.answered",
            "评估机构说明",
            "评估机构对异议作出说明。",
            "asset valuation objection",
            "评估机构答复了对评估报告的异议。",
        ),
        told(
            "price.fixed",
            "确定参考价",
            "参考价确定为 {amount} 元，有效期至 {valid_until}。",
            "asset price amount result_on valid_until",
            "财产的处置参考价已经确定。",
        ),
        told(
            "sale.told",
            "拍卖事项通知",
            "拍卖事项已通知当事人和优先购买权人。",
            "asset auction party",
            "法院已经通知拍卖事项。",
        ),
        told(
            "auction.published",
            "发布拍卖公告",
            "发布{round}公告，定于 {opens_on} 开拍。",
            "asset asset_kind auction round opens_on reserve paper",
            "法院发布了{round}公告，定于 {opens_on} 开始。",
        ),
        told(
            "auction.opened",
            "拍卖开始",
            "{round}开始。",
            "asset auction round",
            "{round}已经开始。",
        ),
        told(
            "auction.sold",
            "拍卖成交",
            "{round}成交，价款 {amount} 元。",
            "asset auction round amount buyer",
            "{round}已经成交，价款 {amount} 元。",
        ),
        told("auction.failed", "流拍", "{round}流拍。", "asset auction round", "{round}没有成交。"),
        told(
            "auction.paused",
            "暂缓、中止拍卖",
            "暂缓或者中止拍卖：{ground}。",
            "asset auction round ground",
            "拍卖暂停。",
        ),
        kept(
            "auction.pause_ended",
            "暂缓、中止事由消失",
            "暂缓或者中止拍卖的事由消失。",
            "asset auction round",
        ),
        told("auction.resumed", "恢复拍卖", "恢复拍卖。", "asset auction round", "拍卖已经恢复。"),
        told(
            "auction.withdrawn",
            "撤回拍卖",
            "撤回拍卖：{ground}。",
            "asset auction round ground",
            "法院撤回了拍卖。",
        ),
        told(
            "auction.revoked",
            "撤销拍卖",
            "撤销拍卖：{ground}。",
            "asset auction round ground paper",
            "法院撤销了拍卖。",
        ),
        told(
            "sale.defaulted",
            "买受人悔拍",
            "买受人逾期未付价款，重新拍卖。",
            "asset auction round",
            "买受人没有付款，法院将重新拍卖。",
        ),
        told(
            "price.paid",
            "价款全额交付",
            "拍卖价款或者抵债差价已经全额交付。",
            "asset auction amount",
            "拍卖价款已经付清。",
        ),
        told(
            "sale.ruled",
            "作出成交、抵债裁定",
            "作出拍卖成交或者以物抵债裁定。",
            "asset auction ruling paper",
            "法院作出了成交裁定。",
        ),
        told(
            "sale.served",
            "送达成交、抵债裁定",
            "裁定已送达买受人或者承受人。",
            "asset auction ruling",
            "成交裁定已经送达，财产权转移。",
        ),
        told(
            "setoff.accepted",
            "接受以物抵债",
            "申请执行人接受以物抵债，抵偿 {amount} 元。",
            "asset party amount",
            "申请执行人同意以财产抵债。",
        ),
        told(
            "setoff.refused",
            "不接受以物抵债",
            "申请执行人不接受以物抵债。",
            "asset party",
            "申请执行人不接受以财产抵债。",
        ),
    ]
)

WORDS.update(
    {
        "price_method": {
            "agreement": "当事人议价",
            "directed": "定向询价",
            "online": "网络询价",
            "valuation": "委托评估",
        },
        "round": {"1": "第一次拍卖", "2": "第二次拍卖", "3": "变卖"},
    }
)
