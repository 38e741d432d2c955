"""Papers as Word files: opened with python-docx and read back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from enforcement.papers.docx import to_docx
from enforcement.papers.model import (
    LAYOUTS,
    Annex,
    Column,
    Heading,
    Imprint,
    KeyValues,
    PageBreak,
    Paper,
    Para,
    Signer,
    Table,
)
from tests.enforcement.papers_samples import DAY, HASH, sample_papers

SAMPLES = sample_papers()
HOSTILE = (
    "<w:p/> &amp; ]]> <![CDATA[ { MERGEFIELD x } =cmd|' /C calc'!A0 \x00\x0b\ud800\ufffe\u202e尾"
)
HOSTILE_SHOWN = "<w:p/> &amp; ]]> <![CDATA[ { MERGEFIELD x } =cmd|' /C calc'!A0 〓〓尾"


def opened(paper: Paper):
    """The paper's Word file, opened."""
    return Document(io.BytesIO(to_docx(paper)))


def squeeze(text: str) -> str:
    """``text`` without white space, also without the full-width spaces of the signature."""
    return re.sub(r"\s", "", text)


def whole_text(document) -> str:
    """Everything a reader sees: body in order, then headers and footers."""
    section = document.sections[0]
    parts = [
        section.first_page_header, section.header, section.footer, section.first_page_footer,
        section.even_page_footer,
    ]  # fmt: skip
    roots = [document.element.body, *(part._element for part in parts)]
    return squeeze("".join(t.text or "" for root in roots for t in root.iter(qn("w:t"))))


