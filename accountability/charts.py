"""Figures of the dashboard as its charts and tables draw them, each with what it shows in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from accountability.queries import RUNNING_STATUSES
from accountability.statistics import (
    SMALL,
    CourtRow,
    Dashboard,
    Rate,
    RuleRow,
    Spread,
    spread,
)
from cases.machine import State
from enforcement.zh_format import percent

TONES = {"ok": "ok", "amber": "soon", "lapsed": "late", "suspended": "paused"}
STATE_TONES = {
    State.FILED: "muted",
    State.ASSIGNED: "soon",
    State.ENFORCING: "accent",
    State.SUSPENDED: "paused",
}
#: Lines of single rules beside the one of all rules; more than that nobody can follow.
LINES = 4
#: A trend compares the last months with the ones before.
RECENT = 3

Chart = dict[str, Any]


def clocks_chart(rules: list[RuleRow]) -> Chart:
    """Return running clocks by rule, stacked by status."""
    return {
        "kind": "stacked",
        "unit": "项",
        "labels": [row.name for row in rules],
        "series": [
            {
                "name": label,
                "tone": TONES[status],
                "values": [row.statuses[status].value for row in rules],
            }
            for status, label in RUNNING_STATUSES.items()
        ],
        "urls": [[row.statuses[status].url for row in rules] for status in RUNNING_STATUSES],
    }


def clocks_finding(board: Dashboard) -> str:
    """Return what the chart of clocks shows."""
    lapsed, running = board.clocks["lapsed"].value, board.clocks["running"].value
    if not running:
        return "没有正在计算的期限"
    if not lapsed:
        return f"{running:,} 项正在计算的期限都没有逾期"
    worst = max(board.rules, key=lambda row: row.statuses["lapsed"].value)
    n = worst.statuses["lapsed"].value
    return (
        f"{lapsed:,} 项逾期，占正在计算的 {percent(lapsed, running)}；“{worst.name}”最多，{n:,} 项"
    )


def ages_chart(board: Dashboard) -> Chart:
    """Return open cases by age, stacked by state."""
    states = [s for s in State if s != State.CLOSED]
    return {
        "kind": "stacked",
        "unit": "件",
        "labels": [label for label, _ in board.ages],
        "series": [
            {
                "name": s.label,
                "tone": STATE_TONES[s],
                "values": [counts[str(s)].value for _, counts in board.ages],
            }
            for s in states
        ],
        "urls": [[counts[str(s)].url for _, counts in board.ages] for s in states],
    }


def ages_finding(board: Dashboard) -> str:
    """Return what the chart of ages shows."""
    if not board.cases.value:
        return "没有在办案件"
    old = sum(n.value for n in board.ages[-1][1].values())
    new = sum(n.value for n in board.ages[0][1].values())
    share = percent(old, board.cases.value)
    return f"{old:,} 件立案已超过 12 个月，占 {share}；本月新收 {new:,} 件"


def months_chart(board: Dashboard) -> Chart:
    """Return the rate kept, in per cent, month by month: all rules, and the red lines most used."""
    red = [row for row in board.rules if row.severity == "flag" and not row.rate.small]
    red = sorted(red, key=lambda row: -row.rate.whole.value)[:LINES]
    lines = [("全部期限", "accent", [rate for _, rate in board.months])]
    tones = ("late", "ok", "soon", "paused")
    lines += [(row.name, tone, row.months) for row, tone in zip(red, tones, strict=False)]
    return {
        "kind": "lines",
        "unit": "%",
        "labels": [f"{month:%Y-%m}" for month, _ in board.months],
        "series": [
            {"name": name, "tone": tone, "values": [rate.percent for rate in rates]}
            for name, tone, rates in lines
        ],
        "urls": [[rate.whole.url for rate in rates] for _, _, rates in lines],
        "min": _floor(rate for _, _, rates in lines for rate in rates),
        "max": 100,
    }


def _floor(rates: Iterable[Rate]) -> int:
    """Return where the axis begins: at a round figure below the lowest rate."""
    lowest = min((r.percent for r in rates if r.percent is not None), default=0.0)
    return max(0, int(lowest // 10) * 10 - 10)


def months_finding(board: Dashboard) -> str:
    """Return what the trend shows: the last three months against the ones before."""
    if not board.rate.whole.value:
        return "近 12 个月没有到期或者完成的期限"
    now = percent(board.rate.part.value, board.rate.whole.value)
    late, early = _sums(board.months[-RECENT:]), _sums(board.months[:-RECENT])
    if min(late[1], early[1]) < SMALL:
        return f"近 12 个月按期率 {now}（{board.rate.whole.value:,} 项）"
    change = 100 * (late[0] / late[1] - early[0] / early[1])
    words = (
        "持平"
        if abs(change) < 0.5
        else f"{'上升' if change > 0 else '下降'} {abs(change):.1f} 个百分点"
    )
    return f"近 3 个月按期率 {percent(*late)}，比此前 9 个月{words}"


def _sums(months: list[tuple[Any, Rate]]) -> tuple[int, int]:
    return sum(r.part.value for _, r in months), sum(r.whole.value for _, r in months)


def funnel(board: Dashboard) -> list[dict[str, Any]]:
    """Return the flags by how far they have come."""
    stages = (
        ("valid", "标记", "accent"),
        ("heard", "已说明或审查", "accent"),
        ("judged", "已审查", "accent"),
        ("upheld", "认定超期", "late"),
        ("closed", "已办结", "ok"),
    )
    return [
        {"label": label, "value": board.flags[key].value, "tone": tone, "url": board.flags[key].url}
        for key, label, tone in stages
    ]


def funnel_finding(board: Dashboard) -> str:
    """Return what the funnel shows."""
    flags = board.flags
    if not flags["valid"].value:
        return "没有超期标记"
    waiting = flags["raised"].value + flags["demanded"].value
    told, total = flags["explained"].value, flags["valid"].value
    return f"{total:,} 个标记，{waiting:,} 个还没有说明，{told:,} 个等待审查"


# -- the courts below ---------------------------------------------------------------------------

SORTS: dict[str, Callable[[CourtRow], tuple[Any, ...]]] = {
    "court": lambda row: (row.court.lft,),
    "cases": lambda row: (row.cases.value,),
    "lapsed": lambda row: (row.lapsed.part.value,),
    "share": lambda row: (_comparable(row.lapsed), row.lapsed.part.value),
    "rate": lambda row: (_comparable(row.rate), row.rate.whole.value),
    "flags": lambda row: (row.flags.value,),
}


def _comparable(rate: Rate) -> float:
    """Return the share for sorting; a small base stands below every other."""
    return -1.0 if rate.small or rate.share is None else rate.share


def sorted_rows(rows: list[CourtRow], sort: str) -> list[CourtRow]:
    """Return the rows in order of a key of ``SORTS`` (``-`` in front: descending), own row last."""
    key = SORTS.get(sort.removeprefix("-"), SORTS["share"])
    order = sorted(rows, key=lambda row: row.court.lft)
    order = sorted(order, key=key, reverse=sort.startswith("-"))
    return sorted(order, key=lambda row: row.scope.own)


def bar_of(row: CourtRow) -> list[dict[str, Any]]:
    """Return the small bar of one court: lapsed clocks against the others running."""
    lapsed = row.lapsed.part.value
    return [
        {"label": "逾期", "value": lapsed, "tone": "late"},
        {"label": "其他", "value": row.lapsed.whole.value - lapsed, "tone": "muted"},
    ]


def strip(rows: list[CourtRow], pick: Callable[[CourtRow], Rate]) -> dict[str, Any] | None:
    """Return how a rate is distributed among the courts below: a dot each, and the quartiles.

    Small bases are left out and counted; None where there is nothing to compare. Places are in
    per cent of the width.
    """
    rates = [(row, pick(row)) for row in rows]
    found = spread(rate for _, rate in rates)
    if found is None:
        return None
    low, high = _range(found)

    def place(share: float) -> float:
        return round(100 * (share - low) / (high - low), 2)

    shown = [(row, rate) for row, rate in rates if not rate.small and rate.share is not None]
    return {
        "spread": found,
        "left_out": len(rates) - len(shown),
        "low": percent(low),
        "high": percent(high),
        "box": (place(found.quarter), place(found.three_quarters) - place(found.quarter)),
        "middle": place(found.middle),
        "dots": [
            {
                "x": place(rate.share or 0.0),
                "title": f"{row.court.name}{'（本级）' if row.scope.own else ''} "
                f"{percent(rate.part.value, rate.whole.value)}"
                f"（{rate.part.value:,}/{rate.whole.value:,}）",
                "url": rate.part.url,
            }
            for row, rate in shown
        ],
    }


def _range(found: Spread) -> tuple[float, float]:
    """Return the ends of the axis: tenths that hold every dot."""
    low = int(found.low * 10) / 10
    high = min(1.0, (int(found.high * 10) + 1) / 10)
    return low, max(high, low + 0.1)


def below_finding(rows: list[CourtRow]) -> str:
    """Return what the comparison of the courts below shows, without making a last one of one."""
    compared = [row for row in rows if not row.lapsed.small and row.lapsed.share is not None]
    found = spread(row.lapsed for row in compared)
    if found is None:
        return "基数不足，不作比较"
    if not found.high:
        return f"{found.courts} 个法院都没有逾期的期限"
    worst = max(compared, key=lambda row: row.lapsed.share or 0)
    name = worst.court.name + ("（本级）" if worst.scope.own else "")
    return f"逾期占比中位数 {percent(found.middle)}，最高 {percent(found.high)}（{name}）"
