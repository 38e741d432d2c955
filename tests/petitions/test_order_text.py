"""The text of a supervision order: basis, facts, demands, the last day of the reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from enforcement.papers import codec
from enforcement.papers.model import Para, block_texts
from petitions.order_text import OrderFacts, order_paper

FACTS = OrderFacts(
    court="某市中级人民法院",
    to_court="某区人民法院",
    number="陕10执督函〔2026〕1号",
    case_number="（2026）陕1002执1号",
    applicants="陈某",
    debtors="某公司",
    facts="执行通知书迟延发出。\n\n财产线索没有核查。",
    demands=("立即核查；", "采取措施。"),
    reply_days=15,
    due=date(2026, 12, 7),
    issued_on=date(2026, 11, 20),
    contact="何督导",
)


def body(facts: OrderFacts) -> list[str]:
    """Return the texts of the letter."""
    return list(block_texts(order_paper(facts).blocks))


def test_it_is_a_letter_to_the_lower_court() -> None:
    paper = order_paper(FACTS)
    assert (paper.layout, paper.mark, paper.addressee) == (
        "letter",
        "某市中级人民法院",
        "某区人民法院",
    )
    assert (paper.number, paper.date, paper.remark) == (
        "陕10执督函〔2026〕1号",
        date(2026, 11, 20),
        "联系人：何督导",
    )


def test_demands_are_numbered_with_the_person_first_and_the_reply_last() -> None:
    numbered = [text for text in body(FACTS) if text.startswith("（")]
    assert numbered == [
        "（一）指定专人负责本案督办事项。",
        "（二）立即核查。",
        "（三）采取措施。",
        "（四）自本函印发之日起15日内，即于2026年12月7日前（含当日）向本院书面回报办理情况和处理意见。",
    ]


def test_the_last_day_is_set_bold() -> None:
    paras = [b for b in order_paper(FACTS).blocks if isinstance(b, Para)]
    assert [r.text for p in paras for r in p.runs() if r.bold] == ["2026年12月7日前（含当日）"]


def test_facts_keep_their_paragraphs() -> None:
    assert {"执行通知书迟延发出。", "财产线索没有核查。"} <= set(body(FACTS))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"report_number": "陕10执督〔2026〕1号"},
            "本院已经核查并作出陕10执督〔2026〕1号督查报告。",
        ),
        (
            {"petition_number": "陕1002信〔2026〕1号"},
            "当事人就执行问题信访（陕1002信〔2026〕1号）。",
        ),
        ({}, "本院在监督中发现需要督办的问题。"),
    ],
)
def test_it_says_what_it_follows(change: dict[str, Any], words: str) -> None:
    assert words in body(replace(FACTS, **change))[0]


def test_it_can_be_kept_and_read_back() -> None:
    paper = order_paper(FACTS)
    assert codec.loads(codec.dumps(paper)) == paper
