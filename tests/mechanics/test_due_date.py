"""The command: one period in Chinese, a table of them, the vectors of the law, every bad input."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

COLUMNS = "start,n,unit,excluded"
# start, n, unit, due: computed by hand from the notices of 2025 and 2026.
VECTORS = [
    ("2026-02-09", "7", "days", "2026-02-24"),
    ("2026-02-07", "7", "days", "2026-02-14"),
    ("2026-09-28", "3", "days", "2026-10-08"),
    ("2026-09-29", "10", "days", "2026-10-09"),
    ("2026-09-13", "7", "days", "2026-09-20"),
    ("2026-10-07", "3", "days", "2026-10-10"),
    ("2026-02-11", "3", "workdays", "2026-02-14"),
    ("2026-04-30", "3", "workdays", "2026-05-08"),
    ("2026-09-17", "10", "workdays", "2026-10-08"),
    ("2025-08-31", "6", "months", "2026-02-28"),
    ("2026-04-03", "6", "months", "2026-10-08"),
    ("2026-03-01", "6", "months", "2026-09-01"),
    ("2014-05-28", "3", "months", "2014-08-28"),
]


def run(*words: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("due_date", *words, stdout=out)
    return out.getvalue()


def batch(tmp_path: Path, *lines: str, header: str = COLUMNS, bom: bool = False) -> list[dict]:  # type: ignore[type-arg]
    """Rows that ``--batch`` writes for these lines."""
    path = tmp_path / "in.csv"
    text = "\n".join((header, *lines)) + "\n"
    path.write_text(text, encoding="utf-8-sig" if bom else "utf-8")
    return list(csv.DictReader(io.StringIO(run("--batch", str(path)))))


class TestOnePeriod:
    @pytest.mark.parametrize(("start", "n", "unit", "due"), VECTORS)
    def test_the_vectors_of_the_law(self, start: str, n: str, unit: str, due: str) -> None:
        assert run(start, n, unit).startswith(f"届满日：{due}（")

    def test_it_says_why_in_chinese(self) -> None:
        text = run("2026-02-09", "7", "days")
        assert "起算日2026-02-09（周一）不计入" in text
        assert "最后一日遇休息日（2026-02-16至2026-02-23春节），顺延至2026-02-24（周二）。" in text

    def test_excluded_intervals_may_be_given_together_or_one_by_one(self) -> None:
        words = ("2026-03-02", "7", "days")
        together = run(*words, "--exclude", "2026-03-04/2026-03-06", "2026-03-05/2026-03-10")
        apart = run(
            *words, "--exclude", "2026-03-04/2026-03-06", "--exclude", "2026-03-05/2026-03-10"
        )
        assert together == apart
        assert together.startswith("届满日：2026-03-16（周一）")
        assert "扣除2026-03-04至2026-03-10的期间，共6日。" in together

    def test_an_interval_still_open_leaves_no_due_day(self) -> None:
        assert "届满日：暂无" in run("2026-03-02", "7", "days", "--exclude", "2026-03-04/")

    def test_a_year_not_published_is_warned_of(self) -> None:
        assert "2027年的放假安排通知尚未载入" in run("2026-12-28", "7", "days")
        assert "警告：系统没有2031年的日历" in run("2031-03-03", "7", "days")

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("2026-02-30", "7", "days"), "日期“2026-02-30”无效"),
            (("20260209", "7", "days"), "日期“20260209”无效"),
            (("2026-02-09", "seven", "days"), "“seven”不是整数"),
            (("2026-02-09", "1.5", "days"), "“1.5”不是整数"),
            (("2026-02-09", "-7", "days"), "不能为负数"),
            (("2026-02-09", "7", "weeks"), "“weeks”无法识别"),
            (("2026-02-09", "99999", "days"), "过长"),
            (("9999-12-30", "7", "days"), "超出"),
            (("2026-02-09", "7", "days", "--exclude", "2026-02-12/2026-02-10"), "早于开始日"),
            (("2026-02-09", "7", "days", "--exclude", "2026-02-12"), "应写成"),
            (("2026-02-09", "7"), "请写明"),
            ((), "请写明"),
            (("2026-02-09", "7", "days", "--batch", "x.csv"), "不要再写在命令行"),
        ],
    )
    def test_bad_input_is_refused_and_says_what_is_wrong(
        self, words: tuple[str, ...], message: str
    ) -> None:
        with pytest.raises(CommandError, match=message):
            run(*words)


class TestBatch:
    @pytest.mark.parametrize("bom", [False, True])
    def test_the_vectors_of_the_law(self, tmp_path: Path, bom: bool) -> None:
        lines = [f"{start},{n},{unit}," for start, n, unit, _ in VECTORS]
        rows = batch(tmp_path, *lines, bom=bom)
        assert [row["due"] for row in rows] == [due for *_, due in VECTORS]
        assert all(row["why"] and not row["error"] for row in rows)
        assert list(rows[0]) == [*COLUMNS.split(","), "due", "why", "error"]

    def test_excluded_intervals_are_separated_by_semicolons(self, tmp_path: Path) -> None:
        intervals = "2026-03-04/2026-03-06;2026-03-05/2026-03-10"
        (row,) = batch(tmp_path, f"2026-03-02,7,days,{intervals}")
        assert (row["due"], row["excluded"]) == ("2026-03-16", intervals)

    def test_a_bad_row_fills_its_error_and_does_not_stop_the_rest(self, tmp_path: Path) -> None:
        rows = batch(
            tmp_path,
            "2026-02-30,7,days,",
            "2026-03-02,-1,days,",
            "2026-03-02,x,days,",
            "2026-03-02,1,weeks,",
            "2026-03-02,1,days,2026-03-09/2026-03-03",
            "2026-03-02,1,days,2026-03-09",
            "2026-03-02,1,days,2026-03-02/",
            "9999-12-30,9,days,",
            "2026-03-02,1,days,,more,cells",
            "2026-03-02",
            ",,,",
            "2026-03-02,1,days,",
        )
        assert all(row["error"] and not row["due"] for row in rows[:-1])
        assert (rows[-1]["due"], rows[-1]["error"]) == ("2026-03-03", "")
        for place, text in [(0, "无效"), (1, "负数"), (2, "整数"), (3, "weeks"), (4, "早于")]:
            assert text in rows[place]["error"]

    def test_a_year_without_a_calendar_still_computes_and_says_so(self, tmp_path: Path) -> None:
        (row,) = batch(tmp_path, "2031-03-03,7,days,")
        assert (row["due"], row["error"]) == ("2031-03-10", "")
        assert "警告：系统没有2031年的日历" in row["why"]

    def test_other_columns_pass_through_and_old_answers_are_replaced(self, tmp_path: Path) -> None:
        (row,) = batch(
            tmp_path, "甲案,2026-03-02,1,days,,旧", header="case,start,n,unit,excluded,due"
        )
        assert list(row) == ["case", "start", "n", "unit", "excluded", "due", "why", "error"]
        assert (row["case"], row["due"]) == ("甲案", "2026-03-03")

    def test_chinese_units_and_spaces_are_understood(self, tmp_path: Path) -> None:
        rows = batch(tmp_path, " 2026-03-02 , 3 ,工作日,", "2026-03-02,1,个月,")
        assert [row["due"] for row in rows] == ["2026-03-05", "2026-04-02"]

    def test_a_file_with_no_rows_gives_the_header(self, tmp_path: Path) -> None:
        path = tmp_path / "in.csv"
        path.write_text(COLUMNS + "\n", encoding="utf-8")
        assert run("--batch", str(path)) == f"{COLUMNS},due,why,error\n"

    def test_a_missing_column_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="缺少列：unit、excluded"):
            batch(tmp_path, "2026-03-02,1", header="start,n")

    def test_an_empty_file_lacks_every_column(self, tmp_path: Path) -> None:
        path = tmp_path / "in.csv"
        path.write_text("", encoding="utf-8")
        with pytest.raises(CommandError, match="缺少列：start、n、unit、excluded"):
            run("--batch", str(path))

    def test_a_missing_file_a_folder_and_another_encoding_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="找不到文件"):
            run("--batch", str(tmp_path / "none.csv"))
        with pytest.raises(CommandError, match="无法读取"):
            run("--batch", str(tmp_path))
        (tmp_path / "gbk.csv").write_bytes("起算日".encode("gb18030"))
        with pytest.raises(CommandError, match="不是UTF-8编码"):
            run("--batch", str(tmp_path / "gbk.csv"))
