"""Tables and lists of the supervisory report, from the snapshot (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from enforcement.papers.model import Annex, Block, Column, KeyValues, Para, Table
from enforcement.zh_format import day_paper, money

Facts = Mapping[str, Any]

#: How sure the source of a rule is, in words (marks: deadlines/rule.py).
SURE = {
    "TXT": "已核对原文",
    "C5": "五处以上来源印证",
    "C4": "四处来源印证",
    "C3": "三处来源印证",
    "C2": "两处来源印证",
    "C1": "一处来源",
    "ART": "仅见公开报道",
    "MEM": "未经核对",
    "INF": "内部规则或者推断",
    "NF": "未查到出处",
}
UNITS = {"days": "日", "workdays": "个工作日", "months": "个月", "years": "年"}
#: Events that tell how the case was handled; the annex has all of them.
COURSE = ("case.", "handler.", "file.", "notice.", "lead.", "measure.", "listing.", "limit.")


def day(iso: str) -> str:
    """Return an ISO day as a paper writes it: 2026年11月2日."""
    return day_paper(date.fromisoformat(iso)) if iso else "—"


def names(snap: Facts, role: str) -> str:
    """Return the names of the parties in one role."""
    return "、".join(p["name"] for p in snap["parties"] if p["role"] == role)


def card(snap: Facts) -> KeyValues:
    """Return the facts of the case as label and value."""
    case = snap["case"]
    pairs = [
        ("案　　号", case["number"]),
        ("执行法院", case["court"]),
        ("案件类型", case["procedure"]),
        ("案　　由", case["cause"]),
        ("执行依据", f"{case['basis_body']}{case['basis_number']}"),
        *((role, names(snap, role)) for role in dict.fromkeys(p["role"] for p in snap["parties"])),
        ("申请标的", money(case["amount"])),
        ("到位金额", money(case["paid"]) if case["paid"] else ""),
        ("收到申请", day(case["applied_on"])),
        ("立　　案", day(case["filed_on"])),
        ("承 办 人", "；".join(map(_term, snap["handlers"])) or "尚未确定"),
        ("案件状态", _state(case)),
        ("财产线索", "；".join(map(_lead, snap["leads"]))),
        ("控制措施", "；".join(map(_measure, snap["measures"]))),
        ("失信名单", "；".join(map(_listing, snap["listings"]))),
    ]
    return KeyValues(tuple((label, value) for label, value in pairs if value))


def _term(term: Facts) -> str:
    last = day(term["last_day"]) if term["last_day"] else "今"
    return f"{term['name']}（{day(term['first_day'])}至{last}）"


def _state(case: Facts) -> str:
    if not case["closed_on"]:
        return str(case["state"])
    return f"{case['state']}（{day(case['closed_on'])}，{case['closing']}）"


def _lead(lead: Facts) -> str:
    done = f"，{day(lead['verified_on'])}核查" if lead["verified_on"] else ""
    return f"{lead['kind']}（{day(lead['submitted_on'])}提供{done}，{lead['result']}）"


def _measure(measure: Facts) -> str:
    end = f"{day(measure['expires_on'])}{'已届满' if measure['expired'] else '到期'}"
    what = f"{day(measure['on'])}{measure['kind']}{measure['target']}"
    return f"{what}（{money(measure['amount'])}，{end}）"


def _listing(listing: Facts) -> str:
    done = f"{day(listing['published_on'])}公布" if listing["published_on"] else "尚未公布"
    return f"{listing['debtor']}（{day(listing['decided_on'])}决定，{done}）"


def course(snap: Facts) -> Iterable[Block]:
    """Return the steps of the handling as a table, corrected days already read."""
    rows = [
        (str(e["seq"]), e["on"], e["label"], _told(e))
        for e in _in_order(snap)
        if e["kind"].startswith(COURSE) and not e["void"]
    ]
    if not rows:
        yield Para("该案时间线上没有办理记录。")
        return
    columns = (
        Column("序号", 0.6, "center"),
        Column("日期", 1.3, "center"),
        Column("事项", 1.5),
        Column("记载内容", 3.6),
    )
    yield Table(columns, tuple(rows), "表1　案件办理经过")


def _in_order(snap: Facts) -> list[Facts]:
    return sorted(snap["events"], key=lambda e: (e["on"], e["seq"]))


def _told(event: Facts) -> str:
    text = str(event["text"])
    if event["note"]:
        text += f"（{' '.join(event['note'].split())}）"
    if event["on"] != event["first_on"]:
        text += f"（原记载日期{event['first_on']}，已更正）"
    return text


def clocks(snap: Facts) -> Table:
    """Return every clock with its days and how it stood."""
    columns = (
        Column("期限", 1.9),
        Column("起算", 1.8),
        Column("届满日", 1.2, "center"),
        Column("完成日", 1.2, "center"),
        Column("结果", 1.3, "center"),
    )
    rows = [
        (
            f"{clock['name']}（{span(clock)}）",
            f"{clock['start_label']}　{clock['start_on']}",
            clock["due"] or "中止计算",
            clock["stopped_on"] or "—",
            result(clock),
        )
        for clock in sorted(snap["clocks"], key=lambda c: (c["start_on"], c["rule"]))
    ]
    return Table(columns, tuple(rows), "表2　期限核查结果")


def span(clock: Facts) -> str:
    """Return the length of a clock in words: 7日, 6个月."""
    return f"{clock['n']}{UNITS[clock['unit']]}"


def result(clock: Facts) -> str:
    """Return how a clock stood, in a few characters."""
    words = {
        "running": "进行中",
        "amber": "临期",
        "suspended": "中止计算",
        "done": "按期",
        "moot": "无需履行",
        "overdue": f"超期{clock['days_late']}日，未完成",
        "late": f"超期{clock['days_late']}日",
    }
    return words[clock["status"]]


def evidence(snap: Facts, finding: Facts) -> str:
    """Return the evidence of one answer: numbers, days and names of events, and the rest."""
    by_seq = {event["seq"]: event for event in snap["events"]}
    picks = [
        f"第{seq}项（{by_seq[seq]['on']}{by_seq[seq]['label']}）"
        for seq in finding["evidence"]
        if seq in by_seq
    ]
    parts = []
    if picks:
        parts.append(f"案件时间线{'、'.join(picks)}")
    if finding["other_evidence"]:
        parts.append(" ".join(finding["other_evidence"].split()).rstrip("。"))
    return f"证据：{'；'.join(parts)}。" if parts else ""


def annexes(snap: Facts) -> tuple[Annex, ...]:
    """Return the annexes: the whole timeline as known on the day, and what the periods rest on."""
    found = [Annex("案件时间线摘录", (_timeline(snap),))]
    if snap["clocks"]:
        found.append(Annex("期限规则和依据", (_sources(snap),)))
    return tuple(found)


def _timeline(snap: Facts) -> Table:
    columns = (
        Column("序号", 0.6, "center"),
        Column("日期", 1.2, "center"),
        Column("事项", 1.5),
        Column("记载内容", 3.2),
        Column("记录日、记录人", 1.4),
    )
    rows = tuple(
        (
            str(event["seq"]),
            event["on"],
            f"{event['label']}{'（作废）' if event['void'] else ''}",
            _told(event),
            f"{event['recorded_on']}　{event['by']}",
        )
        for event in snap["events"]
    )
    return Table(columns, rows, f"截至{snap['as_of']}已经记录的事项，按记录先后排列")


def _sources(snap: Facts) -> Table:
    columns = (Column("期限", 1.8), Column("依据", 3.6), Column("依据核对情况", 1.4))
    rules = {(c["name"], span(c)): c for c in snap["clocks"]}
    rows = tuple(
        (f"{name}（{length}）", clock["source"], _sure(clock["confidence"]))
        for (name, length), clock in sorted(rules.items())
    )
    return Table(columns, rows)


def _sure(marks: str) -> str:
    return "；".join(SURE.get(mark, mark) for mark in marks.split("/"))
