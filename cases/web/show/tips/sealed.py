"""A tip as the commission in charge sees it: when and where, its case, and its reporter only while it is open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from agencies.actors import Actor
from agencies.directory import get_directory
from agencies.vocabulary import CASE_ROLES
from cases.intake.tips import opening
from cases.intake.tips.placing import FILENAME
from cases.models import ListBatch
from cases.selectors.paging import Row
from cases.workflow.view import Text

LABELS: Final = {
    "name": Text("姓名", "Name"),
    "phone": Text("电话", "Phone"),
    "contact": Text("联系地址", "Address"),
}


def context(tip: opening.SealedTip, now: datetime, told: Mapping[str, str], until: datetime | None) -> dict[str, Any]:
    """The page. `told`: the reporter, while it is open until `until`."""
    row = tip.row
    return {
        "tip": {
            "id": row["id"],
            "received_at": row["received_at"],
            "place": get_directory().region_path(row["region_code"]),
            "case": row["case_number"],
            "batch": row["batch_id"],
            "row": row["number"],
            "erased_at": row["erased_at"],
            "has_reporter": tip.has_reporter,
        },
        "pictures": [{"no": n, "href": reverse("web:tip_picture", args=[row["id"], n])} for n in tip.pictures],
        "reporter": [{"label": LABELS[name], "value": value} for name, value in told.items()],
        "until": until,
        "refresh_after": math.ceil((until - now).total_seconds()) + 1 if until else None,
        "may_open": tip.opener is not None,
        "not_yours": opening.NOT_YOURS,
        "reasons": [{"value": code, "label": text} for code, text in opening.REASONS.items()],
        "longest": opening.LONGEST,
    }


def links_of_case(actor: Actor, case: Row) -> list[str]:
    """The pages of the tips behind a case, for the people of the commission that leads it."""
    lead = case["lead_agency"]["id"] if case.get("lead_agency") else None
    if not any(post.agency_id == lead and not post.roles.isdisjoint(CASE_ROLES) for post in actor.posts):
        return []
    return [reverse("web:tip", args=[tip]) for tip in opening.tips_of_case(case["id"])]


def links_of_batch(actor: Actor, batch: ListBatch) -> dict[int, str]:
    """The pages of the tips behind the rows of a batch of the public form, for the people of its commission."""
    if batch.filename != FILENAME:
        return {}
    if not any(post.agency_id == batch.agency_id and not post.roles.isdisjoint(CASE_ROLES) for post in actor.posts):
        return {}
    return {number: reverse("web:tip", args=[tip]) for number, tip in opening.tips_of_batch(batch.id).items()}
