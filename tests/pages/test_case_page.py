"""The case page: what it is, what I may do and why not the rest, its clocks, timeline and tabs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.kinds import KINDS, Audience, Kind
from cases.models import Attachment, CaseEvent
from enforcement.models import Reveal, User
from tests.builders import NOBODY, CaseBuilder, a_case, applicant, debtor, enforcing
from tests.pages.reading import Page
from tests.people import People

Browser = Callable[[User | None], Client]

TODAY = date(2026, 11, 23)


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case received on 4 November whose notice is late since the 9th."""
    return enforcing(people, "11-02").rebuilt(TODAY)


def read(client: Client, built: CaseBuilder, query: str = "") -> Page:
    """Open the case page."""
    return Page(client.get(f"/cases/{built.case.pk}/{query}"))


class TestHeader:
    def test_says_what_the_case_is(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built)
        for words in ("（2026）陕1002执1号", "执行中", "陈某", "商洛某某建设有限公司", "林法官"):
            assert words in page.text
        assert "100,000.00 元" in page.text
        assert "21 天" in page.text
        assert "第 3 项" in page.text

    def test_a_rare_name_and_a_long_list_of_people_are_shown(
        self, people: People, browser: Browser
    ) -> None:
        parties = [applicant(name="鄠埇硚猇浉沚瀍"), *(debtor(name=f"某{i}公司") for i in range(5))]
        page = read(browser(people.tang), a_case(people).filed("11-02", parties=parties))
        assert "鄠埇硚猇浉沚瀍" in page.text
        assert "某0公司、某1公司 等 5 人" in page.text

    def test_numbers_are_masked_everywhere_on_the_page(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built, "?tab=parties")
        assert NOBODY not in page.html
        assert "13900000000" not in page.html
        assert f"{NOBODY[:3]}***********{NOBODY[-4:]}" in page.text


class TestSight:
    @pytest.mark.parametrize("person", ["luo", "sun", "far_supervisor"])
    @pytest.mark.parametrize("page", ["", "send_notice/", "slip/"])
    def test_another_courts_people_find_nothing(
        self, people: People, browser: Browser, built: CaseBuilder, person: str, page: str
    ) -> None:
        answer = Page(browser(getattr(people, person)).get(f"/cases/{built.case.pk}/{page}"))
        assert answer.status == 404
        assert built.case.number not in answer.html
        assert answer.text == Page(browser(people.sun).get("/cases/999999/")).text

    @pytest.mark.parametrize("person", ["he", "song", "bai"])
    def test_supervisors_read_but_are_told_who_acts(
        self, people: People, browser: Browser, built: CaseBuilder, person: str
    ) -> None:
        page = read(browser(getattr(people, person)), built)
        assert page.status == 200
        assert not page.leads_to(f"/cases/{built.case.pk}/send_notice/")
        assert "“发送执行通知书”由商洛市商州区人民法院的" in page.text


