"""The text of a report: every part in its place, every clue answered, nothing made up."""

from __future__ import annotations

import copy
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enforcement.papers import codec
from enforcement.papers.model import Heading, Paper, Para, Table, block_texts
from petitions.report_text import QUOTED, Cover, report_paper
from tests.petitions.facts import clock, event, facts

COVER = Cover(
    court="某市中级人民法院",
    number="陕10执督〔2026〕1号",
    issued_on=date(2026, 11, 21),
    addressee="某省高级人民法院",
    signed_off_by="贺局长",
)


def lines(paper: Paper) -> list[str]:
    """Return the body of a paper, one text a block piece."""
    return list(block_texts(paper.blocks))


def body(paper: Paper) -> str:
    """Return the body of a paper as one text."""
    return "\n".join(lines(paper))


def headings(paper: Paper, level: int = 1) -> list[str]:
    """Return the headings of a level."""
    return [b.text for b in paper.blocks if isinstance(b, Heading) and b.level == level]


def under_heading(paper: Paper, title: str) -> list[str]:
    """Return the paragraphs under one first-level heading."""
    found, inside = [], False
    for block in paper.blocks:
        if isinstance(block, Heading) and block.level == 1:
            inside = block.text == title
        elif inside and isinstance(block, Para):
            found.append(block.text)
    return found


class TestParts:
    """The parts that a report must have, in this order."""

    def test_all_parts_stand_in_order(self) -> None:
        assert headings(report_paper(facts(), COVER)) == [
            "线索来源和核查事项",
            "案件基本情况",
            "案件办理经过和期限",
            "案件办理情况核查",
            "人员履职情况核查",
            "被核查法院和人员的意见",
            "核查结论",
            "处理意见",
        ]

    def test_the_head_follows_the_standard(self) -> None:
        paper = report_paper(facts(), COVER)

        assert (paper.layout, paper.mark) == ("document", "某市中级人民法院文件")
        assert paper.title == "关于某区人民法院办理（2026）陕1002执1号执行案件的一案双查督查报告"
        assert (paper.number, paper.signed_off_by) == ("陕10执督〔2026〕1号", "贺局长")
        assert paper.imprint is not None
        assert paper.imprint.cc == ("某区人民法院",)
        assert not paper.draft

    def test_without_a_number_it_is_a_draft(self) -> None:
        paper = report_paper(facts(), Cover(court="某市中级人民法院"))
        assert paper.draft
        assert (paper.number, paper.date, paper.addressee) == (None, None, None)
        assert "特此报告。" not in body(paper)

    def test_who_reviewed_what_is_said(self) -> None:
        text = body(report_paper(facts(), COVER))
        assert "由某市中级人民法院执行局何督导核查" in text
        assert "两人分别立卷、各自取证，均没有承办过该案" in text
        assert "截至2026年11月20日" in text


class TestFindings:
    """Each clue is answered by each track in so many words, with its evidence."""

    def test_each_track_answers_each_clue(self) -> None:
        paper = report_paper(facts(), COVER)

        case = under_heading(paper, "案件办理情况核查")
        conduct = under_heading(paper, "人员履职情况核查")
        assert [t for t in case if t.startswith("核查结论")] == [
            "核查结论：属实。",
            "核查结论：无法查实。",
        ]
        assert [t for t in conduct if t.startswith("核查结论")] == [
            "核查结论：部分属实。",
            "核查结论：不属实。",
        ]
        assert headings(paper, 2) == ["关于“执行通知书迟延发出”", "关于“态度生硬”"] * 2

    def test_the_answer_is_set_bold(self) -> None:
        paras = [b for b in report_paper(facts(), COVER).blocks if isinstance(b, Para)]
        bold = [r.text for p in paras for r in p.runs() if r.bold]
        assert bold == ["属实。", "无法查实。", "部分属实。", "不属实。", "消极执行。"]

    def test_evidence_is_named_by_number_day_and_kind(self) -> None:
        text = body(report_paper(facts(), COVER))
        assert (
            "证据：案件时间线第2项（2026-11-04接收案件材料）、第3项（2026-11-12发出执行通知书）。"
        ) in text
        assert "证据：案件时间线第3项（2026-11-12发出执行通知书）；谈话笔录。" in text
        assert "证据：通话记录二页。" in text

    def test_what_cannot_be_established_claims_no_evidence(self) -> None:
        paragraphs = under_heading(report_paper(facts(), COVER), "案件办理情况核查")
        place = paragraphs.index("核查结论：无法查实。")
        assert paragraphs[place:] == ["核查结论：无法查实。", "不属于案件线。"]


class TestHeard:
    """The right to be heard."""

    def test_silence_is_said(self) -> None:
        said = under_heading(report_paper(facts(), COVER), "被核查法院和人员的意见")
        assert said == ["截至本报告所述之日，没有收到被核查法院和人员的书面意见。"]

    def test_explanations_replies_and_letters_are_all_there(self) -> None:
        flag = {
            "rule": "x",
            "name": "发出执行通知书",
            "due": "2026-11-09",
            "raised_on": "2026-11-10",
            "holder": "林法官",
            "standing": "认定超期",
            "explanation": {
                "by": "林法官",
                "on": "2026-11-17",
                "ground": "案件积压",
                "text": "案件多",
            },
            "reply": {"by": "林法官", "on": "2026-11-19", "ground": "", "text": "请求复核"},
            "reviews": [
                {"by": "何督导", "on": "2026-11-18", "outcome": "认定超期", "ground": "不成立"}
            ],
        }
        order = {
            "number": "陕10执督函〔2026〕1号",
            "court": "某市中级人民法院",
            "issued_on": "2026-11-14",
            "due": "2026-11-30",
            "demands": ["核查"],
            "replies": [{"by": "秦局长", "on": "2026-11-18", "text": "正在办理"}],
        }
        cover = Cover(court="某市中级人民法院", replies="某区人民法院书面认可。\n没有异议。")
        said = under_heading(
            report_paper(facts(flags=[flag], orders=[order]), cover), "被核查法院和人员的意见"
        )
        assert said == [
            "2026年11月17日，林法官就“发出执行通知书”（2026年11月9日届满）超期说明，"
            "理由类别为“案件积压”：案件多。",
            "2026年11月18日，何督导审查，结论为“认定超期”：不成立。",
            "2026年11月19日，林法官就“发出执行通知书”（2026年11月9日届满）超期申辩：请求复核。",
            "2026年11月18日，秦局长回报陕10执督函〔2026〕1号：正在办理。",
            "某区人民法院书面认可。",
            "没有异议。",
        ]


