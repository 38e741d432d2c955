"""Cases: the list, one case, its parties, its timeline, and looking one up by a person's name."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import kinds, numbers
from cases.access import case_for_reading, cases_seen_by, under
from cases.actions.correction import corrections_of
from cases.api.parts import (
    Linked,
    PersonRef,
    Placed,
    choice,
    court_asked,
    money,
    narrowed,
    number,
)
from cases.history import hidden_kinds
from cases.identity import normalise
from cases.machine import State
from cases.models import Case, CaseEvent, Party
from cases.models.case import Basis, ClosingMethod, Procedure
from cases.models.party import PartyKind, PartyRole
from cases.reading import noted
from cases.searching import begins
from enforcement.api import CourtRef
from enforcement.crypto import blinds
from enforcement.errors import Invalid
from enforcement.rest import links
from enforcement.rest.contract import Operation
from enforcement.rest.faces import One, Rows, listing, single
from enforcement.rest.parsers import object_of
from enforcement.rest.problems import Wrong, WrongInput
from enforcement.rest.reading import Asked, Day, who_asks
from enforcement.staff import Who

TAG = "案件"
OPEN = "open"


class CauseRef(serializers.Serializer):
    """A cause of action (案由)."""

    code = serializers.CharField()
    name = serializers.CharField()


class CaseOut(Placed):
    """One line of a list of cases; no party is named here."""

    kind = "case"
    number = serializers.CharField(help_text="案号")
    court = CourtRef()
    procedure = choice(Procedure.choices)
    state = choice(State.choices)
    state_label = serializers.CharField(source="get_state_display")
    version = serializers.IntegerField(help_text="时间线的长度；办理时放进 If-Match")
    applied_on = serializers.DateField(help_text="收到申请日")
    filed_on = serializers.DateField(help_text="立案日")
    received_on = serializers.DateField(allow_null=True, help_text="承办人接收材料之日")
    closed_on = serializers.DateField(allow_null=True)
    closing_method = choice([("", "未结"), *ClosingMethod.choices])
    cause = CauseRef(allow_null=True)
    amount = money(help_text="申请执行标的，元")
    received_amount = money(help_text="已到位，元")
    handler = PersonRef(allow_null=True)
    last_on = serializers.DateField(allow_null=True, help_text="最近一项记录的法定日")
    last_kind = serializers.CharField(help_text="最近一项记录的类别")


class CaseDetail(CaseOut, Linked):
    """One case, with links to what hangs on it."""

    basis = choice(Basis.choices)
    basis_number = serializers.CharField(help_text="执行依据文号")
    basis_body = serializers.CharField(help_text="作出机关")
    basis_text = serializers.CharField(help_text="执行内容")


class CasesAsked(Asked):
    """Filters of the list of cases."""

    court = serializers.CharField(
        required=False, max_length=16, help_text="法院的 key，包括其下级法院"
    )
    own = serializers.BooleanField(default=False, help_text="只要该法院本级")
    state = choice([(OPEN, "未结"), *State.choices], required=False)
    procedure = choice(Procedure.choices, required=False)
    method = choice(ClosingMethod.choices, required=False)
    handler = number("承办人的 id")
    filed_from = Day(required=False)
    filed_to = Day(required=False)
    number = serializers.CharField(
        required=False, max_length=60, help_text="案号，括号全角半角都可以"
    )


def reached(who: Who, asked: dict[str, Any]) -> QuerySet[Case]:
    """Return the cases in sight under the court asked for."""
    rows = cases_seen_by(who.user, who.today).select_related("cause")
    court = court_asked(who, asked.get("court"))
    if court is None:
        return rows
    return rows.filter(Q(court=court) if asked.get("own") else under(court))


class CaseRows(Rows):
    """Cases in sight, newest first."""

    asks, gives, order = CasesAsked, CaseOut, ("-filed_on", "-id")
    operations = listing(
        "list_cases",
        "案件清单",
        TAG,
        CaseOut,
        CasesAsked,
        description="立案日新的在前。按姓名或者证件号码查找用 POST /cases/find/。",
    )

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Case]:
        """Return the cases that meet the filters."""
        rows = narrowed(
            reached(who, asked),
            asked,
            procedure="procedure",
            method="closing_method",
            handler="handler_id",
            filed_from="filed_on__gte",
            filed_to="filed_on__lte",
        )
        if state := asked.get("state"):
            rows = rows.exclude(state=State.CLOSED) if state == OPEN else rows.filter(state=state)
        return rows.filter(number=_number(asked["number"])) if asked.get("number") else rows


def _number(text: str) -> str:
    """Return a case number in the one writing it is kept in.

    Raises:
        WrongInput: it cannot be read.
    """
    try:
        return numbers.parse(text).base
    except Invalid as wrong:
        raise WrongInput([Wrong("number", wrong.code, wrong.message)]) from None


class CaseOne(One):
    """One case."""

    gives, conditional, cache = CaseDetail, True, "private, no-cache"
    operations = single(
        "get_case",
        "案件",
        TAG,
        CaseDetail,
        versioned=True,
        conditional=True,
        description="ETag 是案件的版本；带 If-None-Match 再取，没有新的记录时得到 304。",
    )

    def one(self, who: Who, **at: Any) -> Case:
        """Return the case."""
        return case_for_reading(who.user, at["id"], who.today)

    def shown(self, request: Request, row: Any) -> None:
        """Write down that its case was read."""
        noted(request, row)

    def version(self, row: Case) -> int:
        """Return its version."""
        return row.version


# -- looking up by a person ----------------------------------------------------------------------


class FindIn(Asked):
    """What to look for; in the body, so that no name or number stands in an address or a log."""

    name = serializers.CharField(
        required=False, min_length=2, max_length=120, help_text="当事人姓名或者名称的开头"
    )
    id_number = serializers.CharField(
        required=False, min_length=15, max_length=40, help_text="完整的证件号码"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question about nobody.

        Raises:
            ValidationError: neither name nor number.
        """
        if not (attrs.get("name") or attrs.get("id_number")):
            raise serializers.ValidationError({"name": "请填写姓名或者证件号码。"})
        return attrs


