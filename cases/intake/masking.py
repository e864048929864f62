"""Raw cells as a viewer sees them: names, phones and accounts masked as everywhere, addresses down to the district.

A cell of a column that nobody mapped is hidden altogether: what it holds is not known. Of the other columns
only what looks like their own is shown, for a row may have slipped by a column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.intake.lists import words
from cases.intake.lists.judging.sights import shown
from cases.intake.lists.rows import FIGURES, result_of
from cases.intake.lists.sentences import LABELS
from cases.intake.lists.values import read_time, text_of
from cases.policy.privacy.precision import Form
from cases.selectors.masking import address, digits, figure, name, network, pool

HIDDEN = "***"
_NOTHING = frozenset({"-", "--", "/", "无", "未知", "其他"})


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
    "address": address,
    **dict.fromkeys(("content", "reporter", "longitude", "latitude"), _hidden),
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


def mask_cells(cells: list[Any], columns: dict[str, int], form_of: Callable[[str], Form | None]) -> list[str]:
    """The cells as text, each in the form that its column has for the reader (`form_of`, by the column's name)."""
    fields = {column: field for field, column in columns.items()}
    return [_mask(text_of(cell), fields.get(column), form_of) for column, cell in enumerate(cells)]


def _mask(text: str, field: str | None, form_of: Callable[[str], Form | None]) -> str:
    if not text:
        return ""
    if field is None:
        return HIDDEN
    form = form_of(field)
    if form is None or form is Form.CLEAR or (form is Form.MASKED and field in _PERSONAL) or form is Form.DISTRICT:
        mask = _MASKS.get(field)
        return mask(text) if mask else text
    return _LESS.get(field, figure)(text) if form is Form.MASKED else HIDDEN


def _day(text: str) -> str:
    at = read_time(text)
    return f"{at:%Y-%m-%d}" if at else HIDDEN


_PERSONAL = frozenset(
    {"holder", "phone", "broadband", "meter", "address", "content", "reporter", "longitude", "latitude"}
)
# How what is no personal value looks under the mask.
_LESS: dict[str, Callable[[str], str]] = {
    "ip": network,
    "pool": pool,
    "pool_port": _hidden,
    "first": _day,
    "last": _day,
}
