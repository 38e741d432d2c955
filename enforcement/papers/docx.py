"""A paper as an editable Word file (python-docx), same content and measures as the PDF.

The fonts are *named*, not embedded: 仿宋_GB2312, 方正小标宋简体, 楷体_GB2312, 黑体, 宋体. A machine
that has them (every office with Word or WPS) shows the paper as the standard wants it.

The same paper gives the same bytes: the only time stamp is the paper's own date, and the parts of
the package are written in one order with one fixed time.
"""

from __future__ import annotations

from collections.abc import Iterable

from docx import Document
from docx.document import Document as DocumentObject
from docx.shared import Emu, Length, Mm, Pt
from docx.text.paragraph import Paragraph

from enforcement.papers import word_page, word_parts
from enforcement.papers.model import (
    Annex,
    Block,
    Heading,
    Imprint,
    KeyValues,
    PageBreak,
    Paper,
    Para,
    Signer,
    Table,
)
from enforcement.papers.text import (
    CERTIFIED,
    FULL_SPACE,
    break_title,
    chinese_date,
    clean,
    numbered,
    one_line,
    spread,
    units,
)
from enforcement.papers.widths import column_widths
from enforcement.papers.word_page import (
    ALIGN,
    CELL,
    CHARACTER,
    FULL_WIDTH,
    IMPRINT,
    TITLE,
    add_lines,
    add_text,
)

# A little less than the text block: LibreOffice does not let a table of full width float.
IMPRINT_WIDTH = Mm(155)


def to_docx(paper: Paper) -> bytes:
    """The Word file of ``paper``."""
    document = Document()
    word_page.prepare(document, paper)
    _Writer(document, paper).write()
    word_parts.drop_template_traces(document)
    word_page.tidy(document)
    return word_parts.repacked(document)


