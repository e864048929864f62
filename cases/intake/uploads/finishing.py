"""The end of an upload: a batch, given up, or a day old."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from agencies.actors import Actor
from agencies.directory import get_directory
from audit.sight import working_as
from cases.intake.ledger.statement import Stated
from cases.intake.receiving import receive_list
from cases.intake.selectors import get_batch
from cases.intake.uploads.beginning import NoSuchUpload, find_upload
from cases.intake.uploads.parts import whole_file
from cases.models import ListBatch, ListUpload, ListUploadPart
from cases.workflow.errors import GuardRefused
from cases.workflow.view import Text


class Incomplete(GuardRefused):
    """Not all of the file is here; `expected` is where the next part lies."""

    code = "upload_incomplete"

    def __init__(self, expected: int, size: int) -> None:
        self.expected = expected
        says = Text(
            f"文件还没有传完：已收 {expected} 字节，共 {size} 字节；请从第 {expected} 字节继续。",
            f"The file is not complete: {expected} of {size} bytes are here; go on from there.",
        )
        super().__init__(says, figures={"expected_offset": str(expected), "size": str(size)})


def finish(*, actor: Actor, upload_id: UUID, now: datetime) -> tuple[ListBatch, bool]:
    """Make a batch of what has come, as of a file sent in one piece; returns it and whether it is new.

    Batch and end of the upload are one transaction: after an answer that was lost, or a process that was killed, the
    same request leads to the same batch. What is refused leaves the upload as it was.
    Raises NoSuchUpload, Incomplete, GuardRefused (another file than was announced), and what `receive_list` raises.
    """
    with transaction.atomic():
        upload = find_upload(actor, upload_id, now, hold=True)
        if upload.batch_id is not None:
            return _batch_of(actor, upload.batch_id), False
        content = _checked(upload)
        batch, fresh = receive_list(
            actor=actor,
            content=content,
            filename=upload.filename,
            kind=upload.kind,
            agency=get_directory().by_id[upload.agency_id],
            batch_name=upload.batch_name,
            now=now,
            led=upload.steps,
            stated=Stated(upload.issuer, upload.level, upload.due),
        )
        upload.batch_id = batch.id
        upload.save(update_fields=["batch"])
        _remove_parts([upload.id])
    return batch, fresh


def cancel(*, actor: Actor, upload_id: UUID, now: datetime) -> None:
    """Give an upload up; a batch that came of it stays. Raises NoSuchUpload, NotAllowed."""
    with transaction.atomic():
        upload = find_upload(actor, upload_id, now, hold=True)
        _remove_parts([upload.id])
        with working_as("uploads"):
            ListUpload.objects.filter(id=upload.id).delete()


@working_as("uploads")
def discard_expired(now: datetime) -> int:
    """Throw away what is over its day; returns how many uploads."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The upload first: whoever is adding a part to it at this moment is waited for, and the part goes along.
        cursor.execute("DELETE FROM cases_listupload WHERE expires_at <= %s RETURNING id", [now])
        gone = [row[0] for row in cursor.fetchall()]
        _remove_parts(gone)
    return len(gone)


def _checked(upload: ListUpload) -> bytes:
    if upload.received != upload.size:
        raise Incomplete(upload.received, upload.size)
    content = whole_file(upload)
    found = hashlib.sha256(content).hexdigest()
    if len(content) != upload.size or (upload.sha256 and not hmac.compare_digest(found, upload.sha256)):
        raise GuardRefused(
            Text(
                "收到的内容与开始时所报的 SHA-256 不符，没有导入；请核对原文件，取消这次上传后重新开始。",
                "What came is not the file whose SHA-256 was announced; nothing was imported. Check the file,"
                " cancel this upload and begin anew.",
            ),
            code="digest_mismatch",
            figures={"announced": upload.sha256, "received": found},
        )
    return content


def _batch_of(actor: Actor, batch_id: UUID) -> ListBatch:
    found = get_batch(actor, batch_id)
    if found is None:
        raise NoSuchUpload
    return found


@working_as("uploads")
def _remove_parts(uploads: Iterable[UUID]) -> None:
    ListUploadPart.objects.filter(upload_id__in=list(uploads)).delete()
