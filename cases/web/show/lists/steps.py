"""The four steps of a list, where it stands, and where to go next."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.directory import get_directory
from cases.intake.receiving import is_own
from cases.models import ListBatch
from cases.web.show.imports import heading, may_import_for

State = ListBatch.State
_AT: Final = {State.MAPPING: 2, State.PREVIEW: 3}
_PAGES: Final = {State.MAPPING: "web:import_mapping", State.PREVIEW: "web:import_preview"}


def next_address(batch: ListBatch) -> str:
    """The page of the step at which the batch stands."""
    return reverse(_PAGES.get(State(batch.state), "web:import"), args=[batch.id])


def steps(now: int) -> list[dict[str, Any]]:
    """The list of steps; `now` is the current one, from 1."""
    named = (
        (gettext("上传文件"), gettext("登记批次")),
        (gettext("匹配列"), gettext("文件列对应字段")),
        (gettext("校验预览"), gettext("错误与重复")),
        (gettext("提交"), gettext("后台处理")),
    )
    return [
        {"no": no, "label": label, "hint": hint, "css": "done" if no < now else "now" if no == now else ""}
        for no, (label, hint) in enumerate(named, 1)
    ]


def steps_of(batch: ListBatch) -> list[dict[str, Any]]:
    """The same on the page of the batch: the last one is at hand while it is imported, and none is left behind it."""
    ended = {State.DONE: 5, State.REFUSED: 0, State.WITHDRAWN: 0}
    at = ended.get(State(batch.state), 4)
    return steps(at) if at else []


def common(actor: Actor, batch: ListBatch) -> dict[str, Any]:
    """What every step shows of its batch."""
    directory = get_directory()
    return {
        "batch": heading(batch, directory),
        "steps": steps(_AT.get(State(batch.state), 4)),
        "hidden": batch.columns.get("hidden", []),
        "own": is_own(actor, batch),
        "may": may_import_for(actor, directory.by_id[batch.agency_id]),
        "open": batch.state in _AT,
    }
