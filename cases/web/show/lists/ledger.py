"""The ledger of batches for its pages: the list with its filters; of one batch level, due date, 清零率 and delta."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import Kind, Role
from audit import clock
from cases.intake.ledger.figures import NOTHING, Clearance, clearances, is_overdue
from cases.intake.ledger.leftovers import leftovers
from cases.intake.ledger.statement import LEVELS
from cases.intake.ledger.withdrawal import REASONS, is_written
from cases.intake.selectors import Wanted, batch_delta, list_batches
from cases.models import ListBatch
from cases.policy.lists.due import describe
from cases.web import filters
from cases.web.show.imports import heading, may_import_for
from cases.workflow.view import Text

PAGE_SIZE: Final = 12
_OVERDUE: Final = {"true": True, "false": False}


def listing(actor: Actor, params: QueryDict) -> dict[str, Any]:
    """The lists that this person sees, narrowed and ordered as asked."""
    offered, now = _offered(), clock.now()
    given = filters.given(params, offered)
    wanted = Wanted(level=given.get("level"), overdue=_OVERDUE.get(given.get("overdue", "")), now=now)
    found = list_batches(
        actor, wanted, order=given.get("order", "received"), cursor=filters.cursor(params), size=PAGE_SIZE
    )
    batches = [row["batch"] for row in found.rows]
    cleared, directory = clearances(batches), get_directory()
    rows = [{**heading(b, directory), **facts(b, cleared.get(b.id, NOTHING), now)} for b in batches]
    return {
        "page": filters.paged(found, rows),
        "selects": filters.selects(offered, given),
        "chips": filters.chips(params, offered, given),
        "unread": filters.unread(params, offered, given),
    }


def _offered() -> list[filters.Select]:
    return [
        filters.Select("level", gettext("名单级别"), gettext("全部级别"), list(LEVELS.items())),
        filters.Select(
            "overdue",
            gettext("反馈期限"),
            gettext("全部期限"),
            [("true", gettext("超期未清零")), ("false", gettext("未超期"))],
        ),
        filters.Select("order", gettext("排列"), gettext("按接收时间"), [("due", gettext("按反馈期限，只列有期限的"))]),
    ]


def facts(batch: ListBatch, cleared: Clearance, now: datetime) -> dict[str, Any]:
    """What the ledger says of a batch in one line."""
    return {
        "issuer": batch.issuer,
        "level": batch.level,
        "level_label": LEVELS[batch.level],
        "due_at": batch.due_at,
        "due_rule": Text(*describe(batch.due_rule)),
        "provisional": batch.due_provisional,
        "overdue": is_overdue(batch, cleared, now),
        "region": get_directory().by_id[batch.agency_id].region_code,
        "rate": cleared.rate,
        "sites": cleared.sites,
        "answered": cleared.answered,
        "closed": cleared.closed,
        "withdrawn": batch.state == ListBatch.State.WITHDRAWN,
        "withdrawn_at": batch.withdrawn_at,
        "withdrawn_by": batch.withdrawn_by.display_name if batch.withdrawn_by else "",
        "withdrawn_why": REASONS.get(batch.withdrawn_why, batch.withdrawn_why),
    }


def of_batch(actor: Actor, batch: ListBatch) -> dict[str, Any]:
    """The same for the page of one batch, with what changed since the list before."""
    cleared = clearances([batch]).get(batch.id, NOTHING)
    return {
        "ledger": facts(batch, cleared, clock.now()),
        "delta": batch_delta(actor, batch),
        "left": _left(actor, batch),
        "may_withdraw": is_written(batch) and may_import_for(actor, get_directory().by_id[batch.agency_id]),
    }


def _left(actor: Actor, batch: ListBatch) -> dict[str, Any] | None:
    """Cases that only the withdrawn list had opened, with the steps that this person's roles allow."""
    if batch.state != ListBatch.State.WITHDRAWN or not (found := leftovers(actor, batch)).cases:
        return None
    roles = {role for post in actor.posts if post.kind == Kind.DEVELOPMENT_COMMISSION for role in post.roles}
    return {
        "cases": found.cases,
        "proposed": found.proposed,
        "may_propose": Role.HANDLER in roles and found.cases > found.proposed,
        "may_decide": Role.REVIEWER in roles and found.proposed > 0,
    }


def reasons() -> list[dict[str, Any]]:
    return [{"value": code, "label": label} for code, label in REASONS.items()]
