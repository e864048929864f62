"""The addresses about money over many cases, below /api/v1/."""

from __future__ import annotations

from typing import Any

from cases.api.views.money import charges, comparing, runs, surcharges

ROUTES: tuple[tuple[str, Any, str], ...] = (
    ("charges/", charges.ChargesView, "charges"),
    ("surcharges/", surcharges.SurchargesView, "surcharges"),
    ("bill-runs/", runs.BillRunsView, "bill-runs"),
    ("bill-runs/<uuid:run_id>", runs.BillRunView, "bill-run"),
    ("bill-runs/<uuid:run_id>/rows", runs.BillRunRowsView, "bill-run-rows"),
    ("bill-runs/<uuid:run_id>/start", runs.BillRunStartView, "bill-run-start"),
    ("bill-runs/<uuid:run_id>/discard", runs.BillRunDiscardView, "bill-run-discard"),
    ("bill-runs/<uuid:run_id>/review", runs.BillRunReviewView, "bill-run-review"),
    ("reconciliation/", comparing.BilledFilesView, "reconciliation"),
    ("reconciliation/<uuid:file_id>", comparing.BilledFileView, "billed-file"),
    ("reconciliation/<uuid:file_id>/rows", comparing.BilledRowsView, "billed-rows"),
)