class TestActs:
    def test_the_pressing_act_comes_first_with_the_days_it_has(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built)
        acts = page.html[page.html.index("现在可以做") :]
        assert acts.index("发送执行通知书") < acts.index("登记财产线索")
        assert "逾期 14 天 · 11月9日（周一）到期" in page.text

    def test_the_others_are_folded_with_the_reason(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built)
        assert "其他操作及不能办理的原因" in page.text
        assert "当前状态为“执行中”，不能办理此项。" in page.text
        assert not page.leads_to(f"/cases/{built.case.pk}/resume/")

    def test_an_open_lead_offers_its_answer_among_the_acts(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.with_lead("11-20").rebuilt(TODAY)
        url = f"/act/lead/{built.leads[0].pk}/verify_lead/"
        assert read(browser(people.lin), built).leads_to(url)
        assert read(browser(people.lin), built, "?tab=leads").links.count(url) == 2
        assert not read(browser(people.zhou), built).leads_to(url)

    def test_a_closed_case_offers_nothing(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05").closed("11-20").rebuilt(TODAY)
        page = read(browser(people.lin), built)
        assert "现在没有需要您办理的事项" in page.text
        assert "执行完毕" in page.text


class TestClocks:
    def test_are_drawn_and_lead_to_why(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built)
        clock = built.clock("send_enforcement_notice")
        assert page.leads_to(f"/clocks/{clock.pk}/why/")
        assert "起算 2026-11-04，届满 2026-11-09，今天 2026-11-23" in page.html
        assert "已结束 2 项" in page.text  # 立案审查、确定承办人

    def test_an_excluded_interval_is_hatched(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05").suspended("11-10").rebuilt(TODAY)
        page = read(browser(people.lin), built)
        assert "扣除 2026-11-10 至 今" in page.html
        assert 'class="gap"' in page.html
        assert "期间已扣除" in page.text

    def test_are_derived_now_even_when_the_sheet_is_behind(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05")  # no rebuild
        page = read(browser(people.lin), built)
        assert "已结束 4 项" in page.text


class TestTimeline:
    def test_is_newest_first_with_numbers_and_hashes(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        page = read(browser(people.lin), built)
        places = [page.html.index(f'id="event-{n}"') for n in (3, 2, 1)]
        assert places == sorted(places)
        assert "确定承办人（首次）：林法官。" in page.text
        assert bytes(built.event("file.received").hash).hex() in page.html

    def test_shows_a_correction_and_the_struck_original(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.corrected("11-20", "file.received", "11-05", reason="看错日历")
        page = read(browser(people.lin), built)
        assert "<del>2026-11-04</del>" in page.html
        assert "更正第 3 项记录" in page.text
        assert "看错日历" in page.text

    def test_strikes_what_was_declared_void(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.with_lead("11-20").corrected("11-21", "lead.submitted")
        page = read(browser(people.lin), built)
        assert 'id="event-4" class="tl-void"' in page.html
        assert "已更正作废" in page.text

    def test_keeps_one_kind(self, people: People, browser: Browser, built: CaseBuilder) -> None:
        built.with_lead("11-20")
        page = read(browser(people.lin), built, "?kind=property")
        assert 'id="event-4"' in page.html
        assert 'id="event-3"' not in page.html
        assert "没有这一类记录" in read(browser(people.lin), built, "?kind=petition").text

    def test_goes_back_in_stretches(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        for _ in range(45):
            built.with_lead("11-20")
        page = read(browser(people.lin), built)
        assert 'id="event-48"' in page.html
        assert 'id="event-8"' not in page.html
        older = next(link for link in page.links if "seq=" in link)
        assert 'id="event-1"' in read(browser(people.lin), built, older).html

    def test_who_may_correct_finds_the_form_at_each_entry(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.swept("11-20")  # raises a flag: an entry of the system's, which nobody corrects here
        seq = built.event("file.received").seq
        address = f"/cases/{built.case.pk}/correct_event/?seq="
        head, judge = (read(browser(person), built) for person in (people.qin, people.lin))
        offered = [link.removeprefix(address) for link in head.links if link.startswith(address)]
        assert str(seq) in offered
        assert str(built.event("flag.raised").seq) not in offered
        assert not judge.leads_to(address)
        assert Page(browser(people.qin).get(f"{address}{seq}")).field("seq") == str(seq)
        built.corrected("11-20", "file.received", "11-05")
        assert read(browser(people.qin), built).leads_to(f"{address}{seq}")  # a day, once more

    def test_hides_from_the_court_what_is_for_supervision_alone(
        self,
        people: People,
        browser: Browser,
        built: CaseBuilder,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        secret = Kind(
            "review.tried", "试", "只有监督人员看得到。", frozenset(), Audience.SUPERVISION
        )
        monkeypatch.setitem(KINDS, secret.code, secret)
        CaseEvent.objects.create(
            case=built.case, seq=99, kind=secret.code, on=TODAY, at=built.event("case.filed").at,
            data="{}", hash=b"x",
        )  # fmt: skip
        assert "只有监督人员看得到" not in read(browser(people.lin), built).text
        assert "只有监督人员看得到" in read(browser(people.he), built).text


class TestTabs:
    def test_count_what_they_hold(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05").with_lead("11-06").with_lead("11-07")
        page = read(browser(people.lin), built)
        for words in ("线索 2", "财产措施 0", "失信 0", "文书 2", "当事人 2", "附件 0", "标记 0"):
            assert words in page.text

    @pytest.mark.parametrize(
        ("tab", "words"),
        [
            ("leads", "还没有财产线索"),
            ("measures", "还没有控制措施"),
            ("listings", "没有失信名单决定"),
            ("papers", "还没有文书"),
            ("attachments", "没有附件"),
            ("flags", "没有超期标记"),
            ("nonsense", "承办人接收案件材料"),
        ],
    )
    def test_say_what_would_be_there(
        self, people: People, browser: Browser, built: CaseBuilder, tab: str, words: str
    ) -> None:
        assert words in read(browser(people.lin), built, f"?tab={tab}").text

    def test_show_what_is_there(self, people: People, browser: Browser, built: CaseBuilder) -> None:
        built.noticed("11-05").with_lead("11-06").verified("11-08")
        built.measured("11-09", lead=built.leads[0]).listed("11-10").published("11-11")
        client = browser(people.lin)
        assert "账户存在。" in read(client, built, "?tab=leads").text
        assert "5,000.00 元" in read(client, built, "?tab=measures").text
        assert "有履行能力而拒不履行" in read(client, built, "?tab=listings").text
        assert "报告财产令" in read(client, built, "?tab=papers").text

    def test_a_flag_shows_who_held_the_case_and_offers_the_explanation(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.swept(TODAY)
        page = read(browser(people.lin), built, "?tab=flags")
        flag = built.flag("send_enforcement_notice")
        assert "发出执行通知书" in page.text
        assert page.leads_to(f"/act/flag/{flag.pk}/explain_flag/")
        assert not read(browser(people.qin), built, "?tab=flags").leads_to(
            f"/act/flag/{flag.pk}/explain_flag/"
        )
        assert (
            "超期标记：“发出执行通知书”应于 2026-11-09 前完成。"
            in read(browser(people.lin), built).text
        )


class TestQueries:
    def test_are_as_many_for_a_thin_case_as_for_a_thick_one(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        client = browser(people.lin)
        built.noticed("11-05").with_lead("11-05").swept(TODAY)
        read(client, built)
        with CaptureQueriesContext(connection) as thin:
            read(client, built)
        for _ in range(10):
            built.with_lead("11-06").verified("11-10").measured("11-11")
        built.swept(TODAY)
        with CaptureQueriesContext(connection) as thick:
            read(client, built)
        assert len(thin) == len(thick)
        assert len(thick) <= 32


class TestRevealing:
    @pytest.fixture
    def address(self, built: CaseBuilder) -> str:
        """Return where the applicant's numbers are shown on a ground."""
        return f"/parties/{built.case.parties.get(role='applicant').pk}/reveal/"

    def test_shows_the_number_once_and_writes_down_who_and_why(
        self, people: People, browser: Browser, address: str
    ) -> None:
        client = browser(people.lin)
        assert NOBODY not in Page(client.get(address)).html
        answer = client.post(address, {"ground": "制作协助冻结通知书"})
        assert NOBODY in Page(answer).text
        assert "no-store" in answer["Cache-Control"]
        seen = Reveal.objects.get()
        assert (seen.user, seen.ground) == (people.lin, "制作协助冻结通知书")
        assert NOBODY not in Page(client.get(address)).html

    @pytest.mark.parametrize("ground", ["", "   ", "长" * 201])
    def test_wants_a_ground(
        self, people: People, browser: Browser, address: str, ground: str
    ) -> None:
        answer = Page(browser(people.lin).post(address, {"ground": ground}))
        assert answer.status == 400
        assert NOBODY not in answer.html
        assert answer.field("ground") == ground
        assert not Reveal.objects.exists()

    @pytest.mark.parametrize(("person", "status"), [("bai", 403), ("luo", 404), ("sun", 404)])
    def test_is_not_for_everybody(
        self, people: People, browser: Browser, address: str, person: str, status: int
    ) -> None:
        answer = Page(browser(getattr(people, person)).post(address, {"ground": "看看"}))
        assert answer.status == status
        assert NOBODY not in answer.html
        assert not Reveal.objects.exists()

    def test_is_not_offered_to_an_auditor(
        self, people: People, browser: Browser, built: CaseBuilder, address: str
    ) -> None:
        assert read(browser(people.lin), built, "?tab=parties").leads_to(address)
        assert not read(browser(people.bai), built, "?tab=parties").leads_to(address)


class TestPapersAndFiles:
    @pytest.fixture
    def paper(self, built: CaseBuilder) -> int:
        """Return the number of the enforcement notice."""
        return int(built.noticed("11-05").case.papers.get(kind="notice").pk)

    def test_a_paper_is_shown_as_text(self, people: People, browser: Browser, paper: int) -> None:
        page = Page(browser(people.lin).get(f"/papers/{paper}/"))
        assert "向申请执行人支付100,000.00元" in page.text
        assert "二〇二六年十一月五日" in page.text
        assert page.leads_to(f"/papers/{paper}/paper.pdf")

    @pytest.mark.parametrize(
        ("file", "begin", "kind"),
        [
            ("paper.pdf", b"%PDF", "inline"),
            ("paper.pdf?download=1", b"%PDF", "attachment"),
            ("paper.docx", b"PK", "attachment"),
        ],
    )
    def test_a_paper_comes_as_pdf_and_as_word_file(
        self, people: People, browser: Browser, paper: int, file: str, begin: bytes, kind: str
    ) -> None:
        answer = browser(people.lin).get(f"/papers/{paper}/{file}")
        assert answer.content.startswith(begin)
        assert answer["Content-Disposition"].startswith(f"{kind}; filename*=utf-8''")
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_void_paper_says_so(
        self, people: People, browser: Browser, built: CaseBuilder, paper: int
    ) -> None:
        built.corrected("11-20", "notice.sent")
        assert "本文书已作废" in Page(browser(people.lin).get(f"/papers/{paper}/")).text

    @pytest.mark.parametrize("file", ["", "paper.pdf", "paper.docx"])
    def test_another_court_gets_nothing(
        self, people: People, browser: Browser, paper: int, file: str
    ) -> None:
        assert browser(people.luo).get(f"/papers/{paper}/{file}").status_code == 404

    @pytest.fixture
    def attachment(self, built: CaseBuilder, settings: Any, tmp_path: Path) -> Attachment:
        """Return a web page handed in under a name that tries to break the header."""
        files = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = {**settings.STORAGES, "default": files}
        return Attachment.objects.create(
            case=built.case,
            name='证据"\r\nSet-Cookie: x=1 鄠.html',
            content_type="text/html",
            size=8,
            sha256=hashlib.sha256(b"<script>").hexdigest(),
            file=ContentFile(b"<script>", "a.bin"),
            at=built.event("case.filed").at,
        )

    def test_an_attachment_is_only_ever_downloaded(
        self, people: People, browser: Browser, attachment: Attachment
    ) -> None:
        answer = browser(people.lin).get(f"/attachments/{attachment.pk}/")
        assert b"".join(answer.streaming_content) == b"<script>"  # type: ignore[attr-defined]
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie: x=1" not in "".join(f"{k}: {v}\n" for k, v in answer.items())

    def test_an_attachment_of_another_court_is_not_there(
        self, people: People, browser: Browser, attachment: Attachment
    ) -> None:
        assert browser(people.luo).get(f"/attachments/{attachment.pk}/").status_code == 404

    def test_a_file_that_is_gone_is_said_to_be_gone(
        self, people: People, browser: Browser, attachment: Attachment
    ) -> None:
        attachment.file.storage.delete(str(attachment.file.name))
        assert browser(people.lin).get(f"/attachments/{attachment.pk}/").status_code == 404
