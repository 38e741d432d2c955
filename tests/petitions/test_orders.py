"""Supervision orders: from a court above, replied to in writing, accepted or returned."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from enforcement.papers.docx import to_docx
from enforcement.papers.pdf import to_pdf
from petitions.machine import OrderState
from petitions.models import OfficeCode
from petitions.papers import intact, text_of
from tests.builders import a_case, day
from tests.petitions.steps import Supervised, database_refuses, raw
from tests.refusals import refused


class TestIssuing:
    """发出督办函."""

    def test_it_goes_from_the_court_above_to_the_court_of_the_case(self, under: Supervised) -> None:
        order = under.ordered("11-20")

        assert (order.court, order.to_court) == (under.above, under.people.court)
        assert (order.number, order.state) == ("陕10执督函〔2026〕1号", OrderState.ISSUED)
        assert (order.reply_days, order.due) == (15, day("12-07"))
        assert intact(order)
        assert under.built.event("order.issued").fields == {"order": order.pk, "reply_days": 15}

    def test_it_may_follow_a_report_and_a_petition(self, under: Supervised) -> None:
        under.made["petition"] = petition = under.answered()
        report = under.issued("11-21")
        order = under.ordered("11-23", report=report, petition=petition)

        assert text_of(order).listed_attachments() == (
            f"信访材料（{petition.number}）",
            f"督查报告（{report.number}）",
        )

    def test_numbers_run_on_under_the_courts_own_code(self, under: Supervised) -> None:
        under.ordered()
        OfficeCode.objects.create(court=under.above, paper="order", code="商中执督字")
        assert under.ordered().number == "商中执督字〔2026〕2号"

    @pytest.mark.parametrize("other", ["qin", "zhao", "song", "bai", "luo_head", "far_supervisor"])
    def test_nobody_below_or_beside_orders(self, under: Supervised, other: str) -> None:
        with refused("access.role", 403):
            under.ordered(by=getattr(under.people, other))

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"facts": " "}, "input.required", "facts"),
            ({"demands": ["", " "]}, "input.required", "demands"),
            ({"reply_days": 0}, "order.days", "reply_days"),
            ({"reply_days": 91}, "order.days", "reply_days"),
        ],
    )
    def test_wrong_input_is_refused(
        self, under: Supervised, change: dict[str, Any], code: str, field: str
    ) -> None:
        with refused(code, 400, field):
            under.ordered(**change)

    def test_a_draft_or_superseded_report_is_no_ground(self, under: Supervised) -> None:
        report = under.drafted()
        with refused("order.report", 400, "report"):
            under.ordered(report=report)

    def test_the_report_of_another_case_is_not_there(self, under: Supervised) -> None:
        report = under.issued()
        under.built = a_case(under.people).filed("11-02")
        with refused("not_found", 404):
            under.ordered(report=report)

    def test_the_petition_of_another_case_is_not_there(self, under: Supervised) -> None:
        petition = under.filed()
        under.built = a_case(under.people).filed("11-02")
        with refused("not_found", 404):
            under.ordered(petition=petition)


class TestReplying:
    """书面回报, 认可, 退回补办."""

    def test_the_bureau_head_below_replies_and_the_asker_accepts(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        reply = under.do("reply_order", order, "11-23", under.people.qin, text="已经核查并冻结。")
        assert (order.state, reply.text) == (OrderState.REPLIED, "已经核查并冻结。")
        under.do("accept_order", order, "11-23", under.people.he)

        assert order.state == OrderState.ACCEPTED
        kinds = [k for k in under.built.kinds if k.startswith("order.")]
        assert kinds == ["order.issued", "order.replied", "order.accepted"]

    def test_a_returned_reply_is_mended_and_both_are_kept(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        under.do("reply_order", order, "11-21", under.people.qin, text="正在办理。")
        under.do("return_order", order, "11-22", under.people.he, reason="没有逐项答复")
        assert order.state == OrderState.RETURNED
        under.do("reply_order", order, "11-23", under.people.qin, text="逐项答复如下。")

        first, second = order.replies.all()
        assert (first.return_reason, first.returned_on) == ("没有逐项答复", day("11-22"))
        assert (second.text, second.returned_on) == ("逐项答复如下。", None)

    @pytest.mark.parametrize("other", ["lin", "zhao", "luo_head", "he"])
    def test_nobody_else_replies(self, under: Supervised, other: str) -> None:
        order = under.ordered("11-20")
        with refused("access.role", 403):
            under.do("reply_order", order, "11-21", getattr(under.people, other), text="回报")

    def test_an_empty_reply_is_refused(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        with refused("input.required", 400, "text"):
            under.do("reply_order", order, "11-21", under.people.qin, text=" ")

    def test_the_court_below_does_not_judge_its_own_reply(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        under.do("reply_order", order, "11-21", under.people.qin, text="回报")
        for verb, data in (("accept_order", {}), ("return_order", {"reason": "不"})):
            with refused("access.role", 403):
                under.do(verb, order, "11-22", under.people.qin, **data)

    def test_out_of_turn_is_refused(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        with refused("order.state"):
            under.do("accept_order", order, "11-21", under.people.he)
        under.do("reply_order", order, "11-21", under.people.qin, text="回报")
        with refused("order.state"):
            under.do("reply_order", order, "11-22", under.people.qin, text="又回报")

    def test_days_follow_each_other(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        with refused("date.before", 400, "on"):
            under.do("reply_order", order, "11-19", under.people.qin, text="回报")
        under.do("reply_order", order, "11-23", under.people.qin, text="回报")
        with refused("date.before", 400, "on"):
            under.do("accept_order", order, "11-22", under.people.he)
        with refused("input.required", 400, "reason"):
            under.do("return_order", order, "11-23", under.people.he, reason=" ")


class TestTheDatabaseHoldsIt:
    """Raw SQL, past every verb."""

    def test_an_order_cannot_be_altered_or_removed(self, under: Supervised) -> None:
        order = under.ordered()
        for change in ("due = due + 30", "demands = ''", "content = ''"):
            with database_refuses("never altered"):
                # of the test's table
                raw(f"UPDATE petitions_order SET {change} WHERE id = %s", order.pk)  # noqa: S608
        with database_refuses("order_kept|delete"):
            raw("DELETE FROM petitions_order WHERE id = %s", order.pk)

    def test_it_cannot_be_accepted_without_a_reply(self, under: Supervised) -> None:
        order = under.ordered()
        with database_refuses("transition|order_moves"):
            raw("UPDATE petitions_order SET state = 'accepted' WHERE id = %s", order.pk)


class TestPaper:
    """The letter as PDF and Word file, opened and read back."""

    def test_it_names_basis_demands_and_the_last_day(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        pages = PdfReader(io.BytesIO(to_pdf(text_of(order)))).pages
        text = "".join(page.extract_text() for page in pages).replace("\n", "")

        for words in (
            "法发〔2006〕11号",
            "（二）立即核查财产线索。",
            "2026年12月7日前（含当日）",
            "联系人：何督导",
            order.sha256,
        ):
            assert words in text, words

    def test_the_word_file_says_the_same(self, under: Supervised) -> None:
        order = under.ordered("11-20")
        text = "".join(p.text for p in Document(io.BytesIO(to_docx(text_of(order)))).paragraphs)
        assert "（四）自本函印发之日起15日内" in text
