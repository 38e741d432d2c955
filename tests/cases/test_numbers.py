"""Case numbers: read as people write them, written one way, and looked up in batches."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from cases.numbers import (
    PROVINCES,
    CaseNumber,
    enforcement_types,
    format_number,
    parse,
    type_chars,
    type_names,
)
from enforcement.court_store import load_courts
from enforcement.errors import Invalid
from enforcement.reference import data_file, read_rows
from tests.courts_fixture import load_branch

TODAY = date(2026, 11, 23)
REAL = read_rows(Path(__file__).parent / "case_number_strings.csv")
#: Types of the list that are real although the annex of 2015 lacks them.
LATER = {"知民初"}


class TestRealStrings:
    """210 strings as people wrote them, wrong ones among them."""

    def test_there_are_210(self) -> None:
        assert len(REAL) == 210

    @pytest.mark.parametrize("row", REAL, ids=lambda row: row["raw"])
    def test_each_is_read_or_refused_as_the_list_says(self, row: dict[str, str]) -> None:
        if row["matches_2016_pattern"] == "N":
            with pytest.raises(Invalid):
                parse(row["raw"], today=TODAY)
            return
        number = parse(row["raw"], today=TODAY)
        assert (number.court_code, number.type_char) == (row["court_code"], row["type_char"])
        assert number.type_known == (row["type_known"] == "Y" or number.type_char in LATER)
        digits = "".join(filter(str.isdigit, row["raw"].partition(number.type_char)[2]))
        assert number.serial == int(digits)
        assert parse(str(number)) == number

    def test_every_known_code_of_a_court_can_stand_in_a_number(self) -> None:
        for row in read_rows(data_file("court_code_aliases.csv")):
            assert parse(f"（2026）{row['code']}执1号").court_code == row["code"]

    def test_every_known_type_can_stand_in_a_number(self) -> None:
        for type_char in type_chars():
            for code in ("最高法", "陕", "陕10", "陕1002"):
                number = parse(f"（2026）{code}{type_char}1号")
                assert (number.court_code, number.type_char) == (code, type_char)


class TestReading:
    EXPECTED = CaseNumber(2026, "陕1002", "执", 123)

    @pytest.mark.parametrize(
        "raw",
        [
            "（2026）陕1002执123号",
            "(2026)陕1002执123号",
            "（2026)陕1002执123号",
            "〔2026〕陕1002执123号",
            "[2026]陕1002执123号",
            "【2026】陕1002执123号",
            "［2026］陕1002执123号",
            "（２０２６）陕１００２执１２３号",
            " （ 2026 ） 陕 1002　执 123 号 ",
            "\ufeff（2026）\u200b陕1002执123号\n",
            "（2026）陕1002执第123号",
            "（2026）陕1002执字第123号",
            "（2026）陕1002执字123号",
            "（2026）陕1002执00123号",
            "（2026）陕1002执123",
        ],
    )
    def test_every_way_of_writing_gives_one_number(self, raw: str) -> None:
        assert parse(raw) == self.EXPECTED
        assert str(parse(raw)) == "（2026）陕1002执123号"

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("123号之一", "之一"),
            ("123号 之 十", "之十"),
            ("123号之十九", "之十九"),
            ("123号之九十九", "之九十九"),
            ("123号之2", "之二"),
            ("123号之１２", "之十二"),
            ("123之一号", "之一"),
            ("123之一", "之一"),
        ],
    )
    def test_a_suffix_is_kept_beside_the_number(self, written: str, read: str) -> None:
        number = parse(f"（2026）陕1002执{written}")
        assert (number.serial, number.suffix) == (123, read)
        assert str(number) == f"（2026）陕1002执123号{read}"
        assert number.base == "（2026）陕1002执123号"

    @pytest.mark.parametrize(
        ("code", "level"), [("最高法", 1), ("陕", 2), ("陕10", 3), ("陕1002", 4), ("兵0302", 4)]
    )
    def test_the_code_says_the_level(self, code: str, level: int) -> None:
        assert parse(f"（2026）{code}执1号").court_level == level

    def test_the_longest_code_is_taken(self) -> None:
        assert parse("（2021）最高法执监51号").court_code == "最高法"
        assert parse("（2024）沪72执66号").court_code == "沪72"
        assert parse("（2024）沪7201执66号").court_code == "沪7201"

    def test_a_code_and_a_type_in_no_list_are_kept(self) -> None:
        number = parse("（2026）陕9999执新7号")
        assert (number.court_code, number.type_char) == ("陕9999", "执新")
        assert not number.type_known

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            ("", "empty"),
            ("  \u3000\n", "empty"),
            ("执" * 61, "too_long"),
            ("2026陕1002执123号", "brackets"),
            ("陕1002执123号", "brackets"),
            ("（2026陕1002执123号", "brackets"),
            ("案号（2026）陕1002执123号", "brackets"),
            ("（）陕1002执123号", "year"),
            ("（26）陕1002执123号", "year"),
            ("（2O26）陕1002执123号", "year"),
            ("（3026）陕1002执123号", "year"),
            ("（2013）商州执字第123号", "pre_2016"),
            ("（2015）陕1002执123号", "pre_2016"),
            ("（2027）陕1002执123号", "future_year"),
            ("（2026）", "court_code"),
            ("（2026）商州执123号", "court_code"),
            ("（2026）最高人民法院执123号", "court_code"),
            ("（2026）陕2执123号", "court_code"),
            ("（2026）陕100执123号", "court_code"),
            ("（2026）陕10021执123号", "court_code"),
            ("（2026）陕陕1002执123号", "court_code"),
            ("（2026）陕最高法执123号", "court_code"),
            ("（2026）陕1002号", "type"),
            ("（2026）陕1002123号", "type"),
            ("（2026）陕1002第123号", "type"),
            ("（2026）陕1002申请强制执行123号", "type"),
            ("（2026）陕1002执号", "serial"),
            ("（2026）陕1002执", "serial"),
            ("（2026）陕1002执0号", "serial"),
            ("（2026）陕1002执²号", "serial"),
            ("（2026）陕1002执一百号", "serial"),
            ("（2026）陕1002执999999999999号", "serial"),
            ("（2026）陕1002执" + "9" * 45 + "号", "serial"),
            ("（2026）陕1002执123-1号", "suffix"),
            ("（2026）陕1002执123号之", "suffix"),
            ("（2026）陕1002执123号之零", "suffix"),
            ("（2026）陕1002执123号之0", "suffix"),
            ("（2026）陕1002执123号之一百", "suffix"),
            ("（2026）陕1002执123号之一号之二", "suffix"),
            ("（2026）陕1002执123号号", "suffix"),
            ("（2026）陕1002执123号、124号", "suffix"),
        ],
    )
    def test_each_fault_has_its_own_refusal_in_a_chinese_sentence(
        self, raw: str, code: str
    ) -> None:
        with pytest.raises(Invalid) as caught:
            parse(raw, today=TODAY)
        assert caught.value.code == f"case_number.{code}"
        assert caught.value.status == 400
        assert caught.value.message.endswith("。")

    def test_next_year_is_refused_only_by_who_knows_the_day(self) -> None:
        assert parse("（2027）陕1002执1号").year == 2027
        assert parse("（2026）陕1002执1号", today=TODAY).year == 2026

    @given(st.text(max_size=80))
    def test_any_text_is_read_or_refused_and_nothing_else(self, raw: str) -> None:
        try:
            number = parse(raw)
        except Invalid:
            return
        assert parse(str(number)) == number


class TestWriting:
    @given(
        st.integers(2016, 2099),
        st.sampled_from(PROVINCES),
        st.sampled_from(["", "01", "1002", "7101"]),
        st.sampled_from(sorted(enforcement_types())),
        st.integers(1, 99_999_999),
        st.sampled_from(["", "之一", "之十九"]),
    )
    def test_what_is_written_reads_back(
        self, year: int, province: str, digits: str, type_char: str, serial: int, suffix: str
    ) -> None:
        written = format_number(year, province + digits, type_char, serial, suffix)
        assert parse(written) == CaseNumber(year, province + digits, type_char, serial, suffix)

    def test_the_form_is_that_of_the_rule(self) -> None:
        assert format_number(2026, "陕1002", "执", 123) == "（2026）陕1002执123号"

    def test_a_court_without_a_code_cannot_number_its_cases(self) -> None:
        with pytest.raises(Invalid, match="代字") as caught:
            format_number(2026, "", "执", 1)
        assert caught.value.code == "case_number.court_code"


def test_the_enforcement_types_are_eight() -> None:
    assert enforcement_types() == {"执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他"}
    assert type_names()["执恢"] == "恢复执行案件"


HEADER = "raw,normalised,year,court_code,court_name,type,serial,error\n"


def run_batch(path: Path) -> tuple[list[dict[str, str]], str]:
    """Run the command; return its rows and what it warned about."""
    out, err = io.StringIO(), io.StringIO()
    call_command("case_number", batch=path, stdout=out, stderr=err)
    assert out.getvalue().startswith(HEADER)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


@pytest.mark.django_db
class TestCommand:
    def file(self, folder: Path, content: str, encoding: str = "utf-8") -> Path:
        """Write a file to read."""
        path = folder / "numbers.csv"
        path.write_bytes(content.encode(encoding))
        return path

    def test_it_names_the_court_that_answers_now(self, tmp_path: Path) -> None:
        load_courts()
        rows, _ = run_batch(
            self.file(tmp_path, "raw\n(2026)陕1002执123号之一\n(2019)京0228执1号\n")
        )
        assert rows[0] == {
            "raw": "(2026)陕1002执123号之一",
            "normalised": "（2026）陕1002执123号之一",
            "year": "2026",
            "court_code": "陕1002",
            "court_name": "商洛市商州区人民法院",
            "type": "执",
            "serial": "123",
            "error": "",
        }
        assert rows[1]["court_name"] == "北京市密云区人民法院"

    def test_the_shipped_list_answers_before_anything_is_loaded(self, tmp_path: Path) -> None:
        rows, _ = run_batch(self.file(tmp_path, "raw\n(2026)陕1002执123号\n"))
        assert rows[0]["court_name"] == "商洛市商州区人民法院"

    def test_a_bad_row_fills_error_and_the_others_are_read(self, tmp_path: Path) -> None:
        content = 'id,raw\n1,（2026）陕1002执1号\n2,"错,的""号"\n3\n4,（2026）陕9999执4号\n'
        rows, _ = run_batch(self.file(tmp_path, content))
        assert [row["raw"] for row in rows] == [
            "（2026）陕1002执1号", '错,的"号', "", "（2026）陕9999执4号",
        ]  # fmt: skip
        assert [bool(row["error"]) for row in rows] == [False, True, True, True]
        assert rows[1]["normalised"] == ""

    def test_an_unknown_code_is_kept_and_reported(self, tmp_path: Path) -> None:
        load_branch()
        rows, _ = run_batch(self.file(tmp_path, "raw\n（2026）陕9999执4号\n"))
        assert rows[0]["normalised"] == "（2026）陕9999执4号"
        assert rows[0]["court_code"] == "陕9999"
        assert rows[0]["court_name"] == ""
        assert "陕9999" in rows[0]["error"]
        assert "未收录" in rows[0]["error"]

    def test_the_real_strings_are_read_with_their_courts(self) -> None:
        load_courts()
        rows, warned = run_batch(Path(__file__).parent / "case_number_strings.csv")
        assert [row["raw"] for row in rows] == [row["raw"] for row in REAL]
        wrong = [row["raw"] for row in rows if row["error"]]
        assert wrong == [row["raw"] for row in REAL if row["matches_2016_pattern"] == "N"]
        assert all(row["court_name"] for row in rows if not row["error"])
        assert warned == "类型代字未收录，请核对：民、民民终终\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_files_of_chinese_spreadsheets_are_read(self, tmp_path: Path, encoding: str) -> None:
        path = self.file(tmp_path, "raw\r\n（2026）陕1002执1号\r\n", encoding)
        rows, _ = run_batch(path)
        assert rows[0]["normalised"] == "（2026）陕1002执1号"

    @pytest.mark.parametrize(
        "content", ["", "number\n（2026）陕1002执1号\n", "（2026）陕1002执1号\n"]
    )
    def test_a_file_without_the_column_is_refused(self, tmp_path: Path, content: str) -> None:
        with pytest.raises(CommandError, match="the column raw is missing"):
            run_batch(self.file(tmp_path, content))

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            run_batch(tmp_path / "absent.csv")

    def test_a_file_of_no_rows_gives_the_header_alone(self, tmp_path: Path) -> None:
        assert run_batch(self.file(tmp_path, "raw\n")) == ([], "")

    def test_one_number_is_read_in_lines(self) -> None:
        out = io.StringIO()
        call_command("case_number", "(2026) 陕1002 执 123号", stdout=out)
        assert "normalised  （2026）陕1002执123号" in out.getvalue()
        assert "court_name  商洛市商州区人民法院" in out.getvalue()

    def test_one_wrong_number_is_refused(self) -> None:
        with pytest.raises(CommandError, match="括号"):
            call_command("case_number", "2026陕1002执123号")

    def test_a_number_and_a_file_at_once_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="either"):
            call_command("case_number")
        with pytest.raises(CommandError, match="either"):
            call_command("case_number", "（2026）陕1002执1号", batch=tmp_path / "x.csv")
