"""Page, styles, header and footer of the Word file, and the way text is put into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.section import Section, _Footer, _Header
from docx.shared import Emu, Length, Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from enforcement.papers import word_parts
from enforcement.papers.model import Paper
from enforcement.papers.text import DRAFT, NORMAL_PITCH, UNDATED, clean, one_line, units

FONTS = {
    "title": "方正小标宋简体",
    "body": "仿宋_GB2312",
    "kai": "楷体_GB2312",
    "hei": "黑体",
    "song": "宋体",
}
HEADING_ROLES = ("hei", "kai", "body", "body")
BODY, TITLE, CELL, IMPRINT, NOTE = Pt(16), Pt(22), Pt(12), Pt(14), Pt(8)
FULL_WIDTH = Mm(156)
CHARACTER = Emu(round(FULL_WIDTH / 28))
MARK_WIDTH = Mm(154)
RED = RGBColor(0xE6, 0x00, 0x12)
RIGHT_TAB = WD_TAB_ALIGNMENT.RIGHT

ALIGN = {
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def prepare(document: DocumentObject, paper: Paper) -> None:
    """Set page, styles, header, footer and properties of an empty document."""
    _page(document.sections[0])
    _styles(document)
    _settings(document)
    _furniture(document, paper)
    _properties(document, paper)


def tidy(document: DocumentObject) -> None:
    """Last work before saving: properties in the order the schema asks for, everywhere."""
    section = document.sections[0]
    parts = [section.header, section.footer, section.even_page_header, section.even_page_footer]
    if section.different_first_page_header_footer:
        parts += [section.first_page_header, section.first_page_footer]
    for root in (document.element, document.styles.element, *(part._element for part in parts)):
        word_parts.sort_properties(root)


def add_text(
    paragraph: Paragraph, text: str, role: str = "body", *, size: Length | None = None
) -> WordRun:
    """Append ``text`` to ``paragraph`` in the font of ``role``."""
    run = paragraph.add_run(text)
    word_parts.set_fonts(run._r.get_or_add_rPr(), FONTS[role])
    if size is not None:
        run.font.size = size
    return run


def add_lines(
    paragraph: Paragraph, lines: Sequence[str], role: str, *, size: Length | None = None
) -> None:
    """Append ``lines`` with line breaks between them."""
    for index, line in enumerate(lines):
        if index:
            add_text(paragraph, "", role, size=size).add_break(WD_BREAK.LINE)
        add_text(paragraph, line, role, size=size)


def add_mark(paragraph: Paragraph, mark: str, *, tallest: float) -> None:
    """The red mark 发文机关标志: as tall as fits, long names narrowed before they shrink."""
    natural = MARK_WIDTH.pt / units(mark)
    high = min(tallest, natural / 0.66)
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(round(high * 1.1))
    word_parts.off_grid(paragraph)
    run = add_text(paragraph, mark, "title", size=Pt(round(high * 2) / 2))
    run.font.color.rgb = RED
    if natural < high:
        word_parts.scale(run, round(natural / high * 100))


def fill_cell(cell: _Cell, text: str, role: str, align: str, *, body: bool = False) -> None:
    """Put ``text`` into an empty cell; ``body`` sets it in the size and pitch of the text."""
    paragraph = cell.paragraphs[0]
    paragraph.alignment = ALIGN["left" if align == "justify" else align]
    if not body:
        word_parts.cell_middle(cell)
        word_parts.off_grid(paragraph)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        paragraph.paragraph_format.line_spacing = Pt(17)
    add_lines(paragraph, clean(text).strip().split("\n"), role, size=None if body else CELL)


def _page(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    grid = word_parts.element("docGrid", type="lines", linePitch=round(NORMAL_PITCH * 20))
    word_parts.replace_child(section._sectPr, grid)


def _styles(document: DocumentObject) -> None:
    """The text style and the four headings, without the colours of Word's own headings."""
    normal = document.styles["Normal"]
    normal.font.size = BODY
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    spacing.line_spacing = Pt(NORMAL_PITCH)
    spacing.widow_control = False
    word_parts.set_fonts(normal.element.get_or_add_rPr(), FONTS["body"])
    for gap in ("autoSpaceDE", "autoSpaceDN"):  # no gap between Chinese and digits, as in the PDF
        word_parts.replace_child(normal.element.get_or_add_pPr(), word_parts.element(gap, val=0))
    # 28 characters on 156 mm: each 15.75 pt wide. Spacing and not a character grid, because the
    # programs disagree on what a grid does with text of another size.
    for child in (
        word_parts.element("spacing", val=-5),
        word_parts.element("lang", val="en-US", eastAsia="zh-CN"),
    ):
        word_parts.replace_child(normal.element.get_or_add_rPr(), child)
    for level, role in enumerate(HEADING_ROLES, start=1):
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.bold, style.font.italic = BODY, False, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        word_parts.set_fonts(style.element.get_or_add_rPr(), FONTS[role])
        indent = word_parts.element("ind", firstLineChars=200, firstLine=632)
        word_parts.replace_child(style.element.get_or_add_pPr(), indent)


