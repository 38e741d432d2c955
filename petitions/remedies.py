"""What a party may do when a date passes or an act seems wrong (救济途径), in plain words. Pure.

Named are provisions that were read in the text of the instrument or confirmed by more than one
source; where that is not so, the basis says it. Whether the conditions are met is for the court
that is turned to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from deadlines.calendar import Calendar
from deadlines.events import Event, Pair, Spell, spells_of
from deadlines.spans import due_date
from enforcement.zh_format import day_paper

#: Days that do not count into the six months: 执行程序解释第13条.
NOT_COUNTED = (
    "public_notice",
    "valuation",
    "jurisdiction",
    "coordination",
    "deferral",
    "suspension",
)
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go: a heading, what to do, and on what it rests."""

    title: str
    text: str
    basis: str


def six_months(
    applied_on: date, events: Iterable[Event], calendar: Calendar, pairs: Iterable[Pair] = ()
) -> date | None:
    """Return the last day of the six months of art. 237, None while a period is not counted.

    Args:
        applied_on: day the court received the application (收到申请执行书之日).
        events: the timeline as it reads today.
        pairs: event kinds that open and close an excluded period of their own.
    """
    by_kind: dict[str, list[Event]] = {}
    for event in events:
        by_kind.setdefault(event.kind, []).append(event)
    spells: Mapping[str, Sequence[Spell]] = spells_of(by_kind, pairs)
    pauses = [(s.opened, s.closed) for kind in NOT_COUNTED for s in spells.get(kind, ())]
    return due_date(applied_on, MONTHS, "months", pauses, calendar).due


def up_level(upper: str, last_day: date | None, today: date) -> Way:
    """Return the way to the court one level up (民事诉讼法第237条).

    Args:
        upper: name of the court one level up. last_day: see ``six_months``.
    """
    if last_day is None:
        when = "现在是不计入的期间，六个月暂停计算。"
    elif last_day < today:
        when = f"按收到申请之日和扣除期间推算，六个月已于 {day_paper(last_day)} 届满。"
    else:
        when = f"按收到申请之日和扣除期间推算，六个月到 {day_paper(last_day)} 为止。"
    return Way(
        "超过六个月没有执行",
        f"法院自收到申请执行书之日起超过六个月没有执行的，您可以向上一级法院（{upper}）"
        f"申请执行。{when}执行中才发现财产的，六个月从发现财产之日起算。"
        "公告、评估、中止等期间不计入。是否符合条件，由上一级法院审查决定。",
        "《民事诉讼法》（2023年）第237条；执行程序解释第10条、第13条",
    )


def petition() -> Way:
    """Return the way of a petition (执行信访)."""
    return Way(
        "反映法院没有按时办或者态度问题",
        "点“反映问题”，写明哪一件事、从什么时候起。法院应当在五个工作日内登记并确定办理人，"
        "三十日内办结并把结果告诉您。",
        "“接访即办”意见（法〔2021〕227号）第4条、第5条；三十日的规定仅见一处来源，有待核实",
    )


def resume() -> Way:
    """Return the way back after 终结本次执行程序: resumption (恢复执行)."""
    return Way(
        "终结本次执行程序以后",
        "这不等于不再执行。终结后五年内，法院每六个月通过网络查询一次财产，并把结果告诉您。"
        "发现可以执行的财产的，您可以随时向法院申请恢复执行，不受时间限制。",
        "《关于严格规范终结本次执行程序的规定（试行）》（法〔2016〕373号）第9条",
    )


def objection() -> Way:
    """Return the way of an objection to an act (执行行为异议)."""
    return Way(
        "认为法院的执行行为违法",
        "可以向办案法院提出书面异议，法院应当自收到之日起十五日内审查并作出裁定。"
        "对裁定不服的，可以自裁定送达之日起十日内向上一级法院申请复议。"
        "网上反映问题不能代替书面异议。",
        "《民事诉讼法》（2023年）第236条",
    )
