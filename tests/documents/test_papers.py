"""Papers as files: the layout of GB/T 9704, fonts inside, the same bytes for the same text."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree as ET

import docx
import pylopdf_fonts_zh_cn
import pypdf
import pytest
from django.test import override_settings

from cases.documents.papers import pdf
from cases.documents.papers.code import check_code
from cases.documents.papers.composing import Issue, compose
from cases.documents.papers.docx import render_docx
from cases.documents.papers.pdf import render_pages, render_pdf
from cases.documents.papers.templates import kinds, name_of, template_for
from cases.documents.papers.text import Paper, paper_of
from cases.policy.calendar import national_calendar

DAY = date(2026, 11, 3)
MM = 72 / 25.4


def asked(kind: str) -> set[str]:
    """What the template of this kind asks for."""
    template = template_for(kind, DAY)
    texts = [
        template.title,
        template.to,
        *(text for part in ("facts", "decision", "copies") for _, text in getattr(template, part)),
    ]
    conditions = {name for part in ("facts", "decision", "copies") for name, _ in getattr(template, part) if name}
    return conditions | {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def sample(kind: str, **more: str) -> Paper:
    """A paper of this kind whose values all say 某项."""
    values = {**dict.fromkeys(asked(kind), "某项"), "site": "云龙区某厂房", "government": "徐州市人民政府", **more}
    issue = Issue(
        agency="徐州市发展和改革委员会",
        number="徐整治停〔2026〕31号",
        case="XZ26-0019",
        day=DAY,
        region="320303",
        calendar=national_calendar(),
        values=values,
        basis=("electricity_law.suspend", "supply_rules.procedure"),
        attachments=("生效法律文书（SHA-256：0123456789abcdef）",),
        signer="周启明",
    )
    return compose(template_for(kind, DAY), issue)


def words(content: bytes) -> str:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)
    return "".join(text.split())


@pytest.mark.parametrize("kind", kinds())
def test_a_pdf_holds_the_whole_text_on_a4_with_its_fonts_inside(kind: str) -> None:
    paper = sample(kind)
    content = render_pdf(paper)
    reader = pypdf.PdfReader(BytesIO(content))
    said, families = words(content), set()
    for page in reader.pages:
        assert [round(float(side) / MM) for side in page.mediabox[2:]] == [210, 297]
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            families.add(str(inner["/FontName"]).split("+")[1])
            assert "/FontFile3" in inner or "/FontFile2" in inner
    headed = any(section.heading for section in paper.sections)
    assert families == {"NotoSerifSC-Regular", *(["NotoSansSC-Regular"] if headed else [])}
    for text in (paper.agency, paper.number, paper.title, paper.to, paper.date, paper.sha256[:16]):
        assert "".join(text.split()) in said
    for section in paper.sections:
        for paragraph in (section.heading, *section.paragraphs):
            assert "".join(paragraph.split()) in said, paragraph
    assert ("签发人" in said) == bool(paper.signer)
    assert "—1—" in said and "附件：1.生效法律文书" in said
    assert b"<pdfaid:part>2" in content and b"<pdfaid:conformance>B" in content, "PDF/A-2b"
    assert len(reader.pages) <= 3 and len(heights(content)[-1]) >= 6, "no last page with next to nothing on it"


def test_the_text_stands_between_the_margins_of_the_standard() -> None:
    seen: list[tuple[float, float]] = []

    def note(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            seen.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    for page in pypdf.PdfReader(BytesIO(render_pdf(sample("suspension_order")))).pages:
        page.extract_text(visitor_text=note)
    assert min(x for x, _ in seen) >= 28 * MM - 1
    lines = sorted({round(y) for _, y in seen}, reverse=True)
    assert lines[0] <= (297 - 37) * MM


def heights(content: bytes) -> list[list[float]]:
    """For each page how far below its top edge (mm) its lines of text stand, without check box and footer."""
    found = []
    for page in pypdf.PdfReader(BytesIO(content)).pages:
        lines: set[float] = set()

        def note(
            text: str, cm: list[float], tm: list[float], font: object, size: float, lines: set[float] = lines
        ) -> None:
            if text.strip() and size * abs(tm[0]) > 15:
                lines.add(round(297 - (tm[5] * cm[3] + cm[5]) / MM))

        page.extract_text(visitor_text=note)
        found.append(sorted(lines))
    return found


@pytest.mark.parametrize("paragraphs", [*range(3, 30)])
def test_no_letter_of_any_length_ends_on_a_page_with_next_to_nothing_on_it(paragraphs: int) -> None:
    letter = sample(
        "referral", request="\n".join("该处用电量与登记的用途明显不符，现场有持续噪声。" for _ in range(paragraphs))
    )
    pages = heights(render_pdf(letter))
    assert len(pages) == 1 or len(pages[-1]) >= 6, pages[-1]
    for lines in pages:
        gaps = [below - above for above, below in pairwise(lines) if below - above < 11]
        assert min(gaps) >= 7, "no line is nearer to the next than 7 mm"
    assert all(lines[-1] < 297 - 35 for lines in pages)


def test_what_has_no_place_to_break_stays_within_the_margins() -> None:
    paper = sample("referral", request="https://example.cn/" + "x" * 200)
    assert "https://example.cn/" + "x" * 200 in words(render_pdf(paper)), "and is copied as it was typed"
    before = sum(map(len, heights(render_pdf(sample("referral", request="https://example.cn/")))))
    assert sum(map(len, heights(render_pdf(paper)))) >= before + 3, "on four lines"


def test_nobody_gets_a_copy_of_what_they_write_or_receive() -> None:
    agency = "徐州市发展和改革委员会"
    assert sample("suspension_order", power_authority=agency).copies == ""
    assert sample("suspension_order", power_authority="徐州市工业和信息化局").copies == "徐州市工业和信息化局"
    assert sample("withdrawal", power_authority=agency, grid="当事人").copies == ""


def test_the_same_text_gives_the_same_bytes_and_another_text_others() -> None:
    paper = sample("suspension_order")
    assert render_pdf(paper) == render_pdf(paper_of(paper.content))
    assert render_docx(paper) == render_docx(paper_of(paper.content))
    other = sample("suspension_order", site="云龙区另一厂房")
    assert other.sha256 != paper.sha256 and render_pdf(other) != render_pdf(paper)
    assert paper_of(paper.content) == paper


@pytest.mark.parametrize("kind", kinds())
def test_a_word_file_opens_and_says_the_same_on_the_same_page(kind: str) -> None:
    paper = sample(kind)
    found = docx.Document(BytesIO(render_docx(paper)))
    said = "\n".join(paragraph.text for paragraph in found.paragraphs)
    for text in (paper.agency, paper.number, paper.title, paper.date, *paper.attachments):
        assert text in said
    for section in paper.sections:
        assert all(paragraph in said for paragraph in section.paragraphs)
    page = found.sections[0]
    sides = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.bottom_margin,
        page.left_margin,
        page.right_margin,
    )
    assert [round(side.mm) for side in sides] == [210, 297, 37, 35, 28, 26]
    assert "不具效力" in said and paper.sha256 in said


def test_whatever_is_typed_is_printed_and_breaks_nothing() -> None:
    typed = '#let x = 1 \\ "引号" $y$ *z* <w:p/> ]]> & 𠮷 \x07 @label'
    paper = sample("referral", request=typed)
    said = words(render_pdf(paper))
    assert '#letx=1\\"引号"$y$*z*<w:p/>]]>&' in said.replace("“", '"').replace("”", '"')
    assert "〓" in said, "a character that no font has"
    archive = zipfile.ZipFile(BytesIO(render_docx(paper)))
    for name in archive.namelist():
        ET.fromstring(archive.read(name))


def test_a_template_without_its_value_makes_no_paper() -> None:
    issue = Issue("甲", "甲〔2026〕1号", "XZ26-0001", DAY, "320303", national_calendar(), {"site": "某厂房"})
    with pytest.raises(KeyError):
        compose(template_for("referral", DAY), issue)


def test_a_template_is_chosen_by_the_day_and_there_is_none_before_the_first() -> None:
    for kind in kinds():
        assert template_for(kind, DAY).effective_from <= DAY
        assert name_of(kind)
        with pytest.raises(KeyError):
            template_for(kind, date(2021, 9, 23))


def test_articles_that_are_not_verified_are_cited_with_a_word_about_it() -> None:
    last = sample("suspension_order").sections[-1].paragraphs
    assert any("供电营业规则" in text and "未核实" in text for text in last)
    assert not any("电力法" in text for text in last)


@override_settings(PUBLIC_URL="https://lianzhi.example.gov.cn")
def test_the_code_leads_to_the_check_of_this_version_and_names_nobody() -> None:
    paper = sample("suspension_order")
    assert check_code(paper).startswith("<svg")
    assert f"https://lianzhi.example.gov.cn/check/输入文号和校验码{paper.sha256[:16]}" in words(render_pdf(paper))


def test_no_font_of_the_system_is_looked_at() -> None:
    assert {font.family for font in pdf.fonts().fonts()} == {"Noto Sans SC", "Noto Serif SC"}


def test_a_mark_stands_on_every_page() -> None:
    reader = pypdf.PdfReader(BytesIO(render_pdf(sample("determination"), mark="已作废")))
    assert all("已作废" in page.extract_text() for page in reader.pages)
    assert len(render_pages(sample("determination"))) == len(reader.pages)


def renamed(font: bytes, family: str) -> bytes:
    """The same type under another name: written over the old one in the font's table of names."""
    made = bytearray(font)

    def number(at: int, width: int = 2) -> int:
        return int.from_bytes(made[at : at + width])

    rows = (12 + 16 * n for n in range(number(4)))
    table = next(number(row + 8, 4) for row in rows if made[row : row + 4] == b"name")
    for record in (table + 6 + 12 * n for n in range(number(table + 2))):
        if number(record + 6) in (1, 6, 16):  # family, name in PostScript, family again
            name = family.encode("ascii" if number(record) == 1 else "utf-16-be")
            start = table + number(table + 4) + number(record + 10)
            assert len(name) <= number(record + 8)
            made[start : start + len(name)] = name
            made[record + 8 : record + 10] = len(name).to_bytes(2)
    return bytes(made)


def test_the_type_of_the_standard_is_used_where_the_deployment_has_it(tmp_path: Path) -> None:
    (tmp_path / "simfang.otf").write_bytes(renamed(pylopdf_fonts_zh_cn.serif_path().read_bytes(), "FangSong"))
    try:
        with override_settings(FONTS_DIR=str(tmp_path)):
            forget_fonts()
            content = render_pdf(sample("closure"))
    finally:
        forget_fonts()
    embedded = {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for page in pypdf.PdfReader(BytesIO(content)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("-")[0] for name in embedded} == {"FangSong"}


def forget_fonts() -> None:
    pdf.fonts.cache_clear()
    pdf.families.cache_clear()
