"""Assignment: oldest first beside the workload; one or many through the verb, each answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from enforcement.models import User
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.pages.reading import Page
from tests.people import People, leaves, post

Browser = Callable[[User | None], Client]

TODAY = date(2026, 11, 23)


@pytest.fixture
def waiting(people: People) -> list[CaseBuilder]:
    """Return three filed cases, due on the 20th, the 23rd and the 27th."""
    return [a_case(people).filed(on).rebuilt(TODAY) for on in ("11-13", "11-16", "11-20")]


@pytest.fixture
def busy(people: People) -> CaseBuilder:
    """Return one case of Judge Lin, its notice overdue."""
    return enforcing(people, "11-02").rebuilt(TODAY)


def read(client: Client) -> Page:
    """Open the page."""
    return Page(client.get("/assignment/"))


def handler(built: CaseBuilder) -> User | None:
    """Return who handles the case now."""
    return Case.objects.get(pk=built.case.pk).handler


class TestTheQueue:
    def test_is_oldest_first_with_the_days_left(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        page = read(browser(people.qin))
        places = [page.html.index(f">{built.case.number}<") for built in waiting]
        assert places == sorted(places)
        assert "● 逾期 3 天" in page.text
        assert "▲ 今天到期" in page.text
        assert "✓ 还剩 4 天" in page.text

    def test_shows_each_judges_workload(
        self, people: People, browser: Browser, waiting: list[CaseBuilder], busy: CaseBuilder
    ) -> None:
        page = read(browser(people.qin))
        assert "林法官（在办 1 · 临期 0 · 逾期 1）" in page.text
        assert "周法官（在办 0 · 临期 0 · 逾期 0）" in page.text
        assert "罗法官" not in page.text
        assert "平均在办 0.5 件" in page.text

    def test_suggests_the_lightest_and_counts_what_it_suggested_before(
        self, people: People, browser: Browser, waiting: list[CaseBuilder], busy: CaseBuilder
    ) -> None:
        page = read(browser(people.qin))
        first, second, third = waiting
        zhou, lin = people.zhou.pk, people.lin.pk
        assert page.field(f"suggested-{first.case.pk}") == str(zhou)
        assert page.field(f"suggested-{second.case.pk}") == str(zhou)
        assert page.field(f"suggested-{third.case.pk}") == str(lin)
        assert "在办 0 件，最少" in page.text
        assert "在办 0 件（加前面建议 1 件），最少" in page.text

    def test_says_so_when_nothing_waits(self, people: People, browser: Browser) -> None:
        assert "没有待分的案件" in read(browser(people.qin)).text

    def test_says_so_when_the_court_has_no_judge(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        leaves(people.lin, day("11-01"))
        leaves(people.zhou, day("11-01"))
        page = read(browser(people.qin))
        assert "没有在任的承办法官" in page.text
        assert "分给" not in page.text.replace("分给该承办人", "")

    def test_asks_as_often_for_one_case_as_for_many(
        self, people: People, browser: Browser, busy: CaseBuilder
    ) -> None:
        client = browser(people.qin)
        a_case(people).filed("11-20").rebuilt(TODAY)
        read(client)
        with CaptureQueriesContext(connection) as one:
            read(client)
        for _ in range(15):
            a_case(people).filed("11-20").rebuilt(TODAY)
        with CaptureQueriesContext(connection) as many:
            read(client)
        assert len(one) == len(many)


class TestWhoMay:
    def test_the_president_looks_but_does_not_assign(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        client = browser(people.zhao)
        page = read(client)
        assert waiting[0].case.number in page.html
        assert "分给" not in page.text
        pk = waiting[0].case.pk
        data = {"one": f"{pk}:{people.lin.pk}", f"version-{pk}": 1}
        answer = Page(client.post("/assignment/", data))
        assert answer.status == 409
        assert "由商洛市商州区人民法院的执行局长办理" in answer.text
        assert handler(waiting[0]) is None

    @pytest.mark.parametrize("person", ["lin", "tang", "he", "bai"])
    def test_others_are_refused(self, people: People, browser: Browser, person: str) -> None:
        page = read(browser(getattr(people, person)))
        assert page.status == 403
        assert "分案由执行局长、院长办理" in page.text

    def test_a_head_sees_the_own_court_only(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        client = browser(people.luo_head)
        assert waiting[0].case.number not in read(client).html
        pair = f"{waiting[0].case.pk}:{people.luo.pk}"
        client.post("/assignment/", {"one": pair})
        assert handler(waiting[0]) is None

    def test_a_head_with_two_posts_acts_in_the_court_that_is_chosen(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        both = post(people.luo_head, people.court, Role.BUREAU_HEAD)
        client = browser(both)
        for chosen in both.posts.all():
            client.post("/post/", {"post": chosen.pk})
            seen = waiting[0].case.number in read(client).html
            assert seen == (chosen.court == people.court)


class TestAssigning:
    def one(self, client: Client, built: CaseBuilder, judge: User, version: int = 1) -> Page:
        """Press the button of one row."""
        pk = built.case.pk
        data = {"one": f"{pk}:{judge.pk}", f"version-{pk}": version}
        return Page(client.post("/assignment/", data))

    def test_one_case_by_its_button(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        page = self.one(browser(people.qin), waiting[0], people.zhou)
        assert page.status == 200
        assert "分出 1 件" in page.text
        assert "已分给 周法官" in page.text
        assert handler(waiting[0]) == people.zhou
        assert handler(waiting[1]) is None

    def test_several_to_one_judge(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        picked = [built.case.pk for built in waiting[:2]]
        data: dict[str, Any] = {"case": picked, "judge": people.lin.pk, "how": "judge"}
        data |= {f"version-{pk}": 1 for pk in picked}
        page = Page(browser(people.qin).post("/assignment/", data))
        assert "分出 2 件" in page.text
        assert [handler(b) for b in waiting] == [people.lin, people.lin, None]

    def test_several_as_suggested(
        self, people: People, browser: Browser, waiting: list[CaseBuilder], busy: CaseBuilder
    ) -> None:
        client = browser(people.qin)
        form = read(client)
        data: dict[str, Any] = {name: values[-1] for name, values in form.fields.items()}
        data |= {"case": [b.case.pk for b in waiting], "how": "suggested"}
        client.post("/assignment/", data)
        assert [handler(b) for b in waiting] == [people.zhou, people.zhou, people.lin]

    def test_one_refusal_does_not_stop_the_others_and_says_why(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        waiting[0].assigned("11-20", to=people.zhou)
        picked = [built.case.pk for built in waiting[:2]]
        data: dict[str, Any] = {"case": picked, "judge": people.lin.pk, "how": "judge"}
        data |= {f"version-{pk}": 1 for pk in picked}
        page = Page(browser(people.qin).post("/assignment/", data))
        assert page.status == 200
        assert "分出 1 件，1 件没有办成" in page.text
        assert "本案刚刚有了新的记录" in page.text
        assert [handler(b) for b in waiting] == [people.zhou, people.lin, None]

    def test_a_second_click_changes_nothing(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        client = browser(people.qin)
        self.one(client, waiting[0], people.zhou)
        page = self.one(client, waiting[0], people.lin)
        assert page.status == 409
        assert handler(waiting[0]) == people.zhou

    def test_a_page_without_its_versions_changes_nothing(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        data = {"one": f"{waiting[0].case.pk}:{people.lin.pk}"}
        page = Page(browser(people.qin).post("/assignment/", data))
        assert (page.status, handler(waiting[0])) == (409, None)
        assert "页面不完整" in page.text

    def test_without_a_judge_it_says_to_choose_one(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        data = {"case": [waiting[0].case.pk], "judge": "", "how": "judge"}
        page = Page(browser(people.qin).post("/assignment/", data))
        assert page.status == 409
        assert "请选择承办人" in page.text

    def test_a_judge_of_another_court_is_not_a_choice(
        self, people: People, browser: Browser, waiting: list[CaseBuilder]
    ) -> None:
        page = self.one(browser(people.qin), waiting[0], people.luo)
        assert page.status == 409
        assert handler(waiting[0]) is None

    @pytest.mark.parametrize("one", ["x:y", "1", ":", "٣:١", "9" * 30 + ":1"])
    def test_nonsense_assigns_nothing(
        self, people: People, browser: Browser, waiting: list[CaseBuilder], one: str
    ) -> None:
        assert browser(people.qin).post("/assignment/", {"one": one}).status_code == 200
        assert [handler(b) for b in waiting] == [None] * 3


def test_a_long_queue_is_paged(people: People, browser: Browser) -> None:
    built = [a_case(people).filed(day("11-01") + timedelta(days=i // 6)) for i in range(103)]
    client = browser(people.qin)
    first = read(client)
    after = next(link for link in first.links if "after=" in link)
    second = Page(client.get(f"/assignment/{after}"))
    numbers = {b.case.number for b in built}
    shown = [{n for n in numbers if f">{n}<" in page.html} for page in (first, second)]
    assert [len(s) for s in shown] == [100, 3]
    assert shown[0] | shown[1] == numbers