def _settings(document: DocumentObject) -> None:
    """Punctuation is squeezed as in Chinese typesetting; the theme speaks Chinese."""
    settings = document.settings.element
    for control in settings.iter(qn("w:characterSpacingControl")):
        control.set(qn("w:val"), "compressPunctuation")
    for language in settings.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _furniture(document: DocumentObject, paper: Paper) -> None:
    """Page numbers (odd right, even left), the note, the letter's red lines, the watermark."""
    section = document.sections[0]
    document.settings.odd_and_even_pages_header_footer = True
    headers: list[_Header] = [section.header, section.even_page_header]
    note = one_line(paper.footer_note or "")
    _footer(section.footer, note, odd=True)
    _footer(section.even_page_footer, note, odd=False)
    if paper.layout == "letter":
        section.different_first_page_header_footer = True
        headers.append(section.first_page_header)
        _letter_header(section.first_page_header, paper)
        _letter_footer(section.first_page_footer, note)
    for header in headers:
        header.is_linked_to_previous = False
        if paper.draft:
            word_parts.watermark(header.paragraphs[0], DRAFT)


def _footer(footer: _Footer, note: str, *, odd: bool) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style.paragraph_format.tab_stops.clear_all()
    paragraph.paragraph_format.tab_stops.add_tab_stop(FULL_WIDTH - Pt(14), RIGHT_TAB)
    word_parts.indent(paragraph, left=1, right=1)
    if odd:
        add_text(paragraph, f"{note}\t", "song", size=NOTE)
    for text in ("— ", None, " —"):
        run = add_text(paragraph, text or "", "song", size=IMPRINT)
        if text is None:
            word_parts.page_field(run)
    if not odd:
        add_text(paragraph, f"\t{note}", "song", size=NOTE)


def _letter_header(header: _Header, paper: Paper) -> None:
    """Mark with its upper edge 30 mm from the page's edge, thick-thin red line 170 mm long."""
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    paragraph.alignment = ALIGN["center"]
    # The header starts 15 mm from the page's edge; the line is wider than the text block.
    paragraph.paragraph_format.space_before = Mm(15)
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = Mm(-8), Mm(-6)
    if paper.mark:
        add_mark(paragraph, one_line(paper.mark), tallest=40)
    word_parts.borders(paragraph, space=11, red=True, bottom=("thickThinSmallGap", 24))


def _letter_footer(footer: _Footer, note: str) -> None:
    """Thin-thick red line 20 mm above the lower edge; no page number on the first page."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = Mm(-8), Mm(-6)
    paragraph.paragraph_format.line_spacing = Pt(14)
    add_text(paragraph, note, "song", size=NOTE)
    word_parts.borders(paragraph, space=2, red=True, bottom=("thinThickSmallGap", 24))


def _properties(document: DocumentObject, paper: Paper) -> None:
    """Title, author (who signs) and the paper's own day; nothing about the program."""
    day = dt.datetime.combine(paper.date or UNDATED, dt.time())
    author = "、".join(one_line(s.name) for s in paper.signers if not s.role)
    author = author or one_line(paper.mark or "")
    core = document.core_properties
    core.title = one_line(paper.title)[:255]
    core.author = core.last_modified_by = author[:255]
    core.subject = one_line(paper.number or "")[:255]
    core.comments = core.keywords = core.category = ""
    core.language = "zh-CN"
    core.created = core.modified = day
    core.revision = 1
