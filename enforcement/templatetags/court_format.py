"""Template tags and filters of the courts' pages: ``{% load court_format %}``.

Thin covers of :mod:`enforcement.zh_format`. They return short strings and are cheap in loops;
``{% icon %}``, ``{% urgency %}`` and ``{% case_no %}`` build their markup with ``format_html``
rather than through an include, because a list shows them hundreds of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from enforcement import zh_format

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"

for _name in ("money", "yuan", "wan", "money_short", "day", "day_paper", "duration_zh", "mask_id"):
    register.filter(_name, getattr(zh_format, _name))


@lru_cache(maxsize=1)
def _sprite_url() -> str:
    """Return the address of the icon sprite (asked hundreds of times a page)."""
    return static(SPRITE)


def court_today() -> date:
    """Return today's legal day; pages that carry ``today`` in their context use that instead."""
    return timezone.now().astimezone(zh_format.COURT_ZONE).date()


@register.filter
def day_zh(value: date | datetime | None, today: date | None = None) -> str:
    """``{{ due|day_zh }}`` or ``{{ due|day_zh:today }}``: 11月24日（周二）."""
    return zh_format.day_zh(value, today or court_today())


@register.filter
def mask_name(name: str | None, kind: str = "natural") -> str:
    """``{{ party.name|mask_name:party.kind }}``: 张某某; bodies in full."""
    return zh_format.mask_name(name, kind)


@register.filter
def count(value: int | None, cap: int | None = None) -> str:
    """``{{ n|count }}`` or ``{{ n|count:1000 }}``: 1,000+ above the cap."""
    return zh_format.count(value, cap)


@register.filter
def percent(part: float | None, whole: float | None = None) -> str:
    """``{{ on_time|percent:all }}`` or ``{{ 0.925|percent }}``: 92.5%."""
    return zh_format.percent(part, whole)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """``{{ at|moment }}``: 2026-11-22 17:05 in Asia/Shanghai, as a ``<time>`` element."""
    if value is None:
        return zh_format.NOTHING
    return format_html(
        '<time datetime="{}">{}</time>', zh_format.moment_iso(value), zh_format.moment(value)
    )


@register.filter
def case_no(number: object) -> SafeString:
    """``{{ case.number|case_no }}``: a case number that never wraps."""
    return format_html('<span class="case-no">{}</span>', number or zh_format.NOTHING)


@register.filter
def nowrap(value: object) -> SafeString:
    """``{{ value|nowrap }}``: any short text that must stay on one line."""
    return format_html('<span class="text-nowrap">{}</span>', value)


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """``{% icon "gavel" %}``: an icon of the sprite; silent unless given a label."""
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}#i-{}"/></svg>',
            css,
            label,
            _sprite_url(),
            name,
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        css,
        _sprite_url(),
        name,
    )


@register.simple_tag
def days_left(
    due: date | None, today: date | None = None, state: str = "running", amber: int | None = None
) -> zh_format.Urgency:
    """``{% days_left due today state as u %}``: ``u.sign u.text u.css u.days``."""
    return zh_format.days_left(
        due or None,
        today or court_today(),
        state or "running",
        zh_format.AMBER_DAYS if amber is None else amber,
    )


@register.simple_tag
def urgency(
    due: date | None,
    today: date | None = None,
    state: str = "running",
    why: str = "",
    amber: int | None = None,
) -> SafeString:
    """``{% urgency due today state why=url %}``: ● 逾期 3 天, linked to "why this date"."""
    u = days_left(due, today, state, amber)
    inner = format_html('<span class="u-sign" aria-hidden="true">{}</span>{}', u.sign, u.text)
    if why:
        return format_html(
            '<a class="urgency {}" href="{}" title="为什么是这一天">{}</a>', u.css, why, inner
        )
    return format_html('<span class="urgency {}">{}</span>', u.css, inner)


@register.simple_tag
def stack(
    parts: Iterable[Mapping[str, Any]], total: float | None = None
) -> list[zh_format.Segment]:
    """``{% stack parts as segments %}``: parts of a bar with ``x`` and ``width`` in per cent."""
    return zh_format.stack([dict(part) for part in parts or ()], total)


