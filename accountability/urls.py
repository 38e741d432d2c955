"""Addresses of the dashboards, the lists behind them, and flags."""

from django.urls import path

from accountability import views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/<str:key>/", views.dashboard, name="dashboard"),
    path("clocks/", views.clocks, name="clocks"),
    path("flags/", views.flags, name="flags"),
    path("flags/<int:pk>/", views.flag, name="flag"),
]
