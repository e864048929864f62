"""The cover report as a file for a word processor, laid out as official papers are.

Sources: GB/T 9704-2012, 5 and 7 (A4; margins 37, 35, 28 and 26 mm; title 小标宋 2号, text 仿宋 3号, headings 黑体);
ECMA-376 part 1, 17 (WordprocessingML).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import IO, Final
from xml.sax.saxutils import escape

from cases.intake.feedback.report import Block, blocks_of
from cases.models import Feedback

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
REPORT_TYPE: Final = f"{_WORD}.document"
_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Face, half points, alignment, indent of the first line in hundredths of a character, bold.
_LOOKS: Final = {
    "title": ("方正小标宋简体", 44, "center", 0),
    "number": ("仿宋", 32, "center", 0),
    "to": ("仿宋", 32, "left", 0),
    "heading": ("黑体", 32, "left", 200),
    "text": ("仿宋", 32, "both", 200),
    "annex": ("仿宋", 28, "left", 200),
    "sign": ("仿宋", 32, "right", 0),
    "cell": ("仿宋", 24, "center", 0),
}
# A4 and the margins of an official paper, in twentieths of a point.
_PAGE: Final = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="992" w:gutter="0"/>'
    "</w:sectPr>"
)
_LINES: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def report_name(version: Feedback) -> str:
    return f"{version.batch.name}反馈报告第{version.number}版.docx"


def report_file(version: Feedback) -> IO[bytes]:
    """The report of this version. Nothing in it is personal."""
    out = io.BytesIO()
    at = (version.drawn_at or version.started_at).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _ROOT),
            ("word/document.xml", _document(blocks_of(version))),
        ):
            entry = zipfile.ZipInfo(path, at)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, text.encode())
    out.seek(0)
    return out


def _document(blocks: Iterable[Block]) -> str:
    body = "".join(_table(block.rows) if block.kind == "table" else _line(block.kind, block.text) for block in blocks)
    return f'{_HEAD}<w:document xmlns:w="{_MAIN}"><w:body>{body}{_PAGE}</w:body></w:document>'


def _line(look: str, text: str) -> str:
    face, size, aligned, indent = _LOOKS[look]
    first = f'<w:ind w:firstLineChars="{indent}" w:firstLine="{indent * size // 20}"/>' if indent else ""
    spacing = '<w:spacing w:line="560" w:lineRule="exact"/>' if look != "cell" else ""
    run = (
        f'<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{face}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    )
    return (
        f'<w:p><w:pPr>{spacing}{first}<w:jc w:val="{aligned}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    """Centred, as wide as the text; its head is repeated on the next sheet."""
    columns = len(rows[0])
    width = 8845 // columns
    grid = f'<w:gridCol w:w="{width}"/>' * columns
    lines = "".join(_table_row(row, width, head=not number) for number, row in enumerate(rows))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="8845" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{_LINES}</w:tblBorders>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"
    )


def _table_row(cells: tuple[str, ...], width: int, *, head: bool) -> str:
    repeated = "<w:trPr><w:tblHeader/></w:trPr>" if head else ""
    size = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
    columns = "".join(f"<w:tc>{size}{_line('cell', cell)}</w:tc>" for cell in cells)
    return f"<w:tr>{repeated}{columns}</w:tr>"


_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{REPORT_TYPE}.main+xml"/></Types>'
)
_ROOT: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
