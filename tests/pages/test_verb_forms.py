"""Forms of acts: done with a word, refused with a reason, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cases.models import Case, Lead, Measure
from cases.models.case import ClosingMethod
from cases.targets import kind_of
from cases.verb import VERBS
from enforcement.models import Court, User
from tests.acts import ACTS, case_of_act
from tests.builders import CaseBuilder, a_case, enforcing
from tests.pages.reading import Page
from tests.people import People
from tests.refusals import every_row

Browser = Callable[[User | None], Client]

TODAY = date(2026, 11, 23)
FORM_VERBS = sorted(ACTS)


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case received on 4 November, notice not yet sent."""
    return enforcing(people, "11-02").rebuilt(TODAY)


def send(client: Client, built: CaseBuilder, verb: str, **data: Any) -> Any:
    """Send the form of a verb on the case, at its present version unless told otherwise."""
    given = {"version": Case.objects.get(pk=built.case.pk).version} | data
    return client.post(f"/cases/{built.case.pk}/{verb}/", given)


class TestEveryVerb:
    @pytest.mark.parametrize("name", FORM_VERBS)
    def test_has_a_form_that_says_what_it_is(
        self, people: People, browser: Browser, name: str
    ) -> None:
        act = ACTS[name](people)
        spec = VERBS[name]
        address = f"/act/{kind_of(act.target)}/{act.target.pk}/{name}/"
        page = Page(browser(act.by).get(address))
        assert page.status == 200
        assert page.text.count(spec.label) >= 2
        assert spec.hint in page.text
        assert page.field("version") == str(case_of_act(act).version)
        if spec.confirm:
            assert spec.confirm in page.text
            assert "data-confirm=" in page.html

    @pytest.mark.parametrize("name", FORM_VERBS)
    def test_is_refused_to_those_whose_post_it_is_not(
        self, people: People, browser: Browser, name: str
    ) -> None:
        act = ACTS[name](people)
        address = f"/act/{kind_of(act.target)}/{act.target.pk}/{name}/"
        before = every_row()
        for method in ("get", "post"):
            page = Page(getattr(browser(people.bai), method)(address, {"version": 1}))
            assert page.status in {400, 403, 409, 412}
            assert Page(getattr(browser(people.luo), method)(address)).status == 404
        assert every_row() == before

    @pytest.mark.parametrize("name", [n for n in VERBS if VERBS[n].target is not Court])
    def test_has_no_inline_script_or_style(self, name: str) -> None:
        from django.template.loader import get_template

        text = get_template("cases/act.html").template.source  # type: ignore[attr-defined]
        assert not re.search(r"<script(?! src)|\son\w+=|\sstyle=", text)

    @pytest.mark.parametrize(
        "address",
        [
            "/cases/{pk}/no_such_verb/",
            "/cases/{pk}/delete/",
            "/cases/{pk}/save/",
            "/cases/{pk}/verify_lead/",
            "/cases/{pk}/file_case/",
            "/act/nothing/1/send_notice/",
            "/act/court/1/file_case/",
            "/act/lead/999/verify_lead/",
            "/act/user/1/verify_lead/",
        ],
    )
    def test_is_looked_up_and_never_guessed(
        self, people: People, browser: Browser, built: CaseBuilder, address: str
    ) -> None:
        client = browser(people.lin)
        assert client.get(address.format(pk=built.case.pk)).status_code == 404
        assert client.post(address.format(pk=built.case.pk)).status_code == 404