@register.simple_tag
def clock_bar(
    start: date,
    due: date | None,
    today: date | None = None,
    excluded: Iterable[tuple[date, date | None]] = (),
    done_on: date | None = None,
) -> zh_format.ClockBar:
    """``{% clock_bar start due today excluded done_on as bar %}`` for ``_clock_bar.html``."""
    return zh_format.clock_bar(
        start,
        due or None,
        today or court_today(),
        excluded=tuple((pair[0], pair[1]) for pair in excluded or ()),
        done_on=done_on,
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """``{% query sort="due" after="" %}``: this page's query string with some keys changed.

    An empty value drops its key; the result starts with ``?``.
    """
    request = context.get("request")
    params = request.GET.copy() if request is not None else {}
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = str(value)
    return "?" + (params.urlencode() if hasattr(params, "urlencode") else urlencode(params))


class KeepNode(template.Node):
    """Renders its content once and keeps it under a name (see :func:`keep`)."""

    def __init__(self, name: str, nodelist: template.NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        """Put the content into the context; show nothing here."""
        # a template, rendered and escaped already
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308
        return ""


@register.tag
def keep(parser: template.base.Parser, token: template.base.Token) -> KeepNode:
    """``{% keep name %}…{% endkeep %}``: use the same block twice, as the tab's title and the h1.

    Raises:
        TemplateSyntaxError: without exactly one name.
    """
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("{% keep name %} takes one name")
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(parts[1], nodelist)


@register.simple_tag
def chart_rows(chart: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{% chart_rows chart as rows %}``: the chart's figures as the rows of its table.

    Each row is ``{"label", "url", "cells": [{"value", "url"}, …]}``; a flat ``urls`` belongs to
    the label, a nested one (one list for each series) to the figures.
    """
    urls = chart.get("urls") or []
    nested = bool(urls) and isinstance(urls[0], (list, tuple))
    rows = []
    for i, label in enumerate(chart["labels"]):
        cells = [
            {"value": one["values"][i], "url": urls[j][i] if nested else ""}
            for j, one in enumerate(chart["series"])
        ]
        rows.append({"label": label, "url": "" if nested or not urls else urls[i], "cells": cells})
    return rows


#: Widgets that draw their own label or boxes and take no ``form-control``.
_SELECTS = (forms.Select, forms.SelectMultiple)
_CHECKS = (forms.CheckboxInput,)
_MANY = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.filter
def field_kind(field: forms.BoundField) -> str:
    """Tell how ``_field.html`` draws a field: input, select, check, choices or hidden."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, _MANY):
        return "choices"
    if isinstance(widget, _CHECKS):
        return "check"
    return "select" if isinstance(widget, _SELECTS) else "input"


@register.simple_tag
def control(field: forms.BoundField, css: str = "", unit: str = "") -> SafeString:
    """Draw the input with our classes; Django adds ``aria-invalid`` and ``aria-describedby``."""
    base = {"select": "form-select", "check": "form-check-input", "input": "form-control"}
    classes = [
        base.get(field_kind(field), ""),
        css,
        str(field.field.widget.attrs.get("class", "")),
        "is-invalid" if field.errors else "",
    ]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if unit and field_kind(field) == "input":
        attrs["inputmode"] = "decimal"
    return field.as_widget(attrs=attrs)


@register.filter
def unit(field: forms.BoundField) -> str:
    """Return the unit that stands inside a field: the ``data-unit`` attribute of its widget."""
    return str(field.field.widget.attrs.get("data-unit", ""))


@register.filter
def is_short(field: forms.BoundField) -> bool:
    """Tell whether a field is drawn narrow: days, numbers, and widgets with ``data-short``."""
    widget = field.field.widget
    return "data-short" in widget.attrs or isinstance(
        widget, (forms.DateInput, forms.NumberInput, forms.TimeInput)
    )


@register.simple_tag
def setting(name: str) -> object:
    """Return one of the few settings that pages may show (version, demo); others are empty."""
    return getattr(settings, name, "") if name in {"VERSION", "DEMO"} else ""
