"""The code on a paper: where its receiver checks it, by its number and the first 16 digits of its hash."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import segno
from django.conf import settings

from cases.documents.papers.text import Paper

# Enough that nobody guesses one, few enough to be typed.
DIGITS = 16


def check_address() -> str:
    """The public page as it is printed."""
    return f"{settings.PUBLIC_URL}/check/"


def check_code(paper: Paper) -> str:
    """A drawing (SVG) of the address at which this very version is checked."""
    query = urlencode({"number": paper.number, "code": paper.sha256[:DIGITS]})
    drawn = BytesIO()
    segno.make(f"{check_address()}?{query}", error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, svgns=True
    )
    return drawn.getvalue().decode()
