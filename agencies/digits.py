"""Numbers as somebody typed them."""

from __future__ import annotations

# What a bigint column holds. Python itself gives up on texts of some thousand digits, with an error.
LARGEST = 2**63 - 1


def from_digits(text: str, largest: int = LARGEST) -> int | None:
    """The number that these ASCII digits write, 0 to `largest`; None for any other text. Raises nothing."""
    if not (text.isascii() and text.isdigit()) or len(text.lstrip("0")) > len(str(largest)):
        return None
    number = int(text.lstrip("0") or "0")
    return number if number <= largest else None
