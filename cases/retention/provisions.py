"""One line in the register of provisions for every time the product itself hands personal data to another agency.

The lines follow from events that are there anyway, so writing them a little late changes nothing: a task does it, and
the database takes each event and recipient once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from agencies.directory import Directory, get_directory
from agencies.models import Provision
from agencies.registers.services import PROVISION_STREAM, add_own
from agencies.vocabulary import Kind
from audit import clock
from audit.services import hold
from audit.sight import working_as
from cases.models import ListBatch
from cases.selectors.paging import Row, fetch

AT_ONCE = 200
LAST_ID = 2**63 - 1


class Handing(NamedTuple):
    """What an act hands over: to whom (the kinds of task it opens), for what, which items."""

    tasks: frozenset[str]
    purpose: str
    fields: tuple[str, ...]


#: The acts by which another agency gets personal data.
HANDINGS: Final = {
    "dispatch_verification": Handing(
        frozenset({"trace_subscriber", "check_consumption", "analyse_traffic"}), "verification", ("network", "address")
    ),
    "sign_suspension_order": Handing(frozenset(), "suspension", ("account", "address", "holder")),
    "issue_surcharge_list": Handing(frozenset(), "surcharge", ("account", "address")),
    "refer_case": Handing(frozenset(), "referral", ("case_file",)),
}
EXPORT: Final = "export_made"
#: The answer to a list: the issuer's own rows with what became of them.
FEEDBACK: Final = "feedback_sent"
# What is older than the lines have to be kept may have been deleted, and is not written again.
KEPT: Final = timedelta(days=3 * 365)
# An event that handed nothing to another agency has no line and is asked again each time; there are few.
_OPEN = """SELECT e.id, e.stream, e.at, e.action, e.agency_id, convert_from(e.body, 'UTF8') AS body FROM audit_event e
    WHERE e.action = ANY(%s) AND e.at >= %s AND e.id < %s
    AND NOT EXISTS (SELECT 1 FROM agencies_provision p WHERE p.event_id = e.id)
    AND (e.action <> 'export_made' OR convert_from(e.body, 'UTF8')::jsonb -> 'data' ->> 'what' = 'refused_rows')
    ORDER BY e.id DESC LIMIT %s"""


@working_as("provisions")
def generate(now: datetime | None = None) -> int:
    """Write the lines that are due; returns how many were written."""
    directory, now, written, below = get_directory(), now or clock.now(), 0, LAST_ID
    while below:
        with transaction.atomic():
            # Whoever writes lines at the same moment waits here, and then finds them written.
            hold(PROVISION_STREAM)
            rows = fetch(_OPEN, [[*HANDINGS, EXPORT, FEEDBACK], now - KEPT, below, AT_ONCE])
            lines = [line for row in rows for line in _lines(row, directory, now)]
            add_own(lines, now)
        written += len(lines)
        below = rows[-1]["id"] if rows else 0
    return written


def _lines(row: Row, directory: Directory, now: datetime) -> list[Provision]:
    body = orjson.loads(row["body"])
    if row["action"] in (EXPORT, FEEDBACK):
        return _feedback(row, body["data"], directory, now)
    handing = HANDINGS[row["action"]]
    opened = [task for task in body.get("open", ()) if not handing.tasks or task["kind"] in handing.tasks]
    recipients = {task.get("unit") or task["agency"] for task in opened} - {row["agency_id"]}
    return [
        Provision(
            agency_id=row["agency_id"],
            recipient_id=recipient,
            case_id=UUID(row["stream"].removeprefix("case/")),
            event_id=row["id"],
            purpose=handing.purpose,
            basis=" ".join(body.get("basis", ()))[:200],
            fields=list(handing.fields),
            subjects=1,
            provided_at=row["at"],
            recorded_at=now,
        )
        for recipient in sorted(recipients)
    ]


def _feedback(row: Row, data: dict[str, Any], directory: Directory, now: datetime) -> list[Provision]:
    """Rows of a list, back to the agency that sent it, by the commission of its region."""
    batch = ListBatch.objects.filter(pk=data["batch"]).select_related("agency").first()
    if batch is None or not data["rows"]:
        return []
    giver = directory.addressee(Kind.DEVELOPMENT_COMMISSION, batch.agency.region_id)
    # What a commission answers to itself is provided to nobody.
    if giver is None or (row["action"] == FEEDBACK and giver.id == batch.agency_id):
        return []
    return [
        Provision(
            agency_id=giver.id,
            recipient_id=batch.agency_id,
            event_id=row["id"],
            purpose="feedback",
            basis="",
            fields=["holder", "phone", "address", "account", "network"],
            subjects=data["rows"],
            provided_at=row["at"],
            recorded_at=now,
        )
    ]
