"""Files of a case: stored once with their hash, never changed; read back only by somebody who sees the case."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from base64 import b64encode
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from django.db import transaction

from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.visibility import case_agencies
from agencies.vocabulary import CASE_ROLES, Role
from audit.actions import Action
from audit.ids import new_id
from audit.services import record
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


# How such a file begins (at which offset). A table or text begins with anything, but holds no NUL.
_BEGINNINGS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "pdf": ((0, b"%PDF-"),),
    "jpg": ((0, b"\xff\xd8\xff"),),
    "jpeg": ((0, b"\xff\xd8\xff"),),
    "png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "webp": ((8, b"WEBP"),),
    "heic": ((4, b"ftyp"),),
    "mp4": ((4, b"ftyp"),),
    **dict.fromkeys(("xlsx", "docx", "ofd", "zip"), ((0, b"PK\x03\x04"), (0, b"PK\x05\x06"))),
    **dict.fromkeys(("xls", "doc"), ((0, b"\xd0\xcf\x11\xe0"),)),
}
# Who keeps files: everybody who works on the case. Supervision reads, administrators keep accounts.
_KEEPING = CASE_ROLES - {Role.SUPERVISOR}


class Upload(Protocol):
    """An uploaded file as Django and DRF hand it over."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


class FileRefused(ValueError):
    """A file that is not taken; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


class UploaderRefused(FileRefused):
    """The case is visible, but this person only looks on."""


def store_attachment(*, actor: Actor, case_id: UUID | str, kind: str, upload: Upload, now: datetime) -> str:
    """Keep a file on a case that the actor sees and return its id.

    The file becomes part of the record when an act names it: its hash then stands in the event. Raises FileRefused,
    UploaderRefused, and PermissionError where there is no such case for this person.
    """
    name, content_type = _checked_name(upload)
    agency_id = _participating(actor, case_id)
    content = upload.read()
    _check_content(name, content)
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


def read_attachment(actor: Actor, attachment_id: UUID, *, now: datetime) -> tuple[dict[str, Any], bytes] | None:
    """A file of a visible case with its content; None where there is none for this person. The reading is recorded."""
    about = get_attachment(actor, attachment_id)
    if about is None:
        return None
    with transaction.atomic():
        content = Attachment.objects.values_list("content", flat=True).get(pk=attachment_id)
        record(
            stream=f"account/{actor.username}",
            action=Action.ATTACHMENT_READ,
            actor=event_actor(actor, _post(actor, _agency(actor, about["case"]))),
            data={"attachment": about["id"], "case": about["case"], "sha256": about["sha256"]},
            now=now,
        )
    return about, bytes(content)


def download_headers(about: dict[str, Any]) -> dict[str, str]:
    """How a file leaves, through whichever door: to be kept, never to be shown as if it were a page of ours."""
    digest = b64encode(bytes.fromhex(about["sha256"])).decode()
    return {
        "Content-Type": "application/octet-stream",  # never the declared type
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(about['filename'], safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        "Cache-Control": "no-store",
    }


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


def _check_content(name: str, content: bytes) -> None:
    """The content is what the name says. A page of script that is called .jpg would be one again after a download."""
    if not content:
        raise FileRefused(f"“{name}”是空文件，请重新选择", f"“{name}” is empty; choose another file")
    beginnings = _BEGINNINGS.get(name.rsplit(".", 1)[-1].lower())
    fits = (
        any(content[at : at + len(mark)] == mark for at, mark in beginnings) if beginnings else b"\x00" not in content
    )
    if not fits:
        raise FileRefused(
            f"“{name}”的内容与扩展名不符，请用原文件重新上传",
            f"The content of “{name}” is not what its name says; upload the original file",
        )


def _participating(actor: Actor, case_id: UUID | str) -> int:
    """The agency in whose name the file is kept: one through which the actor sees the case and works on it."""
    seen_through = _agency(actor, case_id)
    if seen_through is None:
        raise PermissionError("没有这件案件，或你所在机构不参与办理。")
    working = [post.agency_id for post in actor.posts if not post.roles.isdisjoint(_KEEPING)]
    agency_id = _agency(actor, case_id, working)
    if agency_id is None:
        raise UploaderRefused(
            "督查人员只查看案件，不上传材料。如需补充材料，请督办承办单位。",
            "Supervision looks at cases and uploads nothing; urge the agency to add what is missing.",
        )
    return agency_id


def _agency(actor: Actor, case_id: UUID | str, among: list[int] | None = None) -> int | None:
    """The first of these agencies of the actor's that takes part in the case."""
    mine = set(case_agencies(actor)) & set(among if among is not None else actor.agency_ids)
    taking_part = CaseAgency.objects.filter(case_id=case_id, agency_id__in=mine).order_by("agency_id")
    return taking_part.values_list("agency_id", flat=True).first()


def _post(actor: Actor, agency_id: int | None) -> Post | None:
    return None if agency_id is None else actor.post_at(agency_id)
