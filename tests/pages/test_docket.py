"""The docket: most urgent first, the next act as a button, as many queries for any size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enforcement.models import User
from tests.builders import CaseBuilder, a_case, applicant, day, debtor, enforcing
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]

TODAY = date(2026, 11, 23)


def read(client: Client, query: str = "") -> Page:
    """Open the docket."""
    return Page(client.get(f"/docket/{query}", follow=True))


def overdue(people: People) -> CaseBuilder:
    """Return a case whose notice was due on Thursday, 5 November."""
    return enforcing(people, "10-31").rebuilt(TODAY)


def due_today(people: People) -> CaseBuilder:
    """Return a case of which a lead must be answered today: handed in on the 16th."""
    return enforcing(people, "11-02").noticed("11-05").with_lead("11-16").rebuilt(TODAY)


def asleep(people: People) -> CaseBuilder:
    """Return a suspended case without any due day."""
    built = enforcing(people, "11-02").noticed("11-05").suspended("11-10")
    return built.rebuilt(TODAY)


class TestTheDocket:
    def test_shows_the_most_urgent_case_first_in_groups(
        self, people: People, browser: Browser
    ) -> None:
        sleeping, today, late = asleep(people), due_today(people), overdue(people)
        page = read(browser(people.lin))
        places = [page.html.index(built.case.number) for built in (late, today, sleeping)]
        assert places == sorted(places)
        heads = [page.text.index(f"{name} 1 件") for name in ("已逾期", "今天到期", "暂无届满日")]
        assert heads == sorted(heads)

    def test_says_how_late_in_days_with_a_sign(self, people: People, browser: Browser) -> None:
        overdue(people)
        page = read(browser(people.lin))
        assert "● 逾期 18 天" in page.text
        assert "11月5日（周四）到期" in page.text

    def test_due_today_is_not_overdue(self, people: People, browser: Browser) -> None:
        due_today(people)
        page = read(browser(people.lin))
        assert "▲ 今天到期" in page.text
        assert "逾期 0 天" not in page.text

    def test_offers_the_act_that_stops_the_pressing_clock(
        self, people: People, browser: Browser
    ) -> None:
        late, today = overdue(people), due_today(people)
        page = read(browser(people.lin))
        assert page.leads_to(f"/cases/{late.case.pk}/send_notice/?next=")
        assert page.leads_to(f"/act/lead/{today.leads[0].pk}/verify_lead/?next=")

    def test_offers_the_step_before_while_the_act_itself_must_wait(
        self, people: People, browser: Browser
    ) -> None:
        built = a_case(people).filed("11-02").assigned("11-04").rebuilt(TODAY)
        page = read(browser(people.lin))
        assert page.leads_to(f"/cases/{built.case.pk}/receive_file/")
        assert not page.leads_to(f"/cases/{built.case.pk}/send_notice/")

    def test_leads_from_the_day_to_why_it_is_that_day(
        self, people: People, browser: Browser
    ) -> None:
        clock = overdue(people).clock("send_enforcement_notice")
        assert read(browser(people.lin)).leads_to(f"/clocks/{clock.pk}/why/")

    def test_shows_a_judge_their_own_cases_only(self, people: People, browser: Browser) -> None:
        mine = overdue(people)
        other = a_case(people).filed("11-02").assigned("11-04", to=people.zhou).rebuilt(TODAY)
        page = read(browser(people.lin))
        assert mine.case.number in page.html
        assert other.case.number not in page.html

    def test_shows_helpers_the_cases_of_the_court(self, people: People, browser: Browser) -> None:
        mine = overdue(people)
        page = read(browser(people.gu))
        assert mine.case.number in page.html
        assert "林法官" in page.text
        only = read(browser(people.gu), f"?handler={people.zhou.pk}")
        assert mine.case.number not in only.html

    def test_leaves_closed_cases_out(self, people: People, browser: Browser) -> None:
        built = enforcing(people, "11-02").noticed("11-05").closed("11-20").rebuilt(TODAY)
        assert built.case.number not in read(browser(people.lin)).html

    def test_shows_a_case_whose_sheet_was_never_made(
        self, people: People, browser: Browser
    ) -> None:
        built = enforcing(people, "11-02")
        page = read(browser(people.lin))
        assert built.case.number in page.html
        assert "无期限" in page.text

    def test_of_a_supervisor_without_own_cases_is_refused(
        self, people: People, browser: Browser
    ) -> None:
        assert read(browser(people.he)).status == 403

    def test_says_what_would_be_here_when_there_is_nothing(
        self, people: People, browser: Browser
    ) -> None:
        page = read(browser(people.lin))
        assert "您名下没有在办案件" in page.text
        assert "执行局长分案后" in page.text


class TestFilters:
    def test_the_figures_filter_and_count_what_they_show(
        self, people: People, browser: Browser
    ) -> None:
        late, today = overdue(people), due_today(people)
        client = browser(people.lin)
        page = read(client, "?when=late")
        assert late.case.number in page.html
        assert today.case.number not in page.html
        assert "共 1 条" in page.text
        assert today.case.number in read(client, "?when=today").html

    def test_a_rule_keeps_its_cases_and_shows_its_day(
        self, people: People, browser: Browser
    ) -> None:
        late, today = overdue(people), due_today(people)
        page = read(browser(people.lin), "?rule=lead_red_line")
        assert today.case.number in page.html
        assert late.case.number not in page.html
        assert "11月26日（周四）到期" in page.text

    def test_a_state_keeps_its_cases(self, people: People, browser: Browser) -> None:
        sleeping, late = asleep(people), overdue(people)
        page = read(browser(people.lin), "?state=suspended")
        assert sleeping.case.number in page.html
        assert late.case.number not in page.html

    @pytest.mark.parametrize("text", ["陈", "商洛某某", "(2026)陕1002执1号", "1"])
    def test_a_name_or_a_number_in_any_writing_finds_the_case(
        self, people: People, browser: Browser, text: str
    ) -> None:
        assert overdue(people).case.number in read(browser(people.lin), f"?q={text}").html

    def test_what_nobody_is_called_finds_nothing_and_says_so(
        self, people: People, browser: Browser
    ) -> None:
        overdue(people)
        page = read(browser(people.lin), "?q=没有此人")
        assert "没有符合条件的案件" in page.text

    @pytest.mark.parametrize(
        "query", ["?when=nonsense", "?rule=nonsense", "?state=nonsense", "?handler=x", "?after="]
    )
    def test_nonsense_in_the_address_is_no_error(
        self, people: People, browser: Browser, query: str
    ) -> None:
        overdue(people)
        assert read(browser(people.lin), query).status == 200

    @pytest.mark.parametrize("cursor", ["x", "eyJ9", "WzEsMl0", "W10", "%00", "WyJ4IiwieSJd"])
    def test_a_cursor_made_by_hand_is_refused(
        self, people: People, browser: Browser, cursor: str
    ) -> None:
        overdue(people)
        page = read(browser(people.lin), f"?after={cursor}")
        assert page.status == 400
        assert "翻页的位置" in page.text


class TestManyCases:
    @pytest.fixture
    def many(self, people: People) -> list[CaseBuilder]:
        """Return 53 cases on their way, some filed on one day."""
        return [
            a_case(people)
            .filed(day("11-01") + timedelta(days=i // 3))
            .assigned(day("11-01") + timedelta(days=i // 3))
            .rebuilt(TODAY)
            for i in range(53)
        ]

    def test_pages_by_key_show_each_case_once(
        self, people: People, browser: Browser, many: list[CaseBuilder]
    ) -> None:
        client = browser(people.lin)
        first = read(client)
        after = next(link for link in first.links if "after=" in link)
        second = read(client, after)
        numbers = {built.case.number for built in many}
        on_first = {n for n in numbers if f">{n}<" in first.html}
        on_second = {n for n in numbers if f">{n}<" in second.html}
        assert (len(on_first), len(on_second)) == (50, 3)
        assert on_first | on_second == numbers
        back = read(client, next(link for link in second.links if "before=" in link))
        assert {n for n in numbers if f">{n}<" in back.html} == on_first

    def test_the_queries_are_as_many_for_two_cases_as_for_fifty(
        self, people: People, browser: Browser
    ) -> None:
        client = browser(people.lin)
        overdue(people)
        due_today(people)
        read(client)
        with CaptureQueriesContext(connection) as one:
            read(client)
        for _ in range(24):
            overdue(people)
            due_today(people)
        with CaptureQueriesContext(connection) as many:
            read(client)
        assert len(one) == len(many)
        assert len(many) <= 11


def test_names_are_never_read_as_markup(people: People, browser: Browser) -> None:
    evil = "<script>alert(1)</script>\"'&"
    built = a_case(people).filed(
        "11-02", parties=[applicant(name=evil), debtor(name="鄠埇硚" * 20)]
    )
    built.assigned("11-03").rebuilt(TODAY)
    page = read(browser(people.lin))
    assert "<script>alert(1)" not in page.html
    assert evil in page.text
    assert "鄠埇硚" * 20 in page.text
