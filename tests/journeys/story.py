"""The whole path of one case, told once: from filing to the supervision order.

Two kinds of browsers walk it: one without script (``visitor``), one real (``window``). What the
people do is the same; who walks tells how.
"""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import docx
import pypdf
import pytest

from cases.identity import fictional_identity, fictional_phone
from tests.journeys.cast import PASSWORD
from tests.journeys.visitor import Page, Visitor, number_in

#: Points of an A4 sheet (GB/T 9704-2012: 210 mm × 297 mm), and of a millimetre.
A4 = (595.28, 841.89)
EMU_PER_MM = 36000
#: The answer to a form whose case has gone on meanwhile, and how often one presses again.
STALE, AGAIN = 412, 3
ANSWER = "经查，您提供的线索确实没有按期核查，现已责成承办人立即核查。"
EXPLANATION = "外出办案两周，未能及时核查线索。"
COMPLAINT = "我十月份就提供了银行账户的线索，法院一直不去查。"
FOUND_BY_CASE, FOUND_BY_CONDUCT = "线索提交后一直没有核查记录。", "承办人对未核查负有直接责任。"
DEMAND = "立即核查财产线索，查明后当日采取控制措施"


def day(ago: int) -> str:
    """Return the day so many days ago, as a form writes it."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return (today - timedelta(ago)).isoformat()


def done(page: Page) -> Page:
    """Hold a page to be the good end of an act."""
    assert page.status == 200, f"{page.status} {page.path}: {page.text[:900]}"
    return page


def wait_for(read: Callable[[], Page | None], seconds: float = 60) -> Page:
    """Read again and again until the answer is there: beat and worker need their time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = read()
        if page is not None:
            return page
        time.sleep(1)
    raise AssertionError("the sweep of beat and worker did not come")


