"""What hangs on a case: leads, measures, listings, papers; and the causes a filing picks from."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from cases import papers
from cases.api.parts import (
    CaseRef,
    HangingOne,
    HangingRows,
    Linked,
    PersonRef,
    Placed,
    Scoped,
    choice,
    money,
    narrowed,
    row_in_sight,
)
from cases.machine import LeadState, ListingState
from cases.models import Cause, Lead, Listing, Measure, Paper
from cases.models.lead import AssetKind
from cases.models.listing import ListingGround
from cases.models.measure import MeasureKind
from cases.models.paper import PaperKind
from cases.reading import noted
from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import render_pdf
from enforcement.rest import links
from enforcement.rest.faces import DOCX, PDF, FileFace, Rows, download, listing, single
from enforcement.rest.reading import Asked, Day, read_query, who_asks
from enforcement.staff import Who

LEADS, MEASURES, LISTINGS, PAPERS = "财产线索", "控制措施", "失信名单", "文书"


class PartyRef(serializers.Serializer):
    """A party as others mention them."""

    id = serializers.IntegerField()
    name = serializers.CharField()


# -- leads ---------------------------------------------------------------------------------------


class LeadOut(Placed):
    """One property lead."""

    kind = "lead"
    case = CaseRef()
    party = PartyRef(allow_null=True, help_text="提供人")
    asset_kind = choice(AssetKind.choices)
    content = serializers.CharField()
    urgent = serializers.BooleanField()
    submitted_on = serializers.DateField()
    state = choice(LeadState.choices)
    state_label = serializers.CharField(source="get_state_display")
    finding = serializers.CharField(help_text="核查情况")
    verified_on = serializers.DateField(allow_null=True)
    verified_by = PersonRef(allow_null=True)
    void = serializers.BooleanField(help_text="已更正作废")


class LeadDetail(LeadOut, Linked):
    """One property lead, with its links."""


class LeadsAsked(Scoped):
    """Filters of the list of leads."""

    state = choice(LeadState.choices, required=False)
    submitted_from = Day(required=False)
    submitted_to = Day(required=False)


class LeadRows(HangingRows):
    """Property leads."""

    model, related, asks, gives = Lead, ("case", "party", "verified_by"), LeadsAsked, LeadOut
    paths = {
        "state": "state",
        "submitted_from": "submitted_on__gte",
        "submitted_to": "submitted_on__lte",
    }
    operations = listing("list_leads", "财产线索清单", LEADS, LeadOut, LeadsAsked)


class LeadOne(HangingOne):
    """One property lead."""

    model, related, gives = Lead, LeadRows.related, LeadDetail
    operations = single("get_lead", "财产线索", LEADS, LeadDetail, versioned=True)


# -- measures ------------------------------------------------------------------------------------


class MeasureOut(Placed):
    """One control measure."""

    kind = "measure"
    case = CaseRef()
    lead = serializers.IntegerField(source="lead_id", allow_null=True, help_text="来自线索的 id")
    measure = choice(MeasureKind.choices, source="kind")
    asset_kind = choice(AssetKind.choices)
    target = serializers.CharField(help_text="财产描述")
    amount = money(help_text="控制金额，元")
    effective_on = serializers.DateField()
    expires_on = serializers.DateField()
    void = serializers.BooleanField(help_text="已更正作废")


class MeasuresAsked(Scoped):
    """Filters of the list of measures."""

    measure = choice(MeasureKind.choices, required=False)
    expires_from = Day(required=False)
    expires_to = Day(required=False)


class MeasureRows(HangingRows):
    """Control measures."""

    model, asks, gives = Measure, MeasuresAsked, MeasureOut
    paths = {
        "measure": "kind",
        "expires_from": "expires_on__gte",
        "expires_to": "expires_on__lte",
    }
    operations = listing("list_measures", "控制措施清单", MEASURES, MeasureOut, MeasuresAsked)


class MeasureOne(HangingOne):
    """One control measure."""

    model, gives = Measure, MeasureOut
    operations = single("get_measure", "控制措施", MEASURES, MeasureOut, versioned=True)


# -- listings ------------------------------------------------------------------------------------


class ListingOut(Placed):
    """One entry in the dishonest list."""

    kind = "listing"
    case = CaseRef()
    debtor = PartyRef()
    ground = choice(ListingGround.choices)
    decided_on = serializers.DateField()
    published_on = serializers.DateField(allow_null=True)
    state = choice(ListingState.choices)
    state_label = serializers.CharField(source="get_state_display")
    void = serializers.BooleanField(help_text="已更正作废")


class ListingDetail(ListingOut, Linked):
    """One entry in the dishonest list, with its links."""


class ListingsAsked(Scoped):
    """Filters of the list of entries."""

    state = choice(ListingState.choices, required=False)


class ListingRows(HangingRows):
    """Entries in the dishonest list."""

    model, related, asks, gives = Listing, ("case", "debtor"), ListingsAsked, ListingOut
    paths = {"state": "state"}
    operations = listing("list_listings", "失信名单", LISTINGS, ListingOut, ListingsAsked)


class ListingOne(HangingOne):
    """One entry in the dishonest list."""

    model, related, gives = Listing, ListingRows.related, ListingDetail
    operations = single("get_listing", "失信信息", LISTINGS, ListingDetail, versioned=True)


# -- papers --------------------------------------------------------------------------------------


class PaperOut(Placed, Linked):
    """One issued paper; its text is in the files."""

    kind = "paper"
    case = CaseRef()
    paper = choice(PaperKind.choices, source="kind")
    title = serializers.CharField()
    number = serializers.CharField(help_text="文号")
    sha256 = serializers.CharField(help_text="内容的校验码")
    issued_on = serializers.DateField()
    issued_by = PersonRef()
    void = serializers.BooleanField(help_text="已更正作废")


class PapersAsked(Scoped):
    """Filters of the list of papers."""

    paper = choice(PaperKind.choices, required=False)


class PaperRows(HangingRows):
    """Issued papers."""

    model, related, asks, gives = Paper, ("case", "issued_by"), PapersAsked, PaperOut
    paths = {"paper": "kind"}
    operations = listing("list_papers", "文书清单", PAPERS, PaperOut, PapersAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the papers without their text."""
        return super().rows(who, asked, **at).defer("content")


