"""Verification of the whole audit trail, or of one stream: chains, columns, sealed data, projections, gaps."""

from audit.verification.report import Report
from audit.verification.run import verify

__all__ = ["Report", "verify"]
