"""Bringing load readings to a case: the file is kept, the readings in one form beside it, and an event names both.

The same readings again are nothing new and leave no event; another value for a point is a correction: the file that
said the earlier one stays on record. Rows that are no readings are told and stay in the file that is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from cases.intake.loadcurves.reading import ReadFile, read_file
from cases.policy.dated import load
from cases.policy.energy.days import Days, News, news, written
from cases.selectors.casepage.load import days_on_record, other_account
from cases.selectors.masking import mask
from cases.selectors.precision.files import LOAD_READINGS, LOAD_SOURCE
from cases.workflow import engine
from cases.workflow.actions import Action
from cases.workflow.deciding.loading import load_case
from cases.workflow.errors import InvalidInput, NotAllowed, NotVisible
from cases.workflow.guards.cooperation import LOAD_CURVE
from cases.workflow.view import CaseView, Text

TEMPLATE_NAME: Final = "load-template.csv"


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it: the days of the file, the points that are new and those corrected; the act, None for none.

    `faults`: the first of the `left_out` rows that are no readings, by their number, each with the reason.
    """

    first: date
    last: date
    days: int
    added: int
    corrected: int
    result: engine.Result | None
    faults: Mapping[int, Text]
    left_out: int


def bring(*, actor: Actor, case_id: UUID | str, upload: UploadedFile | None, now: datetime) -> Brought:
    """Read a file of load readings and put what is new on record. Raises InvalidInput and other WorkflowErrors."""
    if upload is None:
        raise InvalidInput(fields={"file": Text("请选择要上传的文件", "choose a file")})
    name, content = upload.name or "", upload.read()
    with transaction.atomic():
        # Two files at once wait for each other here: what the second brings anew is asked of what the first left.
        view = engine.visible(load_case(str(case_id), actor.user_id, lock=True))
        file = read_file(content, now=now, most_kw=most_kw(view))
        if file.account and other_account(actor, view.id, file.account):
            raise InvalidInput(fields={"file": _not_this_account(file.account)}, code="other_account")
        fresh = news(days_on_record(actor, view.id), file.days)
        done = None
        if fresh.days:
            kept = _kept(actor, view, name, content, fresh.days, now)
            done = _put_on_record(actor, view, kept, _note(file, fresh), now)
    first, last = min(file.days), max(file.days)
    return Brought(first, last, len(file.days), fresh.added, fresh.corrected, done, file.faults, file.left_out)


def _not_this_account(account: str) -> Text:
    said = mask("meter", account)
    return Text(
        f"文件的户号 {said} 与本案登记的户号不符，没有导入。请核对案件编号和文件；户号确有变更的，"
        "先补充用电核查结果中的户号，再导入。",
        f"The account {said} of the file is none of this case; nothing was imported. Check the case and the file; where"
        " the account has changed, complete the finding on consumption first.",
    )


def _note(file: ReadFile, fresh: News) -> str:
    """What the event says beside the hashes of the files: which days, how many points, what was left out."""
    days = fresh.days
    said = f"{_day(min(days))}至{_day(max(days))}共 {len(days)} 日，一日 {len(next(iter(days.values())))} 点，"
    said += f"新增 {fresh.added} 点，更正 {fresh.corrected} 点"
    said += f"；未读入 {file.left_out} 行" if file.left_out else ""
    return said + ("；文件写有户号" if file.account else "；文件未写户号")


def _day(day: date) -> str:
    """A day in words: figures in a row are masked in free text as a number would be."""
    return f"{day.year}年{day.month}月{day.day}日"


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


def _put_on_record(actor: Actor, view: CaseView, files: list[str], note: str, now: datetime) -> engine.Result:
    return engine.perform(
        case_id=view.id,
        action=Action.ATTACH_DOCUMENT,
        actor=actor,
        data={"attachments": files, "paper": LOAD_CURVE, "note": note},
        expected_version=None,
        idempotency_key=None,
        now=now,
    )