class FoundOut(serializers.Serializer):
    """One page of what was found; the cursors go into the body of the next question."""

    results = CaseOut(many=True)
    after = serializers.CharField(allow_null=True, help_text="下一页的位置；没有的为 null")
    before = serializers.CharField(allow_null=True, help_text="上一页的位置；没有的为 null")


class CaseFind(Rows):
    """Cases by a party's name or identity number, asked in the body."""

    http_method_names = ["post"]
    operations = {
        "POST": Operation(
            "find_cases",
            "按当事人查找案件",
            TAG,
            "姓名、证件号码写在请求内容里，不进入地址和日志。after、before 也写在内容里。",
            body=FindIn,
            answers={200: FoundOut},
            example={"name": "陈某", "limit": 20},
        )
    }
    gives, order = CaseOut, ("-filed_on", "-id")

    def post(self, request: Request) -> Response:
        """Answer one page of cases."""
        asked = FindIn(data=object_of(request))
        asked.is_valid(raise_exception=True)
        given, who = asked.validated_data, who_asks(request)
        mine = Q(case=OuterRef("pk"))
        if given.get("name"):
            mine &= begins(given["name"])
        if given.get("id_number"):
            mine &= Q(id_blind__in=blinds(normalise(given["id_number"])))
        rows = cases_seen_by(who.user, who.today).select_related("cause")
        page = self.page(rows.filter(Exists(Party.objects.filter(mine))), given)
        return Response(
            {
                "results": self.drawn(page.rows, who),
                "after": page.next or None,
                "before": page.prev or None,
            }
        )


# -- parties -------------------------------------------------------------------------------------


class PartyOut(serializers.Serializer):
    """One party; identity number and phone with their middle hidden."""

    id = serializers.IntegerField()
    role = choice(PartyRole.choices)
    kind = choice(PartyKind.choices)
    name = serializers.CharField()
    id_number = serializers.CharField(source="masked_id", help_text="中间部分以 * 代替")
    phone = serializers.CharField(source="masked_phone", help_text="中间部分以 * 代替")
    represents = serializers.IntegerField(
        source="represents_id", allow_null=True, help_text="代理人所代理的当事人的 id"
    )


