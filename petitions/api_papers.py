"""Reports and orders over the interface, and their files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from cases.api.parts import (
    CaseRef,
    Linked,
    PersonRef,
    Placed,
    Scoped,
    choice,
)
from cases.reading import noted
from enforcement.api import CourtRef
from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import render_pdf
from enforcement.rest.faces import DOCX, PDF, FileFace, download, listing, single
from enforcement.rest.reading import Day, read_query, who_asks
from enforcement.staff import Who
from petitions import access
from petitions.api_parts import OPEN, ORDERS, REPORTS, DoorOne, DoorRows, in_state
from petitions.machine import OrderState, ReportState
from petitions.models import (
    Order,
)
from petitions.papers import text_of
from petitions.queries import OPEN_ORDERS

# -- reports -------------------------------------------------------------------------------------


class ReportOut(Placed, Linked):
    """One supervisory report; its text is in the files."""

    kind = "report"
    case = CaseRef()
    court = CourtRef(help_text="发文法院")
    review = serializers.IntegerField(source="review_id")
    state = choice(ReportState.choices)
    state_label = serializers.CharField(source="get_state_display")
    number = serializers.CharField(help_text="文号；草稿没有")
    title = serializers.CharField()
    addressee = serializers.CharField(help_text="主送")
    as_of = serializers.DateField(help_text="截至日")
    sha256 = serializers.CharField(help_text="校验码；草稿没有")
    issued_on = serializers.DateField(allow_null=True)
    issued_by = PersonRef(allow_null=True)
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    superseded_by = serializers.IntegerField(source="superseded_by_id", allow_null=True)


class ReportsAsked(Scoped):
    """Filters of the list of reports."""

    state = choice(ReportState.choices, required=False)


class ReportRows(DoorRows):
    """Supervisory reports, the newest first."""

    door, asks, gives = access.reports_seen_by, ReportsAsked, ReportOut
    paths = {"state": "state"}
    operations = listing("list_reports", "督查报告清单", REPORTS, ReportOut, ReportsAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the reports without their text."""
        return super().rows(who, asked, **at).defer("snapshot", "content")


class ReportOne(DoorOne):
    """One supervisory report."""

    door, gives = access.report_for_reading, ReportOut
    operations = single("get_report", "督查报告", REPORTS, ReportOut, versioned=True)


# -- orders --------------------------------------------------------------------------------------


class OrderOut(Placed):
    """One supervision order, without its words."""

    kind = "order"
    case = CaseRef()
    number = serializers.CharField()
    title = serializers.CharField()
    court = CourtRef(help_text="督办法院")
    to_court = CourtRef(help_text="承办法院")
    report = serializers.IntegerField(source="report_id", allow_null=True)
    petition = serializers.IntegerField(source="petition_id", allow_null=True)
    state = choice(OrderState.choices)
    state_label = serializers.CharField(source="get_state_display")
    reply_days = serializers.IntegerField()
    due = serializers.DateField(help_text="回报届满日")
    issued_on = serializers.DateField()


class OrderReplyOut(serializers.Serializer):
    """One written reply."""

    by = PersonRef()
    on = serializers.DateField()
    text = serializers.CharField()
    returned_on = serializers.DateField(allow_null=True)
    return_reason = serializers.CharField()


class OrderDetail(OrderOut, Linked):
    """One supervision order with its words and the replies."""

    facts = serializers.CharField()
    demands = serializers.CharField(help_text="每行一项")
    contact = serializers.CharField()
    sha256 = serializers.CharField()
    replies = serializers.SerializerMethodField()

    @extend_schema_field(OrderReplyOut(many=True))
    def get_replies(self, order: Order) -> Any:
        """Return the replies, the first one first."""
        return OrderReplyOut(order.replies.select_related("by").order_by("id"), many=True).data


class OrdersAsked(Scoped):
    """Filters of the list of orders."""

    state = choice([OPEN, *OrderState.choices], required=False)
    due_from = Day(required=False)
    due_to = Day(required=False)


class OrderRows(DoorRows):
    """Supervision orders, the newest first."""

    door, asks, gives = access.orders_seen_by, OrdersAsked, OrderOut
    paths = {"due_from": "due__gte", "due_to": "due__lte"}
    operations = listing("list_orders", "督办函清单", ORDERS, OrderOut, OrdersAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the orders that meet the filters, without their kept text."""
        rows = super().rows(who, asked, **at).defer("content")
        return in_state(rows, asked.get("state"), OPEN_ORDERS)


class OrderOne(DoorOne):
    """One supervision order."""

    door, gives = access.order_for_reading, OrderDetail
    operations = single("get_order", "督办函", ORDERS, OrderDetail, versioned=True)


# -- files ---------------------------------------------------------------------------------------


class PaperFile(FileFace):
    """A report or an order as a file.

    Attributes:
        door: how the row is reached. suffix: ``pdf`` or ``docx``.
    """

    door: Any
    suffix: str

    def get(self, request: Request, **at: Any) -> HttpResponseBase:
        """Answer the file."""
        read_query(request, serializers.Serializer)
        who = who_asks(request)
        kept = noted(request, type(self).door(who.user, at["id"], who.today))
        name = f"{kept.number or '草稿'}{kept.title}.{self.suffix}"
        if self.suffix == "pdf":
            return self.given(render_pdf(text_of(kept)).data, name, PDF)
        return self.given(to_docx(text_of(kept)), name, DOCX)


class ReportPdf(PaperFile):
    """A report as PDF."""

    door, suffix = access.report_for_reading, "pdf"
    operations = download("get_report_pdf", "督查报告 PDF", REPORTS, PDF)


class ReportDocx(PaperFile):
    """A report as a Word file."""

    door, suffix = access.report_for_reading, "docx"
    operations = download("get_report_docx", "督查报告 Word", REPORTS, DOCX)


class OrderPdf(PaperFile):
    """An order as PDF."""

    door, suffix = access.order_for_reading, "pdf"
    operations = download("get_order_pdf", "督办函 PDF", ORDERS, PDF)


class OrderDocx(PaperFile):
    """An order as a Word file."""

    door, suffix = access.order_for_reading, "docx"
    operations = download("get_order_docx", "督办函 Word", ORDERS, DOCX)