@dataclass
class Story:
    """One case on its way, and the browsers of the people in it.

    Attributes:
        open_browser: gives one more browser; told whether it is a phone.
        case: address of the case's page.
        found: what a later step needs of an earlier one: addresses, numbers.
    """

    open_browser: Callable[[bool], Visitor]
    case: str = ""
    number: str = ""
    code: str = ""
    found: dict[str, str] = field(default_factory=dict)
    people: dict[str, Visitor] = field(default_factory=dict)

    # -- people --------------------------------------------------------------------------------

    def of(self, username: str) -> Visitor:
        """Return that person's browser, signed in."""
        if username not in self.people:
            visitor = self.open_browser(False)
            page = done(visitor.sign_in(username, PASSWORD))
            assert "退出" in page.html, page.text[:500]
            self.people[username] = visitor
        return self.people[username]

    def act(self, username: str, place: str, words: str, **values: Any) -> Page:
        """Open a page, follow the act offered there under these words, fill in its form."""
        person = self.of(username)
        page = done(person.get(place))
        form = done(person.get(page.link(words)))
        page = person.submit(form, values)
        for _ in range(AGAIN):
            if page.status != STALE:
                break
            # The sweep wrote into the timeline meanwhile: the page shows what, and asks to press
            # the button once more.
            assert "您填写期间，本案新增了这些记录" in page.text
            page = person.submit(page, values)
        return done(page)

    # -- the court runs the case ---------------------------------------------------------------

    def file(self) -> None:
        """立案: forty days ago; the number and the query code come out."""
        clerk = self.of("j-lian")
        page = clerk.get("/cases/new/")
        names = sorted(n for n in page.form("basis_number").names if n.endswith("-name"))
        one, two = (n.removesuffix("-name") for n in names[:2])
        page = done(clerk.submit(page, {
            "on": day(40), "applied_on": day(41), "procedure": "首次执行",
            "basis": "民事、行政判决", "basis_number": "（2025）陕1002民初88号民事判决书",
            "basis_body": "商洛市商州区人民法院", "amount": "150000.00",
            f"{one}-role": "申请执行人", f"{one}-kind": "自然人", f"{one}-name": "申请甲",
            f"{one}-id_number": fictional_identity(11), f"{one}-phone": fictional_phone(11),
            f"{two}-role": "被执行人", f"{two}-kind": "自然人", f"{two}-name": "被执乙",
            f"{two}-id_number": fictional_identity(12),
        }))  # fmt: skip
        code = re.search(r"查询码\s*([2-9A-HJ-NP-Z]{8})", page.text)
        assert code, page.text[:900]
        self.number, self.code = number_in(page.text), code.group(1)
        self.case = next(h for _, h in page.links if re.fullmatch(r"/cases/\d+/", h))

    def enforce(self) -> None:
        """Assign, receive the file, send the notice, take the lead in; then do nothing."""
        self.act("j-ju", self.case, "确定承办人", user="林承办", on=day(38))
        self.act("j-lin", self.case, "接收案件材料", on=day(37))
        page = self.act("j-lin", self.case, "发送执行通知书", on=day(36))
        assert "执行通知书" in page.text
        self.act(
            "j-lin", self.case, "登记财产线索",
            asset_kind="银行存款", content="商州某银行账户", on=day(30),
        )  # fmt: skip

    def lapse(self) -> None:
        """Wait for beat and worker: the lead was not verified within ten days."""

        def flagged() -> Page | None:
            page = done(self.of("j-ju").get("/flags/"))
            for href in dict.fromkeys(h for _, h in page.links if re.fullmatch(r"/flags/\d+/", h)):
                shown = done(self.of("j-ju").get(href))
                if self.number in shown.text and "财产线索核查红线" in shown.text:
                    self.found["flag"] = href
                    return shown
            return None

        shown = wait_for(flagged)
        assert "林承办" in shown.text

    def explain(self) -> None:
        """要求说明, 说明, and the head's judgment of it."""
        flag = self.found["flag"]
        self.act("j-ju", flag, "要求说明")
        self.act("j-lin", flag, "说明理由", ground="其他", text=EXPLANATION)
        page = self.act("j-ju", flag, "认定超期", ground="外出不影响委托他人核查。")
        assert EXPLANATION in page.text
        assert "认定超期" in page.text

    # -- the petitioner ------------------------------------------------------------------------

    def complain(self) -> None:
        """On the phone: a wrong code finds nothing, the right one opens the case; 反映问题."""
        phone = self.people["phone"] = self.open_browser(True)
        page = phone.submit(phone.get("/portal/"), {"number": self.number, "code": "22222222"})
        assert page.status == 400
        assert "案号或者查询码不对" in page.text
        page = done(phone.submit(phone.get("/portal/"), {"number": self.number, "code": self.code}))
        assert "已经超过" in page.text
        form = done(phone.get(page.link("反映问题")))
        page = done(phone.submit(
            form, {"kind": "法院拖着不办", "text": COMPLAINT},
            files={"attachments": ("线索回执.txt", "十月提交线索的回执".encode())},
        ))  # fmt: skip
        assert "反映的问题已经收到" in page.text
        self.found["petition_number"] = re.search(r"陕1002信〔\d{4}〕\d+号", page.text).group()  # type: ignore[union-attr]

    def answer(self) -> None:
        """登记, 答复; the petitioner reads it on the phone."""
        page = done(self.of("j-xin").get("/petitions/"))
        petition = self.found["petition"] = page.link(self.found["petition_number"])
        self.act("j-xin", petition, "登记")
        page = done(self.of("j-xin").get(petition))
        assert "线索回执.txt" in page.text
        self.act(
            "j-xin", petition, "答复",
            outcome="属实", answer=ANSWER, delivery="网上",
        )  # fmt: skip
        phone = self.people["phone"]
        case = done(phone.get("/portal/"))
        case = done(phone.get(case.link(self.number)))
        page = done(phone.get(case.link("法院答复了您反映的问题")))
        assert ANSWER in page.text

    # -- the court above -----------------------------------------------------------------------

    def review(self) -> None:
        """一案双查 by two people; neither reads the other's file before both have answered."""
        page = self.act(
            "j-he", self.case, "启动一案双查",
            case_reviewer="何督办", conduct_reviewer="杜察明",
            petition=self.found["petition_number"], clues="财产线索三十日没有核查\n承办人不接电话",
        )  # fmt: skip
        review = self.found["review"] = page.path
        assert re.fullmatch(r"/reviews/\d+/", review), review
        for username, text in (("j-he", FOUND_BY_CASE), ("j-du", FOUND_BY_CONDUCT)):
            self._answer_clues(username, review, text)
        assert FOUND_BY_CONDUCT not in self.of("j-he").get(review).html
        self.act(
            "j-he", review, "提出联合结论",
            conclusion="消极执行", reasons="收到线索三十日没有核查，没有正当理由。",
            remedies=["责令纠正", "督办函"], proposals="责令立即核查\n对承办人提醒谈话",
            summary="查阅了全部时间线。",
        )  # fmt: skip
        page = self.act("j-du", review, "会签", summary="谈话一人次。")
        assert "由两名核查人共同签署" in page.text

    def _answer_clues(self, username: str, review: str, text: str) -> None:
        """Answer both clues of a review: the first with evidence from the timeline."""
        person = self.of(username)
        for turn in (0, 1):
            page = done(person.get(review))
            clue = list(dict.fromkeys(h for _, h in page.links if "/clues/" in h))[turn]
            form = done(person.get(clue))
            values: dict[str, Any] = {"answer": "属实", "text": text, "evidence": ["1", "5"]}
            if turn:
                values = {"answer": "无法查实", "text": "没有通话记录可查。"}
            done(person.submit(form, values))

    def report(self) -> None:
        """起草, 签发; both papers are opened and read back."""
        page = self.act("j-he", self.found["review"], "起草督查报告", as_of=day(0))
        report = self.found["report"] = page.path
        assert re.fullmatch(r"/reports/\d+/", report), report
        page = self.act("j-jia", report, "签发")
        number = re.search(r"〔\d{4}〕\d+号", page.text)
        digest = re.search(r"SHA-256 ([0-9a-f]{64})", page.text)
        assert number, page.text[:600]
        assert digest, page.text[:600]
        he = self.of("j-he")
        read_pdf(he.download(f"{report}report.pdf"), self.number, number.group(), digest.group(1))
        read_docx(he.download(f"{report}report.docx"), self.number, number.group())

    def order(self) -> None:
        """督办函 to the lower court, and its reply."""
        page = self.act(
            "j-he", self.case, "发出督办函",
            facts="财产线索三十日没有核查。", demands=DEMAND, reply_days="15",
        )  # fmt: skip
        order = self.found["order"] = page.path
        assert re.fullmatch(r"/orders/\d+/", order), order
        paper = pypdf.PdfReader(io.BytesIO(self.of("j-he").download(f"{order}order.pdf")))
        assert DEMAND in bare("".join(p.extract_text() for p in paper.pages))
        head = self.of("j-ju")
        page = done(head.submit(done(head.get(order)), {"text": "已于今日核查并冻结账户。"}))
        assert "已于今日核查并冻结账户" in page.text

    def whole(self) -> None:
        """Walk the whole path."""
        for step in (
            self.file, self.enforce, self.lapse, self.explain, self.complain, self.answer,
            self.review, self.report, self.order,
        ):  # fmt: skip
            step()