class TestDone:
    def test_leads_back_to_the_case_with_a_word_and_the_new_version(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        client = browser(people.lin)
        answer = send(client, built, "send_notice", report_days=15)
        assert (answer.status_code, answer["Location"]) == (302, f"/cases/{built.case.pk}/")
        page = Page(client.get(answer["Location"]))
        assert "已发送执行通知书。案件现有 4 项记录。" in page.text
        built.case.refresh_from_db()
        assert built.kinds[-1] == "notice.sent"
        assert built.event("notice.sent").by == people.lin

    def test_leads_back_to_where_the_button_was(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        answer = send(browser(people.lin), built, "send_notice", report_days=15, next="/docket/")
        assert answer["Location"] == "/docket/"

    @pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:x"])
    def test_never_leads_out_of_the_house(
        self, people: People, browser: Browser, built: CaseBuilder, away: str
    ) -> None:
        answer = send(browser(people.lin), built, "send_notice", report_days=15, next=away)
        assert answer["Location"] == f"/cases/{built.case.pk}/"

    def test_a_measure_is_recorded_with_its_sum_and_days(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        answer = send(
            browser(people.lin),
            built,
            "take_measure",
            kind="freeze",
            asset_kind="deposit",
            target_text="商洛某银行账户",
            amount="3200.50",
            on="2026-11-20",
            expires_on="2027-11-20",
        )
        assert answer.status_code == 302
        measure = Measure.objects.get()
        assert (measure.target, measure.amount) == ("商洛某银行账户", Decimal("3200.50"))
        assert measure.effective_on == date(2026, 11, 20)

    def test_an_act_on_a_lead_leads_back_to_the_lead(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.with_lead("11-20")
        lead = built.leads[0]
        data = {"version": 4, "result": "true", "finding": "账户存在。"}
        answer = browser(people.lin).post(f"/act/lead/{lead.pk}/verify_lead/", data)
        assert answer["Location"] == f"/cases/{built.case.pk}/?tab=leads#lead-{lead.pk}"
        assert Lead.objects.get().finding == "账户存在。"

    def test_a_form_can_be_opened_half_filled(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(browser(people.qin).get(f"/cases/{built.case.pk}/correct_event/?seq=3"))
        assert page.field("seq") == "3"


class TestRefused:
    def test_input_that_cannot_be_read_is_400_and_kept(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        before = every_row()
        answer = send(
            browser(people.lin),
            built,
            "take_measure",
            kind="freeze",
            target_text="账户 <b>甲</b>",
            amount="许多",
            on="2026-13-01",
            expires_on="",
        )
        page = Page(answer)
        assert page.status == 400
        assert page.field("target_text") == "账户 <b>甲</b>"
        assert (page.field("amount"), page.field("on")) == ("许多", "2026-13-01")
        assert "请填写数字，例如 12345.67。" in page.text
        assert "请按 2026-11-22 的格式填写日期。" in page.text
        assert "请填写到期日。" in page.text
        assert "有 4 处需要更正" in page.text
        assert "<b>甲</b>" not in page.html
        assert every_row() == before

    @pytest.mark.parametrize(
        ("verb", "data", "field", "words"),
        [
            ("send_notice", {"report_days": 15, "on": "2026-11-24"}, "on", "晚于今天"),
            ("send_notice", {"report_days": 15, "on": "2026-11-03"}, "on", "早于接收案件材料之日"),
            (
                "submit_lead",
                {"asset_kind": "deposit", "content": "账户", "on": "2026-10-01"},
                "on",
                "早于立案日",
            ),
            (
                "take_measure",
                {
                    "kind": "freeze",
                    "asset_kind": "deposit",
                    "target_text": "账户",
                    "amount": "-1",
                    "expires_on": "2027-01-01",
                },
                "amount",
                "金额不能为负数",
            ),
            (
                "take_measure",
                {
                    "kind": "freeze",
                    "asset_kind": "deposit",
                    "target_text": "账户",
                    "amount": "1",
                    "expires_on": "2028-11-24",
                },
                "expires_on",
                "最长控制至 2027-11-23",
            ),
        ],
    )
    def test_a_wrong_value_is_answered_at_its_field(
        self,
        people: People,
        browser: Browser,
        built: CaseBuilder,
        verb: str,
        data: dict[str, Any],
        field: str,
        words: str,
    ) -> None:
        before = every_row()
        page = Page(send(browser(people.lin), built, verb, **data))
        assert page.status == 400
        assert words in page.html[page.html.index(f'id="id_{field}_error"') :]
        for name, value in data.items():
            assert page.field(name) == str(value)
        assert every_row() == before

    def test_a_reason_beyond_one_field_stands_above_the_form_with_409(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05").with_lead("11-06").rebuilt(TODAY)
        before = every_row()
        page = Page(
            send(
                browser(people.lin),
                built,
                "close_case",
                method=ClosingMethod.ROUND_ENDED,
                document="（2026）陕1002执1号之一裁定",
                paid="1000",
            )
        )
        assert page.status == 409
        assert "不能结案：还有 1 条财产线索未核查。请先提交核查结果。" in page.text
        assert page.field("document") == "（2026）陕1002执1号之一裁定"
        assert page.field("paid") == "1000"
        assert every_row() == before

    def test_each_field_of_closing_says_which_methods_it_belongs_to(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(browser(people.lin).get(f"/cases/{built.case.pk}/close_case/"))
        assert 'data-for="performed round_ended terminated"' in page.html
        assert "终结本次执行程序时填写" in page.text
        assert "执行完毕：现在不能 不能结案：尚未发出执行通知书" in page.text
        assert "销案：没有妨碍" in page.text

    def test_a_second_close_is_refused(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05").closed("11-20")
        client = browser(people.lin)
        data = {"method": "performed", "document": "通知书", "paid": "100000"}
        page = Page(send(client, built, "close_case", **data))
        assert page.status == 409
        assert "当前状态为“已结案”" in page.text
        assert page.field("document") == "通知书"
        assert client.get(f"/cases/{built.case.pk}/close_case/").status_code == 409

    def test_another_judge_of_the_court_is_403(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(send(browser(people.zhou), built, "send_notice", report_days=15))
        assert page.status == 403
        assert "您不是本案承办人" in page.text

    def test_another_courts_people_get_404(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        before = every_row()
        for person in (people.luo, people.luo_head, people.sun):
            assert send(browser(person), built, "send_notice", report_days=15).status_code == 404
        assert every_row() == before

    @pytest.mark.parametrize("version", ["", "x", "-1", "٣", "1" * 12])
    def test_a_form_without_a_version_is_refused(
        self, people: People, browser: Browser, built: CaseBuilder, version: str
    ) -> None:
        page = Page(send(browser(people.lin), built, "send_notice", report_days=9, version=version))
        assert page.status == 400
        assert "页面不完整" in page.text
        assert (page.field("report_days"), page.field("version")) == ("9", "3")

    def test_a_choice_of_another_case_is_no_choice(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        other = enforcing(people, "11-01")
        page = Page(
            send(
                browser(people.lin),
                built,
                "decide_listing",
                debtor=other.debtor.pk,
                ground="refuses",
            )
        )
        assert page.status == 400


class TestStale:
    def test_shows_what_happened_meanwhile_and_lets_one_send_again(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        client = browser(people.lin)
        built.with_lead("11-20", by=people.wu)
        page = Page(send(client, built, "send_notice", report_days=9, version=3))
        assert page.status == 412
        assert "您看到的是第 3 项，现在是第 4 项" in page.text
        assert "您填写期间，本案新增了这些记录" in page.text
        assert "收到财产线索（一般）" in page.text
        assert "吴书记员" in page.text
        assert (page.field("version"), page.field("report_days")) == ("4", "9")
        again = send(client, built, "send_notice", report_days=9, version=page.field("version"))
        assert again.status_code == 302

    def test_refuses_when_the_act_itself_was_done_meanwhile(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        client = browser(people.lin)
        built.noticed("11-20", by=people.gu)
        first = Page(send(client, built, "send_notice", report_days=9, version=3))
        assert first.status == 412
        second = Page(send(client, built, "send_notice", report_days=9, version=4))
        assert second.status == 409
        assert "执行通知书已经发出，无需重复发出。" in second.text

    def test_a_version_from_the_future_is_stale_too(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(send(browser(people.lin), built, "send_notice", report_days=9, version=99))
        assert page.status == 412


class TestBesideTheForm:
    def test_stand_the_clocks_it_stops_with_their_basis(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(browser(people.lin).get(f"/cases/{built.case.pk}/send_notice/"))
        assert "《关于人民法院办理执行案件若干期限的规定》（法发〔2006〕35号）第4条" in page.text
        assert "五个独立来源一致" in page.text
        assert page.leads_to("/rules/send_enforcement_notice/")

    def test_stands_only_the_clock_of_this_lead(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.with_lead("11-06").with_lead("11-20").rebuilt(TODAY)
        client = browser(people.lin)
        page = Page(client.get(f"/act/lead/{built.leads[1].pk}/verify_lead/"))
        assert "起算 2026-11-20" in page.text
        assert "起算 2026-11-06" not in page.text

    def test_stand_the_rest_days_for_the_date_fields(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(browser(people.lin).get(f"/cases/{built.case.pk}/suspend/"))
        assert '<script id="rest-days" type="application/json">' in page.html
        assert '"2026-10-01": "' in page.html

    def test_judges_are_shown_with_their_workload_lightest_first(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        fresh = a_case(people).filed("11-20").rebuilt(TODAY)
        client = browser(people.qin)
        page = Page(client.get(f"/cases/{fresh.case.pk}/assign_handler/"))
        first = page.text.index("周法官 在办 0 · 临期 0 · 逾期 0 建议：在办最少")
        assert first < page.text.index("林法官 在办 1 · 临期 0 · 逾期 1")
        data = {"user": people.zhou.pk}
        assert send(client, fresh, "assign_handler", **data).status_code == 302

    def test_the_present_handler_is_not_offered_for_reassignment(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = Page(browser(people.qin).get(f"/cases/{built.case.pk}/reassign_handler/"))
        assert "周法官 在办 0" in page.text
        assert "林法官 在办" not in page.text

    def test_a_judge_of_another_court_cannot_be_chosen(
        self, people: People, browser: Browser
    ) -> None:
        fresh = a_case(people).filed("11-20")
        page = Page(send(browser(people.qin), fresh, "assign_handler", user=people.luo.pk))
        assert page.status == 400
        assert "请选择本院的承办法官" in page.text
