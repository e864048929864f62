"""What a resident is told by the number of a tip: one of three words, or that there is no such number."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from audit.sight import working_as
from cases.intake.tips import receipts
from cases.selectors.paging import fetch


class Standing(StrEnum):
    """How far a tip is. Nothing of a case is in it."""

    RECEIVED = "received"
    CHECKING = "checking"
    DONE = "done"
    UNKNOWN = "unknown"


# The same statement whether there is such a number or not.
_STANDING: Final = """SELECT t.erased_at IS NOT NULL AS over, c.stage
    FROM cases_tip t LEFT JOIN LATERAL tip_cases(ARRAY[t.id]) f ON true LEFT JOIN cases_case c ON c.id = f.case_id
    WHERE t.receipt = %s"""


@working_as("tips")
def standing(typed: str) -> Standing:
    """How far the tip with this number is."""
    # Something that cannot be a number is looked up as well: the answer takes as long.
    found = fetch(_STANDING, [receipts.blind(receipts.read(typed) or "")])
    if not found:
        return Standing.UNKNOWN
    over, stage = found[0]["over"], found[0]["stage"]
    if over or stage == "closed":
        return Standing.DONE
    return Standing.RECEIVED if stage in (None, "monitoring") else Standing.CHECKING
