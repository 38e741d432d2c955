"""Finding cases: the search box, and the list with its filters; nothing out of sight is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enforcement.models import User
from tests.builders import NO_COMPANY, NOBODY, CaseBuilder, a_case, applicant, day, debtor
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return （2026）陕1002执1号."""
    parties = [applicant(name="鄠大明"), debtor(name="商洛某某建设有限公司")]
    return a_case(people).filed("11-02", parties=parties)


def ask(client: Client, text: str) -> Page:
    """Type into the search box and follow where it leads."""
    return Page(client.post("/search/", {"q": text}, follow=True))


class TestTheBox:
    @pytest.mark.parametrize(
        "text",
        [
            "（2026）陕1002执1号",
            "(2026)陕1002执1号",
            "【2026】陕1002执字第0001号",
            " （２０２６） 陕1002 执 1 ",
            "〔2026〕陕1002执1号之一",
        ],
    )
    def test_a_number_in_any_writing_leads_straight_to_the_case(
        self, people: People, browser: Browser, built: CaseBuilder, text: str
    ) -> None:
        answer = browser(people.lin).post("/search/", {"q": text})
        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{built.case.pk}/")

    @pytest.mark.parametrize("person", ["luo", "sun", "far_supervisor"])
    @pytest.mark.parametrize(
        "text", ["（2026）陕1002执1号", "1", "鄠大明", "鄠大", NOBODY, NO_COMPANY, "商洛某某"]
    )
    def test_what_is_out_of_sight_is_not_found(
        self, people: People, browser: Browser, built: CaseBuilder, person: str, text: str
    ) -> None:
        page = ask(browser(getattr(people, person)), text)
        assert page.status == 200
        assert not page.leads_to(f"/cases/{built.case.pk}/")
        assert "没有找到" in page.text

    @pytest.mark.parametrize("person", ["lin", "tang", "he", "bai"])
    @pytest.mark.parametrize(
        "text", ["1", "执1号", "鄠大明", "鄠大", "商洛某某", NOBODY, NOBODY.lower(), NO_COMPANY]
    )
    def test_name_serial_and_identity_number_find_the_case(
        self, people: People, browser: Browser, built: CaseBuilder, person: str, text: str
    ) -> None:
        page = ask(browser(getattr(people, person)), text)
        assert page.leads_to(f"/cases/{built.case.pk}/")

    @pytest.mark.parametrize("name", ["鄠大", "鄠大明", "鄠大\U00020bb7", "鄠大\U0010fffd"])
    def test_the_beginning_of_a_name_finds_it_whatever_sign_follows(
        self, people: People, browser: Browser, name: str
    ) -> None:
        a_case(people).filed("11-02", parties=[applicant(name=name), debtor()])
        a_case(people).filed("11-02", parties=[applicant(name="鄠小明"), debtor()])
        page = ask(browser(people.lin), "鄠大")
        assert name in page.text
        assert "鄠小明" not in page.text

    @pytest.mark.parametrize("text", ["大明", NOBODY[:-1], NOBODY[-6:], "%", "_大明", "鄠%"])
    def test_a_piece_or_a_wildcard_finds_nothing(
        self, people: People, browser: Browser, built: CaseBuilder, text: str
    ) -> None:
        assert not ask(browser(people.lin), text).leads_to(f"/cases/{built.case.pk}/")

    def test_the_whole_number_never_appears_in_the_answer(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = ask(browser(people.lin), "鄠大明")
        assert NOBODY not in page.html

    def test_a_wrong_number_says_what_is_wrong(self, people: People, browser: Browser) -> None:
        page = ask(browser(people.lin), "（2026）某1002执1号")
        assert "不是法院代字" in page.text

    def test_a_court_is_found_by_its_name_within_sight(
        self, people: People, browser: Browser
    ) -> None:
        page = ask(browser(people.he), "商州")
        assert page.leads_to(f"/cases/?court={people.court.key}")
        assert not ask(browser(people.sun), "商州").leads_to("/cases/?court=")

    @pytest.mark.parametrize("text", ["", "   ", "鄠", "<script>alert(1)</script>", "'", "x" * 300])
    def test_nothing_and_nonsense_are_answered(
        self, people: People, browser: Browser, built: CaseBuilder, text: str
    ) -> None:
        page = ask(browser(people.lin), text)
        assert page.status == 200
        assert "<script>alert" not in page.html


class TestTheList:
    def numbers(self, client: Client, query: str = "") -> list[str]:
        """Return the numbers of the list, as shown."""
        page = Page(client.get(f"/cases/{query}", follow=True))
        assert page.status == 200
        return [line.split("<")[0] for line in page.html.split('<span class="case-no">')[1:]]

    def test_is_newest_first_and_can_be_turned(self, people: People, browser: Browser) -> None:
        cases = [a_case(people).filed(on).case.number for on in ("11-02", "11-05", "11-03")]
        client = browser(people.lin)
        assert self.numbers(client) == [cases[1], cases[2], cases[0]]
        assert self.numbers(client, "?sort=filed") == [cases[0], cases[2], cases[1]]

    def test_filters_by_state_day_kind_and_text(self, people: People, browser: Browser) -> None:
        first = a_case(people).filed("11-02").case.number
        second = a_case(people).filed("11-05", procedure="nonlit").assigned("11-06").case.number
        client = browser(people.lin)
        assert self.numbers(client, "?state=filed") == [first]
        assert self.numbers(client, "?state=open") == [second, first]
        assert self.numbers(client, "?state=closed") == []
        assert self.numbers(client, "?procedure=nonlit") == [second]
        assert self.numbers(client, "?filed_from=2026-11-03") == [second]
        assert self.numbers(client, "?filed_to=2026-11-02") == [first]
        assert self.numbers(client, "?q=(2026)陕1002执1号") == [first]
        assert self.numbers(client, "?q=陈") == [second, first]

    def test_a_court_above_narrows_down_the_tree(self, people: People, browser: Browser) -> None:
        here = a_case(people).filed("11-02").case.number
        client = browser(people.he)
        mid = people.courts["陕10"]
        assert self.numbers(client) == [here]
        assert self.numbers(client, f"?court={people.court.key}") == [here]
        assert self.numbers(client, f"?court={mid.key}") == [here]
        assert self.numbers(client, f"?court={people.courts['陕1021'].key}") == []
        page = Page(client.get(f"/cases/?court={people.court.key}"))
        assert page.leads_to(f"?court={mid.key}")

    @pytest.mark.parametrize("key", ["nonsense", "湘0104"])
    def test_a_court_out_of_sight_is_404(self, people: People, browser: Browser, key: str) -> None:
        key = people.courts[key].key if key in people.courts else key
        assert browser(people.he).get(f"/cases/?court={key}").status_code == 404

    def test_a_wrong_filter_is_shown_and_left_out(self, people: People, browser: Browser) -> None:
        number = a_case(people).filed("11-02").case.number
        page = Page(browser(people.lin).get("/cases/?filed_from=gestern&state=nonsense"))
        assert page.status == 200
        assert "筛选条件有误" in page.text
        assert page.field("filed_from") == "gestern"
        assert number in page.html

    def test_pages_hold_together_when_cases_share_a_day(
        self, people: People, browser: Browser
    ) -> None:
        cases = {
            a_case(people).filed(day("11-01") + timedelta(days=i // 20)).case.number
            for i in range(52)
        }
        client = browser(people.lin)
        page = Page(client.get("/cases/"))
        after = next(link for link in page.links if "after=" in link)
        first, second = self.numbers(client), self.numbers(client, after)
        assert (len(first), len(second)) == (50, 2)
        assert set(first) | set(second) == cases

    def test_asks_as_often_for_one_case_as_for_forty(
        self, people: People, browser: Browser
    ) -> None:
        client = browser(people.lin)
        a_case(people).filed("11-02")
        client.get("/cases/")
        with CaptureQueriesContext(connection) as one:
            client.get("/cases/")
        for _ in range(40):
            a_case(people).filed("11-02")
        with CaptureQueriesContext(connection) as many:
            client.get("/cases/")
        assert len(one) == len(many)

    def test_says_what_would_be_here(self, people: People, browser: Browser) -> None:
        client = browser(people.lin)
        assert "还没有案件" in Page(client.get("/cases/")).text
        empty = Page(client.post("/cases/", {"q": "没有此人"}, follow=True))
        assert "没有符合条件的案件" in empty.text