# -- papers ---------------------------------------------------------------------------------------


def bare(text: str) -> str:
    """Return a text without white space: a paper breaks its lines where it must."""
    return re.sub(r"\s+", "", text)


def read_pdf(content: bytes, case: str, number: str, digest: str) -> None:
    """Open the PDF: A4 on every page, the words, the number, the hash, its fonts inside."""
    paper = pypdf.PdfReader(io.BytesIO(content))
    for page in paper.pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        assert size == pytest.approx(A4, abs=0.5)
    text = bare("".join(page.extract_text() for page in paper.pages))
    for words in (case, number, FOUND_BY_CASE, FOUND_BY_CONDUCT, "消极执行", digest):
        assert bare(words) in text, words


def read_docx(content: bytes, case: str, number: str) -> None:
    """Open the DOCX: A4, the standard's margins and font names, the same words."""
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    paper = docx.Document(io.BytesIO(content))
    section = paper.sections[0]
    assert section.page_width and section.page_height  # noqa: PT018
    size = round(section.page_width / EMU_PER_MM), round(section.page_height / EMU_PER_MM)
    assert size == (210, 297)
    cells = (c.text for t in paper.tables for row in t.rows for c in row.cells)
    text = bare("".join([*(p.text for p in paper.paragraphs), *cells]))
    for words in (case, number, FOUND_BY_CASE, FOUND_BY_CONDUCT, "消极执行"):
        assert bare(words) in text, words
    assert "仿宋_GB2312" in paper.element.xml