class _Writer:
    """Writes one paper into an empty document, from the mark to the imprint."""

    def __init__(self, document: DocumentObject, paper: Paper) -> None:
        self.document = document
        self.paper = paper

    def write(self) -> None:
        """Everything in reading order."""
        paper = self.paper
        {"document": self._document_head, "letter": self._letter_head, "court": self._court_head}[
            paper.layout
        ]()
        if paper.addressee:
            self._line(f"{one_line(paper.addressee)}：")
        self._blocks(paper.blocks)
        text_end = len(self.document.paragraphs)
        self._attachments()
        self._signature()
        # Attachments note and signature stay together and with the last paragraph of the text.
        for paragraph in self.document.paragraphs[max(0, text_end - 1) : -1]:
            paragraph.paragraph_format.keep_with_next = True
        for number, annex in enumerate(paper.annexes, start=1):
            self._annex(number, annex)
        if paper.imprint:
            self._imprint()

    # -- small pieces ------------------------------------------------------------------------

    def _line(
        self,
        text: str = "",
        role: str = "body",
        *,
        size: Length | None = None,
        align: str = "left",
        **indents: float,
    ) -> Paragraph:
        """One paragraph without first-line indent, unless ``firstLine`` is given."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = ALIGN[align]
        if indents:
            word_parts.indent(paragraph, **indents)
        if text:
            add_text(paragraph, text, role, size=size)
        return paragraph

    def _blank(self, count: int = 1) -> None:
        for _ in range(count):
            self._line()

    def _title(self, text: str) -> None:
        paragraph = self._line(align="center")
        paragraph.paragraph_format.line_spacing = Pt(34)
        word_parts.off_grid(paragraph)
        add_lines(paragraph, break_title(text), "title", size=TITLE)

    # -- heads -------------------------------------------------------------------------------

    def _corner(self) -> None:
        paper = self.paper
        for text, role in (
            (paper.copy_number, "body"), (paper.secrecy, "hei"), (paper.urgency, "hei"),
        ):  # fmt: skip
            if text:
                self._line(one_line(text), role)

    def _document_head(self) -> None:
        paper = self.paper
        corner = sum(1 for t in (paper.copy_number, paper.secrecy, paper.urgency) if t)
        self._corner()
        if paper.mark:
            mark = self._line(align="center")
            # The mark's top edge is 35 mm below the top of the text block.
            mark.paragraph_format.space_before = max(Pt(0), Pt(Mm(35).pt - corner * 28.95))
            word_page.add_mark(mark, one_line(paper.mark), tallest=46)
            self._blank(2)
            self._number_under_mark()
            self._blank(2)
        self._title(paper.title)
        if not paper.mark and paper.number:
            self._line(one_line(paper.number), "kai", align="center")
        self._blank()

    def _number_under_mark(self) -> None:
        """发文字号, with 签发人 at the right when there is one, above the red line."""
        paper = self.paper
        if paper.signed_off_by:
            line = self._line(one_line(paper.number or ""), left=1, right=1)
            line.paragraph_format.tab_stops.add_tab_stop(
                FULL_WIDTH - CHARACTER, word_page.RIGHT_TAB
            )
            add_text(line, "\t签发人：")
            add_text(line, one_line(paper.signed_off_by), "kai")
        else:
            self._line(one_line(paper.number or ""), align="center")
        rule = self._line()  # 4 mm below, as wide as the text block
        rule.paragraph_format.line_spacing = Mm(4)
        word_parts.off_grid(rule)
        word_parts.borders(rule, space=0, red=True, bottom=("single", 12))

    def _letter_head(self) -> None:
        """Mark and upper double line stand in the first page's header (``word_page``)."""
        paper = self.paper
        left = [one_line(t) for t in (paper.copy_number, paper.secrecy, paper.urgency) if t]
        first = self._line()
        first.paragraph_format.tab_stops.add_tab_stop(FULL_WIDTH, word_page.RIGHT_TAB)
        if left:
            add_text(first, left[0], "body" if paper.copy_number else "hei")
        if paper.number:
            add_text(first, f"\t{one_line(paper.number)}")
        for text in left[1:]:
            self._line(text, "hei")
        self._blank(2)
        self._title(paper.title)
        self._blank()

    def _court_head(self) -> None:
        paper = self.paper
        self._blank()
        if paper.mark:
            court = self._line(one_line(paper.mark), "title", size=TITLE, align="center")
            court.paragraph_format.line_spacing = Pt(34)
            word_parts.off_grid(court)
        self._title(paper.title)
        if paper.number:
            self._blank()
            self._line(one_line(paper.number), align="right", right=2)
        self._blank()

    # -- text --------------------------------------------------------------------------------

    def _blocks(self, blocks: Iterable[Block]) -> None:
        for label, block in numbered(blocks):
            match block:
                case Heading():
                    self._heading(label, block)
                case Para():
                    self._para(block)
                case Table():
                    self._table(block)
                case KeyValues():
                    self._facts(block)
                case PageBreak():
                    self._line().paragraph_format.page_break_before = True

    def _heading(self, label: str, block: Heading) -> None:
        paragraph = self.document.add_paragraph(style=f"Heading {block.level}")
        role = word_page.HEADING_ROLES[block.level - 1]
        add_text(paragraph, label + one_line(block.text), role)

    def _para(self, para: Para) -> None:
        paragraph = self._line(align=para.align)
        if para.indent and para.align == "justify":
            word_parts.indent(paragraph, firstLine=2)
        for run in para.runs():
            text = clean(run.text).replace("\n", " ")
            add_text(paragraph, text).bold = True if run.bold else None

    def _table(self, block: Table) -> None:
        if block.caption:
            caption = self._line(one_line(block.caption), "hei", size=CELL, align="center")
            caption.paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
        for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
            word_page.fill_cell(cell, column.title, "hei", "center")
        word_parts.repeat_head(table.rows[0])
        for values in block.rows:
            row = table.add_row()
            if max(map(len, values)) <= 400:
                word_parts.keep_whole(row)
            for cell, column, value in zip(row.cells, block.columns, values, strict=True):
                word_page.fill_cell(cell, value, "body", column.align)
        word_parts.fix_widths(table, [Mm(width) for width in column_widths(block)])
        word_parts.cell_margins(table, Pt(4))
        word_parts.shift_table(table, Pt(4))
        self._thin()

    def _thin(self) -> None:
        """A thin paragraph: two tables in a row would become one in Word."""
        thin = self._line()
        thin.paragraph_format.line_spacing = Pt(6)
        word_parts.off_grid(thin)

    def _facts(self, block: KeyValues) -> None:
        if not block.pairs:
            return
        label = min(9.0, max(units(one_line(key)) for key, _ in block.pairs) + 1)
        table = self.document.add_table(rows=0, cols=2)
        for key, value in block.pairs:
            cells = table.add_row().cells
            word_page.fill_cell(cells[0], f"{one_line(key)}：", "hei", "left", body=True)
            word_page.fill_cell(cells[1], value, "body", "left", body=True)
        word_parts.cell_margins(table, Pt(0))
        word_parts.shift_table(table, Pt(2 * CHARACTER.pt))
        widths = [Pt(label * 16.2), Pt(FULL_WIDTH.pt - 2 * CHARACTER.pt - label * 16.2)]
        word_parts.fix_widths(table, widths)
        self._thin()

    def _attachments(self) -> None:
        titles = [one_line(title) for title in self.paper.listed_attachments()]
        if titles:
            self._blank()
        for number, title in enumerate(titles, start=1):
            text = f"{number}．{title}" if len(titles) > 1 else title
            hanging = 4.0 if len(titles) > 1 else 3.0
            if number == 1:
                self._line(f"附件：{text}", left=2 + hanging, hanging=hanging)
            else:
                self._line(text, left=6, hanging=1)

    # -- end ---------------------------------------------------------------------------------

    def _signature(self) -> None:
        paper = self.paper
        persons = [s for s in paper.signers if s.role]
        bodies = [one_line(s.name) for s in paper.signers if not s.role]
        day = chinese_date(paper.date, paper.layout) if paper.date else None
        if bodies or persons or day:
            self._blank(1 if persons else 2)
        self._persons([s for s in persons if not s.after_date], persons)
        if bodies:
            self._bodies(bodies, day)
        elif day:
            self._line(day, align="right", right=2 if persons else 4)
        if paper.certified:
            self._line(CERTIFIED, "kai", left=2)
        self._persons([s for s in persons if s.after_date], persons)
        if paper.remark:
            self._line(f"（{one_line(paper.remark)}）", left=2)

    def _bodies(self, names: list[str], day: str | None) -> None:
        """Names centred over the date, the date four characters in from the right."""
        lines = [*names, *([day] if day else [])]
        wide = min(max(map(units, lines)), 26.0)
        right = max(2.0, 4 - (wide - units(day or "")) / 2)
        left = max(0.0, 28 - right - wide - 0.5)
        for line in lines:
            self._line(line, align="center", left=left, right=right)

    def _persons(self, some: list[Signer], everyone: list[Signer]) -> None:
        """审　　判　　员　　　张　三: role on 7 characters, 3 apart, 2 from the right edge."""
        names = {s: spread(one_line(s.name), 3) for s in everyone}
        longest = max((units(name) for name in names.values()), default=0)
        for signer in some:
            fill = FULL_SPACE * round(longest - units(names[signer]))
            role = spread(one_line(signer.role), 7)
            self._line(f"{role}{FULL_SPACE * 3}{names[signer]}{fill}", align="right", right=2)

    def _annex(self, number: int, annex: Annex) -> None:
        label = f"附件{number}" if len(self.paper.annexes) > 1 else "附件"
        self._line(label, "hei").paragraph_format.page_break_before = True
        self._blank()
        self._title(annex.title)
        self._blank()
        self._blocks(annex.blocks)

    def _imprint(self) -> None:
        """版记: a table in size 4 at the bottom of the last page, ruled except in letters."""
        imprint, ruled = self.paper.imprint or Imprint(), self.paper.layout != "letter"
        rows: list[tuple[str, str, str]] = []
        if imprint.cc:
            rows.append(("抄送：" + "，".join(map(one_line, imprint.cc)) + "。", "", "copies"))
        if ruled and (imprint.office or imprint.issued_on):
            issued = f"{chinese_date(imprint.issued_on)}印发" if imprint.issued_on else ""
            rows.append((one_line(imprint.office or ""), issued, "issue"))
        if not rows:
            return
        table = self.document.add_table(rows=0, cols=1)
        for left, right, kind in rows:
            line = table.add_row().cells[0].paragraphs[0]
            layout, hanging = line.paragraph_format, 3 if kind == "copies" else 0
            layout.left_indent, layout.right_indent = Emu(IMPRINT * (1 + hanging)), IMPRINT
            layout.first_line_indent = Emu(-IMPRINT * hanging)
            add_text(line, left, size=IMPRINT)
            if right:
                stop = Emu(IMPRINT_WIDTH - IMPRINT)
                layout.tab_stops.add_tab_stop(stop, word_page.RIGHT_TAB)
                add_text(line, f"\t{right}", size=IMPRINT)
            layout.line_spacing = Pt(24)
            word_parts.off_grid(line)
        if ruled:  # outer lines 0.35 mm ≈ 1 pt, inner one 0.25 mm ≈ ¾ pt
            word_parts.table_lines(table, top=8, bottom=8, insideH=6)
        word_parts.fix_widths(table, [IMPRINT_WIDTH])
        word_parts.cell_margins(table, Pt(0))
        word_parts.float_to_bottom(table)
        self._thin()
