"""What the relay asks: which endpoints hear of a row, where one of them is, and what became of a call.

All of it works as the system actor `relay` (`config/database/wall.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from agencies.directory import Directory, get_directory
from audit import clock
from audit.actions import Action
from audit.log import EventActor
from cases.workflow.recording.notices import notice
from notifications.channels.endpoints.model import CHANNELS
from notifications.channels.endpoints.model import Endpoint as EndpointRow
from notifications.channels.endpoints.sealing import opened, secrets
from notifications.channels.endpoints.telling import tell
from notifications.choices.kinds import kind_group

Asked = tuple[int | None, str]
LONGEST_PROBLEM = 200


class Endpoint(NamedTuple):
    """An endpoint that hears of a row."""

    id: UUID
    channel: str


def for_rows(rows: Sequence[Asked], directory: Directory | None = None) -> dict[Asked, list[Endpoint]]:
    """For each addressed agency and topic the endpoints that want it, in one query for all.

    An agency's own and its principal's. Only of ordinary cases: a group has no clearance, and whoever asks leaves the
    others out.
    """
    directory = directory or get_directory()
    reached: dict[int, tuple[int, ...]] = {}
    for agency_id, _ in rows:
        agency = directory.by_id.get(agency_id or 0)
        if agency is not None:
            reached[agency.id] = tuple({agency.id, agency.principal_id})
    wanted = {each for agencies in reached.values() for each in agencies}
    found = list(
        EndpointRow.objects.filter(active=True, agency_id__in=wanted)
        .order_by("id")
        .values_list("id", "agency_id", "channel", "topics")
    )
    return {
        (agency_id, topic): [
            Endpoint(id_, channel)
            for id_, owner, channel, topics in found
            if owner in reached.get(agency_id or 0, ()) and kind_group(topic) in topics
        ]
        for agency_id, topic in set(rows)
    }


def open_endpoint(id_: UUID) -> tuple[str, str, str] | None:
    """Address, secret and language; None where it is switched off or there is none."""
    row = EndpointRow.objects.filter(pk=id_, active=True).first()
    if row is None:
        return None
    kept = opened(row)
    return kept.url, secrets(row, kept, clock.now()), row.language


def answered(id_: UUID, *, now: datetime, problem: str = "") -> None:
    """What became of a call, for the page of its agency; an empty `problem` is success."""
    found = EndpointRow.objects.filter(pk=id_)
    if problem:
        found.update(failures=F("failures") + 1, failed_at=now, problem=problem[:LONGEST_PROBLEM])
    else:
        found.update(failures=0, answered_at=now, problem="")


@transaction.atomic
def gone(id_: UUID, now: datetime) -> None:
    """The other side says that its address is no more: switch it off and tell the agency's administrators, once."""
    row = EndpointRow.objects.select_for_update().select_related("agency").filter(pk=id_, active=True).first()
    if row is None:
        return
    row.active, row.off = False, EndpointRow.Off.GONE
    row.save(update_fields=["active", "off"])
    told = tell(row, Action.ENDPOINT_GONE, EventActor(None, "system"), now)
    notice(
        topic="endpoint.gone",
        agency_id=row.agency_id,
        payload={
            "roles": ["agency_admin"],
            # Not what somebody called it: that is free text.
            "label_zh": CHANNELS[row.channel].zh,
            "label_en": CHANNELS[row.channel].en,
            "link": reverse("channels:endpoint", args=[row.pk]),
        },
        key=f"endpoint.gone/{row.pk}/{told.seq}",
        now=now,
    )
