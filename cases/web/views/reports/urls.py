"""The addresses of the pages of ledgers and bulletins."""

from django.urls import path

from cases.web.views.reports import pages

urlpatterns = [
    path("reports/", pages.reports, name="reports"),
    path("reports/preview/", pages.preview_page, name="report_preview"),
    path("reports/<uuid:report_id>/", pages.report_page, name="report_page"),
    path("reports/<uuid:report_id>/<int:version>.<slug:form>", pages.report_file, name="report_file"),
]
