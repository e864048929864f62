"""The editable form: WordprocessingML written by hand, so that the same text gives the same bytes."""

from __future__ import annotations

from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cases.documents.papers.text import Paper

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_LATIN = "Times New Roman"
_TWIP = 20  # of a point
_MM = 1440 / 25.4
RED = "D0021B"
# In points: 三号, 二号, 小五.
BODY, TITLE, SMALL = 16, 22, 9


def render_docx(paper: Paper) -> bytes:
    """The paper as a file that can be edited: margins, type sizes and line spacing as GB/T 9704 has them."""
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(f"{_R}/officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relations(f"{_R}/footer", "footer.xml"),
        "word/document.xml": _document(paper),
        "word/footer.xml": _footer(),
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content.encode(), ZIP_DEFLATED)
    return out.getvalue()


def _document(paper: Paper) -> str:
    size = min(40, 440 // max(1, len(paper.agency)))
    signer = f"        签发人：{paper.signer}" if paper.signer else ""
    body = [
        _paragraph(paper.agency, size=size, align="center", colour=RED, exact=False),
        _paragraph(paper.number + signer, align="center", line=True),
        _paragraph(paper.title, size=TITLE, align="center", exact=False),
        _paragraph(f"{paper.to}：") if paper.to else "",
        *(_paragraph(f"{name}：{'＿' * 20}") for name in paper.blanks),
    ]
    for section in paper.sections:
        body += [_paragraph(section.heading, indent=True)] if section.heading else []
        body += [_paragraph(text, indent=True) for text in section.paragraphs]
    for n, name in enumerate(paper.attachments, 1):
        body.append(_paragraph(f"{'附件：' if n == 1 else '　　　'}{n}. {name}", indent=True))
    copies = [_paragraph(f"抄送：{paper.copies}。", size=14, line=True)] if paper.copies else []
    body += [
        _paragraph(""),
        _paragraph(f"{paper.agency}　　", align="right"),
        _paragraph(f"{paper.date}　　　　", align="right"),
        *copies,
        _paragraph(f"编辑稿，不具效力；正式文本为 {paper.number} 第 {paper.version} 版 PDF。", size=SMALL, colour=RED),
        _paragraph(f"正文 SHA-256：{paper.sha256}", size=SMALL, colour=RED),
    ]
    return f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{"".join(body)}{_page()}</w:body></w:document>'


def _paragraph(
    text: str,
    *,
    size: int = BODY,
    align: str = "both",
    indent: bool = False,
    colour: str = "",
    line: bool = False,
    exact: bool = True,
) -> str:
    spacing = f'<w:spacing w:line="{28 * _TWIP}" w:lineRule="exact"/>' if exact else '<w:spacing w:before="240"/>'
    first = '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
    ruled = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="{RED}"/></w:pBdr>' if line else ""
    tint = f'<w:color w:val="{colour}"/>' if colour else ""
    fonts = f'<w:rFonts w:ascii="{_LATIN}" w:hAnsi="{_LATIN}" w:eastAsia="仿宋_GB2312"/>'
    run = f'<w:rPr>{fonts}{tint}<w:sz w:val="{size * 2}"/></w:rPr><w:t xml:space="preserve">{_plain(text)}</w:t>'
    return f'<w:p><w:pPr>{ruled}{spacing}{first}<w:jc w:val="{align}"/></w:pPr><w:r>{run}</w:r></w:p>'


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold; lines of a typed text stay lines."""
    kept = "".join(c for c in text if c >= " " or c in "\n\t")
    return escape(kept).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')


def _page() -> str:
    margins = {"top": 37, "right": 26, "bottom": 35, "left": 28}
    said = " ".join(f'w:{side}="{round(size * _MM)}"' for side, size in margins.items())
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId1"/>'
        f'<w:pgSz w:w="{round(210 * _MM)}" w:h="{round(297 * _MM)}"/>'
        f'<w:pgMar {said} w:header="851" w:footer="{round(28 * _MM)}" w:gutter="0"/></w:sectPr>'
    )


def _footer() -> str:
    number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    text = '<w:r><w:t xml:space="preserve">— </w:t></w:r>{}<w:r><w:t xml:space="preserve"> —</w:t></w:r>'
    paragraph = f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{text.format(number)}</w:p>'
    return f'{_HEAD}<w:ftr xmlns:w="{_W}">{paragraph}</w:ftr>'


def _content_types() -> str:
    kept = [("document", "document.main"), ("footer", "footer")]
    parts = "".join(f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kept)
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{relations}'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
    )


def _relations(kind: str, target: str) -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
    )
