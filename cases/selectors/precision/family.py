"""A visible case with all that was merged into it, as a statement begins; its parameters: id, `sight_keys`."""

from __future__ import annotations

from typing import Final

from agencies.visibility import seen

MOST_SIGNALS: Final = 300
FAMILY: Final = f"""WITH RECURSIVE family(id) AS (
    SELECT c.id FROM cases_case c WHERE c.id = %s AND {seen("c.id")}
    UNION SELECT m.id FROM cases_case m JOIN family f ON m.merged_into_id = f.id)
"""
