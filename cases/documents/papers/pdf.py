"""The sealed form: a paper as PDF/A pages, the same bytes for the same text, version of the layout and settings."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings

from cases.documents.papers.code import check_address, check_code
from cases.documents.papers.text import Paper

LAYOUT = Path(__file__).resolve().parent / "letter.typ"
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
# 仿宋 as GB/T 9704 asks for it, where the deployment has it; else the serif that comes with the product.
FONTS = ("FangSong_GB2312", "FangSong", "Noto Serif SC")
# 黑体 for headings.
HEADING_FONTS = ("SimHei", "Noto Sans SC", *FONTS)
# Points between lines of 16 points: as the standard has it, and down to what still reads well.
SPACING = (12, 11, 10, 9, 8, 7)
# Points from the top edge of a page to the end of its text: above the first nothing is squeezed, below the second the
# page is next to empty.
WELL_FILLED, THIN = 450.0, 300.0


def render_pdf(paper: Paper, *, mark: str = "") -> bytes:
    """The pages. `mark` is written across them: what became of the paper since it was issued."""
    return printed(LAYOUT, _fitted(_said(paper, mark)))


def printed(layout: Path, given: str) -> bytes:
    """What was said (JSON), laid out as PDF/A pages; the layout may be one of another kind of paper."""
    while True:
        try:
            return _bytes(typst.compile(layout, format="pdf", pdf_standards="a-2b", **_around(given, layout.parent)))
        except typst.TypstError as error:
            # PDF/A shows no empty boxes: a character that no font has is printed as printers do, by the mark 〓.
            missing = _NO_GLYPH.search(str(error))
            if missing is None or missing[1] not in given:
                raise
            given = given.replace(missing[1], "〓")


def let_go() -> None:
    """Have the library forget what its last papers were made of.

    It keeps that for ten papers more, of one with 500 rows some 60 MB: ten empty ones make it let go, in 0.15 s.
    """
    for _ in range(10):
        typst.compile(b"", format="pdf", font_paths=fonts())


def render_pages(paper: Paper, *, mark: str = "", ppi: int = 96) -> list[bytes]:
    """The pages as PNG."""
    given = _fitted(_said(paper, mark))
    pages = typst.compile(LAYOUT, format="png", ppi=float(ppi), **_around(given))
    return list(pages) if isinstance(pages, list) else [_bytes(pages)]


def _fitted(said: dict[str, Any]) -> str:
    """What the layout is told, with the widest spacing that leaves no last page with next to nothing on it."""
    given = _spaced(said, SPACING[0])
    pages, end = _ends(given)
    if pages == 1 or end > WELL_FILLED:
        return given
    if _ends(_spaced(said, SPACING[-1]))[0] == pages:
        # No spacing spares the page: then more of the text goes over to it.
        return given if end > THIN else _spaced(said, SPACING[0], kept=2)
    return next(closer for n in SPACING[1:] if _ends(closer := _spaced(said, n))[0] < pages)


def _spaced(said: dict[str, Any], gap: int, *, kept: int = 1) -> str:
    return json.dumps({**said, "gap": gap, "kept": kept}, ensure_ascii=False)


def _ends(given: str) -> tuple[int, float]:
    """On which page the text ends with its signature, and how many points below the top of it."""
    last = json.loads(typst.query(LAYOUT, "<end>", field="value", one=True, **_around(given)))
    return last["page"], last["at"]


def _bytes(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("a document is one file")
    return made


def _said(paper: Paper, mark: str) -> dict[str, Any]:
    """What the layout is told. A sheet that is no document has no code to be checked by."""
    said = asdict(paper)
    said |= {"sha256": paper.sha256, "address": check_address(), "mark": mark}
    said["code"] = check_code(paper) if paper.template_sha256 else ""
    said |= {"fonts": families(FONTS), "headings": families(HEADING_FONTS), "version": str(paper.version)}
    # PDF/A wants a date; that of the paper, so that the bytes do not depend on when it is printed.
    said["day"] = [int(part) for part in re.findall(r"\d+", paper.date)]
    return said


def _around(given: str, root: Path = LAYOUT.parent) -> dict[str, Any]:
    return {"root": root, "font_paths": fonts(), "sys_inputs": {"paper": given}}


@cache
def fonts() -> typst.Fonts:
    """Those that come with the product and those of the deployment; never the system's."""
    places = [str(pylopdf_fonts_zh_cn.serif_path().parent)]
    if settings.FONTS_DIR:
        places.insert(0, str(settings.FONTS_DIR))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=places)


@cache
def families(wanted: tuple[str, ...]) -> list[str]:
    """Those of these families that are there, in their order."""
    there = {font.family for font in fonts().fonts()}
    return [name for name in wanted if name in there]
