"""The addresses of weekly ledgers and overdue bulletins below /api/v1/."""

from __future__ import annotations

from typing import Any

from cases.api.views.reports import weekly

ROUTES: tuple[tuple[str, Any, str], ...] = (
    ("reports/", weekly.ReportsView, "reports"),
    ("reports/preview", weekly.ReportPreviewView, "report-preview"),
    ("reports/<uuid:report_id>", weekly.ReportView, "report"),
    ("reports/<uuid:report_id>/versions/<int:version>/<str:form>", weekly.ReportFileView, "report-file"),
)
