"""Reports: drafted, approved by somebody else, numbered without gaps, superseded, never altered."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from cases.verb import VERBS
from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import to_pdf
from petitions.machine import ReportState, ReviewState
from petitions.models import OfficeCode, Report
from petitions.papers import digest, intact, text_of
from tests.builders import at, day
from tests.people import leaves
from tests.petitions.steps import Supervised, database_refuses, raw
from tests.refusals import refused


class TestDrafting:
    """起草督查报告."""

    def test_a_draft_has_neither_number_nor_hash(self, under: Supervised) -> None:
        draft = under.drafted()

        assert (draft.state, draft.number, draft.sha256) == (ReportState.DRAFT, "", "")
        assert text_of(draft).draft
        assert text_of(draft).footer_note is None
        assert draft.addressee == "陕西省高级人民法院"

    def test_drafting_again_replaces_the_draft(self, under: Supervised) -> None:
        first = under.drafted()
        under.made["review"] = first.review
        second = under.drafted("11-21", as_of="11-21", replies="商州区人民法院书面认可。")

        assert (second.pk, second.as_of) == (first.pk, day("11-21"))
        assert "商州区人民法院书面认可" in second.content

    def test_it_waits_for_the_joint_conclusion(self, under: Supervised) -> None:
        under.made["review"] = under.proposed()
        with refused("review.state"):
            under.drafted()

    def test_only_a_reviewer_drafts(self, under: Supervised) -> None:
        review = under.concluded()
        for other in (under.head, under.president, under.people.bai, under.people.qin):
            with refused("review.not_reviewer", 403):
                under.do("draft_report", review, "11-20", other, as_of=day("11-20"))

    @pytest.mark.parametrize("as_of", ["11-18", "11-21"])
    def test_the_day_lies_between_the_conclusion_and_today(
        self, under: Supervised, as_of: str
    ) -> None:
        under.made["review"] = under.concluded("11-19")
        with refused("report.as_of", 400, "as_of"):
            under.drafted("11-20", as_of=as_of)


class TestIssuing:
    """签发督查报告."""

    def test_it_gets_number_day_and_hash(self, under: Supervised) -> None:
        report = under.issued("11-21")

        assert (report.state, report.number) == (ReportState.ISSUED, "陕10执督〔2026〕1号")
        assert (report.issued_by, report.issued_on) == (under.head, day("11-21"))
        assert report.sha256 == digest(report.content)
        assert intact(report)
        assert report.review.state == ReviewState.REPORTED
        assert under.built.event("report.issued").fields == {"report": report.pk}

    def test_the_hash_stands_in_the_foot_of_the_paper(self, under: Supervised) -> None:
        report = under.issued()
        assert text_of(report).footer_note == f"校验码：{report.sha256}"

    def test_numbers_run_on_and_the_code_is_the_courts_own(self, under: Supervised) -> None:
        under.issued()
        OfficeCode.objects.create(court=under.above, paper="report", code="商中法执督")
        first = Report.objects.get()
        draft = under.do(
            "supersede_report", first, "11-23", under.people.he, as_of=day("11-23"), reason="更正"
        )
        under.do("issue_report", draft, "11-23", under.president)
        assert draft.number == "商中法执督〔2026〕2号"

    def test_a_reviewer_cannot_approve_even_as_bureau_head(self, under: Supervised) -> None:
        under.made["review"] = None
        review = under.opened(case_reviewer=under.head)
        first, second = review.clues.all()
        for reviewer in (under.head, under.people.song):
            for clue in (first, second):
                under.answer(clue, reviewer)
        given = {
            "conclusion": "passive",
            "reasons": "没有正当理由。",
            "remedies": ["correct"],
            "proposals": "整改",
        }
        under.do("propose_conclusion", review, "11-18", under.head, **given)
        under.do("conclude_review", review, "11-19", under.people.song)
        draft = under.do("draft_report", review, "11-20", under.head, as_of=day("11-20"))
        with refused("report.own_review", 403):
            under.do("issue_report", draft, "11-21", under.head)
        under.do("issue_report", draft, "11-21", under.president)
        assert draft.issued_by == under.president

    @pytest.mark.parametrize("other", ["qin", "zhao", "he", "song", "bai"])
    def test_only_heads_of_the_reviewing_court_approve(self, under: Supervised, other: str) -> None:
        draft = under.drafted()
        with refused("access.role", 403):
            under.do("issue_report", draft, "11-21", getattr(under.people, other))

    def test_a_head_whose_post_ended_approves_no_more(self, under: Supervised) -> None:
        draft = under.drafted()
        with refused("access.role", 403):
            under.do("issue_report", draft, "11-21", leaves(under.head, day("11-20")))

    def test_twice_is_refused(self, under: Supervised) -> None:
        report = under.issued()
        with refused("report.state"):
            under.do("issue_report", report, "11-22", under.head)

    def test_what_was_recorded_since_on_the_same_day_makes_the_draft_stale(
        self, under: Supervised
    ) -> None:
        draft = under.drafted("11-20", as_of="11-20")
        under.built.with_lead("11-20")
        with refused("report.stale"):
            under.do("issue_report", draft, "11-21", under.head)
        under.made["review"] = draft.review
        again = under.drafted("11-21", as_of="11-20")
        under.do("issue_report", again, "11-21", under.head)
        assert again.state == ReportState.ISSUED

    def test_what_was_recorded_after_the_day_leaves_the_draft_alone(
        self, under: Supervised
    ) -> None:
        draft = under.drafted("11-20", as_of="11-20")
        under.built.with_lead("11-21")
        under.do("issue_report", draft, "11-21", under.head)
        assert draft.state == ReportState.ISSUED

    def test_a_report_that_is_out_is_replaced_and_not_drafted_again(
        self, under: Supervised
    ) -> None:
        report = under.issued()
        with refused("report.exists"):
            under.do("draft_report", report.review, "11-22", under.people.he, as_of=day("11-22"))

    def test_a_day_before_the_as_of_day_is_refused(self, under: Supervised) -> None:
        draft = under.drafted()
        with refused("date.before", 400, "on"):
            VERBS["issue_report"].run(draft, by=under.head, now=at("11-21"), on=day("11-19"))


class TestSuperseding:
    """取代督查报告: a correction after issue leaves the old text and hash as they were."""

    def _replaced(self, under: Supervised) -> tuple[Report, Report, dict[str, Any]]:
        old = under.issued("11-21")
        before: dict[str, Any] = dict(Report.objects.values().get(pk=old.pk))
        under.built.corrected("11-23", "notice.sent", "11-06")
        new = under.do(
            "supersede_report",
            old,
            "11-23",
            under.people.song,
            as_of=day("11-23"),
            reason="执行通知书发出日期更正",
        )
        under.do("issue_report", new, "11-23", under.head)
        old.refresh_from_db()
        return old, new, before

    def test_the_old_text_and_hash_stay_and_the_new_one_says_the_right_day(
        self, under: Supervised
    ) -> None:
        old, new, before = self._replaced(under)

        after: dict[str, Any] = dict(Report.objects.values().get(pk=old.pk))
        changed = {key for key in after if after[key] != before[key]}
        assert changed == {"state", "superseded_by_id"}
        assert (old.state, old.superseded_by) == (ReportState.SUPERSEDED, new)
        assert intact(old)
        days = [
            next(e["on"] for e in json.loads(report.snapshot)["events"] if e["seq"] == 4)
            for report in (old, new)
        ]
        assert days == ["2026-11-12", "2026-11-06"]

    def test_both_are_told_and_the_new_paper_names_the_old(self, under: Supervised) -> None:
        old, new, _ = self._replaced(under)

        assert under.built.event("report.superseded").fields == {
            "report": old.pk,
            "replaced_by": new.pk,
        }
        assert new.number == "陕10执督〔2026〕2号"
        assert f"本报告取代{old.number}。取代理由：执行通知书发出日期更正。" in new.content

    def test_the_old_one_stands_until_the_new_one_is_issued(self, under: Supervised) -> None:
        old = under.issued("11-21")
        under.do(
            "supersede_report", old, "11-23", under.people.he, as_of=day("11-23"), reason="更正"
        )
        old.refresh_from_db()
        assert old.in_force
        with refused("report.drafted"):
            under.do(
                "supersede_report",
                old,
                "11-23",
                under.people.he,
                as_of=day("11-23"),
                reason="再更正",
            )

    def test_a_draft_or_a_superseded_one_cannot_be_replaced(self, under: Supervised) -> None:
        draft = under.drafted()
        given = {"as_of": day("11-23"), "reason": "更正"}
        with refused("report.state"):
            under.do("supersede_report", draft, "11-23", under.people.he, **given)
        under.do("issue_report", draft, "11-21", under.head)
        new = under.do("supersede_report", draft, "11-23", under.people.he, **given)
        under.do("issue_report", new, "11-23", under.head)
        with refused("report.state"):
            under.do("supersede_report", draft, "11-23", under.people.he, **given)

    def test_with_a_reason_a_later_day_and_by_a_reviewer(self, under: Supervised) -> None:
        old = under.issued("11-21", as_of="11-20")

        def replace(by: object, **data: object) -> None:
            under.do("supersede_report", old, "11-23", by, **data)  # type: ignore[arg-type]

        with refused("input.required", 400, "reason"):
            replace(under.people.he, as_of=day("11-23"), reason=" ")
        with refused("report.as_of", 400, "as_of"):
            replace(under.people.he, as_of=day("11-20"), reason="更正")
        with refused("review.not_reviewer", 403):
            replace(under.head, as_of=day("11-23"), reason="更正")


class TestTheDatabaseHoldsIt:
    """Raw SQL, past every verb."""

    @pytest.mark.parametrize(
        "change",
        [
            "content = content || ' '",
            "snapshot = '{}'",
            "sha256 = repeat('0', 64)",
            "number = '陕10执督〔2026〕9号'",
            "issued_on = issued_on + 1",
            "title = '别的标题'",
            "replies = '没有意见'",
        ],
    )
    def test_an_issued_report_cannot_be_altered(self, under: Supervised, change: str) -> None:
        report = under.issued()
        with database_refuses("superseded, never altered"):
            # of the test's table
            raw(f"UPDATE petitions_report SET {change} WHERE id = %s", report.pk)  # noqa: S608
        with database_refuses("report_kept|delete"):
            raw("DELETE FROM petitions_report WHERE id = %s", report.pk)
        report.refresh_from_db()
        assert intact(report)

    def test_nor_sent_back_to_draft_nor_pointed_elsewhere(self, under: Supervised) -> None:
        old = under.issued("11-21")
        new = under.do(
            "supersede_report", old, "11-23", under.people.he, as_of=day("11-23"), reason="更正"
        )
        under.do("issue_report", new, "11-23", under.head)
        with database_refuses("never altered|transition"):
            raw("UPDATE petitions_report SET superseded_by_id = id WHERE id = %s", old.pk)
        with database_refuses("never altered|transition"):
            raw(
                "UPDATE petitions_report SET state = 'issued', superseded_by_id = NULL "
                "WHERE id = %s",
                old.pk,
            )

    def test_a_reviewer_as_approver_is_refused(self, under: Supervised) -> None:
        draft = under.drafted()
        with database_refuses("a reviewer cannot approve"):
            raw(
                "UPDATE petitions_report SET issued_by_id = %s WHERE id = %s",
                under.people.song.pk,
                draft.pk,
            )

    def test_an_issued_report_needs_number_hash_and_approver(self, under: Supervised) -> None:
        draft = under.drafted()
        with database_refuses("report_issued"):
            raw("UPDATE petitions_report SET state = 'issued' WHERE id = %s", draft.pk)


class TestPapers:
    """The report as PDF and as Word file, opened and read back."""

    def test_the_pdf_says_it_all_on_a4(self, under: Supervised) -> None:
        report = under.issued()
        pages = PdfReader(io.BytesIO(to_pdf(text_of(report)))).pages
        text = "".join(page.extract_text() for page in pages).replace("\n", "")

        assert {tuple(round(float(x)) for x in page.mediabox[2:]) for page in pages} == {(595, 842)}
        for words in (
            "陕10执督〔2026〕1号",
            "签发人：贺局长",
            "核查结论：属实。",
            "核查结论：不属实。",
            "消极执行。",
            "附件1",
            report.sha256,
        ):
            assert words in text, words

    def test_every_page_carries_the_hash(self, under: Supervised) -> None:
        report = under.issued()
        for page in PdfReader(io.BytesIO(to_pdf(text_of(report)))).pages:
            assert report.sha256 in page.extract_text().replace("\n", "")

    def test_the_word_file_says_the_same(self, under: Supervised) -> None:
        report = under.issued()
        document = Document(io.BytesIO(to_docx(text_of(report))))
        text = "".join(p.text for p in document.paragraphs)
        cells = "".join(c.text for t in document.tables for row in t.rows for c in row.cells)

        assert "一案双查督查报告" in text
        assert "（一）责令商州区人民法院整改。" in text
        assert "发出执行通知书" in cells

    def test_rendering_twice_gives_the_same_bytes(self, under: Supervised) -> None:
        paper = text_of(under.issued())
        assert to_pdf(paper) == to_pdf(paper)
        assert to_docx(paper) == to_docx(paper)
