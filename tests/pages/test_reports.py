"""Reports on screen: as they go out, with number and hash; issued once, never altered."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pypdf
import pytest
from django.test import Client

from enforcement.models import User
from petitions.models import Report
from tests.pages.reading import Page
from tests.people import People
from tests.petitions.steps import Supervised
from tests.refusals import every_row

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


def issue(client: Client, report: Report) -> Page:
    """Issue a report through its form."""
    path = f"/act/report/{report.pk}/issue_report/"
    version = opened(client, path).field("version")
    return Page(client.post(path, {"version": version}, follow=True))


class TestIssuing:
    def test_an_approver_reads_the_draft_and_issues_it(
        self, under: Supervised, browser: Browser
    ) -> None:
        report = under.drafted()
        client = browser(under.president)
        assert "待我签发 1" in opened(client, "/reports/").text
        draft = opened(client, f"/reports/{report.pk}/")
        assert "这是草稿" in draft.text
        assert (
            "关于商洛市商州区人民法院办理（2026）陕1002执1号执行案件的一案双查督查报告"
            in draft.text.replace(" ", "")
        )  # the title stands in the lines of the printed paper
        done = issue(client, report)
        report.refresh_from_db()
        assert "已签发督查报告" in done.text
        assert report.number in done.text
        assert report.sha256 in done.text
        assert "存档内容与印发时一致" in done.text

    def test_a_reviewer_may_not_issue_their_own(self, under: Supervised, browser: Browser) -> None:
        report = under.drafted()
        he = browser(under.people.he)
        assert he.get(f"/act/report/{report.pk}/issue_report/").status_code == 403
        version = str(under.case.version)
        answer = he.post(f"/act/report/{report.pk}/issue_report/", {"version": version})
        assert answer.status_code == 403
        report.refresh_from_db()
        assert report.state == "draft"

    def test_a_draft_made_of_what_is_no_longer_so_is_refused(
        self, under: Supervised, browser: Browser
    ) -> None:
        report = under.drafted()
        under.built.corrected("11-20", "notice.sent", "11-06", seen="11-20")
        path = f"/act/report/{report.pk}/issue_report/"
        client = browser(under.president)
        shown = Page(client.post(path, {"version": opened(client, path).field("version")}))
        assert shown.status == 409
        assert "请核查人重新起草" in shown.text

    def test_is_drafted_from_the_page_of_the_review(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.concluded()
        he = browser(under.people.he)
        path = f"/act/dualreview/{review.pk}/draft_report/"
        version = opened(he, path).field("version")
        answer = he.post(path, {"version": version, "as_of": "2026-11-23"})
        report = review.reports.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/reports/{report.pk}/")


class TestPage:
    def test_shows_the_paper_that_goes_out(self, under: Supervised, browser: Browser) -> None:
        report = under.issued()
        shown = opened(browser(under.people.he), f"/reports/{report.pk}/").text
        for words in (
            "陕西省商洛市中级人民法院文件",
            "案件办理情况核查",
            "人员履职情况核查",
            "消极执行",
            "责令商州区人民法院整改",
            "案件时间线摘录",
        ):
            assert words in shown

    def test_a_changed_archive_is_told(
        self, under: Supervised, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        report = under.issued()
        monkeypatch.setattr("petitions.papers.digest", lambda content: "f" * 64)
        shown = opened(browser(under.people.he), f"/reports/{report.pk}/").text
        assert "校验码不符" in shown
        assert "与印发时一致" not in shown

    def test_pdf_and_word_hold_number_and_hash(self, under: Supervised, browser: Browser) -> None:
        report = under.issued()
        client = browser(under.people.he)
        pdf = client.get(f"/reports/{report.pk}/report.pdf?download=1")
        assert pdf["Content-Disposition"].startswith("attachment")
        text = "".join(
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages
        )
        assert report.sha256[:16] in text.replace("\n", "")
        word = client.get(f"/reports/{report.pk}/report.docx")
        paragraphs = [p.text for p in docx.Document(io.BytesIO(word.content)).paragraphs]
        assert any(report.number in p for p in paragraphs)
        assert "sandbox" in pdf["Content-Security-Policy"]

    def test_the_president_of_the_court_reviewed_reads_it_once_issued(
        self, under: Supervised, browser: Browser
    ) -> None:
        report = under.drafted()
        zhao = browser(under.people.zhao)
        assert zhao.get(f"/reports/{report.pk}/").status_code == 404
        under.do("issue_report", report, "11-21", under.head)
        assert zhao.get(f"/reports/{report.pk}/").status_code == 200
        for who in ("lin", "qin", "luo", "far_supervisor"):
            client = browser(getattr(under.people, who))
            for path in ("", "report.pdf", "report.docx"):
                assert client.get(f"/reports/{report.pk}/{path}").status_code == 404

    def test_a_superseded_one_stays_readable_and_says_so(
        self, under: Supervised, browser: Browser
    ) -> None:
        old = under.issued()
        he = browser(under.people.he)
        path = f"/act/report/{old.pk}/supersede_report/"
        version = opened(he, path).field("version")
        he.post(path, {"version": version, "as_of": "2026-11-23", "reason": "补充核查"})
        new = Report.objects.get(replaces=old)
        issue(browser(under.president), new)
        shown = opened(he, f"/reports/{old.pk}/")
        assert "本报告已被取代" in shown.text
        assert old.sha256 in shown.text
        assert shown.leads_to(f"/reports/{new.pk}/")
        assert old.number in opened(he, f"/reports/{new.pk}/").text

    def test_reading_writes_nothing(self, under: Supervised, browser: Browser) -> None:
        report = under.issued()
        client = browser(under.people.he)
        before = every_row()
        for path in (f"/reports/{report.pk}/", f"/reports/{report.pk}/report.pdf", "/reports/"):
            assert client.get(path).status_code == 200
        assert every_row() == before
