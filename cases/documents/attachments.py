"""Files of a case: stored once with their hash, never changed; read back only by somebody who sees the case."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Protocol
from uuid import UUID

from agencies.actors import Actor
from agencies.visibility import case_agencies
from audit.ids import new_id
from cases.models import Attachment, CaseAgency
from cases.selectors.attachments import get_attachment

MAX_BYTES = 20 * 1024 * 1024
# What an official has at hand: photographs, scans, tables, texts. Nothing a browser would run.
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "csv": "text/csv",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "ofd": "application/ofd",
    "zip": "application/zip",
}


class Upload(Protocol):
    """An uploaded file as Django and DRF hand it over."""

    name: str | None
    size: int | None

    def read(self) -> bytes: ...


class FileRefused(ValueError):
    """A file that is not taken; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


def store_attachment(*, actor: Actor, case_id: UUID | str, kind: str, upload: Upload, now: datetime) -> str:
    """Keep a file on a case that the actor sees and return its id. Raises FileRefused, PermissionError for no such case.

    The file becomes part of the record when an act names it: its hash then stands in the event.
    """
    name, content_type = _checked_name(upload)
    agency_id = _participating(actor, case_id)
    content = upload.read()
    if not content:
        raise FileRefused(f"“{name}”是空文件，请重新选择", f"“{name}” is empty; choose another file")
    row = Attachment.objects.create(
        id=new_id(),
        case_id=case_id,
        kind=kind,
        filename=name,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by_id=actor.user_id,
        agency_id=agency_id,
        at=now,
    )
    return str(row.pk)


def read_attachment(actor: Actor, attachment_id: UUID) -> tuple[dict[str, object], bytes] | None:
    """A file of a visible case with its content; None where there is none for this person."""
    about = get_attachment(actor, attachment_id)
    if about is None:
        return None
    content = Attachment.objects.values_list("content", flat=True).get(pk=attachment_id)
    return about, bytes(content)


def _checked_name(upload: Upload) -> tuple[str, str]:
    name = unicodedata.normalize("NFC", upload.name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name).strip(". ")[-200:]
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in TYPES:
        known = "、".join(sorted(TYPES))
        raise FileRefused(f"不能上传“{name}”：只接收 {known}", f"“{name}” cannot be uploaded; allowed: {known}")
    if (upload.size or 0) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise FileRefused(f"“{name}”超过 {limit} MB，请拆分后上传", f"“{name}” is over {limit} MB; split it")
    return name, TYPES[ending]


def _participating(actor: Actor, case_id: UUID | str) -> int:
    """The agency in whose name the file is kept: the one through which the actor sees the case."""
    seeing = CaseAgency.objects.filter(case_id=case_id, agency_id__in=case_agencies(actor))
    agency_id = seeing.order_by("agency_id").values_list("agency_id", flat=True).first()
    if agency_id is None:
        raise PermissionError("没有这件案件，或你所在机构不参与办理。")
    return int(agency_id)
