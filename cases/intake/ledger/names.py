"""The names of a list: the one that it came under, and those under which the very same file was sent again."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from agencies.actors import Actor
from agencies.directory import AgencyRef
from audit.actions import Action
from audit.services import record
from cases.intake.lists.judging.files import FILE
from cases.intake.lists.sentences import sentence
from cases.models import ListBatch, ListName
from cases.policy.dated import CHINA
from cases.policy.lists.due import NOT_ISSUED
from cases.workflow.errors import InvalidInput
from cases.workflow.view import Text

GONE = (ListBatch.State.REFUSED, ListBatch.State.WITHDRAWN)


def find_batch(name: str) -> ListBatch | None:
    """A batch by any of its names, for the command line.

    A file that was none and a list that was withdrawn come last: they gave their names back.
    """
    again = Exists(ListName.objects.filter(batch_id=OuterRef("pk"), name=name))
    gone = Case(When(Q(state__in=GONE), then=1), default=0)
    return ListBatch.objects.filter(Q(name=name) | Q(again)).order_by(gone, "-received_at").first()


def name_again(batch: ListBatch, name: str, *, actor: Actor, agency: AgencyRef, now: datetime) -> None:
    """The file of this batch came under a name; a new one leads to the batch from now on, beside its first.

    What the system itself names by the minute (a push) gets no more names. Raises InvalidInput where the name leads to
    another list.
    """
    if name == batch.name or batch.due_rule == NOT_ISSUED or batch.names.filter(name=name).exists():
        return
    by = {"id": actor.user_id, "username": actor.username, "agency": agency.id}
    data = {"batch": str(batch.id), "batch_name": batch.name, "other_name": name, "sha256": batch.sha256}
    try:
        with transaction.atomic():
            ListName.objects.create(batch_id=batch.id, name=name, sent_by_id=actor.user_id, sent_at=now)
            record(
                stream=f"agency/{agency.code}",
                action=Action.IMPORT_NAMED,
                actor={**by, "role": "system" if actor.is_system else "handler"},
                data=data,
                now=now,
            )
    except IntegrityError as error:
        # Sent twice at the same moment, it is still one name.
        if not batch.names.filter(name=name).exists():
            refuse_taken(name, error)


def refuse_taken(name: str, error: IntegrityError) -> NoReturn:
    """Raises InvalidInput where the name leads to a list that stands, else what the database said."""
    first = ListBatch.objects.filter(name=name).exclude(state__in=GONE)
    again = ListName.objects.filter(name=name).exclude(batch__state__in=GONE)
    if first.exists() or again.exists():
        raise InvalidInput(fields={"batch": sentence(FILE["name_taken"], {"batch": name})}) from error
    raise error


def other_names(batch: ListBatch) -> list[str]:
    """The names under which it was sent again, in the order in which they came."""
    return [each.name for each in batch.names.all()]


def came_before(batch: ListBatch) -> Text:
    """What is said to whoever sends the same file once more."""
    at = f"{batch.received_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
    zh, en = "、".join(other_names(batch)), ", ".join(other_names(batch))
    return Text(
        f"同一文件已于 {at} 以批次“{batch.name}”报送，本次没有再导入任何行。"
        + (f"该批次的其他名称：{zh}。" if zh else ""),
        f"The same file came as batch “{batch.name}” on {at}; no row was imported again."
        + (f" Other names of that batch: {en}." if en else ""),
    )
