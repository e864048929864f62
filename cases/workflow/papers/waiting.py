"""A paper waits from the act that issues it until it is handed over; the service names the version that was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from cases.workflow.errors import GuardRefused
from cases.workflow.view import Text

# The act that hands a paper over, and the fact in which it waits.
HANDED_OVER_BY: Final[Mapping[str, str]] = {"serve_notice": "suspension", "notify_subscriber": "surcharge"}
_IN_FORCE = """
SELECT t.version, t.sha256 FROM cases_documentversion t WHERE t.document_id = %s
AND NOT EXISTS (SELECT FROM cases_documentvoid v WHERE v.document_id = t.document_id) ORDER BY t.version DESC LIMIT 1
"""


def kept(issued: Mapping[str, Any]) -> dict[str, Any]:
    """How a fact holds the paper that is to be handed over."""
    return {"id": issued["id"], "number": issued["number"]}


def to_hand_over(facts: Mapping[str, Any], action: str) -> dict[str, Any] | None:
    """The paper that this act hands over; None where none was issued, and for acts that hand none over."""
    paper: dict[str, Any] | None = (facts.get(HANDED_OVER_BY.get(action, "")) or {}).get("paper")
    return paper


def handed_over(paper: Mapping[str, Any]) -> dict[str, Any]:
    """What the event of the service says of the paper: its number, and version and hash of the text as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [paper["id"]])
        found = cursor.fetchone()
    if found is None:
        raise GuardRefused(
            Text(
                f"文书 {paper['number']} 已作废，不能送达。请撤回原决定后重新办理。",
                f"Document {paper['number']} is voided and cannot be served; the decision is to be withdrawn.",
            ),
            code="paper_voided",
        )
    return {"document": paper["id"], "number": paper["number"], "version": found[0], "sha256": found[1]}
