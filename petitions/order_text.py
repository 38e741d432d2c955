"""The supervision order (督办函) as a letter: basis and facts, demands, time for the reply. Pure.

《关于执行案件督办工作的规定（试行）》(法发〔2006〕11号) wants the materials attached, a person
named by the lower court, and a written report within the time that each letter sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from enforcement.papers.model import Block, Bold, Heading, Paper, Para, Signer
from enforcement.papers.text import chinese_number
from enforcement.zh_format import day_paper

BASIS = "《关于执行案件督办工作的规定（试行）》（法发〔2006〕11号）"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order says.

    Attributes:
        due: last day of the written reply; ``reply_days`` the days it was counted from.
        report_number, petition_number: what the order follows, empty if it stands on its own.
        attachments: titles of what goes along.
    """

    court: str
    to_court: str
    number: str
    case_number: str
    applicants: str
    debtors: str
    facts: str
    demands: tuple[str, ...]
    reply_days: int
    due: date
    issued_on: date
    contact: str = ""
    report_number: str = ""
    petition_number: str = ""
    attachments: tuple[str, ...] = ()


def title_of(applicants: str, debtors: str) -> str:
    """Return the title of the order."""
    return f"关于对{applicants}申请执行{debtors}一案进行督办的函"


def order_paper(facts: OrderFacts) -> Paper:
    """Return the order as a letter (GB/T 9704-2012, 信函格式), without a foot line."""
    return Paper(
        layout="letter",
        mark=facts.court,
        number=facts.number,
        title=title_of(facts.applicants, facts.debtors),
        addressee=facts.to_court,
        blocks=tuple(_blocks(facts)),
        attachments=facts.attachments,
        signers=(Signer(facts.court),),
        date=facts.issued_on,
        remark=f"联系人：{facts.contact}" if facts.contact else None,
    )


def _blocks(facts: OrderFacts) -> Iterable[Block]:
    yield Para(
        f"你院办理的{facts.applicants}申请执行{facts.debtors}一案，案号{facts.case_number}。"
        f"{_follows(facts)}依照{BASIS}，现予督办，有关事项函告如下："
    )
    yield Heading("督办事由")
    yield from (Para(line.strip()) for line in facts.facts.splitlines() if line.strip())
    yield Heading("督办要求")
    demands = ["指定专人负责本案督办事项。", *facts.demands]
    for number, text in enumerate(demands, start=1):
        yield Para(f"（{chinese_number(number)}）{text.rstrip('。；;')}。")
    yield Para.of(
        f"（{chinese_number(len(demands) + 1)}）自本函印发之日起{facts.reply_days}日内，即于",
        Bold(f"{day_paper(facts.due)}前（含当日）"),
        "向本院书面回报办理情况和处理意见。",
    )
    yield Para(
        "逾期不回报的，本院将催报，并可以调卷审查、提级执行或者指定其他法院执行；"
        "催报后仍不纠正的，在辖区内通报。"
    )
    yield Para("特此函告。")


def _follows(facts: OrderFacts) -> str:
    if facts.report_number:
        return f"本院已经核查并作出{facts.report_number}督查报告。"
    if facts.petition_number:
        return f"当事人就执行问题信访（{facts.petition_number}）。"
    return "本院在监督中发现需要督办的问题。"
