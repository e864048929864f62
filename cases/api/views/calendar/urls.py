"""The addresses of the working calendar below /api/v1/."""

from __future__ import annotations

from typing import Any

from cases.api.views.calendar import entries

ROUTES: tuple[tuple[str, Any, str], ...] = (
    ("calendar/", entries.CalendarView, "calendar"),
    ("calendar/preview", entries.CalendarPreviewView, "calendar-preview"),
    ("calendar/plans/", entries.PlansView, "calendar-plans"),
    ("calendar/<uuid:entry_id>", entries.EntryView, "calendar-entry"),
    ("calendar/<uuid:entry_id>/approval", entries.ApprovalView, "calendar-approval"),
    ("calendar/<uuid:entry_id>/rejection", entries.RejectionView, "calendar-rejection"),
    ("calendar/<uuid:entry_id>/withdrawal", entries.WithdrawalView, "calendar-withdrawal"),
)
