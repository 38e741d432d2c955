"""The supervisory report (督查报告): a frozen snapshot becomes a paper. Pure and deterministic.

No official list of contents was found; the parts follow from the instruments on 一案双查 and
督办. Each clue is answered in so many words by each track, with its evidence, because reports
that only tell the case again answer nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from enforcement.papers.model import Block, Bold, Heading, Imprint, Paper, Para, Signer
from enforcement.papers.text import chinese_number
from petitions import report_tables as tables

Facts = Mapping[str, Any]

BASIS = "最高人民法院关于执行工作“一案双查”的规定（法〔2019〕232号）"
#: Characters of a petition that are quoted; the rest is in the petition itself.
QUOTED = 300


@dataclass(frozen=True, slots=True)
class Cover:
    """What the snapshot does not know: how the paper goes out.

    Attributes:
        court: issuing court (发文机关). number: 发文字号, empty while a draft.
        issued_on: legal day of issue, None while a draft.
        addressee: 主送机关. signed_off_by: 签发人, for a paper that goes up.
        replies: written opinions of the court and persons reviewed, beside what was recorded.
        replaces: number of the report this one supersedes, and ``reason`` why.
    """

    court: str
    number: str = ""
    issued_on: date | None = None
    addressee: str = ""
    signed_off_by: str = ""
    replies: str = ""
    replaces: str = ""
    reason: str = ""


def title_of(snap: Facts) -> str:
    """Return the title of the report."""
    case = snap["case"]
    return f"关于{case['court']}办理{case['number']}执行案件的一案双查督查报告"


def report_paper(snap: Facts, cover: Cover) -> Paper:
    """Return the report as a paper in document layout (GB/T 9704-2012), without a foot line.

    Args:
        snap: what ``petitions.snapshot.snapshot`` made, or the same read back from JSON.
    """
    return Paper(
        layout="document",
        mark=f"{cover.court}文件",
        number=cover.number or None,
        title=title_of(snap),
        addressee=cover.addressee or None,
        blocks=tuple(_blocks(snap, cover)),
        annexes=tables.annexes(snap),
        signers=(Signer(cover.court),),
        date=cover.issued_on,
        signed_off_by=cover.signed_off_by or None,
        remark="此件不予公开",
        imprint=Imprint((snap["case"]["court"],), cover.court, cover.issued_on),
        draft=not cover.number,
    )


def _blocks(snap: Facts, cover: Cover) -> Iterable[Block]:
    yield from _opening(snap, cover)
    yield from _source(snap)
    yield Heading("案件基本情况")
    yield tables.card(snap)
    yield from _course(snap)
    yield from _findings(snap, "case", "案件办理情况核查")
    yield from _findings(snap, "conduct", "人员履职情况核查")
    yield from _heard(snap, cover)
    yield from _conclusion(snap)
    if cover.addressee:
        yield Para("特此报告。")


def _opening(snap: Facts, cover: Cover) -> Iterable[Block]:
    review, case = snap["review"], snap["case"]
    files = review["files"]
    yield Para(
        f"根据{BASIS}，{review['court']}自{tables.day(review['opened_on'])}起，对{case['court']}办理的"
        f"{tables.names(snap, '申请执行人')}申请执行{tables.names(snap, '被执行人')}一案，即"
        f"{case['number']}案进行核查。案件办理情况由{_person(files['case'])}核查，人员履职情况由"
        f"{_person(files['conduct'])}核查，两人分别立卷、各自取证，均没有承办过该案。"
        f"现将截至{tables.day(snap['as_of'])}的情况报告如下。"
    )
    if cover.replaces:
        yield Para(
            f"本报告取代{cover.replaces}。取代理由：{_ended(cover.reason)}"
            "原报告及其校验码保留备查。"
        )


def _person(file: Facts) -> str:
    return f"{file['post']}{file['reviewer']}"


def _source(snap: Facts) -> Iterable[Block]:
    yield Heading("线索来源和核查事项")
    petition, review = snap["petition"], snap["review"]
    if petition:
        yield Para(
            f"{tables.day(petition['filed_on'])}，{petition['standing']}{petition['petitioner']}以"
            f"{petition['channel']}方式反映该案{petition['kind']}（{petition['number']}），"
            f"内容为：“{_quoted(petition['text'])}”" + _progress(petition)
        )
    else:
        yield Para(f"线索来源：{review['source']}。")
    clues = review["clues"]
    yield Para(f"经梳理，核查事项共{len(clues)}项：")
    yield from (Para(f"{clue['position']}.{_ended(clue['claim'])}") for clue in clues)


def _progress(petition: Facts) -> str:
    text = ""
    if petition["registered_on"]:
        text += f"{petition['court']}于{tables.day(petition['registered_on'])}登记"
    if petition["answered_on"]:
        text += f"，{tables.day(petition['answered_on'])}答复，办理结果：{petition['outcome']}"
    return f"{text.lstrip('，')}。" if text else "截至本报告所述之日尚未登记。"


def _course(snap: Facts) -> Iterable[Block]:
    yield Heading("案件办理经过和期限")
    yield from tables.course(snap)
    if snap["clock_trouble"]:
        yield Para("该案时间线存在无法识读的数据，期限未能重新计算，应当先行更正。")
        return
    flagged, late = snap["flags"], [c for c in snap["clocks"] if c["days_late"]]
    yield Para(
        f"按照现行期限规则重新计算，截至{tables.day(snap['as_of'])}，受监控的期限共{len(snap['clocks'])}项，"
        f"超期{len(late)}项；系统作出超期标记{len(flagged)}次。逐项结果见下表，依据见附件。"
    )
    yield tables.clocks(snap)


def _findings(snap: Facts, track: str, title: str) -> Iterable[Block]:
    """One track: each clue answered yes or no in so many words, with its evidence."""
    yield Heading(title)
    file = snap["review"]["files"][track]
    if file["summary"]:
        yield from _paras(file["summary"])
    for clue in snap["review"]["clues"]:
        finding = clue["findings"].get(track)
        yield Heading(f"关于“{_short(clue['claim'])}”", 2)
        if finding is None:
            yield Para("尚未答复。")
            continue
        yield Para.of("核查结论：", Bold(f"{finding['answer']}。"))
        yield from _paras(finding["text"])
        if proof := tables.evidence(snap, finding):
            yield Para(proof)


def _heard(snap: Facts, cover: Cover) -> Iterable[Block]:
    """What the court and the persons reviewed said: their right to be heard."""
    yield Heading("被核查法院和人员的意见")
    said = list(_said(snap))
    yield from (Para(text) for text in said)
    if cover.replies:
        yield from _paras(cover.replies)
    if not said and not cover.replies:
        yield Para("截至本报告所述之日，没有收到被核查法院和人员的书面意见。")


def _said(snap: Facts) -> Iterable[str]:
    for flag in snap["flags"]:
        about = f"“{flag['name']}”（{tables.day(flag['due'])}届满）超期"
        if said := flag["explanation"]:
            yield (
                f"{tables.day(said['on'])}，{said['by']}就{about}说明，理由类别为“{said['ground']}”："
                f"{_ended(said['text'])}"
            )
        for review in flag["reviews"]:
            yield (
                f"{tables.day(review['on'])}，{review['by']}审查，结论为“{review['outcome']}”："
                f"{_ended(review['ground'])}"
            )
        if said := flag["reply"]:
            yield f"{tables.day(said['on'])}，{said['by']}就{about}申辩：{_ended(said['text'])}"
    for order in snap["orders"]:
        for reply in order["replies"]:
            who = f"{tables.day(reply['on'])}，{reply['by']}回报{order['number']}"
            yield f"{who}：{_ended(reply['text'])}"


def _conclusion(snap: Facts) -> Iterable[Block]:
    review = snap["review"]
    yield Heading("核查结论")
    yield Para.of(
        f"经案件线、人员线核查人于{tables.day(review['concluded_on'])}联合作出结论，认定该案：",
        Bold(f"{review['conclusion_label']}。"),
    )
    yield from _paras(review["reasons"])
    yield Heading("处理意见")
    yield Para(f"处理方式：{'、'.join(review['remedies'])}。")
    for number, text in enumerate(filter(None, map(str.strip, review["proposals"])), start=1):
        yield Para(f"（{chinese_number(number)}）{_ended(text)}")


def _paras(text: str) -> Iterable[Para]:
    return (Para(line.strip()) for line in text.splitlines() if line.strip())


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).replace("“", "‘").replace("”", "’")
    return flat if len(flat) <= QUOTED else f"{flat[:QUOTED]}……"


def _short(text: str, most: int = 40) -> str:
    flat = " ".join(text.split()).rstrip("。；").replace("“", "‘").replace("”", "’")
    return flat if len(flat) <= most else f"{flat[:most]}……"


def _ended(text: str) -> str:
    """Return a sentence that ends with a full stop."""
    flat = " ".join(text.split())
    return flat if flat.endswith(("。", "！", "？", "”")) else f"{flat.rstrip('；，;,.')}。"
