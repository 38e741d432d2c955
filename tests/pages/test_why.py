"""Why this date: every day of the period with what it counted for, and how sure the basis is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from deadlines.models import Clock
from deadlines.words import CONFIDENCE
from enforcement.models import User
from tests.builders import CaseBuilder, enforcing
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]

TODAY = date(2026, 11, 23)


def read(client: Client, clock: Clock) -> Page:
    """Open the page of one clock."""
    return Page(client.get(f"/clocks/{clock.pk}/why/"))


def marked(page: Page, mark: str) -> list[str]:
    """Return the day numbers that carry a mark on the strip."""
    return re.findall(rf'<li class="[^"]*cal-{mark} [^"]*"[^>]*><b>(?:\d+/)?(\d+)</b>', page.html)


class TestTheStrip:
    def test_marks_start_counted_rest_raw_end_and_due(
        self, people: People, browser: Browser
    ) -> None:
        clock = enforcing(people, "11-03").rebuilt(TODAY).clock("send_enforcement_notice")
        page = read(browser(people.lin), clock)  # received on Thursday the 5th: raw end Sunday
        assert marked(page, "start") == ["5"]
        assert marked(page, "counted") == ["6", "7", "8"]
        assert marked(page, "rest") == ["7", "8"]
        assert marked(page, "rawend") == ["8"]
        assert marked(page, "due") == ["9"]
        assert "2026年11月9日（周一）" in page.text
        assert "● 逾期 14 天" in page.text

    def test_a_long_period_is_drawn_as_small_months(self, people: People, browser: Browser) -> None:
        clock = enforcing(people, "11-02").rebuilt(TODAY).clock("case_limit")
        page = read(browser(people.lin), clock)
        assert "2026年11月" in page.text
        assert "2027年5月" in page.text
        assert "cal-small" in page.html

    def test_excluded_days_are_hatched_and_named(self, people: People, browser: Browser) -> None:
        built = enforcing(people, "11-02").noticed("11-05").with_lead("11-09")
        built.excluded("11-11", until="11-14").rebuilt(TODAY)
        page = read(browser(people.lin), built.clock("lead_red_line"))
        assert marked(page, "excluded") == ["12", "13", "14"]
        assert "审计、评估、资产清理" in page.text
        assert "扣除3日" in page.text
        assert "2026-11-11 至 2026-11-14" in page.text

    def test_a_clock_that_stands_still_is_drawn_up_to_today(
        self, people: People, browser: Browser
    ) -> None:
        built = enforcing(people, "11-02").noticed("11-05").with_lead("11-09")
        built.suspended("11-12").rebuilt(TODAY)
        page = read(browser(people.lin), built.clock("lead_red_line"))
        assert "现在没有届满日" in page.text
        assert marked(page, "excluded")[-1] == "23"
        assert marked(page, "due") == []
        assert "未结束" in page.text


class TestTheWords:
    def test_name_the_event_the_rule_and_each_step(self, people: People, browser: Browser) -> None:
        clock = enforcing(people, "11-03").rebuilt(TODAY).clock("send_enforcement_notice")
        page = read(browser(people.lin), clock)
        assert "第3号事件“接收案件材料”起算，当日不计入。" in page.text
        assert "顺延至2026-11-09（周一）" in page.text
        assert "（法发〔2006〕35号）第4条" in page.text
        assert page.leads_to(f"/cases/{clock.case_id}/#event-3")
        assert page.leads_to("/rules/send_enforcement_notice/")

    def test_say_how_sure_the_basis_is(self, people: People, browser: Browser) -> None:
        built = enforcing(people, "11-02").with_lead("11-09").rebuilt(TODAY)
        client = browser(people.lin)
        sure = read(client, built.clock("send_enforcement_notice"))
        assert CONFIDENCE["C5"] in sure.text
        assert "依据有待核实" not in sure.text
        doubtful = read(client, built.clock("lead_red_line"))
        assert CONFIDENCE["ART"] in doubtful.text
        assert "依据有待核实" in doubtful.text

    def test_warn_of_a_year_that_is_not_published(self, people: People, browser: Browser) -> None:
        built = enforcing(people, "11-02").rebuilt(TODAY)
        page = read(browser(people.lin), built.clock("case_limit"))
        assert "2027年的放假安排通知尚未载入" in page.text

    def test_say_when_it_was_done(self, people: People, browser: Browser) -> None:
        built = enforcing(people, "11-02").noticed("11-12").rebuilt(TODAY)
        page = read(browser(people.lin), built.clock("send_enforcement_notice"))
        assert "● 超期 3 天完成" in page.text
        assert "已超过届满日" in page.text

    def test_follow_the_timeline_before_the_sheet_does(
        self, people: People, browser: Browser
    ) -> None:
        built = enforcing(people, "11-02").rebuilt(TODAY)
        clock = built.clock("send_enforcement_notice")
        built.corrected("11-20", "file.received", "11-10")
        page = read(browser(people.lin), clock)
        assert "刚刚有变化" in page.text
        assert "2026年11月13日" in page.text

    def test_say_so_when_the_start_was_declared_void(
        self, people: People, browser: Browser
    ) -> None:
        built = enforcing(people, "11-02").rebuilt(TODAY)
        clock = built.clock("send_enforcement_notice")
        built.corrected("11-20", "file.received")
        page = read(browser(people.lin), clock)
        assert page.status == 200
        assert "这项期限已经不存在" in page.text


class TestSight:
    @pytest.fixture
    def built(self, people: People) -> CaseBuilder:
        """Return a case with clocks."""
        return enforcing(people, "11-02").rebuilt(TODAY)

    @pytest.mark.parametrize("person", ["luo", "sun", "far_supervisor"])
    def test_another_courts_people_get_404(
        self, people: People, browser: Browser, built: CaseBuilder, person: str
    ) -> None:
        client = browser(getattr(people, person))
        assert read(client, built.clock("case_limit")).status == 404

    def test_no_such_clock_is_404(self, people: People, browser: Browser) -> None:
        assert browser(people.lin).get("/clocks/999999/why/").status_code == 404

    @pytest.mark.parametrize("person", ["lin", "zhou", "he", "bai", "jin"])
    def test_whoever_reads_the_case_reads_why(
        self, people: People, browser: Browser, built: CaseBuilder, person: str
    ) -> None:
        assert read(browser(getattr(people, person)), built.clock("case_limit")).status == 200
