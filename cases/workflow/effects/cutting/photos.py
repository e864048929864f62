"""What the pictures of a cut say by themselves, as codes: never a place, and a time only as minutes apart."""

from __future__ import annotations

from typing import Any

from cases.policy.cutting.photos import judge
from cases.workflow.view import Context


def verdicts(data: dict[str, Any], ctx: Context, at: str) -> list[dict[str, Any]]:
    """One row a picture, in their order; what was not read by the engine counts as missing."""
    rows = []
    for file_id in data["photos"]:
        picture = ctx.attachments.get(file_id, {}).get("picture") or {}
        found = judge(
            picture.get("taken_at"),
            data[at],
            near=picture.get("near"),
            site_known=bool(picture.get("site_known")),
        )
        row = {"file": file_id, "time": found.time, "place": found.place}
        rows.append(row if found.minutes is None else {**row, "minutes": found.minutes})
    return rows


def on_record(data: dict[str, Any], ctx: Context, at: str) -> dict[str, Any]:
    """What goes into the facts: the verdicts, and whether somebody explained them."""
    if not data["photos"]:
        return {}
    return {"photo_check": verdicts(data, ctx, at), "photos_explained": bool(data["photo_reason"])}
