"""The pure half of the papers: the model's refusals, numbering, dates, titles, cleaning, widths."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.papers.model import (
    Annex,
    Bold,
    Column,
    Heading,
    Paper,
    Para,
    Run,
    Signer,
    Table,
)
from enforcement.papers.text import (
    break_title,
    chinese_date,
    chinese_number,
    clean,
    numbered,
    one_line,
    spread,
    units,
)
from enforcement.papers.widths import column_widths


class TestModel:
    def test_a_heading_has_a_level_from_one_to_four(self) -> None:
        assert Heading("一", 4).level == 4
        with pytest.raises(ValueError, match="level 5"):
            Heading("一", 5)

    def test_bold_spans_cut_a_paragraph_into_runs(self) -> None:
        para = Para.of("限期", Bold("十日"), "内履行", Bold("。"))
        assert para.runs() == (Run("限期"), Run("十日", True), Run("内履行"), Run("。", True))
        assert "".join(run.text for run in para.runs()) == para.text

    @pytest.mark.parametrize("spans", [((0, 9),), ((2, 1),), ((0, 2), (1, 3)), ((-1, 1),)])
    def test_a_span_outside_the_text_or_over_another_is_refused(self, spans: tuple) -> None:
        with pytest.raises(ValueError, match="does not fit"):
            Para("一二三", spans)

    def test_a_row_has_as_many_cells_as_the_table_has_columns(self) -> None:
        columns = (Column("甲"), Column("乙"))
        assert Table(columns, (("1", "2"),)).rows
        with pytest.raises(ValueError, match="row 2 has 1 cells"):
            Table(columns, (("1", "2"), ("3",)))

    def test_unknown_words_and_missing_titles_are_refused(self) -> None:
        with pytest.raises(ValueError, match="layout"):
            Paper(layout="poster", title="函")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="title"):
            Paper(layout="letter", title="  ")
        with pytest.raises(ValueError, match="align"):
            Para("一", align="middle")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="share"):
            Column("甲", 0)

    def test_annexes_are_listed_when_no_other_list_is_given(self) -> None:
        paper = Paper(layout="letter", title="函", annexes=(Annex("甲", ()), Annex("乙", ())))
        assert paper.listed_attachments() == ("甲", "乙")
        named = Paper(layout="letter", title="函", attachments=("丙",), annexes=(Annex("甲", ()),))
        assert named.listed_attachments() == ("丙",)

    def test_the_clerk_signs_below_the_date_and_the_judge_above(self) -> None:
        assert Signer("赵旻", "书记员").after_date
        assert not Signer("李昇", "审判员").after_date


class TestNumbering:
    def test_levels_are_numbered_as_the_standard_says_and_start_again(self) -> None:
        blocks = [Heading(str(n), n) for n in (1, 2, 2, 3, 3, 4, 1, 2, 3)]
        labels = [label for label, _ in numbered(blocks)]
        assert labels == ["一、", "（一）", "（二）", "1.", "2.", "（1）", "二、", "（一）", "1."]

    def test_a_heading_without_number_does_not_count(self) -> None:
        blocks = [Heading("甲"), Heading("乙", numbered=False), Heading("丙")]
        assert [label for label, _ in numbered(blocks)] == ["一、", "", "二、"]

    def test_line_feeds_make_paragraphs_and_spans_move_along(self) -> None:
        para = Para("一二\n\n三四五\r\n六", ((1, 2), (5, 10)))
        parts = [block for _, block in numbered([para])]
        assert parts == [
            Para("一二", ((1, 2),)),
            Para("三四五", ((1, 3),)),
            Para("六", ((0, 1),)),
        ]

    @pytest.mark.parametrize(
        ("number", "text"),
        [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (103, "一百〇三"), (215, "二百一十五")],
    )
    def test_numbers_are_written_as_in_headings(self, number: int, text: str) -> None:
        assert chinese_number(number) == text

    def test_numbers_beyond_the_headings_are_refused(self) -> None:
        for number in (0, 1000):
            with pytest.raises(ValueError, match="1 to 999"):
                chinese_number(number)


class TestDates:
    def test_documents_use_arabic_numerals_without_leading_zeros(self) -> None:
        assert chinese_date(dt.date(2026, 1, 2)) == "2026年1月2日"

    def test_court_documents_use_chinese_numerals(self) -> None:
        assert chinese_date(dt.date(2026, 11, 22), "court") == "二〇二六年十一月二十二日"
        assert chinese_date(dt.date(2030, 10, 10), "court") == "二〇三〇年十月十日"


class TestTitle:
    LONG = "关于陕西省商洛市商州区人民法院办理（2026）陕1002执123号执行案件的一案双查监督报告"

    def test_a_short_title_stays_on_one_line(self) -> None:
        assert break_title("执行通知书") == ("执行通知书",)

    def test_the_author_may_break_the_title(self) -> None:
        assert break_title("关于甲的\n报告") == ("关于甲的", "报告")

    def test_a_long_title_keeps_names_and_case_numbers_whole(self) -> None:
        lines = break_title(self.LONG)
        assert "".join(lines) == self.LONG
        assert len(lines) == 3
        assert max(map(units, lines)) <= 20
        for whole in ("（2026）陕1002执123号", "人民法院", "一案双查", "监督报告"):
            assert any(whole in line for line in lines)

    def test_three_lines_make_a_diamond_or_a_trapezoid_not_an_hourglass(self) -> None:
        first, middle, last = map(units, break_title(self.LONG))
        assert not (middle < first and middle < last)

    @given(
        st.text(alphabet="关于的执行（）《》、，。第与1a 案件人民法院", min_size=1, max_size=120)
    )
    def test_no_title_loses_a_character_or_overflows(self, title: str) -> None:
        lines = break_title(title)
        assert "".join(lines) == title.strip()
        assert all(units(line) <= 20 for line in lines)

    def test_a_line_neither_starts_nor_ends_with_a_sign_that_may_not(self) -> None:
        title = "关于转发《加强执行工作（试行）的意见》《关于办理执行信访案件的规定》的通知"
        lines = break_title(title)
        assert len(lines) > 1
        assert not any(line[0] in "）》的" or line[-1] in "（《" for line in lines)


class TestCleaning:
    def test_invisible_and_direction_characters_are_dropped(self) -> None:
        assert clean("张\u202e三\u2066\u200b\ufeff\u00ad") == "张三"
        assert clean("葛\U000e0100城") == "葛城"

    def test_control_characters_are_dropped_but_line_feeds_stay(self) -> None:
        assert clean("一\x00\x07\x1b二\r\n三\u2028四") == "一二\n三\n四"

    def test_what_cannot_be_a_character_becomes_a_geta(self) -> None:
        assert clean("\ud800\ufffe") == "〓〓"

    def test_spaces_become_plain_but_the_full_width_one_stays(self) -> None:
        assert clean("a\u00a0b\tc\u3000d") == "a b c\u3000d"

    def test_one_line_joins_lines(self) -> None:
        assert one_line(" 甲\n乙 ") == "甲 乙"

    @given(st.text())
    def test_cleaning_twice_changes_nothing_more(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)


class TestSpread:
    def test_roles_fill_seven_characters(self) -> None:
        assert spread("审判员", 7) == "审　　判　　员"
        assert spread("法官助理", 7) == "法　官　助　理"
        assert spread("代理审判员", 7) == "代　理　审判员"

    def test_what_is_long_or_latin_stays(self) -> None:
        assert spread("买买提", 3) == "买买提"
        assert spread("Li", 3) == "Li"


class TestColumnWidths:
    def test_shares_are_kept_when_every_word_fits(self) -> None:
        table = Table((Column("甲", 1), Column("乙", 2), Column("丙", 1)))
        assert column_widths(table) == pytest.approx((39, 78, 39))

    def test_a_date_is_never_cut(self) -> None:
        columns = (Column("内容", 20), Column("日期", 1))
        wide, dates = column_widths(Table(columns, (("甲", "2026-11-22"),)))
        assert dates > 25
        assert wide + dates == pytest.approx(156)

    def test_too_many_words_share_the_shortage(self) -> None:
        columns = tuple(Column("日期") for _ in range(12))
        widths = column_widths(Table(columns, (("2026-11-22",) * 12,)))
        assert sum(widths) == pytest.approx(156)
        assert min(widths) == pytest.approx(13)
