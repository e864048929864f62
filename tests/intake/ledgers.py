"""Small lists with what is stated about them: what the tests of the ledger share."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from agencies.actors import Actor, find_actor, system_actor
from agencies.directory import get_directory
from audit import clock
from audit.actions import Action
from audit.services import record_by
from audit.sight import working_as
from cases.intake.ledger.names import find_batch
from cases.intake.ledger.statement import Stated
from cases.intake.receiving import find_agency
from cases.intake.selectors import row_results
from cases.intake.services import BatchSummary, Progress, import_file
from cases.models import ListBatch
from tests.intake.samples import AGENCIES
from tests.intake.test_one_site import TELECOM, seen, sheet

ISSUER = "江苏省发展改革委"


def site(number: int, day: int = 1, *, port: int = 1000) -> tuple[object, ...]:
    """A row of one household: the same number on another day or port is the same site."""
    return seen(number, f"36.154.192.{number}", port + day, day)


def telecom(*rows: tuple[object, ...]) -> bytes:
    return sheet(TELECOM, *rows)


def bring(
    content: bytes,
    name: str,
    *,
    kind: str = "telecom",
    actor: Actor | None = None,
    agency: str = "",
    progress: Progress | None = None,
    **stated: str,
) -> BatchSummary:
    return import_file(
        actor=actor or system_actor(),
        content=content,
        filename=f"{name}.csv",
        kind=kind,
        agency=find_agency(agency or AGENCIES[kind], get_directory()),
        batch_name=name,
        now=clock.now(),
        stated=Stated(**{"issuer": ISSUER, **stated}),  # type: ignore[arg-type]
        progress=progress,
    )


def batch(name: str) -> ListBatch:
    found = find_batch(name)
    assert found is not None
    return found


def rows(found: ListBatch) -> list[dict[str, Any]]:
    return list(row_results(found.id))


def cases(name: str) -> list[str]:
    return [row["case"] for row in rows(batch(name))]


def by_the_door(found: ListBatch) -> int:
    """A withdrawal by the function of the database alone, without the service that asks before."""
    actor = find_actor("telecom-handler1")
    with working_as("withdrawal"), transaction.atomic():
        return record_by(
            "SELECT list_withdraw(%s, %s, %s)",
            [str(found.id), actor.user_id],
            stream="agency/320300-telecom",
            action=Action.IMPORT_WITHDRAWN,
            actor={"id": actor.user_id, "username": actor.username, "role": "handler"},
            data={"batch": str(found.id), "why": "trial"},
            now=clock.now(),
        )