def fonts_of(run) -> set[str]:
    """Font names of a run for Chinese and Latin text."""
    fonts = run._r.rPr.rFonts
    return {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia")}


class TestPage:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_paper_size_and_margins_are_the_standards(self, name) -> None:
        (section,) = opened(SAMPLES[name]).sections
        assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
        margins = (
            section.top_margin, section.right_margin, section.bottom_margin, section.left_margin,
        )  # fmt: skip
        assert [m.mm for m in margins] == pytest.approx([37, 26, 35, 28], abs=0.1)

    def test_lines_stand_28_95_points_apart_in_16_points(self) -> None:
        normal = opened(SAMPLES["notice"]).styles["Normal"]
        assert normal.paragraph_format.line_spacing == Pt(28.95)
        assert normal.font.size == Pt(16)

    def test_28_characters_fit_a_line(self) -> None:
        normal = opened(SAMPLES["notice"]).styles["Normal"].element.rPr
        spacing = int(normal.find(qn("w:spacing")).get(qn("w:val"))) / 20
        assert 27 < Mm(156).pt / (16 + spacing) < 28.2
        assert int(Mm(156).pt // (16 + spacing)) == 28

    def test_page_numbers_are_fields_odd_right_even_left(self) -> None:
        document = opened(SAMPLES["report"])
        assert document.settings.odd_and_even_pages_header_footer
        section = document.sections[0]
        for footer, first in ((section.footer, "校验码"), (section.even_page_footer, "—")):
            (paragraph,) = footer.paragraphs
            assert paragraph.text.startswith(first)
            assert [f.text for f in paragraph._p.iter(qn("w:instrText"))] == [" PAGE "]

    def test_a_letter_has_its_mark_above_and_no_number_on_page_one(self) -> None:
        section = opened(SAMPLES["letter"]).sections[0]
        assert section.different_first_page_header_footer
        assert section.first_page_header.paragraphs[0].text == "陕西省商洛市中级人民法院"
        assert not list(section.first_page_footer._element.iter(qn("w:instrText")))
        parts = (section.first_page_header, section.first_page_footer)
        bottoms = [b for part in parts for b in part._element.iter(qn("w:bottom"))]
        lines = [bottom.get(qn("w:val")) for bottom in bottoms]
        assert lines == ["thickThinSmallGap", "thinThickSmallGap"]


class TestFonts:
    def test_each_kind_of_text_names_its_font(self) -> None:
        document = opened(SAMPLES["report"])
        runs = {r.text: r for p in document.paragraphs for r in p.runs}
        assert fonts_of(runs["陕西省商洛市中级人民法院文件"]) == {"方正小标宋简体"}
        assert fonts_of(runs["一、线索来源与核查范围"]) == {"黑体"}
        assert fonts_of(runs["（一）期限执行情况"]) == {"楷体_GB2312"}
        assert fonts_of(runs["1.关于确定承办人"]) == {"仿宋_GB2312"}
        assert fonts_of(runs["特此报告。"]) == {"仿宋_GB2312"}
        footer = document.sections[0].footer.paragraphs[0].runs
        assert set().union(*map(fonts_of, footer)) == {"宋体"}

    def test_the_title_is_size_two_and_the_mark_red(self) -> None:
        document = opened(SAMPLES["report"])
        mark = next(p for p in document.paragraphs if "文件" in p.text).runs[0]
        title = next(p for p in document.paragraphs if "一案双查监督" in p.text).runs[0]
        assert str(mark.font.color.rgb) == "E60012"
        assert title.font.size == Pt(22)

    def test_headings_are_headings_and_black(self) -> None:
        document = opened(SAMPLES["report"])
        found = [p for p in document.paragraphs if p.style.name == "Heading 2"]
        assert [p.text for p in found] == ["（一）期限执行情况", "（二）逐项核查结论"]
        assert str(found[0].style.font.color.rgb) == "000000"


class TestText:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_every_text_of_the_paper_is_in_the_file(self, name) -> None:
        whole = whole_text(opened(SAMPLES[name]))
        for text in SAMPLES[name].texts():
            assert squeeze(text) in whole

    def test_the_body_reads_in_order(self) -> None:
        texts = [p.text for p in opened(SAMPLES["notice"]).paragraphs if p.text.strip()]
        assert texts[:4] == [
            "陕西省商洛市商州区人民法院",
            "执行通知书",
            "（2026）陕1002执123号",
            "白喆堃：",
        ]
        assert [squeeze(text) for text in texts[-5:]] == [
            "审判员李昇",
            "二〇二六年十一月二十二日",
            "本件与原本核对无异",
            "法官助理王沚若",
            "书记员赵旻",
        ]

    def test_tables_keep_their_cells_and_repeat_their_head(self) -> None:
        document = opened(SAMPLES["report"])
        source = SAMPLES["report"].annexes[0].blocks[0]
        table = next(t for t in document.tables if len(t.rows) == 39)
        assert [c.text for c in table.rows[0].cells] == [c.title for c in source.columns]
        assert [tuple(c.text for c in row.cells) for row in table.rows[1:]] == list(source.rows)
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert sum(column.width for column in table.columns) == pytest.approx(Mm(156), rel=0.01)

    def test_bold_spans_are_bold(self) -> None:
        document = opened(SAMPLES["letter"])
        bold = [r.text for p in document.paragraphs for r in p.runs if r.bold]
        assert bold == ["2026年12月7日前"]

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_hostile_text_is_only_text(self, layout) -> None:
        paper = Paper(
            layout=layout,
            title=HOSTILE,
            mark=HOSTILE,
            number=HOSTILE,
            addressee=HOSTILE,
            blocks=(
                Para(HOSTILE),
                Heading(HOSTILE),
                Table((Column(HOSTILE),), ((HOSTILE,),), HOSTILE),
                KeyValues(((HOSTILE, HOSTILE),)),
            ),
            signers=(Signer(HOSTILE),),
            annexes=(Annex(HOSTILE, ()),),
            imprint=Imprint((HOSTILE,), HOSTILE, DAY),
            footer_note=HOSTILE,
            draft=True,
        )
        document = opened(paper)
        assert whole_text(document).count(squeeze(HOSTILE_SHOWN)) >= 14
        body = document.element.body
        fields = {f.text for f in body.iter(qn("w:instrText"))}
        assert fields <= {" PAGE "}

    @pytest.mark.parametrize("layout", LAYOUTS)
    @pytest.mark.parametrize(
        "blocks",
        [
            (),
            (Table((Column("甲"),)),),
            (KeyValues(()),),
            (PageBreak(),),
            (Para(""), Para("\n")),
            (Heading("只有标题"),),
        ],
    )
    def test_empty_parts_are_no_obstacle(self, layout, blocks) -> None:
        assert "函" in whole_text(opened(Paper(layout=layout, title="函", blocks=blocks)))

    def test_a_draft_carries_a_watermark_in_every_header(self) -> None:
        draft = opened(dataclasses.replace(SAMPLES["letter"], draft=True)).sections[0]
        plain = opened(SAMPLES["letter"]).sections[0]
        for name in ("header", "even_page_header", "first_page_header"):
            assert 'string="草稿"' in etree.tostring(
                getattr(draft, name)._element, encoding="unicode"
            )
            assert "草稿" not in etree.tostring(getattr(plain, name)._element, encoding="unicode")

    def test_the_note_is_in_the_footers(self) -> None:
        section = opened(SAMPLES["letter"]).sections[0]
        for footer in (section.footer, section.even_page_footer, section.first_page_footer):
            assert f"校验码：{HASH}" in footer.paragraphs[0].text


class TestFile:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_the_same_paper_gives_the_same_bytes(self, name) -> None:
        assert to_docx(SAMPLES[name]) == to_docx(SAMPLES[name])

    def test_no_part_carries_the_time_of_writing(self) -> None:
        with zipfile.ZipFile(io.BytesIO(to_docx(SAMPLES["notice"]))) as package:
            assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert package.namelist()[0] == "[Content_Types].xml"

    def test_properties_speak_of_the_paper_and_not_of_the_program(self) -> None:
        data = to_docx(SAMPLES["letter"])
        core = Document(io.BytesIO(data)).core_properties
        assert core.title == SAMPLES["letter"].title
        assert core.author == core.last_modified_by == "陕西省商洛市中级人民法院"
        assert core.created == core.modified == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
        assert core.comments == ""
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            everything = b"".join(package.read(name) for name in names)
        assert b"python-docx" not in everything
        assert not [name for name in names if "thumbnail" in name or "app.xml" in name]

    @pytest.mark.parametrize("name", SAMPLES)
    def test_properties_stand_in_the_order_of_the_schema(self, name) -> None:
        document = opened(SAMPLES[name])
        order = [
            "keepNext",
            "pageBreakBefore",
            "pBdr",
            "tabs",
            "snapToGrid",
            "spacing",
            "ind",
            "jc",
        ]
        for properties in document.element.body.iter(qn("w:pPr")):
            tags = [etree.QName(child).localname for child in properties]
            places = [order.index(tag) for tag in tags if tag in order]
            assert places == sorted(places)
