"""Cases that a withdrawn list alone had opened: excluded together, by two people, each case by the engine's own acts.

Every case is asked for itself, in the name of whoever does it: `propose_exclusion` by a handler of the commission,
`decide_exclusion` by a reviewer there who has not proposed. What somebody has taken up meanwhile is refused there and
left to that person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from agencies.actors import Actor
from agencies.visibility import seen, sight_keys
from cases.models import ListBatch
from cases.selectors.paging import Row, fetch
from cases.workflow.bulk import Request, perform_many
from cases.workflow.errors import InvalidInput, WorkflowError
from cases.workflow.view import Text

REASON: Final = "list_withdrawn"
AT_ONCE: Final = 500
# Open leads with a signal of this list, and none that still stands.
_LEFT: Final = f"""
    SELECT c.id::text AS id, c.number, coalesce(c.facts #>> '{{exclusion,state}}', '') = 'proposed'
           AND c.facts #>> '{{exclusion,reason}}' = '{REASON}' AS proposed
    FROM cases_case c WHERE c.stage = 'monitoring' AND c.id IN (
        SELECT s.case_id FROM cases_listrow r JOIN cases_signal s ON s.row_id = r.id WHERE r.batch_id = %s)
    AND NOT EXISTS (SELECT FROM cases_signal s WHERE s.case_id = c.id AND s.withdrawn_at IS NULL)
    AND {seen("c.id")} ORDER BY c.number
"""


@dataclass(frozen=True, slots=True)
class Leftovers:
    """How many cases are left, and for how many of them the exclusion is proposed."""

    cases: int
    proposed: int


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many acts were done, and the first sentence of those that were refused."""

    done: int
    refused: int
    why: Text | None


def leftovers(actor: Actor, batch: ListBatch) -> Leftovers:
    """Of a withdrawn list, those that this actor sees."""
    found = _left(actor, batch)
    return Leftovers(len(found), sum(row["proposed"] for row in found))


def exclude(*, actor: Actor, batch: ListBatch, step: str, now: datetime) -> Excluded:
    """Do one step (`propose` or `decide`) on the cases that are ready for it, some hundred at a time.

    Raises InvalidInput for another step.
    """
    if step not in ("propose", "decide"):
        raise InvalidInput(fields={"step": Text("请选择办理事项。", "Choose what to do.")})
    ready = [row["id"] for row in _left(actor, batch) if row["proposed"] is (step == "decide")][:AT_ONCE]
    action, data = _act(step, batch)
    answers = perform_many([Request(action, data, case_id=case) for case in ready], actor=actor, now=now)
    refused = [answer for answer in answers if isinstance(answer, WorkflowError)]
    return Excluded(len(answers) - len(refused), len(refused), refused[0].text if refused else None)


def _act(step: str, batch: ListBatch) -> tuple[str, dict[str, Any]]:
    if step == "decide":
        return "decide_exclusion", {"decision": "approve"}
    told = f"名单“{batch.name}”系误导入，已撤回；本案仅由该名单立案，别无线索。"
    return "propose_exclusion", {"reason_code": REASON, "explanation": told}


def _left(actor: Actor, batch: ListBatch) -> list[Row]:
    if batch.state != ListBatch.State.WITHDRAWN:
        return []
    return fetch(_LEFT, [str(batch.id), sight_keys(actor)])
