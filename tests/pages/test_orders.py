"""Supervision orders on screen: given from above, replied to below, accepted or sent back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from deadlines.sheets import rebuild
from enforcement.models import User
from petitions.models import Order
from tests.builders import at
from tests.pages.reading import Page
from tests.people import People
from tests.petitions.steps import Supervised

Browser = Callable[[User | None], Client]


@pytest.fixture
def under(people: People) -> Supervised:
    """Return a late case and the people of the court above it."""
    return Supervised.case_of(people)


def opened(client: Client, path: str) -> Page:
    """Open a page that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return Page(answer)


def send(client: Client, order: Order, verb: str, **data: Any) -> Page:
    """Send the form that stands on the page of the order."""
    shown = opened(client, f"/orders/{order.pk}/")
    assert f'action="/act/order/{order.pk}/{verb}/"' in shown.html
    version = shown.field("version")
    return Page(
        client.post(f"/act/order/{order.pk}/{verb}/", {"version": version, **data}, follow=True)
    )


class TestTheList:
    def test_the_court_below_finds_what_it_must_reply_to(
        self, under: Supervised, browser: Browser
    ) -> None:
        order = under.ordered("11-03", reply_days=15)
        rebuild([under.case.pk], now=at("11-23"))
        shown = opened(browser(under.people.qin), "/orders/")
        assert "待我院回报 1" in shown.text
        assert order.number in shown.text
        assert "逾期 5 天" in shown.text  # due on the 18th
        assert shown.leads_to(f"/orders/{order.pk}/")

    def test_the_court_above_finds_what_it_must_judge(
        self, under: Supervised, browser: Browser
    ) -> None:
        order = under.ordered("11-03")
        under.do("reply_order", order, "11-10", under.people.qin, text="已经核查。")
        shown = opened(browser(under.head), "/orders/")
        assert "待我院审查 1" in shown.text
        assert order.number in shown.text

    @pytest.mark.parametrize("who", ["luo_head", "far_supervisor", "sun"])
    def test_strangers_find_nothing(self, under: Supervised, browser: Browser, who: str) -> None:
        order = under.ordered()
        client = browser(getattr(under.people, who))
        assert order.number not in client.get("/orders/?stage=all").content.decode()
        for path in ("", "order.pdf", "order.docx"):
            assert client.get(f"/orders/{order.pk}/{path}").status_code == 404


class TestThePage:
    def test_shows_the_letter_its_clock_and_the_form_of_the_reply(
        self, under: Supervised, browser: Browser
    ) -> None:
        order = under.ordered()
        rebuild([under.case.pk], now=at("11-23"))
        shown = opened(browser(under.people.qin), f"/orders/{order.pk}/")
        assert "立即核查财产线索" in shown.text
        assert "还剩 15 天" in shown.text
        assert "书面回报" in shown.text
        assert order.sha256 in shown.text

    def test_who_may_not_reply_sees_why(self, under: Supervised, browser: Browser) -> None:
        order = under.ordered()
        shown = opened(browser(under.people.lin), f"/orders/{order.pk}/")
        assert "此项由商洛市商州区人民法院的执行局长办理。" in shown.text
        assert "<textarea" not in shown.html

    def test_reply_return_reply_again_accept(self, under: Supervised, browser: Browser) -> None:
        order = under.ordered()
        qin, he = browser(under.people.qin), browser(under.people.he)
        assert "已书面回报" in send(qin, order, "reply_order", text="已经核查。").text
        done = send(he, order, "return_order", reason="没有附核查记录。")
        assert "没有附核查记录。" in done.text
        assert "退回补办" in opened(qin, f"/orders/{order.pk}/").text
        send(qin, order, "reply_order", text="补充核查记录。")
        assert "督办办结" in send(he, order, "accept_order").text
        order.refresh_from_db()
        assert (order.state, order.replies.count()) == ("accepted", 2)

    def test_an_empty_reply_is_refused_and_nothing_written(
        self, under: Supervised, browser: Browser
    ) -> None:
        order = under.ordered()
        shown = send(browser(under.people.qin), order, "reply_order", text="  ")
        assert shown.status == 400
        assert "请填写回报内容" in shown.text
        assert order.replies.count() == 0

    def test_a_reply_to_an_older_version_is_refused_and_kept(
        self, under: Supervised, browser: Browser
    ) -> None:
        order = under.ordered()
        qin = browser(under.people.qin)
        version = opened(qin, f"/orders/{order.pk}/").field("version")
        under.built.with_lead("11-23")
        shown = Page(
            qin.post(
                f"/act/order/{order.pk}/reply_order/",
                {"version": version, "text": "已经核查，详见附件。"},
            )
        )
        assert shown.status == 412
        assert shown.field("text") == "已经核查，详见附件。"
        assert order.replies.count() == 0

    def test_pdf_and_word_are_handed_out(self, under: Supervised, browser: Browser) -> None:
        order = under.ordered()
        client = browser(under.people.qin)
        assert client.get(f"/orders/{order.pk}/order.pdf").content.startswith(b"%PDF-")
        assert client.get(f"/orders/{order.pk}/order.docx").content.startswith(b"PK")


class TestGiving:
    def test_from_a_report_the_order_follows_it(self, under: Supervised, browser: Browser) -> None:
        report = under.issued()
        client = browser(under.head)
        path = next(
            link for link in opened(client, f"/reports/{report.pk}/").links if "issue_order" in link
        )
        form = opened(client, path)
        assert form.field("report") == str(report.pk)
        sent = {
            "version": form.field("version"),
            "report": str(report.pk),
            "facts": "通知书迟延发出。",
            "demands": "整改\n书面回报",
            "reply_days": "15",
            "next": form.field("next"),
        }
        done = Page(client.post(path, sent, follow=True))
        order = Order.objects.get()
        assert order.report == report
        assert order.number in done.text

    def test_given_from_the_case_it_leads_to_its_own_page(
        self, under: Supervised, browser: Browser
    ) -> None:
        sent = {
            "version": str(under.case.version),
            "facts": "没有核查线索。",
            "demands": "核查",
            "reply_days": "15",
        }
        answer = browser(under.people.he).post(f"/cases/{under.case.pk}/issue_order/", sent)
        order = Order.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/")

    def test_the_court_itself_cannot_order_itself(
        self, under: Supervised, browser: Browser
    ) -> None:
        sent = {
            "version": str(under.case.version),
            "facts": "x",
            "demands": "x",
            "reply_days": "15",
        }
        answer = browser(under.people.qin).post(f"/cases/{under.case.pk}/issue_order/", sent)
        assert answer.status_code == 403
        assert Order.objects.count() == 0
