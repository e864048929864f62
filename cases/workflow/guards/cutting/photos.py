"""Pictures of a cut: enough of them, and whatever their own time or place leaves open explained in words."""

from __future__ import annotations

from typing import Any

from cases.policy.cutting.photos import MISSING, OFF, rules
from cases.workflow.effects.cutting.photos import verdicts
from cases.workflow.guards.base import Data, cite, correct, refuse
from cases.workflow.view import CaseView, Context, Guard, Refusal

_WORDS = {
    ("time", OFF): ("拍摄时间与登记不符", "taken at another time"),
    ("time", MISSING): ("没有拍摄时间", "no time in the picture"),
    ("place", OFF): ("拍摄地点不在现场", "taken elsewhere"),
    ("place", MISSING): ("没有拍摄地点", "no place in the picture"),
}


def enough(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The open breaker and the sealed meter: as many pictures as the rule says, each another one by its content."""
    if not data:
        return None
    least = rules()["minimum"]
    given = {ctx.attachments[f]["sha256"] if f in ctx.attachments else f for f in data["photos"]}
    if len(given) >= least:
        return None
    return correct(
        "photos",
        f"现场照片至少 {least} 张不同的照片（断开的开关、加封的表计），现有 {len(given)} 张",
        f"At least {least} different pictures (the open breaker, the sealed meter); {len(given)} given",
    )


def explained(at: str) -> Guard:
    """`at`: the field with the time that the pictures are compared with."""

    def guard(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
        if not data or not data["photos"] or data["photo_reason"]:
            return None
        found = [(n, *_open(row)) for n, row in enumerate(verdicts(data, ctx, at), start=1) if _open(row)[0]]
        if not found:
            return None
        zh = "；".join(f"第 {n} 张{said}" for n, said, _ in found)
        en = "; ".join(f"picture {n}: {said}" for n, _, said in found)
        return refuse(
            "photos_unexplained",
            f"{zh}。请填写“照片说明”写明原因，复核人会看到；或改用现场原图。",
            f"{en[0].upper()}{en[1:]}. Say why under “About the pictures”, for whoever confirms; or use the originals.",
            article=cite(view, ctx, "project.photos"),
            missing=("photo_reason",),
        )

    return guard


def _open(row: dict[str, Any]) -> tuple[str, str]:
    """What a picture leaves open, in both languages."""
    said = [_WORDS[what, row[what]] for what in ("time", "place") if (what, row[what]) in _WORDS]
    return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)
