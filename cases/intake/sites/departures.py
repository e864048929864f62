"""Cases of a named subscriber from which a corrected reply took rows away: what they had counted, and what is left.

A dossier that names nobody gives its rows up one by one as they are answered, which is what it is there for; a case
that names somebody may have led to a visit or a notice, so it is told.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from cases.intake.acts import Import
from cases.intake.sites.lookups import StoredCase
from cases.intake.sites.plan import Plan
from cases.selectors.paging import fetch
from cases.workflow.retracting import Departure, reassign

# Rows of lists that lead to a case or to one merged into it, and the signals that lists of the kind still bring there.
_LEFT: Final = """
    WITH RECURSIVE family(root, id) AS (
        SELECT c.id, c.id FROM cases_case c WHERE c.id = ANY(%s::uuid[])
        UNION ALL SELECT f.root, m.id FROM family f JOIN cases_case m ON m.merged_into_id = f.id
    )
    SELECT f.root::text AS id, (
        SELECT count(*) FROM family g JOIN cases_site s ON s.case_id = g.id JOIN cases_listrow r ON r.site_id = s.id
        JOIN cases_listbatch b ON b.id = r.batch_id AND b.state <> 'withdrawn' AND b.kind <> 'trace'
        WHERE g.root = f.root) AS rows_left, (
        SELECT count(*) FROM family g JOIN cases_signal n ON n.case_id = g.id AND n.withdrawn_at IS NULL
        JOIN cases_listrow r ON r.id = n.row_id JOIN cases_listbatch b ON b.id = r.batch_id AND b.kind = 'telecom'
        WHERE g.root = f.root AND n.family = 'traffic') AS signals_left
    FROM family f WHERE f.root = f.id
"""
_REPLIES: Final = "SELECT r.id, r.number FROM cases_listrow r WHERE r.id = ANY(%s)"


def tell_departures(plan: Plan, cases: dict[str, StoredCase], imported: Import) -> None:
    """Once the rows of a chunk are written: an event on every such case, by the system."""
    moves = [move for move in plan.moves if move.source.case_id and cases[move.source.case_id].located]
    if not moves:
        return
    taken = Counter(str(move.source.case_id) for move in moves)
    by_row = {answer.row_id: answer.reply_id for answer in plan.answers}
    replies = {str(move.source.case_id): by_row[move.row_id] for move in moves}
    standing = {row["id"]: row for row in fetch(_LEFT, [sorted(taken)])}
    at = {row["id"]: row for row in fetch(_REPLIES, [sorted(set(replies.values()))])}
    departures = [
        Departure(
            case_id=case_id,
            batch=imported.name,
            list_id=imported.batch_id,
            row=at[replies[case_id]]["number"],
            kind="telecom",
            taken={"traffic": count},
            left={"traffic": standing[case_id]["signals_left"]} if standing[case_id]["signals_left"] else {},
            rows_left=standing[case_id]["rows_left"],
        )
        for case_id, count in sorted(taken.items())
    ]
    reassign(departures, actor=imported.system, now=imported.now)