class TestTables:
    """The course of the case, the clocks, the annexes."""

    def test_void_events_are_left_out_of_the_course_and_marked_in_the_annex(self) -> None:
        paper = report_paper(facts(), COVER)
        course = next(b for b in paper.blocks if isinstance(b, Table))
        annex = paper.annexes[0].blocks[0]

        assert [row[0] for row in course.rows] == ["1", "2", "3"]
        assert isinstance(annex, Table)
        assert [row[0] for row in annex.rows] == ["1", "2", "3", "4", "5"]
        assert annex.rows[3][2] == "采取控制措施（作废）"

    def test_a_corrected_day_says_what_stood_there_first(self) -> None:
        moved = event(1, "case.filed", "立案", "2026-11-01", "立案。", first_on="2026-11-02")
        paper = report_paper(facts(events=[moved]), COVER)
        assert "（原记载日期2026-11-02，已更正）" in body(paper)

    @pytest.mark.parametrize(
        ("status", "late", "words"),
        [
            ("done", 0, "按期"),
            ("late", 3, "超期3日"),
            ("overdue", 4, "超期4日，未完成"),
            ("running", 0, "进行中"),
            ("amber", 0, "临期"),
            ("suspended", 0, "中止计算"),
            ("moot", 0, "无需履行"),
        ],
    )
    def test_each_state_of_a_clock_has_its_words(self, status: str, late: int, words: str) -> None:
        due = "" if status == "suspended" else "2026-11-09"
        paper = report_paper(facts(clocks=[clock("期限甲", status, late, due=due)]), COVER)
        table = [b for b in paper.blocks if isinstance(b, Table)][-1]
        assert table.rows[0][-1] == words
        assert table.rows[0][2] == (due or "中止计算")

    def test_the_sum_of_late_clocks_is_right(self) -> None:
        text = body(report_paper(facts(), COVER))
        assert "受监控的期限共2项，超期1项" in text

    def test_how_sure_a_source_is_is_said_in_words(self) -> None:
        clocks = [clock("甲", "done", confidence="C5/TXT"), clock("乙", "done", confidence="ART")]
        annex = report_paper(facts(clocks=clocks), COVER).annexes[1].blocks[0]
        assert isinstance(annex, Table)
        assert {row[2] for row in annex.rows} == {"五处以上来源印证；已核对原文", "仅见公开报道"}

    def test_an_unreadable_timeline_gives_no_figures(self) -> None:
        paper = report_paper(facts(clocks=[], clock_trouble="event 3: …"), COVER)
        assert "期限未能重新计算" in body(paper)
        assert [annex.title for annex in paper.annexes] == ["案件时间线摘录"]


class TestSource:
    """Where the clue came from."""

    def test_a_petition_is_quoted_with_its_number(self) -> None:
        text = body(report_paper(facts(), COVER))
        assert "2026年11月13日，申请执行人陈某以网上提交方式反映该案消极执行" in text
        assert "“迟迟没有发出执行通知书。”某区人民法院于2026年11月16日登记。" in text

    def test_a_long_petition_is_cut(self) -> None:
        long = facts()
        long["petition"] = long["petition"] | {"text": "长" * (QUOTED + 50)}
        text = body(report_paper(long, COVER))
        assert f"“{'长' * QUOTED}……”" in text
        assert "长" * (QUOTED + 1) not in text

    def test_without_a_petition_the_source_is_named(self) -> None:
        alone = facts(petition={})
        alone["review"] = alone["review"] | {"source": "司法巡查、审务督察"}
        text = body(report_paper(alone, COVER))
        assert "线索来源：司法巡查、审务督察。" in text
        assert "陈某以" not in text

    def test_a_replacement_says_what_it_replaces_and_why(self) -> None:
        cover = Cover(court="某市中级人民法院", replaces="陕10执督〔2026〕1号", reason="日期更正")
        text = body(report_paper(facts(), cover))
        assert (
            "本报告取代陕10执督〔2026〕1号。取代理由：日期更正。原报告及其校验码保留备查。" in text
        )


class TestDeterminism:
    """The same snapshot gives the same text, and the snapshot is not touched."""

    def test_twice_the_same(self) -> None:
        snap = facts()
        before = copy.deepcopy(snap)
        assert codec.dumps(report_paper(snap, COVER)) == codec.dumps(report_paper(snap, COVER))
        assert snap == before

    @settings(max_examples=60)
    @given(words=st.text(max_size=200))
    def test_any_words_of_people_can_be_set_and_kept(self, words: str) -> None:
        snap = facts()
        snap["petition"] = snap["petition"] | {"text": words}
        review = copy.deepcopy(snap["review"])
        review |= {"proposals": words.splitlines(), "reasons": words}
        review["clues"][0]["claim"] = words
        review["clues"][0]["findings"]["case"]["text"] = words
        snap["review"] = review
        paper = report_paper(snap, COVER)
        assert codec.loads(codec.dumps(paper)) == paper
