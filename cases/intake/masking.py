"""Raw cells as a viewer sees them: names 1+*, phones 3+4, accounts their ends, addresses down to the district.

A cell of a column that nobody mapped is hidden altogether: what it holds is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cases.intake.lists.values import text_of

HIDDEN = "***"
_DISTRICT = re.compile(r"^(.*?(?:区|县|市(?!.{0,6}[区县市])))")


def mask_name(text: str) -> str:
    """`孙玲娜` → `孙**`; a firm keeps its first four characters."""
    return text[:1] + "*" * (len(text) - 1) if len(text) <= 4 else text[:4] + HIDDEN


def mask_phone(text: str) -> str:
    """`18049472055` → `180****2055`."""
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 9 else HIDDEN


def mask_account(text: str) -> str:
    """`3203192714718` → `3203*****4718`; short ones keep two characters at each end."""
    keep = 4 if len(text) >= 12 else 2
    return f"{text[:keep]}*****{text[-keep:]}" if len(text) > 2 * keep else HIDDEN


def mask_address(text: str) -> str:
    """The address down to the district, the rest hidden."""
    match = _DISTRICT.match(text)
    return f"{match[1]}{HIDDEN}" if match else HIDDEN


def _hidden(_text: str) -> str:
    return HIDDEN


_MASKS: dict[str, Callable[[str], str]] = {
    "holder": mask_name,
    "phone": mask_phone,
    "broadband": mask_account,
    "meter": mask_account,
    "address": mask_address,
    "content": _hidden,
    "reporter": _hidden,
}


def mask_cells(cells: list[Any], columns: dict[str, int]) -> list[str]:
    """The cells as text, personal ones masked by what their column was taken for."""
    fields = {column: field for field, column in columns.items()}
    return [_mask(text_of(cell), fields.get(column)) for column, cell in enumerate(cells)]


def _mask(text: str, field: str | None) -> str:
    if not text:
        return ""
    if field is None:
        return HIDDEN
    mask = _MASKS.get(field)
    return mask(text) if mask else text
