"""Addresses of the deadlines pages."""

from django.urls import path

from deadlines import views

urlpatterns = [
    path("docket/", views.docket, name="docket"),
    path("assignment/", views.assignment, name="assignment"),
    path("clocks/<int:pk>/why/", views.why, name="why"),
    path("calculator/", views.calculator, name="calculator"),
    path("rules/", views.rulebook, name="rulebook"),
    path("rules/<slug:code>/", views.rule, name="rule"),
]
