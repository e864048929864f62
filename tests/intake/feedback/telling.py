"""Drawing up, checking and sending feedback in tests, and opening what came of it with python-calamine."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import CalamineWorkbook

from agencies.actors import find_actor, system_actor
from audit import clock
from cases.intake.feedback.access import visible_versions
from cases.intake.feedback.services import ask_for, check_version, draw_version, send_version
from cases.intake.feedback.taking import take_out, take_out_at_shell
from cases.intake.ledger.names import find_batch
from cases.models import Feedback, ListBatch
from cases.policy.dated import CHINA

Sheets = dict[str, list[list[Any]]]
HANDLER, REVIEWER = "drc-handler1", "drc-reviewer1"


def today() -> str:
    """The day in China, which the letter bears."""
    return f"{clock.now().astimezone(CHINA):%Y-%m-%d}"


def batch_of(name: str) -> ListBatch:
    batch = find_batch(name)
    assert batch is not None
    return batch


def draw(name: str, who: str = HANDLER) -> Feedback:
    """The next version, drawn up as the worker does."""
    actor = system_actor() if who == "system" else find_actor(who)
    version = ask_for(actor=actor, batch=batch_of(name), now=clock.now())
    return draw_version(version.id, clock.now())


def drawn(name: str) -> tuple[Feedback, Sheets]:
    version = draw(name)
    assert version.state == "drawn", version.problem
    version = Feedback.objects.select_related("batch").get(pk=version.pk)
    with take_out_at_shell(version, clock.now()) as file:
        return version, sheets_in(file.read())


def sheets_in(content: bytes) -> Sheets:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: list(book.get_sheet_by_name(name).iter_rows()) for name in book.sheet_names}


def seen(name: str, who: str = HANDLER) -> Feedback:
    """The latest version as this person has it."""
    batch = batch_of(name)
    version = visible_versions(find_actor(who), batch)[0]
    version.batch = batch
    return version


def checked(name: str) -> Feedback:
    check_version(actor=find_actor(REVIEWER), version=seen(name), now=clock.now())
    return seen(name)


def sent(name: str, number: str = "徐发改函〔2026〕12号") -> Feedback:
    draw(name)
    version = checked(name)
    send_version(actor=find_actor(HANDLER), version=version, document_number=number, sent_on=today(), now=clock.now())
    return seen(name)


def taken_by(name: str, who: str) -> Sheets:
    with take_out(actor=find_actor(who), version=seen(name, who), staff_no="", now=clock.now(), request=None) as file:
        return sheets_in(file.read())
