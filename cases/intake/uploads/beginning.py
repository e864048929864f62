"""Beginning an upload: what is said of the file before its first byte, and how much one account may have under way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Sum

from agencies.actors import Actor
from agencies.directory import AgencyRef, get_directory
from cases.intake import receiving
from cases.intake.ledger.naming import checked
from cases.intake.ledger.statement import Stated, read_statement
from cases.intake.receiving import UNSTATED, check_kind, check_sender
from cases.models import ListUpload
from cases.workflow.errors import GuardRefused, InvalidInput, NotVisible
from cases.workflow.view import Text

KEPT: Final = timedelta(days=1)
MOST_UNFINISHED: Final = 5
# Of the largest files that a list may have.
MOST_AT_ONCE: Final = 2
_LOCK: Final = 0x4C5A_0002
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announced:
    """What is said of a file that is about to be sent."""

    kind: str
    agency: AgencyRef
    batch_name: str
    filename: str
    size: int
    sha256: str = ""
    steps: bool = False
    stated: Stated = UNSTATED


class NoSuchUpload(NotVisible):
    """There is no such upload of this account, or none any more."""

    default = Text(
        "没有这次上传，或已超过一天未完成而清除；请重新开始上传。",
        "There is no such upload, or it was not finished within a day and is gone; begin anew.",
    )


def begin(*, actor: Actor, announced: Announced, now: datetime) -> ListUpload:
    """Everything that can be refused before the first byte is refused here, by the rules of a list sent in one piece.

    Raises NotAllowed, InvalidInput (kind, batch, file name, size, hash, what is stated), GuardRefused for one too many.
    """
    check_sender(actor, announced.agency)
    filename = _plain_name(announced.filename)
    name = checked(announced.kind, announced.batch_name, filename)
    check_kind(actor, announced.kind, announced.agency)
    read_statement(announced.stated, announced.agency, now)
    sha256 = announced.sha256.lower()
    _check(announced.size, sha256)
    stated = announced.stated
    with transaction.atomic():
        _check_quota(actor.user_id, announced.size, now)
        return ListUpload.objects.create(
            user_id=actor.user_id,
            agency_id=announced.agency.id,
            kind=announced.kind,
            batch_name=name,
            filename=filename,
            size=announced.size,
            sha256=sha256,
            issuer=" ".join(stated.issuer.split()),
            level=stated.level.strip(),
            due=stated.due.strip(),
            steps=announced.steps,
            begun_at=now,
            expires_at=now + KEPT,
        )


def under_way(actor: Actor, now: datetime) -> list[ListUpload]:
    """The uploads of this account, the latest first."""
    found = ListUpload.objects.filter(user_id=actor.user_id, expires_at__gt=now)
    return list(found.order_by("-begun_at", "-id"))


def find_upload(actor: Actor, upload_id: UUID, now: datetime, *, hold: bool = False) -> ListUpload:
    """The upload of this account; held until the end of the transaction. Raises NoSuchUpload, NotAllowed.

    Whoever has lost the post since may not go on with it.
    """
    uploads = ListUpload.objects.select_for_update() if hold else ListUpload.objects
    found = uploads.filter(id=upload_id, user_id=actor.user_id, expires_at__gt=now).first()
    if found is None:
        raise NoSuchUpload
    check_sender(actor, get_directory().by_id[found.agency_id])
    return found


def _plain_name(filename: str) -> str:
    """As a form hands it over: without a path, and with what can be printed."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable())[:200]


def _check(size: int, sha256: str) -> None:
    problems = {}
    limit = receiving.LARGEST_FILE
    if not 0 <= size <= limit:
        shown = receiving.LIMIT_MB
        problems["size"] = Text(
            f"文件须小于 {shown} MB，请拆分后上传", f"A file must be smaller than {shown} MB; split it"
        )
    if sha256 and not _SHA256.fullmatch(sha256):
        problems["sha256"] = Text("应为64位十六进制的 SHA-256", "the SHA-256 in 64 hexadecimal digits")
    if problems:
        raise InvalidInput(fields=problems)


def _check_quota(user_id: int, size: int, now: datetime) -> None:
    """What was announced counts, not what has come: who may begin an upload may finish it."""
    with connection.cursor() as cursor:
        # Of two beginnings at the same moment the second counts the first.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, user_id])
    unfinished = ListUpload.objects.filter(user_id=user_id, batch__isnull=True, expires_at__gt=now)
    found = unfinished.aggregate(uploads=Count("id"), bytes=Sum("size"))
    most = MOST_AT_ONCE * receiving.LARGEST_FILE
    if found["uploads"] < MOST_UNFINISHED and (found["bytes"] or 0) + size <= most:
        return
    shown = MOST_AT_ONCE * receiving.LIMIT_MB
    raise GuardRefused(
        Text(
            f"同一账号未完成的上传最多 {MOST_UNFINISHED} 个、合计 {shown} MB；请先完成或取消已有的上传。",
            f"An account may have {MOST_UNFINISHED} unfinished uploads, {shown} MB in all; finish or cancel one.",
        ),
        code="too_many_uploads",
        figures={"uploads": str(found["uploads"]), "bytes": str(found["bytes"] or 0)},
    )
