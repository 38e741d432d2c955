"""The notice (执行通知书) and the property-report order: sent once, kept, rendered again."""

from __future__ import annotations

import hashlib

import pytest

from cases.papers import text_of
from enforcement.papers.docx import to_docx
from enforcement.papers.model import Para
from tests.builders import CaseBuilder, day, enforcing
from tests.people import People
from tests.refusals import refused


def words(built: CaseBuilder, kind: str) -> str:
    """Return all paragraphs of a kept paper."""
    text = text_of(built.case.papers.get(kind=kind, void=False))
    return "\n".join(block.text for block in text.blocks if isinstance(block, Para))


def test_both_papers_are_kept_with_their_hash_and_named_by_the_event(people: People) -> None:
    built = enforcing(people).noticed("11-05")
    papers = list(built.case.papers.order_by("id"))
    assert [p.get_kind_display() for p in papers] == ["执行通知书", "报告财产令"]
    assert built.event("notice.sent").fields == {"papers": [p.pk for p in papers]}
    for paper in papers:
        assert (paper.issued_on, paper.issued_by, paper.void) == (day("11-05"), people.lin, False)
        assert paper.sha256 == hashlib.sha256(paper.content.encode()).hexdigest()
        assert text_of(paper).date == day("11-05")


def test_the_papers_say_what_the_law_asks_of_them(people: People) -> None:
    built = enforcing(people).noticed("11-05", report_days=20)
    notice, order = words(built, "notice"), words(built, "report_order")
    for said in (
        "陈某",
        "（2025）陕1002民初88号",
        "100,000.00元",
        "加倍支付迟延履行期间的债务利息",
    ):
        assert said in notice
    assert built.case.number in notice
    assert "收到本令之日起20日内" in order
    assert "前一年" in order


def test_a_kept_paper_is_rendered_again_from_what_was_kept(people: People) -> None:
    built = enforcing(people).noticed("11-05")
    paper = built.case.papers.get(kind="notice")
    before = paper.content
    built.case.parties.filter(role="debtor").update(name="改名后的公司")
    paper.refresh_from_db()
    assert paper.content == before
    assert "改名后的公司" not in words(built, "notice")
    assert text_of(paper).addressee == "商洛某某建设有限公司"
    assert to_docx(text_of(paper)).startswith(b"PK")


def test_a_second_notice_is_refused_until_the_first_is_taken_back(people: People) -> None:
    built = enforcing(people).noticed("11-05")
    with refused("notice.sent"):
        built.noticed("11-06")
    built.corrected("11-06", "notice.sent").noticed("11-07")
    assert list(built.case.papers.order_by("id").values_list("kind", "void")) == [
        ("notice", True),
        ("report_order", True),
        ("notice", False),
        ("report_order", False),
    ]


def test_before_the_file_was_received_is_refused_and_on_that_day_is_not(people: People) -> None:
    built = enforcing(people, "11-02")
    with refused("date.before", 400, "on"):
        built.noticed("11-03", seen="11-06")
    built.noticed("11-04", seen="11-06")


@pytest.mark.parametrize("days", [0, -1, 91])
def test_an_impossible_number_of_days_to_report_is_refused(people: People, days: int) -> None:
    built = enforcing(people)
    with refused("notice.report_days", 400, "report_days"):
        built.noticed("11-05", report_days=days)


@pytest.mark.parametrize("state", ["assigned", "suspended", "closed"])
def test_it_is_sent_while_the_case_is_being_enforced(people: People, state: str) -> None:
    built = enforcing(people)
    if state == "assigned":
        built.corrected("11-05", "file.received")
    if state == "suspended":
        built.suspended("11-05")
    if state == "closed":
        built.closed("11-05", "terminated", ground="withdrawn")
    assert built.case.state == state
    with refused("case.state"):
        built.noticed("11-06")
