"""One line of the docket as HTML, formatted once.

A page of fifty lines looked up 1,700 template variables and took half of its time for it; here a
line is one formatting of values that are at hand. What comes from people is escaped by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deadlines.queries import Line
from enforcement import zh_format

_ROW = (
    '<tr><td class="nowrap"><a class="urgency {css}"{why}>'
    '<span class="u-sign" aria-hidden="true">{sign}</span>{text}</a>'
    '<span class="sub">{due}</span></td>'
    '<td class="next">{act}<span class="sub">{rule}{more}</span></td>'
    '<td><a class="strong" href="{url}"><span class="case-no">{number}</span></a>{handler}</td>'
    '<td class="long">{applicants} <span class="soft">→</span> {debtors}</td>'
    '<td class="num" data-label="标的额">{amount}</td>'
    '<td><span class="state tone-{tone}">{state}</span></td>'
    '<td class="nowrap last" data-label="最近">{last}<span class="sub">{last_on}</span></td></tr>'
)


def docket_rows(
    lines: Iterable[Line], today: date, back: str, *, handlers: bool, first: bool
) -> SafeString:
    """Return lines of the docket as table rows.

    Args:
        back: address, quoted, that the form of an act leads back to.
        handlers: show who holds each case. first: the first line's act is the page's main one.
    """
    case_url, why_url = _address("case"), _address("why")
    rows = [
        _values(line, today, back, handlers, first and n == 0, case_url, why_url)
        for n, line in enumerate(lines)
    ]
    return format_html_join("\n", _ROW, rows)


def _address(name: str) -> str:
    """Return the address of a kind of page, with a place for the number of the row."""
    return reverse(name, args=[0]).replace("/0/", "/%d/")


def _values(
    line: Line, today: date, back: str, handlers: bool, main: bool, case_url: str, why_url: str
) -> dict[str, Any]:
    case, urgency, sides = line.case, line.urgency, line.sides
    why = format_html(' href="{}" title="为什么是这一天"', why_url % line.why) if line.why else ""
    return {
        "css": urgency.css,
        "why": why,
        "sign": urgency.sign,
        "text": urgency.text,
        "due": f"{zh_format.day_zh(line.due, today)}到期" if line.due else "",
        "act": _act(line, back, main),
        "rule": line.rule,
        "more": f" · 另有 {line.more} 项紧急" if line.more else "",
        "url": case_url % case.pk,
        "number": case.number,
        "handler": format_html('<span class="sub">{}</span>', case.handler or "未分案")
        if handlers
        else "",
        "applicants": (sides and sides.applicants) or zh_format.NOTHING,
        "debtors": (sides and sides.debtors) or zh_format.NOTHING,
        "amount": zh_format.wan(case.amount),
        "tone": line.tone,
        "state": case.get_state_display(),
        "last": line.last,
        "last_on": zh_format.day(line.last_on),
    }


def _act(line: Line, back: str, main: bool) -> SafeString | str:
    if line.act is None:
        return ""
    return format_html(
        '<a class="btn btn-sm{}" href="{}?next={}">{}</a>',
        " btn-primary" if main else "",
        line.act.url,
        back,
        line.act.label,
    )
