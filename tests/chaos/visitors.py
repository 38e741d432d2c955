"""People in front of a browser while things break: a clerk at her forms, petitioners on phones.

They press a button once. What they see may be a plain page that says "later"; never the inside.
"""

from __future__ import annotations

import http.client
import itertools
import re
import threading
import time
from dataclasses import dataclass, field

from tests.chaos.ledger import Ledger
from tests.chaos.writers import CHANCE
from tests.journeys.visitor import Page, Visitor

PASSWORD = "chaos-2026-zhifa"
#: What a person is told when it is not their fault; the first two come with 503.
LATER = ("系统暂时不能使用", "暂时不能办理", "附件存储暂时没有应答", "系统正在恢复")
GONE = Page(0, "", b"", "")
#: More than a process may write when the disk is small, less than one may hand in.
LETTER = "事情经过：" + "法院一直没有查这条线索。" * 2000


@dataclass
class Person:
    """Somebody with a browser: every page is looked at, and pages that fail must say so plainly."""

    address: str
    ledger: Ledger
    over: threading.Event
    name: str
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Open a browser that knows nobody."""
        self.browser = Visitor(self.address)

    def get(self, path: str) -> Page:
        """Open a page."""
        try:
            return self._looked(self.browser.get(path))
        except (OSError, http.client.HTTPException):
            return GONE

    def send(self, page: Page, values: dict[str, str], **more: object) -> Page:
        """Fill in a form and press its button, once."""
        try:
            return self._looked(self.browser.submit(page, values, **more))  # type: ignore[arg-type]
        except (OSError, http.client.HTTPException):
            return GONE

    def _looked(self, page: Page) -> Page:
        self.ledger.saw(page.status, page.html)
        if page.status >= 500 and not (
            page.status == 503 and any(words in page.text for words in LATER)
        ):
            self.ledger.wrong(f"{page.path} {page.status} {page.text[:400]}")
        return page

    def wait(self) -> None:
        """Think for a moment."""
        time.sleep(CHANCE.uniform(0.2, 1.0))

    def a_case(self) -> tuple[int, str, str] | None:
        """Return a case that was filed lately, or None before there is one."""
        known = list(self.ledger.cases)
        return CHANCE.choice(known) if known else None


class Clerk(Person):
    """吴书记员 enters leads through the form of the case page."""

    def work(self) -> None:
        """Enter lead after lead."""
        for nth in itertools.count():
            if self.over.is_set():
                return
            self.wait()
            if (case := self.a_case()) is not None:
                self._enter(case[0], f"{self.name}第{nth}条线索")

    def _enter(self, case: int, content: str) -> None:
        page = self.get(f"/cases/{case}/submit_lead/")
        if "login" in page.path:
            page = self.send(page, {"login": "wu", "password": PASSWORD})
            page = self.get(f"/cases/{case}/submit_lead/") if page.status == 200 else page
        if page.status != 200 or "login" in page.path:
            return
        values = {"asset_kind": "银行存款", "content": content}
        self.ledger.tried.add(("lead", content))
        answer = self.send(page, values)
        while answer.status == 412:  # the page shows what came between, and asks to press again
            answer = self.send(answer, values)
        if answer.status == 200 and answer.path == f"/cases/{case}/":
            self.ledger.done.add(("lead", content))
        elif "login" in answer.path:  # her session ended meanwhile
            self.ledger.refused.add(("lead", content))
        elif answer.status in {200, 400, 403, 404, 409}:
            self.ledger.wrong(f"lead {answer.status} {answer.path} {answer.text[:300]}")


class Petitioner(Person):
    """An applicant looks the case up by its code, reads, and complains with a letter attached."""

    def work(self) -> None:
        """Come by, again and again."""
        for nth in itertools.count():
            if self.over.is_set():
                return
            self.wait()
            if (case := self.a_case()) is not None:
                self._come_by(case, f"{self.name}第{nth}次反映")

    def _come_by(self, case: tuple[int, str, str], text: str) -> None:
        self.begin_anew()
        page = self.get("/portal/")
        if page.status != 200:
            return
        page = self.send(page, {"number": case[1], "code": case[2]})
        if page.status == 400:
            self.ledger.wrong(f"portal {page.text[:300]}")
        if not page.path.startswith(f"/portal/cases/{case[0]}/"):
            return
        form = self.get(page.link("反映问题"))
        if form.status == 200 and "反映什么" in form.text:
            self._complain(form, text)

    def _complain(self, form: Page, text: str) -> None:
        self.ledger.tried.add(("petition", text))
        letter = {"attachments": ("经过.txt", f"{text}\n{LETTER}".encode())}
        answer = self.send(form, {"kind": "法院拖着不办", "text": text}, files=letter)
        if answer.status == 200 and "反映的问题已经收到" in answer.text:
            self.ledger.done.add(("petition", text))
        elif answer.status == 503 and re.search("没有记录|没有写入", answer.text):
            self.ledger.refused.add(("petition", text))
        elif answer.status in {400, 403, 404}:
            self.ledger.wrong(f"petition {answer.status} {answer.text[:400]}")


class Operator(Person):
    """The court's administrator at the health page, which names errors, for that is its purpose."""

    def _looked(self, page: Page) -> Page:
        return page

    def page(self) -> Page:
        """Open the health page, signing in when asked to."""
        page = self.get("/health/")
        if "login" in page.path and page.status == 200:
            self.send(page, {"login": "wei", "password": PASSWORD})
            page = self.get("/health/")
        return page

    def wrong(self) -> str:
        """Return what the health page says needs an act; the page itself when it is another."""
        page = self.page()
        if page.status != 200 or "巡检用时" not in page.text:
            return f"{page.status} {page.text[:300]}"
        found = re.search(r"需要处理：\s*(\S+)", page.text)
        return found[1] if found else ""
