"""Taking the workbook out: noted and recorded before the first byte leaves, with a sheet that says who took it."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from typing import IO, Any, Final

from django.db import transaction
from django.http import HttpRequest

from agencies.access.reads import note_export, note_read
from agencies.actors import Actor
from audit.access.writing import Way
from audit.sight import working_as
from cases.intake.feedback.access import NOT_CLEAR, may_take_out
from cases.intake.feedback.checking import pieces_of
from cases.intake.feedback.services import ERASED, WRONG_STATE
from cases.intake.feedback.workbook import add_sheet
from cases.models import Feedback
from cases.policy.dated import CHINA
from cases.selectors.precision.watermark import signature
from cases.workflow.errors import GuardRefused, NotAllowed
from cases.workflow.view import Text

READY: Final = (Feedback.State.DRAWN, Feedback.State.CHECKED, Feedback.State.SENT)
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PURPOSE: Final = "批次反馈用，含个人信息，不得另作他用，导出已留痕"
GONE: Final = Text(
    "名单中有行的个人信息已按期清除，这一版的反馈表随之清除；逐行结论、统计和散列仍在本页。",
    "Personal data of rows of the list were erased, and the workbook of this version with them; the answers, the"
    " figures and the hash are still on this page.",
)


def check_taking_out(actor: Actor, version: Feedback) -> None:
    """Raises NotAllowed, GuardRefused."""
    if not may_take_out(actor, version):
        raise NotAllowed(NOT_CLEAR, code="may_not_export")
    check_there(version)


def check_there(version: Feedback) -> None:
    """Raises GuardRefused where there is no workbook, or none any more."""
    if version.state not in READY:
        raise GuardRefused(WRONG_STATE[Feedback.State(version.state)], code=f"feedback_{version.state}")
    if version.erased_at is not None:
        raise GuardRefused(GONE if version.state == Feedback.State.SENT else ERASED, code="feedback_erased")


def take_out(
    *, actor: Actor, version: Feedback, staff_no: str, now: datetime, request: HttpRequest | None, way: Way = Way.EXPORT
) -> IO[bytes]:
    """The workbook for whoever may have it. Raises NotAllowed, GuardRefused."""
    check_taking_out(actor, version)
    with transaction.atomic():
        file, digest = _signed(version, signature(actor, staff_no, now, version.batch.name), now)
        note_export(
            actor=actor,
            what="feedback",
            rows=version.rows,
            file_hash=digest,
            now=now,
            request=request,
            way=way,
            target=_target(version),
            more={"batch": str(version.batch_id), "edition": version.number},
        )
    return file


def take_out_at_shell(version: Feedback, now: datetime) -> IO[bytes]:
    """The workbook for the operator of the server, noted as theirs. Raises GuardRefused."""
    check_there(version)
    file, digest = _signed(
        version, f"服务器命令行 · {now.astimezone(CHINA):%Y-%m-%d %H:%M:%S} · {version.batch.name}", now
    )
    note_read(
        actor=None, way=Way.COMMAND, target=_target(version), items=["feedback"], rows=version.rows, file_hash=digest
    )
    return file


def filename(version: Feedback) -> str:
    return f"{version.batch.name}反馈第{version.number}版.xlsx"


def _target(version: Feedback) -> str:
    return f"import/{version.batch_id}"


@working_as("feedback")
def _signed(version: Feedback, who: str, now: datetime) -> tuple[IO[bytes], str]:
    """The workbook with its last sheet, in memory, and its hash."""
    # An anonymous file: nothing personal touches a disk.
    file = os.fdopen(os.memfd_create("feedback"), "w+b")
    for piece in pieces_of(version):
        file.write(piece)
    rows: list[list[Any]] = [
        [PURPOSE],
        ["导出人", who],
        ["批次", version.batch.name],
        ["版次", version.number],
        ["状态", Feedback.State(version.state).label],
        ["截至", f"{version.started_at.astimezone(CHINA):%Y-%m-%d %H:%M}"],
        ["行数", version.rows],
        ["已答复", version.answered],
        ["未答复", version.unanswered],
        ["其中逾期", version.overdue],
        ["反馈表散列（SHA-256，不含本页）", version.sha256],
    ]
    add_sheet(file, rows, now.astimezone(CHINA))
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return file, digest
