"""The name of whoever looks, drawn across a page that holds personal data in clear, on the screen and on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cases.selectors.precision.watermark import signature
from cases.web.pages import PageRequest

# Where the lines of the drawing stand, in its own units: it covers the window and every printed sheet.
_PLACES: Final = [(x + (60 if row % 2 else 0), 40 + row * 90) for row in range(14) for x in (20, 420, 820, 1220)]


def watermark(request: PageRequest, now: datetime, number: str = "") -> dict[str, Any]:
    """The sentence, and where it is drawn."""
    return {"text": signature(request.actor, staff_number(request), now, number), "places": _PLACES}


def staff_number(request: PageRequest) -> str:
    """As it stands on the card of whoever asks; empty where the account has none."""
    return str(getattr(request.user, "staff_no", ""))
