"""Raw cells as a viewer sees them: names, phones and accounts masked as everywhere, addresses down to the district.

A cell of a column that nobody mapped is hidden altogether: what it holds is not known. Of the other columns
only what looks like their own is shown, for a row may have slipped by a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cases.intake.lists import words
from cases.intake.lists.rows import FIGURES, result_of, shown
from cases.intake.lists.sentences import LABELS
from cases.intake.lists.values import read_time, text_of
from cases.selectors.masking import digits, name

HIDDEN = "***"
_NOTHING = frozenset({"-", "--", "/", "无", "未知", "其他"})
_DISTRICT = re.compile(r"^(.*?(?:区|县|市(?!.{0,6}[区县市])))")


def mask_address(text: str) -> str:
    """The address down to the district, the rest hidden."""
    match = _DISTRICT.match(text)
    return f"{match[1]}{HIDDEN}" if match else HIDDEN


def _mask_time(text: str) -> str:
    return text if read_time(text) else shown(text)


def _mask_result(text: str) -> str:
    code = result_of(text)
    return HIDDEN if code == "other" else LABELS[code].zh


def _by(reads: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text if text in _NOTHING or reads(text) else HIDDEN


def _hidden(_text: str) -> str:
    return HIDDEN


_MASKS: dict[str, Callable[[str], str]] = {
    "holder": name,
    "phone": digits,
    "broadband": digits,
    "meter": digits,
    "address": mask_address,
    "content": _hidden,
    "reporter": _hidden,
    **dict.fromkeys(("ip", "port", "pool_port", *FIGURES), shown),
    "result": _mask_result,
    "pool": _by(words.pool_of),
    "coin": _by(words.coin_of),
    "operator": _by(words.carrier_of),
    "category": _by(words.tariff_of),
    "price": _by(words.tariff_of),
    "voltage": _by(words.voltage_of),
    **dict.fromkeys(("first", "last", "reported"), _mask_time),
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
