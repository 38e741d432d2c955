"""Addresses of the cases' resources; those of the verbs are made when every app has spoken."""

from django.urls import path

from cases.api import cases, filing, hanging
from cases.api.moves import register_acted
from cases.models import Lead, Listing

register_acted(Lead, "leads", "财产线索", hanging.LEADS)
register_acted(Listing, "listings", "失信信息", hanging.LISTINGS)

urls = [
    path("cases/", cases.CaseRows.as_view(), name="cases"),
    path("cases/find/", cases.CaseFind.as_view(), name="cases_find"),
    path("cases/<int:id>/", cases.CaseOne.as_view(), name="case"),
    path("cases/<int:id>/parties/", cases.PartyRows.as_view(), name="parties"),
    path("cases/<int:id>/events/", cases.EventRows.as_view(), name="events"),
    path("courts/<slug:key>/cases/", filing.FileCase.as_view(), name="court_cases"),
    path("leads/", hanging.LeadRows.as_view(), name="leads"),
    path("leads/<int:id>/", hanging.LeadOne.as_view(), name="lead"),
    path("measures/", hanging.MeasureRows.as_view(), name="measures"),
    path("measures/<int:id>/", hanging.MeasureOne.as_view(), name="measure"),
    path("listings/", hanging.ListingRows.as_view(), name="listings"),
    path("listings/<int:id>/", hanging.ListingOne.as_view(), name="listing"),
    path("papers/", hanging.PaperRows.as_view(), name="papers"),
    path("papers/<int:id>/", hanging.PaperOne.as_view(), name="paper"),
    path("papers/<int:id>/paper.pdf", hanging.PaperPdf.as_view(), name="paper_pdf"),
    path("papers/<int:id>/paper.docx", hanging.PaperDocx.as_view(), name="paper_docx"),
    path("causes/", hanging.CauseRows.as_view(), name="causes"),
]
