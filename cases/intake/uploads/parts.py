"""The parts of an upload: one behind the other, each sealed as it comes, the same one twice being one."""

from __future__ import annotations

import hmac
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor
from cases.intake.uploads.beginning import find_upload
from cases.models import ListUpload, ListUploadPart
from cases.models.sealing import key_ring, upload_place
from cases.workflow.errors import GuardRefused, InvalidInput
from cases.workflow.view import Text

LARGEST_PART: Final = 8 << 20
# Of every part but the last, or a file of 200 MB would be a million rows.
SMALLEST_PART: Final = 64 << 10
FINISHED: Final = Text(
    "这次上传已经完成，不再接收分片；名单见所答的批次。",
    "This upload is finished and takes no more parts; see its batch.",
)


class WrongOffset(GuardRefused):
    """The part does not lie behind what has come; `expected` is where the next one does."""

    code = "mismatching_upload_offset"

    def __init__(self, expected: int, provided: int) -> None:
        self.expected = expected
        says = Text(
            f"分片应从第 {expected} 字节起，收到的是从第 {provided} 字节起；请从第 {expected} 字节继续。",
            f"The next part begins at byte {expected}, not at {provided}; go on from there.",
        )
        super().__init__(says, figures={"expected_offset": str(expected), "provided_offset": str(provided)})


def append_part(*, actor: Actor, upload_id: UUID, start: int, content: bytes, now: datetime) -> ListUpload:
    """Keep a part; one that is kept already changes nothing. Of two at the same moment the second finds the first.

    Raises NoSuchUpload, NotAllowed, WrongOffset, InvalidInput.
    """
    with transaction.atomic():
        upload = find_upload(actor, upload_id, now, hold=True)
        if upload.batch_id is not None:
            raise GuardRefused(FINISHED, code="upload_finished", figures={"import": str(upload.batch_id)})
        if start != upload.received:
            if not _is_kept(upload, start, content):
                raise WrongOffset(upload.received, start)
            return upload
        _check_size(upload, len(content))
        sealed = key_ring().seal(content, upload_place(upload.id.bytes, start))
        ListUploadPart.objects.create(upload_id=upload.id, start=start, size=len(content), sealed=sealed)
        upload.received = start + len(content)
        upload.save(update_fields=["received"])
        return upload


def whole_file(upload: ListUpload) -> bytes:
    """The file, put together part by part, so that it stands in memory once."""
    whole = io.BytesIO()
    for piece in _opened(upload):
        whole.write(piece)
    return whole.getvalue()


def _opened(upload: ListUpload) -> Iterator[bytes]:
    ring, parts = key_ring(), ListUploadPart.objects.filter(upload_id=upload.id)
    for start in list(parts.order_by("start").values_list("start", flat=True)):
        yield ring.open(parts.values_list("sealed", flat=True).get(start=start), upload_place(upload.id.bytes, start))


def _is_kept(upload: ListUpload, start: int, content: bytes) -> bool:
    """Whether this very part has come before, as after an answer that was lost on its way."""
    part = ListUploadPart.objects.filter(upload_id=upload.id, start=start, size=len(content)).first()
    if part is None:
        return False
    return hmac.compare_digest(key_ring().open(part.sealed, upload_place(upload.id.bytes, start)), content)


def _check_size(upload: ListUpload, size: int) -> None:
    end = upload.received + size
    if end > upload.size:
        raise InvalidInput(
            Text(
                f"分片超出所报的文件大小：共 {upload.size} 字节，已收 {upload.received} 字节，又来 {size} 字节。",
                f"More than was announced: {upload.size} bytes in all, {upload.received} are here, {size} came.",
            ),
            code="upload_too_long",
        )
    if size == 0 or size > LARGEST_PART or (size < SMALLEST_PART and end != upload.size):
        raise InvalidInput(
            Text(
                f"每个分片应为 {SMALLEST_PART} 至 {LARGEST_PART} 字节，只有最后一个可以更小；收到 {size} 字节。",
                f"A part has {SMALLEST_PART} to {LARGEST_PART} bytes, only the last one fewer; {size} came.",
            ),
            code="part_size",
        )
