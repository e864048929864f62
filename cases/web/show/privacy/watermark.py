"""The name of whoever looks, drawn across a page that holds personal data in clear, on the screen and on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cases.selectors.precision.watermark import signature
from cases.web.pages import PageRequest

# How often the line is drawn: enough for a large screen. Text, not a drawing: Chromium repeats a fixed box with text on
# every printed sheet, and an SVG on the first alone.
TIMES: Final = range(60)


def watermark(request: PageRequest, now: datetime, number: str = "") -> dict[str, Any]:
    """The sentence, and how often it is drawn."""
    return {"text": signature(request.actor, staff_number(request), now, number), "times": TIMES}


def staff_number(request: PageRequest) -> str:
    """As it stands on the card of whoever asks; empty where the account has none."""
    return str(getattr(request.user, "staff_no", ""))
