"""Whether the file of a list is still there: what nobody confirms goes after its time like every other row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from audit.sight import working_as
from cases.intake.copying import copy_rows
from cases.models import ListBatch, ListPart
from cases.models.sealing import key_ring, part_place
from cases.workflow.errors import GuardRefused
from cases.workflow.view import Text

PART_BYTES: Final = 1 << 20
GONE: Final = Text(
    "名单原件已到保存期限并清除，不能继续导入；请重新上传同一文件。",
    "The file has been erased after its retention period. Upload the same file again.",
)
_UNFINISHED: Final = (ListBatch.State.MAPPING, ListBatch.State.PREVIEW, ListBatch.State.CANCELLED)


def check_kept(batch: ListBatch) -> None:
    """Raises GuardRefused once the file is gone."""
    if not ListPart.objects.filter(batch_id=batch.id).exists():
        raise GuardRefused(GONE, code="erased")


def keep_parts(batch_id: UUID, content: bytes) -> None:
    """The file in sealed pieces, inside the caller's transaction."""
    copy_rows("cases_listpart", ("batch_id", "number", "sealed"), _parts(batch_id, content))


@working_as("intake")
def keep_again(batch: ListBatch, content: bytes, now: datetime) -> None:
    """The same file, sent once more after it was erased, gives an unfinished list its file back."""
    if batch.state not in _UNFINISHED:
        return
    with transaction.atomic():
        held = ListBatch.objects.select_for_update().get(id=batch.id)
        if not ListPart.objects.filter(batch_id=held.id).exists():
            keep_parts(held.id, content)
            ListBatch.objects.filter(id=held.id).update(moved_at=now)


def _parts(batch_id: UUID, content: bytes) -> Iterator[tuple[UUID, int, bytes]]:
    ring = key_ring()
    for number, start in enumerate(range(0, len(content), PART_BYTES)):
        yield batch_id, number, ring.seal(content[start : start + PART_BYTES], part_place(batch_id.bytes, number))
