"""Clocks, why they end when they do, the rules, and counting a period, over the interface."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import case_behind
from cases.api.parts import (
    LINKS_SCHEMA,
    CaseRef,
    HangingOne,
    HangingRows,
    Linked,
    Placed,
    Scoped,
    choice,
)
from cases.reading import noted
from deadlines import words
from deadlines.batch import counted, parse_interval
from deadlines.clocks import ClockError
from deadlines.duties import name_of
from deadlines.law import current
from deadlines.models import Clock
from deadlines.panels import derived
from deadlines.rule import DUTIES, SEVERITIES, UNITS, Rule
from deadlines.spans import Due, SpanError
from enforcement.errors import NotFound, Refused
from enforcement.rest import links
from enforcement.rest.contract import Operation
from enforcement.rest.faces import Face, listing, single
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.rest.reading import Day, read_query, who_asks
from enforcement.staff import Who

TAG, RULES = "期限", "规则"

#: How a clock stands on a day; every clock stands in exactly one of them.
STATUSES = [
    ("ok", "正常"),
    ("amber", "临期"),
    ("lapsed", "逾期未办"),
    ("suspended", "扣除中"),
    ("done", "按期完成"),
    ("late", "逾期后完成"),
    ("moot", "无需再办"),
]


def status_of(clock: Clock, today: date) -> str:
    """Return how a clock stands on a day, one of ``STATUSES``."""
    if clock.state == "moot":
        return "moot"
    if clock.state == "done":
        return "late" if clock.lapse_on else "done"
    if clock.due is None:
        return "suspended"
    if clock.lapse_on and clock.lapse_on <= today:
        return "lapsed"
    return "amber" if clock.amber_on and clock.amber_on <= today else "ok"


def in_status(status: str, today: date) -> Q:
    """Return the condition that keeps the clocks of which ``status_of`` says so."""
    running = Q(stopped_on__isnull=True)
    dated = running & Q(due__isnull=False)
    lapsed, amber = Q(lapse_on__lte=today), Q(amber_on__lte=today)
    not_lapsed = Q(lapse_on__isnull=True) | Q(lapse_on__gt=today)
    not_amber = Q(amber_on__isnull=True) | Q(amber_on__gt=today)
    return {
        "ok": dated & not_lapsed & not_amber,
        "amber": dated & not_lapsed & amber,
        "lapsed": dated & lapsed,
        "suspended": running & Q(due__isnull=True),
        "done": Q(state="done", lapse_on__isnull=True),
        "late": Q(state="done", lapse_on__isnull=False),
        "moot": Q(state="moot"),
        "running": running,
    }[status]


# -- clocks --------------------------------------------------------------------------------------


class ClockOut(Placed):
    """One clock."""

    kind = "clock"
    case = CaseRef()
    rule = serializers.CharField(help_text="规则的代码")
    rule_name = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    severity = serializers.ChoiceField(SEVERITIES, help_text="flag 红线，warn 预警，escalate 升级")
    duty = serializers.ChoiceField(DUTIES, help_text="由谁办理")
    start_seq = serializers.IntegerField(help_text="起算事件的序号")
    start_on = serializers.DateField(help_text="起算日，当日不计入")
    subject = serializers.CharField(help_text="所指的线索、失信信息等的 id")
    due = serializers.DateField(allow_null=True, help_text="届满日；扣除中没有")
    amber_on = serializers.DateField(allow_null=True, help_text="预警首日")
    lapse_on = serializers.DateField(allow_null=True, help_text="逾期首日")
    stopped_on = serializers.DateField(allow_null=True, help_text="完成日")
    stop_seq = serializers.IntegerField(allow_null=True, help_text="完成事件的序号")

    def get_rule_name(self, clock: Clock) -> str:
        """Return the name of the rule."""
        return name_of(clock)

    @extend_schema_field(choice(STATUSES))
    def get_status(self, clock: Clock) -> str:
        """Return how it stands today."""
        return status_of(clock, self.context["today"])


class ClockDetail(ClockOut, Linked):
    """One clock, with its links."""


class ClocksAsked(Scoped):
    """Filters of the list of clocks."""

    rule = serializers.CharField(required=False, max_length=40, help_text="规则的代码")
    status = choice([("running", "未完成"), *STATUSES], required=False)
    severity = serializers.ChoiceField(SEVERITIES, required=False)
    due_from = Day(required=False)
    due_to = Day(required=False)


class ClockRows(HangingRows):
    """Clocks, in order of their last day: those that stand still where they would end."""

    model, asks, gives, order = Clock, ClocksAsked, ClockOut, ("raw_end", "id")
    paths = {
        "rule": "rule",
        "severity": "severity",
        "due_from": "due__gte",
        "due_to": "due__lte",
    }
    operations = listing(
        "list_clocks",
        "期限清单",
        TAG,
        ClockOut,
        ClocksAsked,
        description="届满日早的在前。status 是今天的状态，每个期限只处于其中一种。",
    )

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> Any:
        """Return the clocks that meet the filters."""
        rows = super().rows(who, asked, **at)
        status = asked.get("status")
        return rows.filter(in_status(status, who.today)) if status else rows


class ClockOne(HangingOne):
    """One clock."""

    model, gives = Clock, ClockDetail
    operations = single("get_clock", "期限", TAG, ClockDetail, versioned=True)


class Why(Face):
    """Why a clock ends on the day it does, counted again from the timeline."""

    operations = {
        "GET": Operation(
            "get_clock_why",
            "为什么是这一天",
            TAG,
            "起算事件、规则及其依据和可信度、每一段扣除期间、每一个使届满日顺延的休息日。",
            answers={200: {"type": "object"}},
            problems=(404, 409),
        )
    }

    def get(self, request: Request, **at: Any) -> Response:
        """Answer the working.

        Raises:
            NotFound: no such clock, not theirs, or gone after a correction.
            Refused: ``clock.unreadable`` when the timeline cannot be read.
        """
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        row = Clock.objects.filter(pk=at["id"]).first()
        if row is None:
            raise NotFound
        case = noted(request, case_behind(who.user, row.case_id, who.today))
        try:
            found = [c for c in derived(case) if (c.rule, c.start_seq) == (row.rule, row.start_seq)]
        except ClockError:
            raise Refused(
                "clock.unreadable", "时间线中有不能读取的记录，期限暂时无法说明，请联系系统管理员。"
            ) from None
        if not found:
            raise NotFound("clock.gone", "更正以后，这个期限已经不存在。")
        return Response(found[0].explain(words.labels()).as_dict())


# -- rules ---------------------------------------------------------------------------------------


class RuleOut(serializers.Serializer):
    """One version of one rule, with what it rests on and how sure that is."""

    code = serializers.CharField()
    name = serializers.CharField()
    first_day = serializers.DateField(help_text="本版本的施行日")
    last_day = serializers.DateField(allow_null=True)
    kind = serializers.CharField()
    severity = serializers.ChoiceField(SEVERITIES)
    duty = serializers.ChoiceField(DUTIES)
    n = serializers.IntegerField(allow_null=True)
    unit = serializers.ChoiceField(UNITS)
    starts = serializers.ListField(child=serializers.CharField(), help_text="起算事件的类别")
    after = serializers.CharField(help_text="自另一规则逾期之日起算的，为该规则的代码")
    stops = serializers.ListField(child=serializers.CharField(), help_text="完成事件的类别")
    ends = serializers.ListField(child=serializers.CharField(), help_text="使其终止的事件的类别")
    match = serializers.ListField(
        child=serializers.CharField(), help_text="起算与完成以哪些数据项对应"
    )
    exclusions = serializers.ListField(child=serializers.CharField(), help_text="扣除期间的种类")
    source = serializers.CharField(help_text="依据")  # type: ignore[assignment]
    confidence = serializers.CharField(help_text="可信度的标记，以 / 相连")
    unsure = serializers.BooleanField(help_text="依据有待核实")
    checked_on = serializers.DateField(help_text="最近核对日")
    review_on = serializers.DateField(help_text="应在此日前复核")
    area = serializers.CharField(help_text="规则所属的领域")
    note = serializers.CharField()
    url = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    def get_url(self, rule: Rule) -> str:
        """Return its address."""
        return links.link("rule", rule.code)

    @extend_schema_field(LINKS_SCHEMA)
    def get_links(self, rule: Rule) -> dict[str, str]:
        """Return where to go from here."""
        return {"clocks": links.link("clocks", rule.code, query="rule")}


class RuleVersions(serializers.Serializer):
    """Every version of one rule, the newest first."""

    code = serializers.CharField()
    versions = RuleOut(many=True)


class RuleList(serializers.Serializer):
    """The version in force of every rule."""

    results = RuleOut(many=True)


class Rules(Face):
    """The rulebook as of today."""

    operations = {
        "GET": Operation(
            "list_rules", "期限规则", RULES, "今天适用的版本。", answers={200: RuleList}
        )
    }

    def get(self, request: Request) -> Response:
        """Answer the version in force of every rule; the newest of those not in force."""
        read_query(request, serializers.Serializer)
        book, today = current().rulebook, who_asks(request).today
        found = [book.in_force(code, today) or book.latest(code) for code in book.codes()]
        return Response(RuleList({"results": found}).data)


class RuleOne(Face):
    """One rule with all its versions."""

    operations = {
        "GET": Operation(
            "get_rule", "规则的各版本", RULES, answers={200: RuleVersions}, problems=(404,)
        )
    }

    def get(self, request: Request, **at: Any) -> Response:
        """Answer the versions.

        Raises:
            NotFound: no such rule.
        """
        read_query(request, serializers.Serializer)
        versions = current().rulebook.versions(at["code"])
        if not versions:
            raise NotFound("rule.not_found", "规则库中没有这条规则。")
        drawn = {"code": at["code"], "versions": list(reversed(versions))}
        return Response(RuleVersions(drawn).data)


# -- counting a period ---------------------------------------------------------------------------


class DueAsked(serializers.Serializer):
    """A period to count."""

    start = Day(help_text="起算日，当日不计入")
    n = serializers.IntegerField(min_value=0, max_value=40_000)
    unit = serializers.ChoiceField(UNITS)
    exclude = serializers.CharField(
        required=False,
        max_length=1000,
        help_text="扣除期间 A/B，多段以 ; 相隔；A/ 表示尚未结束",
    )


class DayWhy(serializers.Serializer):
    """A day, and why it rests or works."""

    day = serializers.DateField()
    why = serializers.CharField()


class ExcludedOut(serializers.Serializer):
    """One excluded interval as it met the period."""

    opened = serializers.DateField()
    closed = serializers.DateField(allow_null=True)
    counted_from = serializers.DateField()
    days = serializers.IntegerField()


class DueOut(serializers.Serializer):
    """A counted period, its working shown."""

    start = serializers.DateField()
    n = serializers.IntegerField()
    unit = serializers.CharField()
    due = serializers.DateField(allow_null=True, help_text="届满日；扣除期间尚未结束的没有")
    nominal_end = serializers.DateField(help_text="不扣除时的最后一日")
    raw_end = serializers.DateField(help_text="扣除以后、顺延以前的最后一日")
    excluded = ExcludedOut(many=True)
    skipped = DayWhy(many=True)
    rolled = DayWhy(many=True)
    made_up = DayWhy(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    sentences = serializers.ListField(child=serializers.CharField())


#: Field that a mistake of counting belongs to, by the last part of its code.
FIELDS = {"day": "start", "unit": "unit", "interval": "exclude", "reversed": "exclude"}


class DueDate(Face):
    """When a period ends."""

    operations = {
        "GET": Operation(
            "count_due_date",
            "期限计算器",
            TAG,
            "与页面上的期限计算器、manage.py due_date 是同一个算法。",
            query=DueAsked,
            answers={200: DueOut},
            problems=(400,),
        )
    }

    def get(self, request: Request) -> Response:
        """Answer the last day and the working."""
        asked = read_query(request, DueAsked)
        return Response(DueOut(_counted(asked)).data)


def _counted(asked: dict[str, Any]) -> Due:
    """Count the period.

    Raises:
        WrongInput: with the field that cannot be counted.
    """
    excluded = asked.get("exclude", "").replace("；", ";").split(";")
    try:
        for item in filter(str.strip, excluded):
            parse_interval(item)
    except SpanError as wrong:
        raise WrongInput([Wrong("exclude", wrong.code, wrong.message)]) from None
    try:
        n, start = str(asked["n"]), asked["start"].isoformat()
        return counted(start, n, asked["unit"], excluded, current().calendar)
    except SpanError as wrong:
        field = FIELDS.get(wrong.code.rpartition(".")[2], "n")
        raise WrongInput([Wrong(field, wrong.code, wrong.message)]) from None


links.register_place("clock", "clock")
links.register_link("clock", "why", "clock_why")
links.register_link("case", "clocks", "clocks", query="case")
links.register_link("court", "clocks", "clocks", query="court")
for _name in ("clocks", "rules", "due_date"):
    links.register_root(_name, _name)

urls = [
    path("clocks/", ClockRows.as_view(), name="clocks"),
    path("clocks/<int:id>/", ClockOne.as_view(), name="clock"),
    path("clocks/<int:id>/why/", Why.as_view(), name="clock_why"),
    path("rules/", Rules.as_view(), name="rules"),
    path("rules/<slug:code>/", RuleOne.as_view(), name="rule"),
    path("due-date/", DueDate.as_view(), name="due_date"),
]
