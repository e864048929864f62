"""How a gate says no: one shape for the product's own reasons and for those of the policy rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from cases.policy import law
from cases.policy.dated import CHINA
from cases.policy.obstacle import Obstacle, obstacle
from cases.workflow.effects.base import today
from cases.workflow.view import CaseView, Context, Guard, Refusal, Text

Data = dict[str, Any] | None


def refuse(
    code: str,
    zh: str,
    en: str,
    *,
    article: str = "",
    missing: tuple[str, ...] = (),
    figures: dict[str, str] | None = None,
) -> Refusal:
    """A gate refuses (409): what is missing, and what to do."""
    return Refusal(code, Text(zh, en), article=article, missing=missing, figures=figures)


def correct(field: str, zh: str, en: str) -> Refusal:
    """What was typed does not fit this case (400), said at the field."""
    return Refusal("invalid_input", Text(zh, en), missing=(field,), status=400)


def from_obstacle(found: Obstacle) -> Refusal:
    """The one place where a policy rule's obstacle becomes a refusal of the workflow."""
    return Refusal(
        found.code,
        Text(found.zh, found.en),
        article=found.article,
        missing=found.missing,
        figures=dict(found.figures) or None,
    )


def first(obstacles: Iterable[Obstacle]) -> Refusal | None:
    """The gravest of several obstacles; the others come to light when it is gone."""
    return next((from_obstacle(o) for o in obstacles), None)


def cite(view: CaseView, ctx: Context, *keys: str) -> str:
    """The articles as they are printed on the day of the act."""
    return "；".join(filter(None, (law.cite(key, today(ctx), view.region_code) for key in keys)))


def local(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def minute(recorded: datetime) -> datetime:
    """When something was recorded, as a typed time can say it: forms ask for no seconds."""
    return recorded.replace(second=0, microsecond=0)


def no_stay(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """No adverse step while the execution is stayed."""
    if (view.facts.get("stay") or {}).get("active"):
        found = from_obstacle(obstacle("stayed", day=today(ctx), region=view.region_code))
        text = Text(
            "案件已中止执行，暂不能办理。由发展改革委签发人“恢复执行”后再办。",
            "The execution is stayed; go on once the commission's approver has lifted the stay.",
        )
        return Refusal("stayed", text, article=found.article)
    return None


def not_future(field: str, zh: str, en: str) -> Guard:
    """What is recorded has happened: the time given may not lie ahead."""

    def guard(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
        value = data.get(field) if data else None
        if value is None or not _ahead(value, ctx):
            return None
        return correct(field, f"{zh}不能晚于现在（{local(ctx.now)}）", f"{en} cannot lie after now ({local(ctx.now)})")

    return guard


def _ahead(value: date | datetime, ctx: Context) -> bool:
    if isinstance(value, datetime):
        return value > ctx.now
    return value > today(ctx)


def needs(field: str, zh: str, en: str) -> Refusal:
    """A field that this case needs although the act in general does not."""
    return correct(field, f"请填写{zh}", f"Fill in: {en}")