class PartyRows(Rows):
    """The parties of one case."""

    gives, order = PartyOut, ("id",)
    operations = listing("list_parties", "当事人", TAG, PartyOut, problems=(404,))

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Party]:
        """Return the parties, if the case may be read."""
        case = noted(self.request, case_for_reading(who.user, at["id"], who.today))
        return Party.objects.filter(case=case)


# -- timeline ------------------------------------------------------------------------------------


class EventOut(serializers.Serializer):
    """One event, as recorded and as it is read after corrections."""

    seq = serializers.IntegerField(help_text="序号，自 1 起")
    kind = serializers.CharField()
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    text = serializers.SerializerMethodField(help_text="一句话")
    on = serializers.DateField(help_text="记录时的法定日")
    reads_on = serializers.SerializerMethodField(help_text="更正以后的法定日")
    void = serializers.SerializerMethodField(help_text="已更正作废")
    at = serializers.DateTimeField(help_text="记录的时刻")
    by = PersonRef(allow_null=True, help_text="记录人；系统记录的为 null")
    data = serializers.JSONField(  # type: ignore[assignment]
        source="fields", help_text="该类别声明的字段，不含个人信息"
    )
    note = serializers.SerializerMethodField(help_text="所附说明")
    hash = serializers.SerializerMethodField(help_text="链上的校验码")

    def _fixes(self, event: CaseEvent) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.context["fixes"].get(event.seq, [])
        return found

    def get_label(self, event: CaseEvent) -> str:
        """Return the name of the kind."""
        return kinds.kind(event.kind).label

    def get_text(self, event: CaseEvent) -> str:
        """Return the sentence on the timeline."""
        return kinds.kind(event.kind).say(event.fields)

    def get_reads_on(self, event: CaseEvent) -> date:
        """Return the day as corrected last."""
        days = [fix["on"] for fix in self._fixes(event) if fix.get("on")]
        return date.fromisoformat(days[-1]) if days else event.on

    def get_void(self, event: CaseEvent) -> bool:
        """Tell whether a correction said that it never happened."""
        return any(fix.get("void") for fix in self._fixes(event))

    def get_note(self, event: CaseEvent) -> str:
        """Return the text beside the event."""
        note = getattr(event, "note", None)
        return note.text if note else ""

    def get_hash(self, event: CaseEvent) -> str:
        """Return the hash as hexadecimal text."""
        return bytes(event.hash).hex()


class EventsAsked(Asked):
    """Filters of a timeline."""

    kind = serializers.CharField(required=False, max_length=40, help_text="类别，例如 case.filed")
    since = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="只要序号大于它的，例如您手中的版本",
    )


class EventRows(Rows):
    """The timeline of one case, as far as this person may read it."""

    asks, gives, order = EventsAsked, EventOut, ("seq",)
    operations = listing(
        "list_events",
        "时间线",
        TAG,
        EventOut,
        EventsAsked,
        description="按记录顺序；只供上级监督的记录不在其内，所以序号可以不连续。",
        problems=(404,),
    )

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[CaseEvent]:
        """Return the events this person may read."""
        case = noted(self.request, case_for_reading(who.user, at["id"], who.today))
        rows = CaseEvent.objects.filter(case=case).select_related("by", "note")
        rows = rows.exclude(kind__in=hidden_kinds(case, who.user, who.today))
        return narrowed(rows, asked, kind="kind", since="seq__gt")

    def context(self, who: Who, rows: list[Any], **at: Any) -> dict[str, Any]:
        """Return the corrections of the case, read once."""
        return {"fixes": corrections_of(rows[0].case) if rows else {}}


links.register_place("case", "case")
for _name in ("events", "parties"):
    links.register_link("case", _name, _name)
links.register_link("court", "cases", "cases", query="court")
links.register_root("cases", "cases")
