"""The calculator: the same answer as the command, with every step; wrong input is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from enforcement.models import User
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]


def ask(client: Client, start: str, n: str, unit: str = "days", *rows: tuple[str, str]) -> Page:
    """Fill in the calculator and send it."""
    pairs = [("start", start), ("n", n), ("unit", unit)]
    for first, last in rows:
        pairs += [("a", first), ("b", last)]
    return Page(client.get(f"/calculator/?{urlencode(pairs)}"))


class TestOnePeriod:
    @pytest.mark.parametrize(
        ("start", "n", "unit", "rows"),
        [
            ("2026-09-25", "7", "days", []),
            ("2026-09-25", "7", "days", [("2026-09-27", "2026-09-29")]),
            ("2026-02-09", "5", "workdays", []),
            ("2026-08-31", "6", "months", []),
            ("2024-02-29", "1", "years", []),
            ("2026-01-05", "3", "months", [("2026-02-01", "2026-02-20"), ("2026-02-10", "")]),
        ],
    )
    def test_is_answered_as_the_command_answers(
        self,
        people: People,
        browser: Browser,
        start: str,
        n: str,
        unit: str,
        rows: list[tuple[str, str]],
    ) -> None:
        said = io.StringIO()
        excluded = [f"--exclude={a}/{b}" for a, b in rows]
        call_command("due_date", start, n, unit, *excluded, stdout=said)
        page = ask(browser(people.lin), start, n, unit, *rows)
        assert page.status == 200
        for line in said.getvalue().splitlines()[1:]:
            assert line.removeprefix("- ") in page.text

    def test_keeps_what_was_typed_and_can_be_sent_to_a_colleague(
        self, people: People, browser: Browser
    ) -> None:
        page = ask(browser(people.lin), "2026-09-25", "7", "workdays", ("2026-09-27", ""))
        assert (page.field("start"), page.field("n")) == ("2026-09-25", "7")
        assert page.field("unit") == "workdays"
        assert page.fields["a"] == ["2026-09-27"]

    def test_adds_an_interval_without_script(self, people: People, browser: Browser) -> None:
        address = "/calculator/?start=2026-09-25&n=7&unit=days&a=2026-09-27&b=2026-09-29&more=1"
        page = Page(browser(people.lin).get(address))
        assert page.fields["a"] == ["2026-09-27", ""]
        assert page.field("start") == "2026-09-25"
        assert "2026年10月8日" not in page.text

    def test_begins_empty_and_says_what_to_do(self, people: People, browser: Browser) -> None:
        page = Page(browser(people.lin).get("/calculator/"))
        assert page.status == 200
        assert "这里显示届满日和每一步的算法" in page.text

    def test_warns_of_a_year_that_is_not_published(self, people: People, browser: Browser) -> None:
        page = ask(browser(people.lin), "2026-12-20", "30")
        assert "2027年的放假安排通知尚未载入" in page.text

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (("", "7", "days"), "日期“”无效"),
            (("2026-02-30", "7", "days"), "日期“2026-02-30”无效"),
            (("2026-09-25", "", "days"), "不是整数"),
            (("2026-09-25", "1.5", "days"), "不是整数"),
            (("2026-09-25", "-3", "days"), "不能为负数"),
            (("2026-09-25", "99999999", "days"), "过长"),
            (("2026-09-25", "7", "weeks"), "无法识别"),
            (("9999-12-31", "10", "days"), "超出可表示的日期范围"),
            (("2026-09-25", "7", "days", ("x", "")), "第 1 段扣除期间"),
            (("2026-09-25", "7", "days", ("2026-09-29", "2026-09-27")), "早于开始日"),
            (("2026-09-25", "7", "days", ("", "2026-09-27")), "第 1 段扣除期间"),
        ],
    )
    def test_wrong_input_is_400_and_kept(
        self, people: People, browser: Browser, asked: tuple[Any, ...], words: str
    ) -> None:
        page = ask(browser(people.lin), *asked)
        assert page.status == 400
        assert words in page.text
        assert page.field("start") == asked[0]
        assert page.field("n") == asked[1]
        assert "届满日为" not in page.text


class TestATable:
    def send(self, client: Client, data: bytes) -> Any:
        """Send a table."""
        return client.post("/calculator/", {"table": SimpleUploadedFile("表.csv", data)})

    def test_comes_back_with_answers_and_the_reasons(
        self, people: People, browser: Browser
    ) -> None:
        table = "案号,start,n,unit,excluded\n甲,2026-09-25,7,days,\n乙,2026-02-30,7,days,\n"
        answer = self.send(browser(people.lin), table.encode("utf-8-sig"))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["due"] for row in rows] == ["2026-10-08", ""]
        assert rows[0]["案号"] == "甲"
        assert "无效" in rows[1]["error"]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "文件缺少列"),
            (b"a,b\n1,2\n", "文件缺少列：start、n、unit、excluded"),
            ("开始".encode("gbk"), "不是 UTF-8 编码"),
            (b"x" * 1_000_001, "文件超过 1 MB"),
            (b"start,n,unit,excluded\n" + b"2026-09-25,7,days,\n" * 5001, "一次最多计算 5000 行"),
        ],
    )
    def test_that_cannot_be_read_is_400_and_says_why(
        self, people: People, browser: Browser, data: bytes, words: str
    ) -> None:
        page = Page(self.send(browser(people.lin), data))
        assert page.status == 400
        assert words in page.text

    def test_that_was_forgotten_is_400(self, people: People, browser: Browser) -> None:
        assert browser(people.lin).post("/calculator/").status_code == 400
