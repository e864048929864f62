"""A priority list makes its cases priority, also where its rows had come before on another list."""

from __future__ import annotations

from collections.abc import Sequence

from cases.intake.acts import ACTS_A_CALL, Import
from cases.intake.lines import Line
from cases.selectors.paging import fetch
from cases.workflow.bulk import Request, perform_many
from cases.workflow.errors import WorkflowError

# The cases that the rows lead to now: a merged one leads to its survivor. A closed case stays as it was closed.
_ORDINARY = """
    WITH RECURSIVE chain(id, next) AS (
        SELECT c.id, c.merged_into_id FROM cases_listrow r JOIN cases_site s ON s.id = r.site_id
        JOIN cases_case c ON c.id = s.case_id WHERE r.id = ANY(%s)
        UNION
        SELECT c.id, c.merged_into_id FROM chain h JOIN cases_case c ON c.id = h.next
    )
    SELECT c.id::text AS id FROM chain h JOIN cases_case c ON c.id = h.id
    WHERE h.next IS NULL AND c.stage <> 'closed' AND c.level <> 'priority' ORDER BY 1
"""


def raise_repeated(lines: Sequence[Line], imported: Import) -> None:
    """Raise the cases of repeated rows. Raises the engine's WorkflowError, and the chunk is not written then."""
    repeated = sorted({line.same_as for line in lines if line.same_as is not None})
    if imported.level != "priority" or not repeated:
        return
    data = {"source": imported.kind, "batch": imported.name, "level": imported.level}
    asked = [Request("attach_signal", data, case_id=row["id"]) for row in fetch(_ORDINARY, [repeated])]
    for start in range(0, len(asked), ACTS_A_CALL):
        for answer in perform_many(asked[start : start + ACTS_A_CALL], actor=imported.system, now=imported.now):
            if isinstance(answer, WorkflowError):
                raise answer
