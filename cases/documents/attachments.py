"""Files of a case: stored once with their hash, never changed; read back only by somebody who sees the case."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from agencies.access.reads import note_read
from agencies.actors import Actor, Post
from agencies.authority import event_actor
from agencies.visibility import ceilings
from agencies.vocabulary import CASE_ROLES, Role
from audit.access.writing import Way
from audit.actions import Action
from audit.ids import new_id
from audit.services import record
from cases.documents.uploads import CONTENT_TYPES, FileRefused, check_file, clean_name, ending_of, scan
from cases.models import Attachment, CaseAgency
from cases.selectors.attachments import get_attachment

__all__ = [
    "MAX_BYTES",
    "FileRefused",
    "OtherFile",
    "UploaderRefused",
    "download_headers",
    "read_attachment",
    "store_attachment",
]

MAX_BYTES = 20 * 1024 * 1024
# So many of the largest go through one form.
AT_ONCE = 5
# Who keeps files: everybody who works on the case. Supervision reads, administrators keep accounts.
_KEEPING = CASE_ROLES - {Role.SUPERVISOR}


class Upload(Protocol):
    """An uploaded file as Django and DRF hand it over."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


class UploaderRefused(FileRefused):
    """The case is visible, but this person only looks on."""


class FileWithheld(FileRefused):
    """The file is listed for this person, but what may stand in it is not shown to them."""

    def __init__(self) -> None:
        super().__init__(
            "材料原件含有不对你所在单位显示的内容，不能打开；可核对名称和 SHA-256。"
            "确需了解的，请上传单位另附遮盖后的材料。",
            "The file holds what is not shown to your agency and cannot be opened; its name and SHA-256 are listed."
            " Ask the agency that uploaded it for a masked copy.",
        )


class OtherFile(FileRefused):
    """Under this id another file is kept, or somebody else's."""


def store_attachment(
    *,
    actor: Actor,
    case_id: UUID | str,
    kind: str,
    upload: Upload,
    now: datetime,
    file_id: UUID | None = None,
    near: bool | None = None,
) -> str:
    """Keep a file on a case that the actor sees and return its id.

    The file becomes part of the record when an act names it: its hash then stands in the event. `file_id`: made by the
    sender, so that the same file sent again, also at the same time, is one file; `near`: as the model has it. Raises
    FileRefused, OtherFile, UploaderRefused, and PermissionError where there is no such case for this person.
    """
    name = _checked_name(upload)
    agency_id = _participating(actor, case_id)
    content = upload.read()
    content_type = check_file(name, content)
    scan(name, content)
    row = Attachment(
        id=file_id or new_id(),
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
        near=near,
    )
    _once(row)
    return str(row.pk)


def _once(row: Attachment) -> None:
    """Insert it. Whoever comes second under the same id waits for the first, and finds the same file or is refused."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        same = {"case_id": row.case_id, "uploaded_by_id": row.uploaded_by_id, "sha256": row.sha256}
        if not Attachment.objects.filter(pk=row.pk, **same).exists():
            raise OtherFile(
                "这个编号下已有另一份文件，没有覆盖。请重新选择后再传。",
                "Another file is kept under this id and was not replaced. Choose it again.",
            ) from None


def read_attachment(
    actor: Actor, attachment_id: UUID, *, now: datetime, way: Way = Way.DOWNLOAD, request: HttpRequest | None = None
) -> tuple[dict[str, Any], bytes] | None:
    """A file of a visible case with its content; None where there is none for this person. The reading is recorded.

    Raises FileWithheld.
    """
    about = get_attachment(actor, attachment_id)
    if about is None or about["erased_at"] is not None:
        return None
    if not about["readable"]:
        raise FileWithheld
    with transaction.atomic():
        content = Attachment.objects.values_list("content", flat=True).get(pk=attachment_id)
        post = post_in(actor, seen_through(actor, about["case"]))
        note_read(
            actor=actor,
            way=way,
            case_id=about["case"],
            target=f"file/{about['id']}",
            items=[about["kind"]],
            file_hash=about["sha256"],
            request=request,
            post=post,
            now=now,
        )
        record(
            stream=f"account/{actor.username}",
            action=Action.ATTACHMENT_READ,
            actor=event_actor(actor, post),
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


def _checked_name(upload: Upload) -> str:
    """The name under which it is kept. How long it is, and whether such files are taken, is asked before it is read."""
    name = clean_name(upload.name)
    if ending_of(name) not in CONTENT_TYPES:
        check_file(name, b"")  # refused by its name alone
    if (upload.size or 0) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise FileRefused(f"“{name}”超过 {limit} MB，请拆分后上传", f"“{name}” is over {limit} MB; split it")
    return name


def _participating(actor: Actor, case_id: UUID | str) -> int:
    """The agency in whose name the file is kept: one through which the actor sees the case and works on it."""
    through = seen_through(actor, case_id)
    if through is None:
        raise PermissionError("没有这件案件，或你所在机构不参与办理。")
    working = [post.agency_id for post in actor.posts if not post.roles.isdisjoint(_KEEPING)]
    agency_id = seen_through(actor, case_id, working)
    if agency_id is None:
        raise UploaderRefused(
            "督查人员只查看案件，不上传材料。如需补充材料，请督办承办单位。",
            "Supervision looks at cases and uploads nothing; urge the agency to add what is missing.",
        )
    return agency_id


def seen_through(actor: Actor, case_id: UUID | str, among: list[int] | None = None) -> int | None:
    """The first of these agencies of the actor's through which the case is seen."""
    open_to = ceilings(actor)
    mine = set(open_to) & set(among if among is not None else actor.agency_ids)
    taking_part = CaseAgency.objects.filter(case_id=case_id, agency_id__in=mine).order_by("agency_id")
    places = taking_part.values_list("agency_id", "rank")
    return next((agency_id for agency_id, rank in places if rank <= open_to[agency_id]), None)


def post_in(actor: Actor, agency_id: int | None) -> Post | None:
    return None if agency_id is None else actor.post_at(agency_id)
