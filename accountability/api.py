"""Flags with their explanations and reviews, and the figures of a court, over the interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accountability.machine import FlagState
from accountability.models import ExplanationGround, Flag, FlagReview
from accountability.queries import FLAG_STAGES, scope_for
from accountability.statistics import Dashboard, Number, Rate, dashboard
from cases.api.moves import register_acted
from cases.api.parts import (
    LINKS_SCHEMA,
    CaseRef,
    HangingOne,
    HangingRows,
    Linked,
    PersonRef,
    Placed,
    Scoped,
    choice,
    number,
)
from deadlines.law import current
from deadlines.rule import DUTIES
from enforcement.api import CourtRef, court_in_sight
from enforcement.rest import links
from enforcement.rest.contract import Operation
from enforcement.rest.faces import Face, listing, single
from enforcement.rest.reading import Day, read_query, who_asks
from enforcement.staff import Who

TAG, FIGURES = "超期标记", "看板"


# -- flags ---------------------------------------------------------------------------------------


class FlagOut(Placed):
    """One flag."""

    kind = "flag"
    case = CaseRef()
    rule = serializers.CharField(help_text="规则的代码")
    rule_name = serializers.SerializerMethodField()
    state = choice(FlagState.choices)
    state_label = serializers.CharField(source="get_state_display")
    level = serializers.IntegerField(help_text="升级次数")
    duty = serializers.ChoiceField(DUTIES)
    holder = PersonRef(allow_null=True, help_text="届满日的承办人；不是承办人职责的为 null")
    start_seq = serializers.IntegerField(help_text="起算事件的序号")
    start_on = serializers.DateField()
    due = serializers.DateField(help_text="届满日")
    lapse_on = serializers.DateField(help_text="逾期首日")
    raised_on = serializers.DateField()
    demanded_on = serializers.DateField(allow_null=True)

    def get_rule_name(self, flag: Flag) -> str:
        """Return the name of the rule."""
        rule = current().rulebook.latest(flag.rule)
        return rule.name if rule else flag.rule


class ExplanationOut(serializers.Serializer):
    """What the person answerable says."""

    by = PersonRef()
    on = serializers.DateField()
    ground = choice(ExplanationGround.choices)
    text = serializers.CharField()
    late = serializers.BooleanField(help_text="逾期说明")


class FlagReviewOut(serializers.Serializer):
    """One decision on a flag."""

    by = PersonRef()
    on = serializers.DateField()
    outcome = choice(FlagReview.Outcome.choices)
    ground = serializers.CharField()


class ReplyOut(serializers.Serializer):
    """What the person found late says against it."""

    by = PersonRef()
    on = serializers.DateField()
    text = serializers.CharField()


class FlagDetail(FlagOut, Linked):
    """One flag with its explanation, reviews and reply."""

    explanation = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()
    reply = serializers.SerializerMethodField()

    @extend_schema_field(ExplanationOut(allow_null=True))
    def get_explanation(self, flag: Flag) -> dict[str, Any] | None:
        """Return the explanation, None while there is none."""
        found = getattr(flag, "explanation", None)
        return ExplanationOut(found).data if found else None

    @extend_schema_field(FlagReviewOut(many=True))
    def get_reviews(self, flag: Flag) -> Any:
        """Return the decisions, the first one first."""
        return FlagReviewOut(flag.reviews.select_related("by").order_by("id"), many=True).data

    @extend_schema_field(ReplyOut(allow_null=True))
    def get_reply(self, flag: Flag) -> dict[str, Any] | None:
        """Return the reply, None while there is none."""
        found = getattr(flag, "reply", None)
        return ReplyOut(found).data if found else None


#: Stages a list may be asked for: a state, or a name for several.
STAGES = [(code, label) for code, (label, _) in FLAG_STAGES.items()]


class FlagsAsked(Scoped):
    """Filters of the list of flags."""

    stage = choice(STAGES, required=False)
    rule = serializers.CharField(required=False, max_length=40, help_text="规则的代码")
    holder = number("届满日承办人的 id")
    raised_from = Day(required=False)
    raised_to = Day(required=False)


class FlagRows(HangingRows):
    """Flags, the newest first."""

    model, related, asks, gives = Flag, ("case", "holder"), FlagsAsked, FlagOut
    paths = {
        "rule": "rule",
        "holder": "holder_id",
        "raised_from": "raised_on__gte",
        "raised_to": "raised_on__lte",
    }
    operations = listing("list_flags", "超期标记清单", TAG, FlagOut, FlagsAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> Any:
        """Return the flags that meet the filters."""
        rows = super().rows(who, asked, **at)
        stage = asked.get("stage")
        return rows.filter(state__in=FLAG_STAGES[stage][1]) if stage else rows


class FlagOne(HangingOne):
    """One flag."""

    model, gives = Flag, FlagDetail
    related = ("case", "holder", "explanation__by", "reply__by")
    operations = single("get_flag", "超期标记", TAG, FlagDetail, versioned=True)


# -- figures -------------------------------------------------------------------------------------


class RateOut(serializers.Serializer):
    """A share with both its counts; no percentage on a small base."""

    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True, help_text="基数小于 10 的为 null")


class StatusCounts(serializers.Serializer):
    """Running clocks by how they stand."""

    running = serializers.IntegerField()
    ok = serializers.IntegerField()
    amber = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    suspended = serializers.IntegerField()


class RuleFigures(serializers.Serializer):
    """One rule: its clocks, and how often it was kept."""

    code = serializers.CharField()
    name = serializers.CharField()
    severity = serializers.CharField()
    clocks = StatusCounts()
    late = serializers.IntegerField(help_text="十二个月内逾期的")
    on_time = RateOut()


class AgeFigures(serializers.Serializer):
    """Open cases of one age by state."""

    age = serializers.CharField()
    states = serializers.DictField(child=serializers.IntegerField())


class MonthFigures(serializers.Serializer):
    """One month."""

    month = serializers.CharField(help_text="YYYY-MM")
    on_time = RateOut()


class BelowFigures(serializers.Serializer):
    """One court of the comparison."""

    court = CourtRef()
    own = serializers.BooleanField(help_text="只是本级")
    cases = serializers.IntegerField()
    lapsed = RateOut()
    on_time = RateOut()
    flags = serializers.IntegerField()
    url = serializers.CharField()


class DashboardOut(serializers.Serializer):
    """The figures of one court."""

    court = CourtRef()
    own = serializers.BooleanField(help_text="只是本级")
    today = serializers.DateField()
    cases = serializers.IntegerField(help_text="未结案件")
    ages = AgeFigures(many=True)
    clocks = StatusCounts()
    rules = RuleFigures(many=True)
    on_time = RateOut(help_text="十二个月")
    months = MonthFigures(many=True)
    flags = serializers.DictField(child=serializers.IntegerField())
    below = BelowFigures(many=True)
    links = serializers.SerializerMethodField()

    @extend_schema_field(LINKS_SCHEMA)
    def get_links(self, found: dict[str, Any]) -> dict[str, str]:
        """Return the lists behind the figures."""
        return links.links_of("court", found["court"].key)


def _rate(rate: Rate) -> dict[str, Any]:
    return {"part": rate.part.value, "whole": rate.whole.value, "percent": rate.percent}


def _values(numbers: Mapping[str, Number]) -> dict[str, int]:
    return {name: number.value for name, number in numbers.items()}


def drawn(found: Dashboard) -> dict[str, Any]:
    """Return the figures as plain values."""
    return {
        "court": found.scope.court,
        "own": found.scope.own,
        "today": found.today,
        "cases": found.cases.value,
        "ages": [{"age": age, "states": _values(states)} for age, states in found.ages],
        "clocks": _values(found.clocks),
        "rules": [
            {
                "code": row.code,
                "name": row.name,
                "severity": row.severity,
                "clocks": {"running": row.running.value, **_values(row.statuses)},
                "late": row.late.value,
                "on_time": _rate(row.rate),
            }
            for row in found.rules
        ],
        "on_time": _rate(found.rate),
        "months": [{"month": f"{day:%Y-%m}", "on_time": _rate(rate)} for day, rate in found.months],
        "flags": _values(found.flags),
        "below": [_below(row) for row in found.below],
    }


def _below(row: Any) -> dict[str, Any]:
    return {
        "court": row.court,
        "own": row.scope.own,
        "cases": row.cases.value,
        "lapsed": _rate(row.lapsed),
        "on_time": _rate(row.rate),
        "flags": row.flags.value,
        "url": links.link("dashboard", row.court.key),
    }


class DashboardAsked(serializers.Serializer):
    """How much of the court is counted."""

    own = serializers.BooleanField(default=False, help_text="只要该法院本级")


class Figures(Face):
    """The figures of one court, as on its dashboard."""

    operations = {
        "GET": Operation(
            "get_dashboard",
            "看板的数字",
            FIGURES,
            "与页面上的看板同一来源、同一时刻；连同下一级各法院的比较。",
            query=DashboardAsked,
            answers={200: DashboardOut},
            problems=(404,),
        )
    }

    def get(self, request: Request, **at: Any) -> Response:
        """Answer the figures."""
        asked, who = read_query(request, DashboardAsked), who_asks(request)
        court = court_in_sight(who, at["key"])
        scope = scope_for(who.user, who.today, court, own=asked["own"])
        return Response(DashboardOut(drawn(dashboard(scope, who.today))).data)


links.register_place("flag", "flag")
links.register_link("case", "flags", "flags", query="case")
links.register_link("court", "flags", "flags", query="court")
links.register_link("court", "dashboard", "dashboard")
links.register_root("flags", "flags")
register_acted(Flag, "flags", "超期标记", TAG)

urls = [
    path("flags/", FlagRows.as_view(), name="flags"),
    path("flags/<int:id>/", FlagOne.as_view(), name="flag"),
    path("dashboard/<slug:key>/", Figures.as_view(), name="dashboard"),
]
