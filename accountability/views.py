"""Dashboards down the court tree, the lists behind their figures, and the page of a flag."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accountability import charts, flagpage
from accountability.exports import csv_answer
from accountability.machine import FlagState
from accountability.panels import TONES
from accountability.queries import (
    CLOCK_STATUSES,
    FLAG_STAGES,
    MONTHLY,
    RUNNING_STATUSES,
    ClockList,
    FlagList,
    Scope,
)
from accountability.reading import clock_list, flag_list, scope_of
from accountability.statistics import MONTHS, SMALL, Dashboard, running
from accountability.statistics import dashboard as figures_of
from cases.reading import noted
from deadlines.duties import urgency_of
from deadlines.law import current
from enforcement.access import sight
from enforcement.frame import acting_post
from enforcement.models import Court, User
from enforcement.paging import CAP, capped_count, page_of
from enforcement.replica.lists import replicated
from enforcement.roles import COURT_ROLES
from enforcement.staff import staff, who

SIGNS = {"ok": "✓", "amber": "▲", "lapsed": "●", "suspended": "‖"}
#: Rows read at a time while an export is sent.
CHUNK = 2_000
#: Stages that gather others; they are opened from figures and show only then.
GROUPED = frozenset({"valid", "heard", "judged"})

Chip = dict[str, Any]


def rule_names() -> dict[str, str]:
    """Return the Chinese name of every rule."""
    book = current().rulebook
    return {code: rule.name for code in book.codes() if (rule := book.latest(code))}


def _home(request: HttpRequest) -> Court | None:
    """Return the court of the post the person acts from."""
    post = acting_post(request)
    return post.court if post else None


def _tree(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    """Return where a page stands in the tree: courts in sight above, and whether any are below."""
    user, today = who(request)
    seen = sight(user, today)
    return {
        "scope": scope,
        "above": [court for court in scope.court.ancestors() if seen.covers(court)],
        "has_below": scope.court.rgt > scope.court.lft + 1,
        "sees_below": any(
            lft <= scope.court.lft and scope.court.rgt <= rgt for lft, rgt in seen.ranges
        ),
    }


# -- the dashboard ------------------------------------------------------------------------------


@staff
@require_GET
@replicated
def dashboard(request: HttpRequest, key: str = "") -> HttpResponseBase:
    """Show every figure of one court in sight, and of the courts one level below it.

    Raises:
        NotFound: no such court, or not in sight.
    """
    user, today = who(request)
    own = request.GET.get("own") == "1"
    scope = scope_of(user, today, key, own=own, home=_home(request))
    board = figures_of(scope, today)
    context = {
        "board": board,
        "small": SMALL,
        "months_shown": MONTHS,
        "statuses": RUNNING_STATUSES,
        "rules": [
            (row, [(RUNNING_STATUSES[status], n) for status, n in row.statuses.items()])
            for row in board.rules
        ],
        **_tree(request, scope),
        **_drawn(board),
        **_compared(board, request.GET.get("sort", "-share")),
    }
    return render(request, "accountability/dashboard.html", context)


def _drawn(board: Dashboard) -> dict[str, Any]:
    """Return the charts, each with its finding."""
    return {
        "clocks_chart": charts.clocks_chart(board.rules),
        "clocks_finding": charts.clocks_finding(board),
        "ages_chart": charts.ages_chart(board),
        "ages_finding": charts.ages_finding(board),
        "months_chart": charts.months_chart(board),
        "months_finding": charts.months_finding(board),
        "funnel": charts.funnel(board),
        "funnel_finding": charts.funnel_finding(board),
    }


def _compared(board: Dashboard, sort: str) -> dict[str, Any]:
    """Return the courts below in the order asked for, with bars and distributions."""
    if sort.removeprefix("-") not in charts.SORTS:
        sort = "-share"
    rows = charts.sorted_rows(board.below, sort)
    strips = [
        ("按期率", charts.strip(board.below, lambda row: row.rate)),
        ("逾期占比", charts.strip(board.below, lambda row: row.lapsed)),
    ]
    return {
        "below": [(row, charts.bar_of(row)) for row in rows if row.busy or row.scope.own],
        "idle": [row.court for row in rows if not row.busy and not row.scope.own],
        "below_finding": charts.below_finding(board.below),
        "strips": [(label, drawn) for label, drawn in strips if drawn],
        "sort": sort,
    }


# -- the lists ----------------------------------------------------------------------------------


@staff
@require_GET
@replicated
def clocks(request: HttpRequest) -> HttpResponseBase:
    """List clocks of a court in sight by rule, status and month; ``?format=csv`` exports them.

    Raises:
        Invalid: a filter that cannot be read. NotFound: a court not in sight.
    """
    user, today = who(request)
    asked = clock_list(user, today, request.GET, _home(request))
    rows = asked.rows(today).select_related("case", "case__court", "case__handler")
    names = rule_names()
    if request.GET.get("format") == "csv":
        return csv_answer("clocks", _CLOCK_HEAD, _clock_lines(asked, today, names))
    page = page_of(rows, asked.order, request, spread=asked.spread(today))
    for row in page.rows:
        row.rule_name = names.get(row.rule, row.rule)  # type: ignore[attr-defined]
        row.urgency = urgency_of(row, today)  # type: ignore[attr-defined]
    context = {
        "asked": asked,
        "page": page,
        "total": asked.count(today),
        "cap": CAP,
        "rules": sorted(names.items(), key=lambda pair: pair[1]),
        "statuses": CLOCK_STATUSES,
        "monthly": asked.status in MONTHLY,
        "chips": _status_chips(asked, today),
        **_tree(request, asked.scope),
    }
    return render(request, "accountability/clocks.html", context)


_CLOCK_HEAD = ("案号", "法院", "期限", "起算日", "届满日", "完成日", "状态", "承办人")


def _clock_lines(
    asked: ClockList, today: date, names: dict[str, str]
) -> Iterator[tuple[object, ...]]:
    rows = asked.rows(today).select_related("case", "case__court", "case__handler")
    for row in rows.order_by(*asked.order).iterator(CHUNK):
        yield (
            row.case.number,
            row.case.court.name,
            names.get(row.rule, row.rule),
            row.start_on,
            row.due,
            row.stopped_on,
            urgency_of(row, today).text,
            row.case.handler or "未确定",
        )


def _status_chips(asked: ClockList, today: date) -> list[Chip]:
    """Return the statuses of running clocks as chips, counted by the rollups."""
    counted = running(asked.scope, today, asked.rule)
    return [
        {
            "label": CLOCK_STATUSES[status],
            "url": ClockList(asked.scope, status, asked.rule).url,
            "count": counted[status].value,
            "sign": SIGNS.get(status, ""),
            "here": status == asked.status,
        }
        for status in ("running", *RUNNING_STATUSES)
    ]


@staff
@require_GET
@replicated
def flags(request: HttpRequest) -> HttpResponseBase:
    """List flags of a court in sight by stage, rule and holder, with the courts below.

    ``?format=csv`` exports them; ``?mine=1`` keeps those this person is asked to explain.

    Raises:
        Invalid: a filter that cannot be read. NotFound: a court not in sight.
    """
    user, today = who(request)
    asked = flag_list(user, today, request.GET, _home(request))
    rows = asked.rows(today).select_related("case", "case__court", "holder")
    names = rule_names()
    if request.GET.get("format") == "csv":
        return csv_answer("flags", _FLAG_HEAD, _flag_lines(asked, today, names))
    page = page_of(rows, asked.order, request)
    for row in page.rows:
        row.rule_name = names.get(row.rule, row.rule)  # type: ignore[attr-defined]
        row.tone = TONES.get(FlagState(row.state), "muted")  # type: ignore[attr-defined]
    board = figures_of(asked.scope, today)
    context = {
        "asked": asked,
        "page": page,
        "total": capped_count(rows),
        "cap": CAP,
        "rules": sorted(names.items(), key=lambda pair: pair[1]),
        "chips": _stage_chips(asked, board, user, today),
        "below": [row for row in charts.sorted_rows(board.below, "-flags") if row.flags.value],
        **_tree(request, asked.scope),
    }
    return render(request, "accountability/flags.html", context)


_FLAG_HEAD = ("案号", "法院", "期限", "届满日", "标记日", "届满日承办人", "状态", "升级次数")


def _flag_lines(
    asked: FlagList, today: date, names: dict[str, str]
) -> Iterator[tuple[object, ...]]:
    rows = asked.rows(today).select_related("case", "case__court", "holder")
    for row in rows.order_by(*asked.order).iterator(CHUNK):
        yield (
            row.case.number,
            row.case.court.name,
            names.get(row.rule, row.rule),
            row.due,
            row.raised_on,
            row.holder or "本院",
            row.get_state_display(),
            row.level,
        )


def _stage_chips(asked: FlagList, board: Dashboard, user: User, today: date) -> list[Chip]:
    """Return the stages as chips, with the dashboard's own counts; those to answer come first."""
    plain = not (asked.rule or asked.holder)
    chips = [
        {
            "label": words,
            "url": FlagList(asked.scope, stage, asked.rule, asked.holder).url,
            "count": board.flags[stage].value if plain and stage else None,
            "here": stage == asked.stage and not asked.mine,
        }
        for stage, words in [("", "全部"), *((s, words) for s, (words, _) in FLAG_STAGES.items())]
        if stage not in GROUPED or stage == asked.stage
    ]
    if sight(user, today).has(COURT_ROLES, asked.scope.court):
        own = FlagList(asked.scope, mine=user)
        count = capped_count(own.rows(today))
        chips.insert(
            0, {"label": "待我说明", "url": own.url, "count": count, "here": bool(asked.mine)}
        )
    return chips


@staff
@require_GET
def flag(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what the law asked, what happened, who held the case, and what was decided.

    Raises:
        NotFound: not there, or its case is not in sight.
    """
    user, today = who(request)
    context = flagpage.context(user, pk, today)
    court = noted(request, context["case"]).court
    context |= {"above": _tree(request, Scope(court))["above"]}
    return render(request, "accountability/flag.html", context)
