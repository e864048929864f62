"""Taking a list in: who may send it, whether it is one, the file kept sealed; the same file again is the same batch."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Mapping
from datetime import datetime
from threading import Thread
from typing import Any

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from agencies.actors import Actor, Post
from agencies.directory import AgencyRef, Directory, get_directory
from agencies.vocabulary import LABELS, Kind
from audit.actions import Action
from audit.log import timestamp
from audit.services import record
from audit.sight import working_as
from cases.documents.uploads import FileRefused, clean_name, scan
from cases.intake.ledger.names import name_again, refuse_taken
from cases.intake.ledger.naming import checked
from cases.intake.ledger.statement import Stated, read_statement, refuse_contradiction
from cases.intake.lists.reading import MAX_BYTES, TOO_LARGE
from cases.intake.lists.sentences import LISTS
from cases.intake.steps.inspecting import inspect
from cases.intake.steps.keeping import keep_again, keep_parts
from cases.models import ListBatch, ListPart
from cases.models.sealing import key_ring, part_place
from cases.workflow.errors import InvalidInput, NotAllowed
from cases.workflow.view import Text

logger = logging.getLogger(__name__)

LARGEST_FILE = MAX_BYTES
LIMIT_MB = TOO_LARGE // 1_000_000
# Whose lists of a kind may be: subscribers are named by the carriers, meters by the grid, and the commission passes on
# what it was handed.
SENDERS: dict[str, tuple[str, ...]] = {
    "telecom": ("development_commission", "telecom_bureau", "cyberspace_office"),
    "trace": ("development_commission", "telecom_bureau"),
    "grid": ("development_commission", "grid_company"),
    "tips": ("development_commission", "telecom_bureau", "grid_company", "cyberspace_office"),
}
UNSTATED = Stated()
SENDING = frozenset(kind for kinds in SENDERS.values() for kind in kinds)


def find_agency(reference: str, directory: Directory) -> AgencyRef:
    """An agency by its code, or by its kind where only one is meant: the one of the city with the most agencies.

    A deployment has one city of its own besides the neighbours it transfers cases to. Raises InvalidInput.
    """
    if agency := directory.by_code.get(reference):
        return agency
    found = [a for a in directory.by_code.values() if a.kind == reference and a.active and not a.is_unit]
    cities = [a.region_code[:4] for a in directory.by_code.values() if len(a.region_code) >= 4]
    best = max((cities.count(a.region_code[:4]) for a in found), default=0)
    chosen = [a for a in found if cities.count(a.region_code[:4]) == best and len(a.region_code) == 4]
    if len(chosen) == 1:
        return chosen[0]
    codes = "、".join(a.code for a in found) or "320300-telecom"
    raise InvalidInput(
        fields={
            "agency": Text(
                f"“{reference}”不能确定是哪个单位，请写单位代码，例如：{codes}。",
                f"“{reference}” does not name one agency; write its code, such as {codes}.",
            )
        }
    )


def check_sender(actor: Actor, agency: AgencyRef) -> None:
    """Who may import: a handler of the agency, or of the commission that leads there. Raises NotAllowed."""
    if actor.is_system:
        return
    for post in actor.posts:
        leads = post.kind == "development_commission" and agency.region_code.startswith(post.region_code)
        if "handler" in post.roles and (leads or (_belongs(agency, post) and post.kind in SENDING)):
            return
    raise NotAllowed(
        Text(
            f"名单由{agency.name}或本地区发展改革委的经办人导入，你没有该角色；请交由经办人办理。",
            f"Lists of {agency.name} are imported by its handlers or those of the local commission.",
        ),
        code="may_not_import",
    )


def content_of(upload: UploadedFile | None) -> bytes:
    """What was uploaded. Raises InvalidInput for no file and for one that is too large to be a list."""
    if upload is None:
        raise InvalidInput(fields={"file": Text("请选择名单文件", "Choose a file")})
    if (upload.size or 0) > LARGEST_FILE:
        raise InvalidInput(
            fields={
                "file": Text(
                    f"文件须小于 {LIMIT_MB} MB，请拆分后上传", f"A file must be smaller than {LIMIT_MB} MB; split it"
                )
            }
        )
    content: bytes = upload.read()
    return content


def ring(batch: ListBatch) -> None:
    """Ask a worker to go on, and wait for nobody: a broker that is silent must not hold whoever sent the list."""
    Thread(target=_ring, args=(str(batch.id),), name="import-bell", daemon=True).start()


def _ring(batch_id: str) -> None:
    try:
        current_app.send_task("cases.import_batch", [batch_id], retry=False)
    except OperationalError:
        # It loses nothing: a sweep takes up lists that stand still.
        logger.warning("no worker could be rung for list %s", batch_id)


def check_kind(actor: Actor, kind: str, agency: AgencyRef) -> None:
    """Which lists may come from the agency. Raises InvalidInput."""
    if actor.is_system or agency.kind in SENDERS[kind]:
        return
    senders = [LABELS[Kind(sender)] for sender in SENDERS[kind]]
    zh, en = "、".join(label.zh for label in senders), ", ".join(label.en for label in senders)
    says = Text(
        f"{LISTS[kind].zh}由{zh}报送，不由{agency.name}报送；请改选名单类型或单位。",
        f"A {LISTS[kind].en} comes from: {en}; not from {agency.name}. Choose another kind or agency.",
    )
    raise InvalidInput(fields={"kind": says})


def _belongs(agency: AgencyRef, post: Post) -> bool:
    """The agency of the post, its principal, or one of its units."""
    return agency.id in (post.agency_id, post.principal_id) or agency.principal_id == post.agency_id


def is_own(actor: Actor, batch: ListBatch) -> bool:
    """Whether the list came from this person or his agency, who know what stands in it; a commission may only lead."""
    agency = get_directory().by_id[batch.agency_id]
    own = batch.received_by_id == actor.user_id
    return own or any("handler" in post.roles and _belongs(agency, post) for post in actor.posts)


def _standing() -> QuerySet[ListBatch]:
    """Lists that were not withdrawn: what was may come again."""
    return ListBatch.objects.exclude(state=ListBatch.State.WITHDRAWN)


@working_as("receiving")
def receive_list(
    *,
    actor: Actor,
    content: bytes,
    filename: str,
    kind: str,
    agency: AgencyRef,
    batch_name: str,
    now: datetime,
    led: bool = False,
    stated: Stated = UNSTATED,
) -> tuple[ListBatch, bool]:
    """Keep the file and find its header; returns the batch and whether it is new.

    1. The same file of the same agency and kind is the batch it was the first time, unless that was withdrawn; another
       name leads to that batch from now on.
    2. A file that is no list is kept too, with the sentence that says why.
    3. `led`: a person goes on from its columns, step by step; otherwise it is ready to be imported.
    Raises NotAllowed, InvalidInput (kind, name, what is stated about it).
    """
    check_sender(actor, agency)
    name = checked(kind, batch_name, filename)
    check_kind(actor, kind, agency)
    digest = hashlib.sha256(content).hexdigest()
    same = _standing().filter(agency_id=agency.id, kind=kind, sha256=digest)
    if (known := same.first()) is not None:
        refuse_contradiction(known, stated, agency)
        name_again(known, name, actor=actor, agency=agency, now=now)
        keep_again(known, content, now)
        return known, False
    batch = ListBatch(name=name, kind=kind, agency_id=agency.id, received_by_id=actor.user_id, received_at=now)
    read_statement(stated, agency, now).write_to(batch)
    scanned(filename, content)
    _describe(batch, filename, content, digest)
    _look_into(batch, content, led=led)
    try:
        _keep(batch, content, actor, agency, now)
    except IntegrityError as error:
        return _first_of_two(same, name, error, actor=actor, agency=agency, now=now), False
    return batch, True


def _first_of_two(
    same: QuerySet[ListBatch], name: str, error: IntegrityError, *, actor: Actor, agency: AgencyRef, now: datetime
) -> ListBatch:
    """Sent twice at the same moment, it is still one batch."""
    first = same.first() or refuse_taken(name, error)
    name_again(first, name, actor=actor, agency=agency, now=now)
    return first


def scanned(filename: str, content: bytes) -> None:
    """Raises InvalidInput for what the virus scanner finds, before anything looks into it."""
    try:
        scan(clean_name(filename), content)
    except FileRefused as refused:
        raise InvalidInput(fields={"file": Text(refused.zh, refused.en)}, code="file_refused") from refused


def _describe(batch: ListBatch, filename: str, content: bytes, digest: str) -> None:
    # A name in another encoding reaches a command line as half characters.
    batch.filename = filename[:200].encode(errors="replace").decode()
    batch.sha256, batch.size, batch.moved_at = digest, len(content), batch.received_at


def _look_into(batch: ListBatch, content: bytes, *, led: bool) -> None:
    """Rows and columns of a list, or the reason why it is none, and the state that follows."""
    batch.rows_total, batch.columns, problem = inspect(batch.kind, content, batch.agency_id, led=led)
    if problem:
        batch.state, batch.problem = ListBatch.State.REFUSED, {"code": problem.code, **problem.figures}
    else:
        batch.state = ListBatch.State.MAPPING if led else ListBatch.State.RECEIVED


def _keep(batch: ListBatch, content: bytes, actor: Actor, agency: AgencyRef, now: datetime) -> None:
    with transaction.atomic():
        batch.save(force_insert=True)
        keep_parts(batch.id, content)
        action = Action.IMPORT_REFUSED if batch.problem else Action.IMPORT_RECEIVED
        record_import(action, batch, actor, agency, now)


def record_import(
    action: Action,
    batch: ListBatch,
    actor: Actor,
    agency: AgencyRef,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """The import as an event of the agency that sent the list; `more` is what else there is to say of this step."""
    data: dict[str, Any] = {
        "batch": str(batch.id),
        "batch_name": batch.name,
        "kind": batch.kind,
        "sha256": batch.sha256,
        "bytes": batch.size,
        "issuer": batch.issuer,
        "list_level": batch.level,
        "due": timestamp(batch.due_at) if batch.due_at else None,
        "due_rule": batch.due_rule,
    }
    data |= more or {}
    if action is Action.IMPORT_CANCELLED:
        data["rows"] = batch.rows_done
    if action is Action.IMPORT_COMMITTED:
        data |= {"rows": batch.rows_done, "counts": {k: batch.counts.get(k, {}) for k in ("fates", "effects")}}
    if batch.problem:
        data["problem"] = batch.problem["code"]
    record(
        stream=f"agency/{agency.code}",
        action=action,
        actor={"id": actor.user_id, "username": actor.username, "agency": agency.id, "role": _role(actor)},
        data=data,
        now=now,
    )


def _role(actor: Actor) -> str:
    return "system" if actor.is_system else "handler"


def original_file(batch: ListBatch) -> bytes:
    """The file as it was received. Personal data: for the import itself, or an act with a reason."""
    ring, whole = key_ring(), io.BytesIO()
    parts = ListPart.objects.filter(batch_id=batch.id).order_by("number")
    # One part at a time: the largest file would otherwise stand in memory three times.
    for number in list(parts.values_list("number", flat=True)):
        sealed = parts.values_list("sealed", flat=True).get(number=number)
        whole.write(ring.open(sealed, part_place(batch.id.bytes, number)))
    return whole.getvalue()
