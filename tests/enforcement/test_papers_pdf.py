"""Papers as PDF: opened again and read back, page by page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re

import pypdf
import pytest

from enforcement.papers import pdf
from enforcement.papers.fonts import load_fonts
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
    block_texts,
)
from enforcement.papers.pdf import MissingGlyphs, PaperError, render_pdf, to_pdf
from enforcement.papers.text import clean
from tests.enforcement.papers_samples import HASH, sample_papers

DAY = dt.date(2026, 11, 22)
SAMPLES = sample_papers()
HOSTILE = (
    '# $x$ *b* _i_ `c` @ref <lab> \\n \\u{41} "q" \'q\' [l](u) {#let x=1} #panic("x") '
    "// c /* c */ ~ -- --- ... = H - l + l / t: d &amp; <w:p/> ]]> %PDF"
)


@pytest.fixture(scope="module")
def fonts():
    """Only what is shipped: the tests must hold on a machine without any Chinese font."""
    return load_fonts([], system=False)


def squeeze(text: str) -> str:
    """``text`` without white space: justification and line breaks are not content."""
    return re.sub(r"\s", "", text)


def pages_of(data: bytes) -> list[str]:
    """Text of every page, without white space, page number and note."""
    pages = [squeeze(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return [re.sub(rf"—\d+—|校验码：{HASH}", "", page) for page in pages]


def text_of(paper: Paper, fonts) -> str:
    """The whole text of the paper as PDF, pages joined."""
    return "".join(pages_of(to_pdf(paper, fonts=fonts)))


def letter(*blocks, **more) -> Paper:
    """A short letter."""
    more = {"title": "函", "signers": (Signer("某某人民法院"),), "date": DAY} | more
    return Paper(layout="letter", blocks=blocks, **more)


class TestPage:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_every_page_is_a4(self, name, fonts) -> None:
        for page in pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES[name], fonts=fonts))).pages:
            assert float(page.mediabox.width) == pytest.approx(595.28, abs=0.1)
            assert float(page.mediabox.height) == pytest.approx(841.89, abs=0.1)

    def test_a_full_page_has_22_lines_of_28_characters(self, fonts) -> None:
        plain = Paper(layout="court", title="书", blocks=(Para("一" * 28 * 70, indent=False),))
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(plain, fonts=fonts)))
        lines = [len(squeeze(x)) for x in reader.pages[1].extract_text().split("\n") if "一" in x]
        assert lines == [28] * 22

    def test_text_stays_inside_the_margins(self, fonts) -> None:
        left, right = 28 / 25.4 * 72, (210 - 26) / 25.4 * 72
        seen: list[float] = []

        def note(text, matrix, _tm, _font, _size):
            if text.strip():
                seen.append(matrix[4])

        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["notice"], fonts=fonts)))
        for page in reader.pages:
            page.extract_text(visitor_text=note)
        assert seen
        assert min(seen) >= left - 1
        assert max(seen) < right

    def test_page_numbers_stand_between_dashes(self, fonts) -> None:
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["report"], fonts=fonts)))
        for number, page in enumerate(reader.pages, start=1):
            assert f"— {number} —" in page.extract_text()

    def test_odd_numbers_stand_right_and_even_ones_left(self, fonts) -> None:
        places: list[float] = []

        def note(text, matrix, _tm, _font, _size):
            if text.startswith("—"):
                places.append(matrix[4])

        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["report"], fonts=fonts)))
        for page in reader.pages[:2]:
            page.extract_text(visitor_text=note)
        assert places[0] > 400
        assert places[1] < 120

    def test_a_letter_has_no_number_on_its_first_page(self, fonts) -> None:
        first, second = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["letter"], fonts=fonts))).pages
        assert "— 1 —" not in first.extract_text()
        assert "— 2 —" in second.extract_text()


class TestText:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_every_text_of_the_paper_is_in_the_file(self, name, fonts) -> None:
        whole = text_of(SAMPLES[name], fonts)
        for text in SAMPLES[name].texts():
            if text != SAMPLES[name].footer_note:  # cut out of every page by ``pages_of``
                assert squeeze(text) in whole

    def test_a_court_document_reads_from_court_to_clerk(self, fonts) -> None:
        paper = SAMPLES["notice"]
        texts = [
            paper.mark, paper.title, paper.number, f"{paper.addressee}：",
            *(block.text for block in paper.blocks[:-1]),
            *(f"{key}：{value}" for key, value in paper.blocks[-1].pairs),
            "审判员李昇", "二〇二六年十一月二十二日", "本件与原本核对无异",
            "法官助理王沚若", "书记员赵旻",
        ]  # fmt: skip
        assert text_of(paper, fonts) == squeeze("".join(texts))

    def test_the_body_of_a_letter_is_equal_to_the_text(self, fonts) -> None:
        blocks = (Heading("甲"), Para("正文，“引号”——破折号……（括号）《书名》〔2026〕1号。"))
        paper = letter(*blocks, addressee="某院", attachments=("一",), remark="联系人：张三")
        assert text_of(paper, fonts) == squeeze(
            f"函某院：一、甲{blocks[1].text}附件：一某某人民法院2026年11月22日（联系人：张三）"
        )

    def test_rare_characters_survive(self, fonts) -> None:
        whole = text_of(SAMPLES["report"], fonts)
        assert [c for c in "鄠硚埇猇浉沚犇喆堃旻昇垚" if c not in whole] == []
        assert "翀" in text_of(SAMPLES["letter"], fonts)

    def test_headings_are_numbered_and_bookmarked(self, fonts) -> None:
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["report"], fonts=fonts)))

        def titles(items):
            for item in items:
                yield from titles(item) if isinstance(item, list) else (item.title,)

        found = list(titles(reader.outline))
        assert found[0] == "一、线索来源与核查范围"
        assert {"（一）期限执行情况", "3.关于财产线索", "（2）线索处置情况"} <= set(found)

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_hostile_text_is_printed_and_never_obeyed(self, layout, fonts) -> None:
        paper = Paper(
            layout=layout,
            title=HOSTILE,
            addressee=HOSTILE,
            blocks=(
                Para(HOSTILE, ((0, 5),)),
                Heading(HOSTILE),
                Table((Column(HOSTILE),), ((HOSTILE,),), HOSTILE),
                KeyValues(((HOSTILE, HOSTILE),)),
            ),
            attachments=(HOSTILE,),
            annexes=(Annex(HOSTILE, (Para(HOSTILE),)),),
            signers=(Signer(HOSTILE), Signer("李昇", "审判员")),
            date=DAY,
            imprint=Imprint((HOSTILE,), HOSTILE),
        )
        whole = text_of(paper, fonts)
        assert whole.count(squeeze(HOSTILE)) >= 12

    def test_control_characters_do_not_stop_the_paper(self, fonts) -> None:
        whole = text_of(letter(Para("前\x00\x07\ud800\ufffe\u202e后\ufeff")), fonts)
        assert "前〓〓后" in whole


class TestShape:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_a_paper_of_nothing_but_a_title_can_be_printed(self, layout, fonts) -> None:
        assert pages_of(to_pdf(Paper(layout=layout, title="函"), fonts=fonts)) == ["函"]

    @pytest.mark.parametrize(
        "blocks",
        [
            (Table((Column("甲"),)),),
            (KeyValues(()),),
            (PageBreak(),),
            (Para(""),),
            (Heading("只有标题"),),
            (Para("一"), PageBreak(), Para("二")),
        ],
    )
    def test_empty_parts_are_no_obstacle(self, blocks, fonts) -> None:
        whole = text_of(letter(*blocks, imprint=Imprint(), footer_note=""), fonts)
        assert whole.endswith("某某人民法院2026年11月22日")
        assert all(squeeze(text) in whole for text in block_texts(blocks))

    def test_a_page_break_starts_a_page(self, fonts) -> None:
        first, second = pages_of(to_pdf(letter(Para("甲"), PageBreak(), Para("乙")), fonts=fonts))
        assert "甲" in first
        assert "乙" in second

    @pytest.mark.parametrize("attachments", [(), ("甲", "乙")])
    def test_the_signature_never_stands_alone(self, attachments, fonts) -> None:
        for count in range(1, 50):
            blocks = [Para(f"第{n}段。") for n in range(count)]
            pages = pages_of(to_pdf(letter(*blocks, attachments=attachments), fonts=fonts))
            (signed,) = [page for page in pages if "2026年11月22日" in page]
            assert "段。" in signed, f"{count} paragraphs"

    def test_the_head_of_a_long_table_is_repeated(self, fonts) -> None:
        rows = tuple((str(n), "内容" * (n % 20 + 1), "2026-01-01") for n in range(60))
        table = Table((Column("序号甲", 0.5), Column("内容", 3), Column("日期乙")), rows, "表")
        pages = pages_of(to_pdf(letter(table), fonts=fonts))
        with_rows = [page for page in pages if "2026-01-01" in page]
        assert len(with_rows) >= 3
        assert all("序号甲内容日期乙" in page for page in with_rows)
        assert sum(page.count("2026-01-01") for page in pages) == 60

    def test_a_cell_longer_than_a_page_runs_on(self, fonts) -> None:
        whole = text_of(letter(Table((Column("长"),), (("很长的一格。" * 400,),))), fonts)
        assert whole.count("很长的一格。") == 400

    def test_a_hash_in_a_narrow_column_is_broken_and_stays_readable(self, fonts) -> None:
        rows = ((HASH, "x"),)
        page = text_of(letter(Table((Column("哈希"), Column("说明", 4)), rows)), fonts)
        assert HASH in page

    def test_the_imprint_stands_on_the_last_page(self, fonts) -> None:
        pages = pages_of(to_pdf(SAMPLES["report"], fonts=fonts))
        assert pages[-1].endswith(
            "商洛市委政法委员会。陕西省商洛市中级人民法院办公室2026年11月22日印发"
        )
        assert "印发" not in "".join(pages[:-1])

    def test_a_draft_says_so_on_every_page(self, fonts) -> None:
        draft = dataclasses.replace(SAMPLES["report"], draft=True)
        assert all("草稿" in page for page in pages_of(to_pdf(draft, fonts=fonts)))
        assert "草稿" not in text_of(SAMPLES["report"], fonts)

    def test_the_note_stands_on_every_page(self, fonts) -> None:
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["report"], fonts=fonts)))
        assert all(f"校验码：{HASH}" in squeeze(page.extract_text()) for page in reader.pages)


class TestFile:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_the_same_paper_gives_the_same_bytes(self, name, fonts) -> None:
        assert to_pdf(SAMPLES[name], fonts=fonts) == to_pdf(SAMPLES[name], fonts=fonts)

    def test_another_text_gives_other_bytes(self, fonts) -> None:
        assert to_pdf(letter(Para("甲")), fonts=fonts) != to_pdf(letter(Para("乙")), fonts=fonts)

    def test_the_only_time_stamp_is_the_papers_own_day(self, fonts) -> None:
        stamped = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["report"], fonts=fonts))).metadata
        assert stamped.creation_date.date() == DAY
        undated = pypdf.PdfReader(io.BytesIO(to_pdf(Paper(layout="letter", title="函"))))
        assert undated.metadata.creation_date.year == 2000

    def test_title_and_author_are_named(self, fonts) -> None:
        named = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["letter"], fonts=fonts))).metadata
        assert named.title == SAMPLES["letter"].title
        assert named.author == "陕西省商洛市中级人民法院"

    def test_it_is_pdf_a_and_tagged(self, fonts) -> None:
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES["letter"], fonts=fonts)))
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert b"pdfaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()

    @pytest.mark.parametrize("name", SAMPLES)
    def test_every_font_is_embedded(self, name, fonts) -> None:
        reader = pypdf.PdfReader(io.BytesIO(to_pdf(SAMPLES[name], fonts=fonts)))
        found = 0
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                (inner,) = font.get_object()["/DescendantFonts"]
                descriptor = inner.get_object()["/FontDescriptor"].get_object()
                assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
                assert "CourtPapers" in descriptor["/FontName"]
                found += 1
        assert found


class TestMissing:
    TEXT = "被执行人\U000323af😀某\ue000"

    def test_a_character_that_no_font_has_is_marked_and_listed(self, fonts) -> None:
        rendered = render_pdf(letter(Para(self.TEXT)), fonts=fonts)
        assert rendered.missing == ("\U000323af", "😀", "\ue000")
        assert "被执行人〓〓某〓" in "".join(pages_of(rendered.data))

    def test_it_is_never_silent(self, fonts) -> None:
        with pytest.warns(MissingGlyphs, match=r"U\+1F600") as caught:
            to_pdf(letter(Para(self.TEXT)), fonts=fonts)
        assert "安装" in str(caught[0].message)
        assert caught[0].message.characters == ("\U000323af", "😀", "\ue000")

    @pytest.mark.filterwarnings("error")
    def test_an_ordinary_paper_gives_no_warning(self, fonts) -> None:
        for paper in SAMPLES.values():
            assert render_pdf(paper, fonts=fonts).missing == ()
            to_pdf(paper, fonts=fonts)

    def test_an_unknown_family_is_an_error_not_an_empty_page(self, fonts, monkeypatch) -> None:
        monkeypatch.setattr(type(fonts), "families", lambda _self: dict.fromkeys(
            ("title", "body", "kai", "hei", "song"), ("No Such Family",)
        ))  # fmt: skip
        with pytest.raises(PaperError, match="no such family"):
            render_pdf(letter(Para("甲")), fonts=fonts)

    def test_a_fault_of_the_layout_is_told_with_its_place(self, fonts, monkeypatch, tmp_path):
        broken = tmp_path / "paper.typ"
        broken.write_text('#panic("broken layout")', encoding="utf-8")
        monkeypatch.setattr(pdf, "TEMPLATE", broken)
        with pytest.raises(PaperError, match="broken layout"):
            render_pdf(letter(Para("甲")), fonts=fonts)


def test_cleaning_is_the_only_change_between_paper_and_page(fonts) -> None:
    text = "甲\u00a0乙\u3000丙a\u0301"
    assert squeeze(clean(text)) in text_of(letter(Para(text)), fonts)
