"""Taking in a tip: its words, its reporter and its pictures sealed in one transaction, and a number to follow it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from typing import Any
from uuid import UUID

import orjson
from celery import current_app
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from agencies.directory import get_directory
from audit.sight import working_as
from cases.intake.tips import receipts
from cases.intake.tips.districts import commission_of, full_address
from cases.models.sealing import key_ring
from cases.models.tips import REPORTER, Tip, TipPart, tip_part_place, tip_place
from cases.policy.dated import CHINA
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was checked, with its media type."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody typed. `nonce` is the form's own: the same form sent twice is one tip, a changed one another."""

    nonce: str
    region_code: str
    address: str
    content: str
    reporter: dict[str, str]
    pictures: Sequence[Picture] = ()


@working_as("tips")
def take(report: Report, now: datetime) -> str:
    """Keep it; returns the number to follow it. Raises InvalidInput for a district that nobody here is in charge of."""
    directory = get_directory()
    agency = commission_of(report.region_code, directory)
    if agency is None:
        raise InvalidInput(fields={"district": Text("请选择所在区县", "Choose the district")})
    tip_id = _id_of(report)
    number = receipts.draw(tip_id.bytes)
    words = {
        "reported": now.astimezone(CHINA).isoformat(timespec="seconds"),
        "content": report.content,
        "address": full_address(report.region_code, report.address, directory),
    }
    tip = Tip(
        id=tip_id,
        agency_id=agency.id,
        region_code=report.region_code,
        receipt=receipts.blind(number),
        received_at=now,
        sealed=key_ring().seal(orjson.dumps(words), tip_place(tip_id.bytes)),
    )
    try:
        with transaction.atomic():
            tip.save(force_insert=True)
            TipPart.objects.bulk_create(_parts(tip_id, report))
    except IntegrityError:
        # The same form came twice: it was kept the first time, under this very number.
        if not Tip.objects.filter(id=tip_id).exists():
            raise
    return number


def _id_of(report: Report) -> UUID:
    told: list[Any] = [report.nonce, report.region_code, report.address, report.content, report.reporter]
    told += [hashlib.sha256(picture.content).hexdigest() for picture in report.pictures]
    return UUID(bytes=key_ring().blind("tip", orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()))


def _parts(tip_id: UUID, report: Report) -> list[TipPart]:
    parts = [(REPORTER, "application/json", orjson.dumps(report.reporter))] if report.reporter else []
    parts += [(n, picture.content_type, picture.content) for n, picture in enumerate(report.pictures, REPORTER + 1)]
    ring = key_ring()
    return [
        TipPart(
            tip_id=tip_id,
            number=number,
            content_type=content_type,
            sealed=ring.seal(content, tip_part_place(tip_id.bytes, number)),
        )
        for number, content_type, content in parts
    ]


def ring() -> None:
    """Ask a worker to place it, and wait for nobody: a sweep finds what nobody rang for."""
    Thread(target=_ring, name="tip-bell", daemon=True).start()


def _ring() -> None:
    try:
        current_app.send_task("cases.place_tips", retry=False)
    except OperationalError:
        logger.warning("no worker could be rung for a tip")
