"""The section “可采取的措施” of the case page: the available measures first, each refusal with what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agencies.actors import Actor
from cases.policy.dated import CHINA, readable_day
from cases.selectors.paging import Row
from cases.selectors.reach.parts import Reading
from cases.workflow.errors import NotAllowed
from cases.workflow.measures.reading import decision_for
from cases.workflow.view import Text


def options(actor: Actor, case: Row, now: datetime, read: Reading | None, asked: str = "") -> dict[str, Any] | None:
    """The decision for the template; None for who reads an own part of the case."""
    on = readable_day(asked) or now.astimezone(CHINA).date()
    try:
        found = decision_for(actor, str(case["id"]), read, on)
    except NotAllowed:
        return None
    rows = [_row(row) for row in found["measures"]]
    closed = [row for row in rows if not row["available"]]
    return {
        "on": on,
        "facts_of": found["facts_of"],
        "rules": found["rules"],
        "open": [row for row in rows if row["available"]],
        "closed": closed,
        "common": _common(closed),
        "blind": found["blind_spot"]["applies"],
        "reasons": [_said(reason) for reason in found["blind_spot"]["reasons"]],
        "withheld": found["withheld"],
        "unread": bool(asked) and readable_day(asked) is None,
    }


def _common(closed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What every one of them misses, said once; each keeps in `own` what it misses beside that."""
    first = closed[0]["missing"] if len(closed) > 1 else []
    common = [piece for piece in first if all(piece in row["missing"] for row in closed)]
    for row in closed:
        row["own"] = [piece for piece in row["missing"] if piece not in common]
    return common


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": _text(row),
        "key": row["ground"] or row["measure"],
        "available": row["available"],
        "articles": row["articles"],
        "by": [_text(who) for who in row["invoked_by"]],
        "missing": [_said(piece) for piece in row["missing"]],
        "then": [_said(piece) for piece in row["then"]],
        "matters": [_text(matter) for matter in row["matters"]],
    }


def _said(piece: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": piece["code"],
        "text": _text(piece),
        "article": piece["article"],
        "from": [_text(who) for who in piece.get("suppliers", ())],
    }


def _text(row: dict[str, Any]) -> Text:
    return Text(row["zh"], row["en"])
