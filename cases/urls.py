"""Addresses of the case pages."""

from django.urls import path

from cases import acting, filing_page, reading, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("causes/", filing_page.causes, name="causes"),
    path("cases/", views.case_list, name="case_list"),
    path("cases/new/", filing_page.case_new, name="case_new"),
    path("cases/<int:pk>/", views.case_page, name="case"),
    path("cases/<int:pk>/slip/", filing_page.case_slip, name="case_slip"),
    path("cases/<int:pk>/<slug:verb>/", acting.act, name="case_verb"),
    path("act/<slug:kind>/<int:pk>/<slug:verb>/", acting.act, name="act"),
    path("parties/<int:pk>/reveal/", views.party_reveal, name="party_reveal"),
    path("papers/<int:pk>/", views.paper, name="paper"),
    path("papers/<int:pk>/paper.pdf", views.paper_pdf, name="paper_pdf"),
    path("papers/<int:pk>/paper.docx", views.paper_docx, name="paper_docx"),
    path("audit/reads/", reading.read_log, name="read_log"),
    path("audit/reveals/", reading.reveal_log, name="reveal_log"),
    path("attachments/<int:pk>/", views.attachment, name="attachment"),
]
