"""A month's run of bills, and what was really billed."""

from cases.models.money.comparison import BilledFile, BilledRow
from cases.models.money.runs import BillRun, BillRunRow

__all__ = ["BillRun", "BillRunRow", "BilledFile", "BilledRow"]
