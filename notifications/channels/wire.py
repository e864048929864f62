"""What may stand in a message to the outside: one line of text, numbers, codes and dates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

# Members of a payload that leave the house, and what they are called there. Who acted stays inside.
TOLD = {
    "number": "number",
    "task": "task",
    "kind": "kind",
    "label_zh": "label_zh",
    "label_en": "label_en",
    "stage": "stage",
    "action": "action",
    "due_at": "deadline",
    "step": "step",
    "late": "late",
    "count": "count",
}
LONGEST = 120


def one_line(text: str) -> str:
    """Without line breaks and other characters that no header, no robot and no telephone may be given."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def told(payload: Mapping[str, Any], link: str) -> dict[str, Any]:
    """The members of a payload that leave the house: short plain values only, whatever else a later one may carry."""
    found = {theirs: payload[ours] for ours, theirs in TOLD.items() if _plain(payload.get(ours))}
    return {**found, "link": link}


def _plain(value: object) -> bool:
    return isinstance(value, bool | int) or (isinstance(value, str) and 0 < len(value) <= LONGEST)


def stamp(at: datetime) -> str:
    """ISO 8601 with its offset."""
    return at.isoformat(timespec="seconds")
