"""Filing a case as a page: several parties without script, and a query code that is shown once."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from cases.actions.filing import query_hash
from cases.models import Case, Cause, Party
from enforcement.models import User
from enforcement.roles import Role
from tests.builders import NO_COMPANY, NOBODY, a_case
from tests.pages.reading import Page
from tests.people import People, post

Browser = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Forget which forms were sent before."""
    cache.clear()


def typed(**changes: Any) -> dict[str, Any]:
    """Return a filing as typed into the form, with one applicant and one debtor."""
    entry = {
        "once": "a",
        "procedure": "first",
        "applied_on": "2026-11-20",
        "on": "",
        "amount": "150000.50",
        "basis": "court_civil_admin",
        "basis_number": "（2025）陕1002民初88号民事判决书",
        "basis_body": "商州区人民法院",
        "basis_text": "支付货款",
        "cause": "",
    }
    entry |= party(0, "applicant", "natural", "鄠埇硚", NOBODY, "13900000000")
    entry |= party(1, "debtor", "legal", "商洛某某建设有限公司", NO_COMPANY)
    return entry | {"parties-TOTAL_FORMS": "2", "parties-INITIAL_FORMS": "2"} | changes


def party(
    place: int, role: str, kind: str, name: str, number: str = "", phone: str = "", of: str = ""
) -> dict[str, str]:
    """Return the fields of one party."""
    values = {
        "role": role,
        "kind": kind,
        "name": name,
        "id_number": number,
        "phone": phone,
        "represents": of,
    }
    return {f"parties-{place}-{key}": value for key, value in values.items()}


def send(client: Client, **changes: Any) -> Any:
    """Send the filing form."""
    return client.post("/cases/new/", typed(**changes))


class TestTheForm:
    def test_begins_with_an_applicant_and_a_debtor(self, people: People, browser: Browser) -> None:
        page = Page(browser(people.tang).get("/cases/new/"))
        assert page.field("parties-0-role") == "applicant"
        assert page.field("parties-1-role") == "debtor"
        assert "商洛市商州区人民法院（陕1002）" in page.text

    @pytest.mark.parametrize("person", ["lin", "qin", "he"])
    def test_is_for_filing_clerks(self, people: People, browser: Browser, person: str) -> None:
        client = browser(getattr(people, person))
        assert client.get("/cases/new/").status_code == 403
        assert send(client).status_code == 403
        assert not Case.objects.exists()

    def test_adds_a_party_without_script_and_keeps_what_was_typed(
        self, people: People, browser: Browser
    ) -> None:
        page = Page(send(browser(people.tang), more="1", amount="不是数字"))
        assert page.status == 200
        assert page.field("parties-TOTAL_FORMS") == "3"
        assert page.field("parties-0-name") == "鄠埇硚"
        assert page.field("parties-1-kind") == "legal"
        assert page.field("amount") == "不是数字"
        assert "需要更正" not in page.text
        assert "没有立案" not in page.text
        assert not Case.objects.exists()

    def test_drops_the_party_whose_button_was_pressed(
        self, people: People, browser: Browser
    ) -> None:
        page = Page(send(browser(people.tang), drop="0"))
        assert page.field("parties-TOTAL_FORMS") == "1"
        assert page.field("parties-0-name") == "商洛某某建设有限公司"

    @pytest.mark.parametrize("drop", ["9", "x", "-1"])
    def test_drops_nothing_for_nonsense(self, people: People, browser: Browser, drop: str) -> None:
        assert Page(send(browser(people.tang), drop=drop)).field("parties-TOTAL_FORMS") == "2"

    def test_suggests_causes_while_one_types(self, people: People, browser: Browser) -> None:
        call_command("load_reference", stdout=io.StringIO())
        answer = browser(people.tang).get("/causes/?cause=民间借贷")
        assert 'value="民间借贷纠纷"' in answer.content.decode()
        assert browser(people.tang).get("/causes/?cause=买").content.strip() == b""


