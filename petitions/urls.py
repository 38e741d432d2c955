"""Addresses of the petition and supervision pages."""

from django.urls import path

from petitions import intake, reviewing, views

urlpatterns = [
    path("petitions/", views.petitions, name="petitions"),
    path("petitions/new/", intake.petition_new, name="petition_new"),
    path("petitions/<int:pk>/", views.petition, name="petition"),
    path("reviews/", reviewing.reviews, name="reviews"),
    path("reviews/<int:pk>/", reviewing.review, name="review"),
    # The name under which the forms of acts know a review: that of its model.
    path("reviews/<int:pk>/", reviewing.review, name="dualreview"),
    path("reviews/<int:pk>/preview/", reviewing.review_preview, name="review_preview"),
    path("reviews/<int:pk>/preview.pdf", reviewing.review_preview_pdf, name="review_preview_pdf"),
    path("clues/<int:pk>/", reviewing.clue, name="clue"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/report.pdf", views.report_pdf, name="report_pdf"),
    path("reports/<int:pk>/report.docx", views.report_docx, name="report_docx"),
    path("orders/", views.orders, name="orders"),
    path("orders/<int:pk>/", views.order, name="order"),
    path("orders/<int:pk>/order.pdf", views.order_pdf, name="order_pdf"),
    path("orders/<int:pk>/order.docx", views.order_docx, name="order_docx"),
]
