"""The portal as a party meets it: finding the case, its line, handing in, reading the answer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from cases.actions.filing import PartyInput, query_hash, query_hashes
from cases.models import Case
from enforcement.models import User
from petitions import entrance, receiving
from petitions.models import Petition
from petitions.throttle import Limit
from tests.builders import CaseBuilder, a_case, applicant, at, debtor, enforcing
from tests.pages.reading import Page
from tests.people import People
from tests.petitions.steps import Supervised
from tests.refusals import every_row

HOME = "/portal/"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
Browser = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Begin every test with no attempt counted."""
    cache.clear()


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    """Keep files of a test in its own folder."""
    kept = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = settings.STORAGES | {"default": kept}


def look_up(client: Client, number: str, code: str, address: str = "10.0.0.1") -> Any:
    """Send number and code from an address."""
    return client.post(HOME, {"number": number, "code": code}, REMOTE_ADDR=address)


def inside(built: CaseBuilder) -> Client:
    """Return a browser that came in by number and code."""
    client = Client()
    answer = look_up(client, built.case.number, built.query_code)
    assert answer.status_code == 302, answer.content.decode()
    return client


def page(client: Client, path: str) -> Page:
    """Open a page that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return Page(answer)


def visible(answer: Any) -> str:
    """Return an answer without what differs from request to request."""
    return re.sub(
        r'(csrf[^>]*?(?:value|content)=")[^"]*|name="number" value="[^"]*"|value="[^"]*"'
        r'|nonce="[^"]*"',
        r"\1",
        answer.content.decode(),
    )


class TestFindingACase:
    def test_number_and_code_open_the_case(self, people: People) -> None:
        built = enforcing(people)
        client = Client()
        answer = look_up(client, built.case.number, built.query_code)
        assert (answer.status_code, answer["Location"]) == (302, f"/portal/cases/{built.case.pk}/")
        assert built.case.number in page(client, answer["Location"]).text

    @pytest.mark.parametrize(
        "written",
        [
            "(2026)陕1002执1号",
            "（２０２６）陕1002执 1 号",
            "(2026)陕1002执字第1号",
            "(2026)陕1002执1",
        ],
    )
    def test_the_number_may_be_written_in_any_way(self, people: People, written: str) -> None:
        built = enforcing(people)
        assert built.case.number == "（2026）陕1002执1号"
        assert look_up(Client(), written, built.query_code).status_code == 302

    def test_the_code_may_be_written_small_and_with_blanks(self, people: People) -> None:
        built = enforcing(people)
        code = f" {built.query_code[:4].lower()} {built.query_code[4:].lower()}"
        assert look_up(Client(), built.case.number, code).status_code == 302

    def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(self, people: People) -> None:
        built = enforcing(people)
        wrong = look_up(Client(), built.case.number, "AAAAAAAA")
        unknown = look_up(Client(), "（2026）陕1002执9999号", "AAAAAAAA")
        assert wrong.status_code == unknown.status_code == 400
        assert visible(wrong) == visible(unknown)
        assert "案号或者查询码不对" in wrong.content.decode()

    def test_both_cost_the_same_queries_and_one_hash(
        self, people: People, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built = enforcing(people)
        hashed = []
        monkeypatch.setattr(
            entrance, "query_hashes", lambda *a: hashed.append(a) or query_hashes(*a)
        )
        for number in (built.case.number, "（2026）陕1002执9999号"):
            with django_assert_num_queries(1):
                assert entrance._case_by_code(number, "AAAAAAAA") is None
        assert len(hashed) == 2

    def test_a_case_without_a_code_opens_to_nobody(self, people: People) -> None:
        built = enforcing(people)
        Case.objects.filter(pk=built.case.pk).update(query_code_hash="")
        assert look_up(Client(), built.case.number, "").status_code == 400
        assert look_up(Client(), built.case.number, "AAAAAAAA").status_code == 400

    def test_what_is_no_number_is_said_at_the_field_and_kept(self, db: None) -> None:
        answer = Page(look_up(Client(), "陕1002执1号", "AAAAAAAA"))
        assert answer.status == 400
        assert "括号括起的年份" in answer.text
        assert (answer.field("number"), answer.field("code")) == ("陕1002执1号", "AAAAAAAA")

    def test_the_code_is_never_taken_from_an_address(self, people: People) -> None:
        built = enforcing(people)
        client = Client()
        client.get(HOME, {"number": built.case.number, "code": built.query_code})
        assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 302

    def test_coming_in_gives_the_session_a_new_key(self, people: People) -> None:
        built = enforcing(people)
        client = Client()
        client.session.save()
        before = client.session.session_key
        client.cookies["sessionid"] = before
        look_up(client, built.case.number, built.query_code)
        assert client.cookies["sessionid"].value != before

    def test_a_key_that_nobody_gave_out_is_not_taken_over(self, people: People) -> None:
        built = enforcing(people)
        client = Client()
        client.cookies["sessionid"] = planted = "planted0" * 4
        assert look_up(client, built.case.number, built.query_code).status_code == 302
        assert client.cookies["sessionid"].value != planted
        assert not Session.objects.filter(session_key=planted).exists()
        assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 200

    def test_the_key_from_before_opens_nothing(self, people: People) -> None:
        one, other = enforcing(people), enforcing(people)
        client = inside(one)
        before = client.session.session_key
        look_up(client, other.case.number, other.query_code)
        thief = Client()
        thief.cookies["sessionid"] = before
        for built in (one, other):
            assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 200
            assert thief.get(f"/portal/cases/{built.case.pk}/").status_code == 302

    def test_who_keeps_coming_stays_and_who_is_away_gives_the_code_again(
        self, people: People, clock: Any
    ) -> None:
        client = inside(built := enforcing(people))
        page = f"/portal/cases/{built.case.pk}/"
        with time_machine.travel(at("11-23"), tick=False) as moved:
            for minutes in (0, 50, 100, 150, 200):
                moved.move_to(at("11-23") + timedelta(minutes=minutes, seconds=30))
                assert client.get(page).status_code == 200
            moved.move_to(at("11-23") + timedelta(minutes=330))
            assert client.get(page).status_code == 302

    def test_a_clock_that_was_a_day_ahead_keeps_no_case_open(self, people: People) -> None:
        built = enforcing(people)
        with time_machine.travel(at("11-24"), tick=False):
            client = inside(built)
        assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 302

    def test_pages_are_not_kept_by_browsers(self, people: People) -> None:
        client = inside(built := enforcing(people))
        answer = client.get(f"/portal/cases/{built.case.pk}/")
        assert "no-store" in answer["Cache-Control"]


class TestThrottle:
    def test_many_wrong_codes_from_one_address_are_stopped(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entrance, "PER_ADDRESS", Limit("a", 3, 600))
        built = enforcing(people)
        for _ in range(3):
            assert look_up(Client(), built.case.number, "AAAAAAAA").status_code == 400
        stopped = look_up(Client(), built.case.number, built.query_code)
        assert (stopped.status_code, stopped["Retry-After"]) == (429, "600")
        assert "10 分钟后再试" in Page(stopped).text
        assert "诉讼服务中心" in Page(stopped).text
        elsewhere = look_up(Client(), built.case.number, built.query_code, "10.0.0.2")
        assert elsewhere.status_code == 302

    def test_many_wrong_codes_for_one_number_are_stopped_from_everywhere(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entrance, "PER_NUMBER", Limit("n", 3, 3600))
        built = enforcing(people)
        for n in range(3):
            look_up(Client(), built.case.number, "AAAAAAAA", f"10.0.1.{n}")
        assert look_up(Client(), built.case.number, built.query_code, "10.0.2.1").status_code == 429
        other = look_up(Client(), "（2026）陕1002执77号", "AAAAAAAA", "10.0.2.1")
        assert other.status_code == 400

    def test_an_unknown_number_is_counted_like_a_known_one(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entrance, "PER_NUMBER", Limit("n", 2, 3600))
        seen = [
            look_up(Client(), "（2026）陕1002执9999号", "AAAAAAAA", f"10.0.3.{n}").status_code
            for n in range(3)
        ]
        assert seen == [400, 400, 429]

    def test_another_way_of_writing_the_number_is_the_same_number(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entrance, "PER_NUMBER", Limit("n", 1, 3600))
        look_up(Client(), "（2026）陕1002执1号", "AAAAAAAA")
        assert look_up(Client(), "(2026)陕1002执字第001", "AAAAAAAA").status_code == 429

    def test_good_codes_do_not_use_the_limit_up(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entrance, "PER_ADDRESS", Limit("a", 2, 600))
        monkeypatch.setattr(entrance, "PER_NUMBER", Limit("n", 2, 600))
        built = enforcing(people)
        seen = {
            look_up(Client(), built.case.number, built.query_code).status_code for _ in range(5)
        }
        assert seen == {302}

    def test_one_address_alone_cannot_shut_a_number(self) -> None:
        per_hour = entrance.PER_ADDRESS.times * 3600 / entrance.PER_ADDRESS.seconds
        assert per_hour < entrance.PER_NUMBER.times * 3600 / entrance.PER_NUMBER.seconds

    def test_behind_a_proxy_each_visitor_is_counted_alone(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("allauth.app_settings.TRUSTED_PROXY_COUNT", 1)
        monkeypatch.setattr(entrance, "PER_ADDRESS", Limit("a", 1, 600))
        built = enforcing(people)

        def tried(told: str) -> int:
            data = {"number": built.case.number, "code": "AAAAAAAA"}
            headers = {"x-forwarded-for": told}
            return Client().post(HOME, data, headers=headers, REMOTE_ADDR="10.9.9.9").status_code

        assert [tried("203.0.113.1"), tried("203.0.113.1"), tried("203.0.113.2")] == [400, 429, 400]
        # What a visitor writes in front of the proxy's own entry does not make a new visitor.
        assert tried("198.51.100.7, 203.0.113.1") == 429

    def test_a_party_hands_in_only_so_much_a_day(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receiving, "PER_PARTY", Limit("p", 1, 86_400))
        client = inside(built := enforcing(people))
        path = f"/portal/cases/{built.case.pk}/lead/"
        lead = {"asset_kind": "vehicle", "content": "白色面包车", "once": "1"}
        assert client.post(path, lead).status_code == 302
        assert client.post(path, lead | {"once": "2"}).status_code == 429
        assert built.case.leads.count() == 1


class TestStayingIn:
    def test_another_case_is_not_there(self, people: People) -> None:
        mine, other = enforcing(people), enforcing(people, "11-05")
        client = inside(mine)
        for path in ("", "lead/", "petition/", "lead/1/", "petition/1/"):
            assert client.get(f"/portal/cases/{other.case.pk}/{path}").status_code == 404
            assert client.get(f"/portal/cases/999999/{path}").status_code == 404

    def test_who_has_opened_nothing_is_sent_to_the_first_page(self, people: People) -> None:
        built = enforcing(people)
        for pk in (built.case.pk, 999_999):
            answer = Client().get(f"/portal/cases/{pk}/")
            assert (answer.status_code, answer["Location"]) == (302, HOME)

    def test_leaving_closes_the_case(self, people: People) -> None:
        client = inside(built := enforcing(people))
        assert client.get("/portal/leave/").status_code == 405
        assert client.post("/portal/leave/").status_code == 302
        assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 302

    def test_a_code_given_out_anew_ends_what_the_old_one_opened(self, people: People) -> None:
        client = inside(built := enforcing(people))
        new = query_hash(built.case.number, "NEWCODE2")
        Case.objects.filter(pk=built.case.pk).update(query_code_hash=new)
        assert client.get(f"/portal/cases/{built.case.pk}/").status_code == 302

    def test_two_hours_away_close_the_case(self, people: People) -> None:
        client = inside(built := enforcing(people))
        path = f"/portal/cases/{built.case.pk}/"
        with time_machine.travel(at("11-23") + timedelta(hours=1, minutes=59), tick=False):
            assert client.get(path).status_code == 200
        with time_machine.travel(at("11-23") + timedelta(hours=3, minutes=58), tick=False):
            assert client.get(path).status_code == 200
        with time_machine.travel(at("11-23") + timedelta(hours=6), tick=False):
            assert client.get(path).status_code == 302

    def test_several_cases_may_be_open_at_once(self, people: People) -> None:
        one, two = enforcing(people), enforcing(people, "11-05")
        client = inside(one)
        look_up(client, two.case.number, two.query_code)
        assert client.get(f"/portal/cases/{one.case.pk}/").status_code == 200
        both = page(client, HOME).text
        assert one.case.number in both
        assert two.case.number in both


class TestSignedIn:
    def filed(self, people: People, user: User, role: str = "counsel") -> CaseBuilder:
        """Return a case with a party who has an account."""
        more = PartyInput(role, "natural", "吕律师", user=user)
        return a_case(people).filed("11-02", parties=[applicant(), debtor(), more])

    def test_counsel_open_their_cases_without_a_code(
        self, people: People, browser: Browser
    ) -> None:
        built = self.filed(people, people.chen)
        client = browser(people.chen)
        assert built.case.number in page(client, HOME).text
        assert "吕律师" in page(client, f"/portal/cases/{built.case.pk}/").text

    def test_but_not_the_cases_of_others(self, people: People, browser: Browser) -> None:
        self.filed(people, people.chen)
        other = enforcing(people, "11-05")
        client = browser(people.chen)
        assert client.get(f"/portal/cases/{other.case.pk}/").status_code == 404
        assert other.case.number not in page(client, HOME).text

    def test_court_staff_have_no_case_in_the_portal(self, people: People, browser: Browser) -> None:
        built = enforcing(people)
        assert browser(people.lin).get(f"/portal/cases/{built.case.pk}/").status_code == 404

    def test_a_debtor_is_not_told_of_leads_and_measures(
        self, people: People, browser: Browser
    ) -> None:
        owes = PartyInput("debtor", "natural", "侯小乙", user=people.chen)
        built = a_case(people).filed("11-02", parties=[applicant(name="欧阳明珠"), owes])
        built.assigned("11-03").received("11-04").noticed("11-05")
        built.with_lead("11-06", content="信用社账户尾号8812").verified("11-08").measured("11-09")
        client = browser(people.chen)
        shown = page(client, f"/portal/cases/{built.case.pk}/").text
        for secret in ("线索", "冻结", "8812", "欧阳明珠"):
            assert secret not in shown
        assert "欧阳某某" in shown
        assert client.get(f"/portal/cases/{built.case.pk}/lead/").status_code == 404


class TestTheCase:
    def test_names_of_the_other_side_are_masked(self, people: People) -> None:
        parties = [
            applicant(name="欧阳明珠"),
            debtor(),
            debtor(kind="natural", name="侯小乙", id_number=""),
        ]
        built = a_case(people).filed("11-02", parties=parties)
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "欧阳明珠" in shown
        assert "商洛某某建设有限公司" in shown
        assert "侯某某" in shown
        assert "侯小乙" not in shown

    def test_what_was_promised_and_kept_is_shown_with_its_days(self, people: People) -> None:
        built = enforcing(people).noticed("11-05")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "案件已经分给承办法官" in shown
        assert "11月3日（周二） ， 按期 。期限是 11月9日（周一）" in shown
        assert "办结本案 最迟 2027年5月3日" in shown  # 2 May is a holiday and a Sunday

    def test_a_promise_that_was_not_kept_in_time_says_so(self, people: People) -> None:
        built = enforcing(people).noticed("11-12")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "晚了 3 天" in shown

    def test_what_is_overdue_is_said_with_what_to_do(self, people: People) -> None:
        built = enforcing(people)
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/")
        assert (
            "向被执行人发出执行通知书：应当在 11月9日（周一）前完成，已经超过 14 天" in shown.text
        )
        assert "反映这个问题" in shown.text
        assert shown.leads_to(f"/portal/cases/{built.case.pk}/petition/")

    def test_next_to_nothing_is_late_in_a_fresh_case(self, people: People) -> None:
        built = a_case(people).filed("11-20")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "下一步： 确定承办法官 ，最迟 11月27日（周五）" in shown
        assert "已经超过" not in shown

    def test_the_six_months_are_told_with_their_day(self, people: People) -> None:
        built = enforcing(people)
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "超过六个月没有执行" in shown
        assert (
            "六个月到 2027年4月30日 为止" in shown
        )  # received on 31 October, and April has 30 days
        assert "陕西省商洛市中级人民法院" in shown
        assert "第237条" in shown

    def test_a_suspended_case_says_that_the_period_stands_still(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").suspended("11-10")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "案件中止执行，暂停办理" in shown
        assert "结束后继续计算" in shown
        assert "六个月暂停计算" in shown

    def test_a_corrected_day_is_the_day_shown(self, people: People) -> None:
        built = enforcing(people).noticed("11-12").corrected("11-13", "notice.sent", "11-05")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "11月5日" in shown
        assert "晚了" not in shown

    def test_what_was_taken_is_said_in_plain_words(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").measured("11-10")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "法院已经冻结被执行人一个银行账户" in shown
        assert "5,000.00 元" in shown

    def test_nothing_internal_is_shown(self, people: People) -> None:
        under = Supervised.case_of(people)
        under.built.swept("11-14")
        flag = under.built.flag("send_enforcement_notice")
        under.do("demand_explanation", flag, "11-14", people.qin)
        said = {"ground": "other", "text": "我手上有一百四十件案子。"}
        under.do("explain_flag", flag, "11-15", people.lin, **said)
        under.concluded()
        shown = page(inside(under.built), f"/portal/cases/{under.case.pk}/").text
        for secret in ("一百四十件", "标记", "说明理由", "双查", "督察", "消极", "谈话", "何督导"):
            assert secret not in shown

    def test_money_is_told(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").closed("11-20")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "案件已经结案：执行完毕" in shown
        assert "还差 0.00 元" in shown


class TestLead:
    def test_is_handed_in_and_confirmed_with_the_promised_day(self, people: People) -> None:
        client = inside(built := enforcing(people))
        path = f"/portal/cases/{built.case.pk}/lead/"
        sent = {"asset_kind": "vehicle", "content": "白色面包车，停在北新街。", "urgent": "on"}
        answer = client.post(path, sent | {"once": page(client, path).field("once")})
        lead = built.case.leads.get()
        assert answer["Location"] == f"/portal/cases/{built.case.pk}/lead/{lead.pk}/"
        assert (lead.party, lead.urgent) == (built.case.parties.get(role="applicant"), True)
        shown = page(client, answer["Location"]).text
        assert "线索已经收到" in shown
        assert "核查您提供的紧急财产线索 最迟 11月26日（周四）" in shown

    def test_what_came_of_it_is_shown_to_who_gave_it(self, people: People) -> None:
        built = enforcing(people)
        giver = built.case.parties.get(role="applicant")
        built.with_lead("11-06", by=None, party=giver, content="信用社账户")
        built.verified("11-08", finding="账户存在，余额六千元。").measured(
            "11-09", lead=built.leads[0]
        )
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "核查属实" in shown
        assert "账户存在，余额六千元。" in shown
        assert "法院据此冻结了被执行人一个银行账户" in shown

    def test_a_lead_of_the_court_itself_is_not_listed_as_mine(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06", content="网络查询反馈的账户")
        shown = page(inside(built), f"/portal/cases/{built.case.pk}/").text
        assert "网络查询反馈的账户" not in shown
        assert "我提供的线索" not in shown

    def test_an_empty_one_is_refused_and_what_was_typed_kept(self, people: People) -> None:
        client = inside(built := enforcing(people))
        before = every_row()
        answer = Page(
            client.post(
                f"/portal/cases/{built.case.pk}/lead/", {"content": "北新街的车", "once": "x"}
            )
        )
        assert answer.status == 400
        assert answer.field("content") == "北新街的车"
        assert "请选择" in answer.text
        assert every_row() == before

    def test_a_second_tap_hands_in_nothing_more(self, people: People) -> None:
        client = inside(built := enforcing(people))
        path = f"/portal/cases/{built.case.pk}/lead/"
        sent = {"asset_kind": "vehicle", "content": "白色面包车", "once": "same"}
        first, second = client.post(path, sent), client.post(path, sent)
        assert first["Location"].startswith(f"{path}")
        assert second["Location"] == f"/portal/cases/{built.case.pk}/"
        assert built.case.leads.count() == 1

    def test_a_closed_case_takes_none(self, people: People) -> None:
        built = enforcing(people).noticed("11-05").closed("11-20")
        client = inside(built)
        path = f"/portal/cases/{built.case.pk}/lead/"
        assert client.get(path).status_code == 409
        answer = client.post(path, {"asset_kind": "vehicle", "content": "车", "once": "x"})
        assert answer.status_code == 409
        assert built.case.leads.count() == 0


class TestPetition:
    def send(self, client: Client, built: CaseBuilder, **changes: Any) -> Any:
        """File a petition on the portal."""
        data = {"kind": "passive", "text": "三个月没有消息。", "once": "x"} | changes
        return client.post(f"/portal/cases/{built.case.pk}/petition/", data)

    def test_is_filed_with_files_and_confirmed_with_its_days(self, people: People) -> None:
        client = inside(built := enforcing(people))
        word = io.BytesIO()
        Document().save(word)
        attached = [
            SimpleUploadedFile("照片.pdf", PDF),
            SimpleUploadedFile("说明.docx", word.getvalue()),
        ]
        answer = self.send(client, built, attachments=attached)
        made = Petition.objects.get()
        assert made.party == built.case.parties.get(role="applicant")
        assert [a.attachment.name for a in made.attachments.all()] == ["照片.pdf", "说明.docx"]
        shown = page(client, answer["Location"]).text
        assert made.number in shown
        assert "附件 2 个" in shown
        assert "登记您反映的问题 最迟 11月30日（周一）" in shown
        assert "答复您反映的问题 最迟 12月23日（周三）" in shown

    @pytest.mark.parametrize(
        ("name", "data", "words"),
        [
            ("病毒.exe", b"MZ\x90\x00\x03", "类型不能接收"),
            ("空.pdf", b"", "是空的"),
            ("网页.txt", b"<html><script>alert(1)</script></html>", "类型不能接收"),
            ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "旧版 Office"),
        ],
    )
    def test_a_file_that_cannot_be_taken_is_named_and_the_text_kept(
        self, people: People, name: str, data: bytes, words: str
    ) -> None:
        client = inside(built := enforcing(people))
        before = every_row()
        attached = [SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile(name, data)]
        answer = Page(self.send(client, built, attachments=attached))
        assert answer.status == 400
        assert words in answer.text
        assert name in answer.text
        assert answer.field("text") == "三个月没有消息。"
        assert answer.field("kind") == "passive"
        assert "请重新选择附件" in answer.text
        assert every_row() == before

    def test_a_file_too_large_is_refused(self, people: People, settings: Any) -> None:
        settings.UPLOAD_MAX_BYTES = 1024
        client = inside(built := enforcing(people))
        answer = Page(
            self.send(client, built, attachments=[SimpleUploadedFile("大.pdf", PDF * 100)])
        )
        assert answer.status == 400
        assert "超过" in answer.text
        assert Petition.objects.count() == 0

    def test_every_file_that_is_wrong_is_told_at_once(self, people: People) -> None:
        client = inside(built := enforcing(people))
        attached = [SimpleUploadedFile("一.exe", b"MZ\x00"), SimpleUploadedFile("二.pdf", b"")]
        answer = Page(self.send(client, built, attachments=attached))
        assert "一.exe" in answer.text
        assert "二.pdf" in answer.text

    def test_more_than_five_files_are_refused(self, people: People) -> None:
        client = inside(built := enforcing(people))
        attached = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(6)]
        answer = Page(self.send(client, built, attachments=attached))
        assert answer.status == 400
        assert "最多 5 个文件，您选了 6 个" in answer.text
        assert Petition.objects.count() == 0

    def test_five_files_are_taken(self, people: People) -> None:
        client = inside(built := enforcing(people))
        attached = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(5)]
        assert self.send(client, built, attachments=attached).status_code == 302
        assert Petition.objects.get().attachments.count() == 5

    def test_the_same_words_twice_are_refused_with_the_first_number(self, people: People) -> None:
        client = inside(built := enforcing(people))
        self.send(client, built)
        first = Petition.objects.get()
        answer = Page(self.send(client, built, once="y"))
        assert answer.status == 409
        assert first.number in answer.text
        assert answer.field("text") == "三个月没有消息。"

    def test_a_refused_one_leaves_no_file_row(self, people: People) -> None:
        client = inside(built := enforcing(people))
        self.send(client, built)
        before = every_row()
        self.send(client, built, once="y", attachments=[SimpleUploadedFile("好.pdf", PDF)])
        assert every_row() == before

    def test_what_was_typed_is_text_and_never_markup(
        self, people: People, browser: Browser
    ) -> None:
        client = inside(built := enforcing(people))
        evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
        self.send(client, built, text=evil)
        made = Petition.objects.get()
        pages = [
            client.get(f"/portal/answers/{made.pk}/"),
            browser(people.xu).get(f"/petitions/{made.pk}/"),
            browser(people.xu).get("/petitions/"),
            browser(people.xu).get(f"/act/petition/{made.pk}/register_petition/"),
        ]
        for answer in pages:
            html = answer.content.decode()
            assert answer.status_code == 200
            assert "<script>alert" not in html
            assert "<img src=x" not in html
            assert "&lt;script&gt;alert" in html

    def test_a_form_from_another_site_is_refused(self, people: People) -> None:
        built = enforcing(people)
        strict = Client(enforce_csrf_checks=True)
        answer = strict.post(HOME, {"number": built.case.number, "code": built.query_code})
        assert answer.status_code == 403


class TestAnswer:
    def test_is_read_and_the_reading_noted_once(self, people: People) -> None:
        under = Supervised.case_of(people)
        answered = under.answered()
        client = inside(under.built)
        assert "您还没有看" in page(client, f"/portal/cases/{under.case.pk}/").text
        shown = page(client, f"/portal/answers/{answered.pk}/").text
        assert "经查属实，执行通知书已于11月12日发出。" in shown
        assert "办理结果：属实" in shown
        answered.refresh_from_db()
        assert str(answered.read_on) == "2026-11-23"
        page(client, f"/portal/answers/{answered.pk}/")
        assert under.built.kinds.count("petition.read") == 1
        assert "您还没有看" not in page(client, f"/portal/cases/{under.case.pk}/").text

    def test_before_the_answer_the_next_step_is_told_and_nothing_noted(
        self, people: People
    ) -> None:
        under = Supervised.case_of(people)
        waiting = under.registered()
        client = inside(under.built)
        shown = page(client, f"/portal/answers/{waiting.pk}/").text
        assert "已经登记，由专人办理" in shown
        assert "答复您反映的问题 最迟 12月14日（周一）" in shown
        assert "petition.read" not in under.built.kinds

    def test_of_somebody_else_is_not_there(self, people: People) -> None:
        under = Supervised.case_of(people)
        theirs = under.filed(by=people.xu, party=None, petitioner="王某某", channel="letter")
        client = inside(under.built)
        assert client.get(f"/portal/answers/{theirs.pk}/").status_code == 404
        assert client.get("/portal/answers/999999/").status_code == 404
        assert "王某某" not in page(client, f"/portal/cases/{under.case.pk}/").text

    def test_petitions_of_others_leave_no_trace_on_the_line(self, people: People) -> None:
        under = Supervised.case_of(people)
        under.filed(by=people.xu, party=None, petitioner="王某某", channel="letter")
        shown = page(inside(under.built), f"/portal/cases/{under.case.pk}/").text
        assert "信访" not in shown
        assert "登记您反映的问题" not in shown
