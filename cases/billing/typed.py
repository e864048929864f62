"""What was typed into fields that are no act's: each read by its kind, all problems named at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.workflow.errors import InvalidInput
from cases.workflow.fields import Field
from cases.workflow.forms.reading import READERS, Unreadable
from cases.workflow.view import Text


def read(fields: tuple[Field, ...], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The values by name, None for what was left empty. Raises InvalidInput at the fields."""
    found: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for each in fields:
        value = typed.get(each.name)
        found[each.name] = None
        if value in ("", None):
            if each.required:
                wrong[each.name] = Text(f"请填写{each.label.zh}", f"{each.label.en}: required")
            continue
        try:
            found[each.name] = READERS[each.kind](each, value)
        except Unreadable as unread:
            wrong[each.name] = unread.text
    if wrong:
        raise InvalidInput(fields=wrong)
    return found
