"""The personal block of the case page: the values in the form this person may see, and the end of an open reveal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from agencies.actors import Actor
from cases.selectors.paging import Row
from cases.selectors.precision.personal import personal, revealed
from cases.selectors.reach.parts import Reading
from cases.web.show.words import say
from cases.workflow.forms import cooperation
from cases.workflow.view import Text

LABELS: Final = {
    **dict(cooperation.PERSONAL),
    "content": Text("举报内容", "What was reported"),
    "broadband": Text("宽带账号", "Broadband account"),
    "reporter_phone": Text("举报人电话", "Phone of the reporter"),
}


def block(actor: Actor, case: Row, now: datetime, read: Reading | None) -> dict[str, Any]:
    """What the page shows of whom the case concerns; `in_clear`: what the access log has to name."""
    opened = revealed(actor, case["id"], now=now)
    rows = personal(actor, case["id"], opened=opened, read=read)
    until = min((row["until"] for row in rows if row["until"]), default=None)
    return {
        "personal": lines(rows),
        "in_clear": sorted({row["item"] for row in rows if not row["masked"]}),
        "purpose": opened.purpose if until else "",
        "revealed_until": until,
        # The page comes again, masked, when the first half hour is over.
        "refresh_after": math.ceil((until - now).total_seconds()) + 1 if until else None,
        "withheld": bool(case["withheld"]),
    }


def lines(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The values of one kind under one label; what looks the same under the mask stands once.

    `to_reveal`: what the page of the reveal is told to have chosen already.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        label = LABELS.get(row["kind"]) or LABELS.get(row["item"], row["item"])
        line = found.setdefault(say(label), {"label": label, "values": [], "to_reveal": []})
        if row["revealable"] and row["masked"] and row["item"] not in line["to_reveal"]:
            line["to_reveal"].append(row["item"])
        if row["value"] not in line["values"]:
            line["values"].append(row["value"])
    return [{**line, "to_reveal": urlencode({"items": line["to_reveal"]}, doseq=True)} for line in found.values()]