class PaperOne(HangingOne):
    """One issued paper."""

    model, related, gives = Paper, PaperRows.related, PaperOut
    operations = single("get_paper", "文书", PAPERS, PaperOut, versioned=True)


class PaperPdf(FileFace):
    """A paper as PDF."""

    operations = download("get_paper_pdf", "文书 PDF", PAPERS, PDF)

    def get(self, request: Request, **at: Any) -> HttpResponseBase:
        """Answer the file."""
        paper = _paper(request, at["id"])
        return self.given(render_pdf(papers.text_of(paper)).data, f"{_name(paper)}.pdf", PDF)


class PaperDocx(FileFace):
    """A paper as a Word file."""

    operations = download("get_paper_docx", "文书 Word", PAPERS, DOCX)

    def get(self, request: Request, **at: Any) -> HttpResponseBase:
        """Answer the file."""
        paper = _paper(request, at["id"])
        return self.given(to_docx(papers.text_of(paper)), f"{_name(paper)}.docx", DOCX)


def _paper(request: Request, pk: int) -> Paper:
    read_query(request, serializers.Serializer)
    who = who_asks(request)
    paper: Paper = row_in_sight(Paper, ("case",), who.user, who.today, pk)
    return noted(request, paper)


def _name(paper: Paper) -> str:
    return f"{paper.number}{paper.title}{'（已作废）' if paper.void else ''}"


# -- causes --------------------------------------------------------------------------------------


class CauseOut(serializers.Serializer):
    """One cause of action that a case may carry."""

    code = serializers.CharField(help_text="登记立案时填写")
    name = serializers.CharField()
    case_type = choice(Cause.CaseType.choices)
    path = serializers.CharField()


class CausesAsked(Asked):
    """Filters of the list of causes."""

    name = serializers.CharField(required=False, max_length=60, help_text="名称的一部分")
    case_type = choice(Cause.CaseType.choices, required=False)


class CauseRows(Rows):
    """The causes a case may carry (最末级案由)."""

    asks, gives, order = CausesAsked, CauseOut, ("case_type", "code")
    operations = listing("list_causes", "案由", "案件", CauseOut, CausesAsked)

    def rows(self, who: Who, asked: dict[str, Any], **at: Any) -> QuerySet[Any]:
        """Return the leaves of the official lists."""
        paths = {"name": "name__contains", "case_type": "case_type"}
        return narrowed(Cause.objects.pickable(), asked, **paths)


for _kind in ("lead", "measure", "listing", "paper"):
    links.register_place(_kind, _kind)
    links.register_link("case", f"{_kind}s", f"{_kind}s", query="case")
    links.register_root(f"{_kind}s", f"{_kind}s")
links.register_link("paper", "pdf", "paper_pdf")
links.register_link("paper", "docx", "paper_docx")
links.register_root("causes", "causes")
