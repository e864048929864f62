"""零负荷核对: a second reading can be compared with that of the cut, and a later one is the grid company's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from cases.policy.cutting.zero_load import none_passed, tolerance
from cases.workflow.effects.base import instant
from cases.workflow.effects.cutting.zero_load import drawn_while_off
from cases.workflow.guards.base import Data, cite, correct, local, needs, refuse
from cases.workflow.view import CaseView, Context, Refusal

LATER_READING = "load_reading"


def readable(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """At the confirmation: no meter runs backwards, and the reading lies between the cut and now."""
    if not data:
        return None
    return _between(view, data["reading"], data["read_at"] or data["confirmed_at"], ctx, "read_at")


def later_reading(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A reading reported after the confirmation, on site or from the collection system, comes with its time."""
    if not data:
        return None
    if data["paper"] != LATER_READING:
        return _nothing_typed(data)
    if ctx.post.kind != "grid_company":
        return refuse(
            "reading_is_the_grids",
            "停电后的表码由供电公司登记。请选其他材料类别，或请供电公司登记。",
            "A reading after a cut is recorded by the grid company. Choose another kind of paper, or ask it to.",
            missing=("paper",),
        )
    cut = view.facts.get("suspension") or {}
    if cut.get("power") != "off" or cut.get("reading") is None:
        return refuse(
            "nothing_to_compare",
            "本案没有停电时表码可比对（未停电、已复电，或停电时未登记表码），不能登记停电后表码。",
            "There is no reading of a cut to compare with: no cut, power restored, or cut without a reading.",
            missing=("paper",),
        )
    for name, zh, en in (("reading", "表码", "the reading"), ("read_at", "抄表时间", "when it was read")):
        if data[name] is None:
            return needs(name, zh, en)
    return _between(view, data["reading"], data["read_at"], ctx, "read_at")


def _nothing_typed(data: dict[str, Any]) -> Refusal | None:
    if data["reading"] is None and data["read_at"] is None and data["reading_source"] is None:
        return None
    return correct("paper", "填写了表码的，材料类别选“停电后表码”", "With a reading, choose “Reading after a cut”")


def _between(view: CaseView, reading: Decimal, at: datetime, ctx: Context, field: str) -> Refusal | None:
    cut = view.facts.get("suspension") or {}
    before, since = cut.get("reading"), cut.get("executed_at")
    if at > ctx.now:
        return correct(field, f"抄表时间不能晚于现在（{local(ctx.now)}）", f"It lies after now ({local(ctx.now)})")
    if since and at < instant(since):
        return correct(field, f"抄表时间早于停电时间（{local(instant(since))}）", "The reading lies before the cut")
    if before is not None and reading < Decimal(str(before)):
        return correct(
            "reading",
            f"表码小于停电时表码 {before}，表计不会倒走，请核对",
            f"It is below that of the cut, {before}; a meter does not run backwards",
        )
    return None


def restored_reading(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """At the restoration: nothing passed while the supply was off, or somebody says in words why the meter moved on.

    Also a meter that seems to have run backwards (exchanged, or the reading of the cut was mistyped) is explained: the
    entry of a restoration is never barred for good.
    """
    if not data or data["reading_reason"]:
        return None
    drawn = drawn_while_off(view, data["reading"])
    if drawn is None or none_passed(drawn):
        return None
    before = (view.facts.get("suspension") or {})["reading"]
    if drawn < 0:
        return correct(
            "reading",
            f"表码小于停电时表码 {before}，表计不会倒走，请核对；换表或停电时误记的，在“表码说明”写明",
            f"It is below that of the cut, {before}; check it, or say under “About the reading” why (meter exchanged)",
        )
    return refuse(
        "reading_unexplained",
        f"复电时表码比停电时表码 {before} 多 {drawn:f} 千瓦时，超过容差 {tolerance():f}，停电期间可能仍在用电。"
        "请核对表码；无误的，填写“表码说明”，复核人会看到。",
        f"The meter moved on by {drawn:f} kWh since the cut ({before}), over the {tolerance():f} allowed."
        " Check the reading, or say why under “About the reading”, for whoever confirms.",
        article=cite(view, ctx, "project.zero_load"),
        missing=("reading_reason",),
    )
