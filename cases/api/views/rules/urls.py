"""The addresses of entered rules below /api/v1/."""

from __future__ import annotations

from typing import Any

from cases.api.views.rules import versions

ROUTES: tuple[tuple[str, Any, str], ...] = (
    ("rules/", versions.RulesView, "rules"),
    ("rules/preview", versions.RulePreviewView, "rule-preview"),
    ("rules/<uuid:version_id>", versions.RuleView, "rule"),
    ("rules/<uuid:version_id>/approval", versions.RuleApprovalView, "rule-approval"),
    ("rules/<uuid:version_id>/rejection", versions.RuleRejectionView, "rule-rejection"),
    ("rules/<uuid:version_id>/withdrawal", versions.RuleWithdrawalView, "rule-withdrawal"),
)
