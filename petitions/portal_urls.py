"""Addresses of the portal."""

from django.urls import path

from petitions import portal

urlpatterns = [
    path("", portal.home, name="portal_home"),
    path("leave/", portal.leave, name="portal_leave"),
    path("cases/<int:pk>/", portal.case_page, name="portal_case"),
    path("cases/<int:pk>/lead/", portal.lead, name="portal_lead"),
    path("cases/<int:pk>/petition/", portal.petition, name="portal_petition"),
    path("cases/<int:pk>/<slug:what>/<int:row>/", portal.receipt, name="portal_receipt"),
    path("answers/<int:pk>/", portal.answer, name="portal_answer"),
]
