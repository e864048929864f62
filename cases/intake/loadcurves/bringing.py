"""Bringing load readings to a case: the file is kept, the readings in one form beside it, and an event names both.

The same readings again are nothing new and leave no event; another value for a point is a correction: the file that
said the earlier one stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from agencies.actors import Actor
from cases.documents.attachments import FileRefused, UploaderRefused, store_attachment
from cases.intake.loadcurves.reading import days_of
from cases.policy.dated import load
from cases.policy.energy.days import Days, news, written
from cases.selectors.casepage.load import days_on_record
from cases.selectors.precision.files import LOAD_READINGS, LOAD_SOURCE
from cases.workflow import engine
from cases.workflow.actions import Action
from cases.workflow.deciding.loading import load_case
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from cases.workflow.guards.cooperation import LOAD_CURVE
from cases.workflow.view import CaseView, Text

TEMPLATE_NAME: Final = "日负荷数据模板.csv"


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it: the days of the file, the points that are new and those corrected; the act, None for none."""

    first: date
    last: date
    days: int
    added: int
    corrected: int
    result: engine.Result | None


def bring(*, actor: Actor, case_id: UUID | str, upload: UploadedFile | None, now: datetime) -> Brought:
    """Read a file of load readings and put what is new on record. Raises InvalidInput and other WorkflowErrors."""
    if upload is None:
        raise InvalidInput(fields={"file": Text("请选择要上传的文件", "choose a file")})
    name, content = upload.name or "", upload.read()
    with transaction.atomic():
        # Two files at once wait for each other here: what the second brings anew is asked of what the first left.
        view = engine.visible(load_case(str(case_id), actor.user_id, lock=True))
        days = days_of(content, now=now, most_kw=most_kw(view))
        fresh = news(days_on_record(actor, view.id), days)
        result = (
            _put_on_record(actor, view, _kept(actor, view, name, content, fresh.days, now), now) if fresh.days else None
        )
    return Brought(min(days), max(days), len(days), fresh.added, fresh.corrected, result)


def template() -> bytes:
    """The table to fill in: its header."""
    return written({})


def most_kw(view: CaseView) -> Decimal:
    """The greatest power that is taken for a reading: so many times the contract capacity, where that is known."""
    limits = load("load_curve")["readings"][0]
    found = ((view.facts.get("findings") or {}).get("check_consumption") or {}).get("capacity_kva")
    most = Decimal(limits["most_kw"])
    return min(most, Decimal(str(found)) * limits["times_of_capacity"]) if found and Decimal(str(found)) else most


def _kept(actor: Actor, view: CaseView, name: str, content: bytes, days: Days, now: datetime) -> list[str]:
    """The ids of the files that are kept: the readings, and the file they came in where it is not the same."""
    readings = written(days)
    kept = [(LOAD_READINGS, f"日负荷数据_{min(days)}_{max(days)}.csv", readings)]
    if content != readings:
        kept.append((LOAD_SOURCE, name, content))
    try:
        return [
            store_attachment(actor=actor, case_id=view.id, kind=kind, upload=ContentFile(text, name=called), now=now)
            for kind, called, text in kept
        ]
    except UploaderRefused as refused:
        raise NotAllowed(Text(refused.zh, refused.en)) from refused
    except FileRefused as refused:
        raise InvalidInput(fields={"file": Text(refused.zh, refused.en)}) from refused
    except PermissionError as hidden:
        raise NotVisible from hidden


def _put_on_record(actor: Actor, view: CaseView, files: list[str], now: datetime) -> engine.Result:
    return engine.perform(
        case_id=view.id,
        action=Action.ATTACH_DOCUMENT,
        actor=actor,
        data={"attachments": files, "paper": LOAD_CURVE},
        expected_version=None,
        idempotency_key=None,
        now=now,
    )
