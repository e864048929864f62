"""A code to scan, drawn by the server: the address in it is the one that stands beside it in words."""

from __future__ import annotations

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe


def scannable(address: str, *, label: str) -> SafeString:
    """An SVG of the address. Black on white whatever the page looks like: a camera reads it."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, svgns=False, omitsize=True, light="#fff", dark="#1a2433",
        title=label,
    )  # fmt: skip
    return mark_safe(drawn.getvalue().decode())  # noqa: S308  (segno's own drawing; it escapes the title)
