"""A number that somebody typed is one or is none; nothing typed ends in an error."""

from __future__ import annotations

import pytest

from agencies.digits import LARGEST, from_digits

LONG = "9" * 5000  # more digits than Python reads


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("7", 7), ("0007", 7), ("0" * 5000 + "7", 7), (str(LARGEST), LARGEST), (str(LARGEST + 1), None),
        (LONG, None), ("", None), (" 7", None), ("-7", None), ("+7", None), ("7.0", None), ("1_0", None),
        ("７", None), ("²", None), ("七", None), ("7\n", None),
    ],
)  # fmt: skip
def test_ascii_digits_are_a_number_and_nothing_else_is(text: str, number: int | None) -> None:
    assert from_digits(text) == number


def test_a_limit_is_within_it() -> None:
    assert [from_digits(text, 100) for text in ("99", "100", "101", "00100")] == [99, 100, None, 100]