class TestDone:
    def test_files_the_case_with_all_its_parties(self, people: People, browser: Browser) -> None:
        changes = party(2, "third", "other", "某某合作社")
        changes |= party(3, "counsel", "natural", "郑律师", of="0")
        answer = send(browser(people.tang), **changes, **{"parties-TOTAL_FORMS": "4"})
        case = Case.objects.get()
        assert answer["Location"] == f"/cases/{case.pk}/slip/"
        assert (str(case.amount), case.filed_on.isoformat()) == ("150000.50", "2026-11-23")
        assert list(case.parties.order_by("id").values_list("role", flat=True)) == [
            "applicant",
            "debtor",
            "third",
            "counsel",
        ]
        assert Party.objects.get(role="counsel").represents == Party.objects.get(role="applicant")

    def test_a_cause_is_found_by_its_name(self, people: People, browser: Browser) -> None:
        Cause.objects.create(
            code="9999", name="试纠纷", case_type="civil", level=3, is_leaf=True, path="民事"
        )
        send(browser(people.tang), cause="试纠纷")
        assert str(Case.objects.get().cause) == "试纠纷"

    def test_a_cause_with_finer_ones_below_it_names_them(
        self, people: People, browser: Browser
    ) -> None:
        call_command("load_reference", stdout=io.StringIO())
        page = Page(send(browser(people.tang), cause="买卖合同纠纷"))
        assert page.status == 400
        assert "下面还有更细的案由，请选其中一个：" in page.text
        assert "分期付款买卖合同纠纷" in page.text

    def test_the_query_code_is_shown_once_and_kept_nowhere_in_clear(
        self, people: People, browser: Browser
    ) -> None:
        client = browser(people.tang)
        where = send(client)["Location"]
        kept = [s.get_decoded() for s in Session.objects.all()]
        answer = client.get(where)
        page = Page(answer)
        case = Case.objects.get()
        code = page.html.split('data-code="')[1].split('"')[0]
        assert len(code) == 8
        assert query_hash(case.number, code) == case.query_code_hash
        assert code not in repr(kept)
        assert "no-cache" in answer["Cache-Control"]
        assert "查询码只显示这一次" in page.text
        again = Page(client.get(where))
        assert code not in again.html
        assert "查询码已经显示过" in again.text

    def test_nobody_else_sees_the_code(self, people: People, browser: Browser) -> None:
        where = send(browser(people.tang))["Location"]
        assert "data-code" not in Page(browser(people.qin).get(where)).html
        assert browser(people.luo).get(where).status_code == 404

    def test_the_slip_can_be_printed_for_the_applicant(
        self, people: People, browser: Browser
    ) -> None:
        client = browser(people.tang)
        page = Page(client.get(send(client)["Location"]))
        assert "执行案件查询凭条" in page.text
        assert "鄠埇硚" in page.text
        assert "150,000.50 元" in page.text

    def test_the_same_form_sent_twice_files_once(self, people: People, browser: Browser) -> None:
        client = browser(people.tang)
        assert send(client).status_code == 302
        again = send(client)
        assert again["Location"] == "/cases/"
        assert "没有重复立案" in Page(client.get("/cases/")).text
        assert Case.objects.count() == 1
        assert send(client, once="b").status_code == 302
        assert Case.objects.count() == 2

    def test_a_clerk_of_two_courts_files_in_the_chosen_one(
        self, people: People, browser: Browser
    ) -> None:
        both = post(people.tang, people.courts["陕1021"], Role.FILING_CLERK)
        client = browser(both)
        chosen = both.posts.get(court=people.courts["陕1021"])
        client.post("/post/", {"post": chosen.pk})
        send(client)
        assert Case.objects.get().court == people.courts["陕1021"]


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"applied_on": "2026-11-24"}, "on", "早于收到申请日"),
            ({"on": "2026-11-24"}, "on", "晚于今天"),
            ({"amount": "-1"}, "amount", "金额不能为负数"),
            ({"amount": "1.005"}, "amount", "金额最多两位小数"),
            ({"basis_number": " "}, "basis_number", ""),
            ({"procedure": "nonsense"}, "procedure", "没有这个选项"),
            ({"cause": "天下第一纠纷"}, "cause", "没有“天下第一纠纷”这个案由"),
            (
                {"parties-0-id_number": NOBODY[:-1] + ("0" if NOBODY[-1] != "0" else "1")},
                "parties-0-id_number",
                "校验位不对",
            ),
            ({"parties-1-id_number": NO_COMPANY[:-1]}, "parties-1-id_number", "应为18位"),
            ({"parties-0-phone": "123"}, "parties-0-phone", "联系电话的格式不对"),
            ({"parties-1-name": ""}, "parties-1-name", "请填写姓名或名称"),
            ({"parties-0-role": ""}, "parties-0-role", "请选择诉讼地位"),
        ],
    )
    def test_a_wrong_field_is_named_and_everything_typed_is_kept(
        self, people: People, browser: Browser, changes: dict[str, str], field: str, words: str
    ) -> None:
        page = Page(send(browser(people.tang), **changes))
        assert page.status == 400
        shown = page.html.split(f'id="id_{field}_error"', 1)
        assert len(shown) == 2
        assert words in shown[1]
        sent = typed(**changes)
        for name in ("basis_body", "basis_text", "parties-0-name", "parties-1-name", "cause"):
            assert page.field(name) == sent[name]
        if "nonsense" not in sent[field]:
            assert page.field(field) == sent[field]
        assert not Case.objects.exists()

    @pytest.mark.parametrize(
        ("role", "words"),
        [("applicant", "请至少填写一名被执行人"), ("debtor", "请至少填写一名申请执行人")],
    )
    def test_both_sides_must_be_there(
        self, people: People, browser: Browser, role: str, words: str
    ) -> None:
        both = {"parties-0-role": role, "parties-1-role": role}
        numbers = {"parties-1-kind": "legal"}
        page = Page(send(browser(people.tang), **both, **numbers))
        assert page.status == 400
        assert words in page.text
        assert not Case.objects.exists()

    def test_a_corrected_form_may_be_sent_again(self, people: People, browser: Browser) -> None:
        client = browser(people.tang)
        assert send(client, amount="-1").status_code == 400
        assert send(client).status_code == 302

    @pytest.mark.parametrize("count", ["", "x", "-1", "100000"])
    def test_a_form_that_was_tampered_with_is_400(
        self, people: People, browser: Browser, count: str
    ) -> None:
        assert send(browser(people.tang), **{"parties-TOTAL_FORMS": count}).status_code == 400
        assert not Case.objects.exists()

    def test_a_refused_filing_takes_no_number(self, people: People, browser: Browser) -> None:
        client = browser(people.tang)
        send(client, **{"parties-0-phone": "123"})
        send(client)
        assert Case.objects.get().serial == 1
        assert a_case(people).filed("11-20").case.serial == 2
