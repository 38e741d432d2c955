"""Dual reviews on screen: two columns, each open to its own people, and one joint conclusion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from enforcement.models import User
from enforcement.papers.text import clean
from petitions.models import DualReview
from petitions.preview import preview
from tests.builders import day
from tests.pages.reading import Page
from tests.people import People
from tests.petitions.steps import Supervised
from tests.refusals import every_row

Browser = Callable[[User | None], Client]
CASE_WORDS, CONDUCT_WORDS = "通知书迟延三日发出", "直接责任"


@pytest.fixture
def under(people: People) -> Supervised:
    """Return a late case and the people of the court above it."""
    return Supervised.case_of(people)


def opened(client: Client, path: str) -> Page:
    """Open a page that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return Page(answer)


class TestColumns:
    def test_each_reviewer_reads_their_own_column_only(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.all_answered()
        path = f"/reviews/{review.pk}/"
        case_side = opened(browser(under.people.he), path)
        assert CASE_WORDS in case_side.text
        assert CONDUCT_WORDS not in case_side.html
        conduct_side = opened(browser(under.people.song), path)
        assert CONDUCT_WORDS in conduct_side.text
        assert CASE_WORDS not in conduct_side.html

    def test_the_other_column_shows_that_it_exists_and_how_far_it_is(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        under.answer(review.clues.get(position=1), under.people.song, text="保密的话。")
        shown = opened(browser(under.people.he), f"/reviews/{review.pk}/").text
        assert "人员线（督察）" in shown
        assert "已答复 1/2 条" in shown
        assert "您不能查看" in shown
        assert "保密的话" not in shown

    def test_the_conclusion_comes_next_once_both_have_answered_everything(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        client = browser(under.people.he)
        for path in (f"/reviews/{review.pk}/", "/reviews/?stage=all"):
            assert "两名核查人逐条答复线索" in opened(client, path).text
        for clue in review.clues.all():
            for who in (under.people.he, under.people.song):
                under.answer(clue, who)
        for path in (f"/reviews/{review.pk}/", "/reviews/?stage=all"):
            assert "一名核查人提出联合结论" in opened(client, path).text

    def test_who_reviews_nothing_reads_neither(self, under: Supervised, browser: Browser) -> None:
        review = under.all_answered()
        for who in (under.people.bai, under.head, under.president):
            shown = opened(browser(who), f"/reviews/{review.pk}/")
            assert CASE_WORDS not in shown.html
            assert CONDUCT_WORDS not in shown.html
            assert shown.text.count("您不能查看") == 2

    def test_the_approver_reads_both_once_the_conclusion_stands(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.concluded()
        shown = opened(browser(under.president), f"/reviews/{review.pk}/").text
        assert CASE_WORDS in shown
        assert CONDUCT_WORDS in shown
        assert CONDUCT_WORDS not in opened(browser(under.people.bai), f"/reviews/{review.pk}/").html

    @pytest.mark.parametrize("who", ["lin", "qin", "zhao", "xu", "luo", "far_supervisor"])
    def test_the_court_reviewed_and_strangers_find_nothing(
        self, under: Supervised, browser: Browser, who: str
    ) -> None:
        review = under.opened()
        client = browser(getattr(under.people, who))
        clue = review.clues.first()
        assert clue is not None
        for path in ("", "preview/", "preview.pdf"):
            assert client.get(f"/reviews/{review.pk}/{path}").status_code == 404
        assert client.get(f"/clues/{clue.pk}/").status_code == 404
        assert client.get(f"/act/dualreview/{review.pk}/add_clue/").status_code == 404
        assert str(under.case) not in client.get("/reviews/?stage=all").content.decode()

    def test_the_list_shows_how_far_never_what(self, under: Supervised, browser: Browser) -> None:
        under.all_answered()
        shown = opened(browser(under.people.bai), "/reviews/?stage=all").text
        assert under.case.number in shown
        assert "案件线 2/2 人员线 2/2" in shown
        assert CASE_WORDS not in shown


class TestAnsweringAClue:
    def form(self, client: Client, review: DualReview, position: int = 1) -> tuple[str, Page]:
        """Open the form of a clue."""
        path = f"/clues/{review.clues.get(position=position).pk}/"
        return path, opened(client, path)

    def test_evidence_is_ticked_on_the_timeline(self, under: Supervised, browser: Browser) -> None:
        review = under.opened()
        he = browser(under.people.he)
        path, form = self.form(he, review)
        assert "第 1 项" in form.text
        assert "立案，案件类型：首次执行" in form.text
        sent = {"answer": "yes", "text": "迟延三日。", "evidence": ["3", "4"]}
        done = Page(he.post(path, sent, follow=True))
        assert "已答复第 1 条线索" in done.text
        assert "发出执行通知书、报告财产令" in done.text
        finding = review.files.get(track="case").findings.get()
        assert sorted(p.event.seq for p in finding.picks.all()) == [3, 4]

    def test_an_answer_may_be_mended_and_starts_from_the_last_one(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        under.answer(review.clues.get(position=1), under.people.he)
        he = browser(under.people.he)
        path, form = self.form(he, review)
        assert form.field("text") == "通知书迟延三日发出。"
        assert form.fields["evidence"] == ["3", "4"]
        he.post(path, {"answer": "partly", "text": "更正：迟延二日。", "evidence": ["4"]})
        finding = review.files.get(track="case").findings.get()
        assert (finding.answer, finding.picks.count()) == ("partly", 1)

    def test_an_answer_without_evidence_is_refused_and_kept(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        he = browser(under.people.he)
        path, _ = self.form(he, review)
        before = every_row()
        shown = Page(he.post(path, {"answer": "yes", "text": "没有证据的话。"}))
        assert shown.status == 400
        assert "请从案件时间线选取证据" in shown.text
        assert shown.field("text") == "没有证据的话。"
        assert every_row() == before

    def test_evidence_ticked_stays_ticked_after_a_refusal(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        he = browser(under.people.he)
        path, _ = self.form(he, review)
        shown = Page(he.post(path, {"answer": "", "text": "写了一半", "evidence": ["2", "4"]}))
        assert shown.status == 400
        assert shown.fields["evidence"] == ["2", "4"]

    def test_of_another_track_is_never_the_start_of_mine(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        under.answer(review.clues.get(position=1), under.people.song, text="人员线的话。")
        _, form = self.form(browser(under.people.he), review)
        assert "人员线的话" not in form.html

    def test_who_opened_the_review_but_reviews_nothing_has_no_form(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        clue = review.clues.get(position=1)
        assert browser(under.head).get(f"/clues/{clue.pk}/").status_code == 404

    def test_once_a_conclusion_is_proposed_answers_are_settled(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.proposed()
        clue = review.clues.get(position=1)
        he = browser(under.people.he)
        shown = Page(he.get(f"/clues/{clue.pk}/"))
        assert shown.status == 409
        assert "现在不能答复" in shown.text
        answer = he.post(
            f"/clues/{clue.pk}/", {"answer": "no", "text": "改口。", "evidence": ["1"]}
        )
        assert answer.status_code == 409
        assert "修改答复" not in opened(he, f"/reviews/{review.pk}/").text


class TestOpening:
    def sent(self, under: Supervised, **changes: str) -> dict[str, str]:
        """Return a form that opens a review."""
        data = {
            "version": str(under.case.version),
            "source": "inspection",
            "case_reviewer": str(under.people.he.pk),
            "conduct_reviewer": str(under.people.song.pk),
            "clues": "迟延",
        }
        return data | changes

    def test_leads_to_the_page_of_the_review(self, under: Supervised, browser: Browser) -> None:
        path = f"/cases/{under.case.pk}/open_review/"
        answer = browser(under.people.he).post(path, self.sent(under))
        review = under.case.reviews.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/reviews/{review.pk}/")

    def test_one_person_on_both_tracks_is_refused_with_the_sentence(
        self, under: Supervised, browser: Browser
    ) -> None:
        from enforcement.roles import Role
        from tests.people import post

        post(under.people.song, under.above, Role.SUPERVISOR)
        path = f"/cases/{under.case.pk}/open_review/"
        both = self.sent(under, case_reviewer=str(under.people.song.pk))
        shown = Page(browser(under.people.he).post(path, both))
        assert shown.status == 409
        assert "案件线和人员线须由两人分别核查，不能都由宋督察担任。" in shown.text
        assert shown.field("clues") == "迟延"
        assert under.case.reviews.count() == 0

    def test_a_head_above_opens_one_though_the_case_is_not_in_their_lists(
        self, under: Supervised, browser: Browser
    ) -> None:
        path = f"/cases/{under.case.pk}/open_review/"
        client = browser(under.head)
        assert client.get(f"/cases/{under.case.pk}/").status_code == 404
        assert client.get(path).status_code == 200
        assert client.post(path, self.sent(under)).status_code == 302

    def test_the_court_reviewed_itself_may_not(self, under: Supervised, browser: Browser) -> None:
        path = f"/cases/{under.case.pk}/open_review/"
        assert browser(under.people.qin).post(path, self.sent(under)).status_code == 403
        assert browser(under.people.luo_head).post(path, self.sent(under)).status_code == 404
        assert under.case.reviews.count() == 0


class TestConclusion:
    def test_is_proposed_by_one_and_signed_by_the_other(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.all_answered()
        he, song = browser(under.people.he), browser(under.people.song)
        path = f"/act/dualreview/{review.pk}/propose_conclusion/"
        sent = {
            "version": opened(he, path).field("version"),
            "conclusion": "passive",
            "reasons": "没有正当理由。",
            "remedies": ["correct"],
            "proposals": "责令整改",
        }
        done = Page(he.post(path, sent, follow=True))
        assert "已提出联合结论" in done.text
        assert "待会签" in done.text
        sign = f"/act/dualreview/{review.pk}/conclude_review/"
        assert he.get(sign).status_code == 403
        version = opened(song, sign).field("version")
        assert "已作结论" in Page(song.post(sign, {"version": version}, follow=True)).text

    def test_cannot_be_proposed_while_a_track_is_silent(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.opened()
        shown = Page(
            browser(under.people.he).get(f"/act/dualreview/{review.pk}/propose_conclusion/")
        )
        assert shown.status == 409
        assert "还没有答复第 1、2 条线索" in shown.text

    def test_sent_back_the_reason_is_shown_to_both(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.proposed()
        song = browser(under.people.song)
        path = f"/act/dualreview/{review.pk}/return_conclusion/"
        version = opened(song, path).field("version")
        song.post(path, {"version": version, "reason": "证据不足，请补充。"})
        shown = opened(browser(under.people.he), f"/reviews/{review.pk}/").text
        assert "证据不足，请补充。" in shown
        assert "修改答复" in shown


class TestPreview:
    def test_of_a_reviewer_leaves_the_other_track_out(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.all_answered()
        shown = opened(browser(under.people.he), f"/reviews/{review.pk}/preview/")
        assert CASE_WORDS in shown.text
        assert CONDUCT_WORDS not in shown.html
        assert "由另一条核查线单独办理" in shown.text
        assert "待两名核查人联合作出结论" in shown.text

    def test_leaves_it_out_of_the_paper_itself_so_no_format_lets_it_through(
        self, under: Supervised
    ) -> None:
        review = under.all_answered()
        words = "".join(map(clean, preview(review, ["case"], day("11-23")).texts()))
        assert CASE_WORDS in words
        assert CONDUCT_WORDS not in words
        assert "通话记录" not in words
        whole = "".join(map(clean, preview(review, ["case", "conduct"], day("11-23")).texts()))
        assert CONDUCT_WORDS in whole

    def test_after_the_conclusion_holds_both_tracks(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.concluded()
        for who in (under.people.he, under.people.song, under.president):
            shown = opened(browser(who), f"/reviews/{review.pk}/preview/").text
            assert CASE_WORDS in shown
            assert CONDUCT_WORDS in shown
        assert browser(under.people.bai).get(f"/reviews/{review.pk}/preview/").status_code == 404

    def test_as_pdf_is_marked_a_draft_and_runs_nothing(
        self, under: Supervised, browser: Browser
    ) -> None:
        review = under.all_answered()
        answer = browser(under.people.he).get(f"/reviews/{review.pk}/preview.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert "sandbox" in answer["Content-Security-Policy"]
