"""Petitions, dual reviews, reports and orders over HTTP: each opens by its own door."""

from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from cases.models import CaseEvent
from tests.api.answers import V1, body_of, fields_wrong, problem
from tests.api.conftest import Program
from tests.people import People
from tests.petitions.steps import TEXT, Supervised
from tests.refusals import every_row


@pytest.fixture
def under(people: People) -> Supervised:
    """Return a late case and the people of the court above it."""
    return Supervised.case_of(people)


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the rows of a page."""
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def act(program: Program, under: Supervised, by: Any, place: str, verb: str, **data: Any) -> Any:
    """Do a verb over HTTP with the present version."""
    version = data.pop("version", under.case.version)
    return program(by).post(
        f"{V1}/{place}/moves/{verb}/", body_of(data), headers={"If-Match": f'"{version}"'}
    )


class TestPetitions:
    def test_a_petition_opens_to_those_who_answer_it_not_to_the_judge(
        self, under: Supervised, program: Program
    ) -> None:
        petition, p = under.filed(), under.people
        for reader in (p.xu, p.qin, p.zhao, p.he, p.song, p.bai):
            assert [row["id"] for row in rows(program(reader).get(f"{V1}/petitions/"))] == [
                petition.pk
            ]
            told = program(reader).get(f"{V1}/petitions/{petition.pk}/")
            assert told.json()["text"] == TEXT
            assert told["ETag"] == f'"{under.case.version}"'
        for outsider in (p.lin, p.zhou, p.wu, p.luo_head, p.far_supervisor, p.chen):
            assert rows(program(outsider).get(f"{V1}/petitions/")) == []
            problem(program(outsider).get(f"{V1}/petitions/{petition.pk}/"), 404, "not_found")
            answer = act(program, under, outsider, f"petitions/{petition.pk}", "register_petition")
            problem(answer, 404, "not_found")

    def test_the_contact_is_masked(self, under: Supervised, program: Program) -> None:
        petition = under.filed(
            by=under.people.xu, channel="letter", party=None, petitioner="李某",
            contact="13912345678",
        )  # fmt: skip
        answer = program(under.people.xu).get(f"{V1}/petitions/{petition.pk}/")
        assert answer.json()["petitioner"] == "李某"
        assert answer.json()["contact"] == "139****5678"
        assert "13912345678" not in answer.content.decode()

    def test_a_petition_is_taken_in_registered_answered_and_closed(
        self, under: Supervised, program: Program
    ) -> None:
        xu, case = under.people.xu, under.case
        made = act(
            program, under, xu, f"cases/{case.pk}", "file_petition",
            channel="visit", kind="passive", text="请求尽快执行。", party=under.applicant,
        )  # fmt: skip
        assert made.status_code == 201, made.content
        place = made["Location"].removeprefix(f"{V1}/").strip("/")
        early = act(program, under, xu, place, "close_petition")
        problem(early, 409, "petition.no_answer")
        assert act(program, under, xu, place, "register_petition").status_code == 200
        given = {"outcome": "founded", "delivery": "portal"}
        empty = act(program, under, xu, place, "answer_petition", answer=" ", **given)
        assert fields_wrong(empty) == {"answer": "input.required"}
        done = act(program, under, xu, place, "answer_petition", answer="已经发出。", **given)
        assert done.status_code == 200, done.content
        assert act(program, under, xu, place, "close_petition").status_code == 200
        assert program(xu).get(made["Location"]).json()["state"] == "closed"
        kinds = CaseEvent.objects.filter(case=case, kind__startswith="petition.")
        assert kinds.count() == 4

    def test_filters_narrow(self, under: Supervised, program: Program) -> None:
        under.registered()
        get = program(under.people.xu).get
        assert len(rows(get(f"{V1}/petitions/?state=open&about=passive"))) == 1
        assert rows(get(f"{V1}/petitions/?state=closed")) == []
        assert rows(get(f"{V1}/petitions/?about=attitude")) == []
        assert rows(get(f"{V1}/petitions/?filed_to=2026-11-12")) == []
        assert len(rows(get(f"{V1}/petitions/?case={under.case.pk}"))) == 1
        problem(get(f"{V1}/petitions/?state=nonsense"), 400, "input.invalid")

    def test_an_act_on_an_old_version_is_refused(self, under: Supervised, program: Program) -> None:
        petition = under.filed()
        before = every_row()
        place = f"petitions/{petition.pk}"
        stale = act(program, under, under.people.xu, place, "register_petition", version=1)
        problem(stale, 412, "case.stale")
        problem(
            program(under.people.xu).post(f"{V1}/{place}/moves/register_petition/", {}),
            428,
            "version.required",
        )
        assert every_row() == before


class TestReviews:
    def test_each_reviewer_reads_the_own_track_and_not_the_other(
        self, under: Supervised, program: Program
    ) -> None:
        review, p = under.all_answered(), under.people
        address = f"{V1}/reviews/{review.pk}/"
        of_case = program(p.he).get(address).json()
        assert [file["track"] for file in of_case["files"]] == ["case"]
        assert [f["evidence"] for f in of_case["files"][0]["findings"]] == [[3, 4], []]
        of_conduct = program(p.song).get(address)
        assert [file["track"] for file in of_conduct.json()["files"]] == ["conduct"]
        assert "案件线无法查实" not in of_conduct.content.decode()
        assert "通话记录" not in program(p.he).get(address).content.decode()
        head = program(under.head).get(address)
        assert head.json()["files"] == []
        assert {(t["track"], t["answered"]) for t in head.json()["progress"]} == {
            ("case", 2),
            ("conduct", 2),
        }

    def test_the_court_reviewed_learns_nothing_of_it(
        self, under: Supervised, program: Program
    ) -> None:
        review, p = under.opened(), under.people
        for outsider in (p.lin, p.qin, p.zhao, p.luo_head, p.far_supervisor):
            assert rows(program(outsider).get(f"{V1}/reviews/")) == []
            problem(program(outsider).get(f"{V1}/reviews/{review.pk}/"), 404, "not_found")
            clue = review.clues.first()
            problem(program(outsider).get(f"{V1}/clues/{clue.pk}/"), 404, "not_found")
            answer = act(program, under, outsider, f"clues/{clue.pk}", "answer_clue")
            problem(answer, 404, "not_found")
        events = rows(program(p.qin).get(f"{V1}/cases/{under.case.pk}/events/"))
        assert "review.opened" not in [event["kind"] for event in events]
        above = rows(program(p.he).get(f"{V1}/cases/{under.case.pk}/events/"))
        assert "review.opened" in [event["kind"] for event in above]

    def test_a_review_goes_from_opening_to_the_joint_conclusion(
        self, under: Supervised, program: Program
    ) -> None:
        p, case = under.people, under.case
        opened = act(
            program, under, p.he, f"cases/{case.pk}", "open_review",
            case_reviewer=p.he, conduct_reviewer=p.song, source="inspection",
            clues="执行通知书迟延发出",
        )  # fmt: skip
        assert opened.status_code == 201, opened.content
        place = opened["Location"].removeprefix(f"{V1}/").strip("/")
        told = program(p.he).get(opened["Location"]).json()
        clue = told["clues"][0]
        assert clue["claim"] == "执行通知书迟延发出"
        for by, evidence in ((p.he, [3, 4]), (p.song, [4])):
            answer = act(
                program, under, by, f"clues/{clue['id']}", "answer_clue",
                answer="yes", text="迟延三日发出。", evidence=evidence,
            )  # fmt: skip
            assert answer.status_code == 200, answer.content
            assert answer.json()["events"] == []
        wrong = act(
            program, under, p.he, f"clues/{clue['id']}", "answer_clue",
            answer="yes", text="迟延。", evidence=[3, 99],
        )  # fmt: skip
        assert fields_wrong(wrong) == {"evidence": "input.invalid_choice"}
        proposed = act(
            program, under, p.he, place, "propose_conclusion", conclusion="passive",
            reasons="没有正当理由。", remedies=["correct", "supervise"], proposals="整改",
        )  # fmt: skip
        assert proposed.status_code == 200, proposed.content
        problem(act(program, under, p.he, place, "conclude_review"), 403, "review.signed")
        assert act(program, under, p.song, place, "conclude_review").status_code == 200
        done = program(under.head).get(opened["Location"]).json()
        assert (done["state"], done["conclusion"]) == ("concluded", "passive")
        assert [file["track"] for file in done["files"]] == ["case", "conduct"]

    @pytest.mark.parametrize(
        ("remedies", "code"),
        [
            ("correct", "input.array"),
            (["nonsense"], "input.invalid_choice"),
            ([1], "input.invalid_choice"),
            ([["correct"]], "input.invalid_choice"),
            ([], "input.required"),
        ],
    )
    def test_a_list_of_choices_is_a_list_of_choices(
        self, under: Supervised, program: Program, remedies: Any, code: str
    ) -> None:
        review = under.all_answered()
        before = every_row()
        answer = act(
            program, under, under.people.he, f"reviews/{review.pk}", "propose_conclusion",
            conclusion="passive", reasons="无", remedies=remedies, proposals="无",
        )  # fmt: skip
        assert fields_wrong(answer) == {"remedies": code}
        assert every_row() == before

    @pytest.mark.parametrize("evidence", ["3", [3.5], ["3"], [True], [10**30], {"seq": 3}])
    def test_evidence_is_a_list_of_numbers(
        self, under: Supervised, program: Program, evidence: Any
    ) -> None:
        clue = under.opened().clues.first()
        answer = act(
            program, under, under.people.he, f"clues/{clue.pk}", "answer_clue",
            answer="yes", text="属实", evidence=evidence,
        )  # fmt: skip
        assert set(fields_wrong(answer)) == {"evidence"}


class TestPapers:
    def test_a_report_is_read_as_pdf_and_word_by_those_it_opens_to(
        self, under: Supervised, program: Program
    ) -> None:
        report, p = under.issued(), under.people
        told = program(p.he).get(f"{V1}/reports/{report.pk}/").json()
        assert (told["state"], told["sha256"]) == ("issued", report.sha256)
        pdf = program(p.he).get(told["links"]["pdf"])
        assert pdf["Content-Type"] == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
        assert report.sha256[:16] in "".join(text.split())
        word = program(p.zhao).get(told["links"]["docx"])
        assert "word/document.xml" in ZipFile(io.BytesIO(word.content)).namelist()
        for outsider in (p.lin, p.qin, p.luo_head, p.far_supervisor):
            problem(program(outsider).get(told["links"]["pdf"]), 404, "not_found")
            assert rows(program(outsider).get(f"{V1}/reports/")) == []

    def test_a_draft_is_issued_by_another_than_its_writer(
        self, under: Supervised, program: Program
    ) -> None:
        report = under.drafted()
        place = f"reports/{report.pk}"
        before = every_row()
        assert act(program, under, under.people.he, place, "issue_report").status_code == 403
        assert every_row() == before
        done = act(program, under, under.head, place, "issue_report")
        assert done.status_code == 200, done.content
        told = program(under.head).get(f"{V1}/{place}/").json()
        assert told["number"]
        assert told["issued_on"] == "2026-11-24"

    def test_an_order_goes_down_and_its_reply_comes_up(
        self, under: Supervised, program: Program
    ) -> None:
        p, case = under.people, under.case
        given = {"facts": "通知书迟延发出。", "demands": "立即核查\n依法控制", "reply_days": 10}
        made = act(program, under, p.he, f"cases/{case.pk}", "issue_order", **given)
        assert made.status_code == 201, made.content
        place = made["Location"].removeprefix(f"{V1}/").strip("/")
        assert rows(program(p.lin).get(f"{V1}/orders/?state=open"))[0]["reply_days"] == 10
        problem(act(program, under, p.he, place, "accept_order"), 409, "order.state")
        text = "已经核查并控制。"
        problem(act(program, under, p.lin, place, "reply_order", text=text), 403, "access.role")
        assert act(program, under, p.qin, place, "reply_order", text=text).status_code == 200
        assert act(program, under, p.he, place, "accept_order").status_code == 200
        told = program(p.qin).get(made["Location"]).json()
        assert [reply["text"] for reply in told["replies"]] == [text]
        pdf = program(p.qin).get(told["links"]["pdf"])
        assert pdf.content.startswith(b"%PDF")
        problem(program(p.luo_head).get(told["links"]["docx"]), 404, "not_found")


@pytest.mark.parametrize("name", ["petitions", "reviews", "reports", "orders"])
def test_a_long_list_costs_as_many_questions_as_a_short_one(
    under: Supervised, program: Program, name: str
) -> None:
    under.filed()
    under.issued()
    under.ordered()
    client = program(under.people.he)

    def questions() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            n = len(rows(client.get(f"{V1}/{name}/?limit=200")))
        return n, len(asked)

    questions()
    few, cost = questions()
    assert few == 1
    for n in range(3):
        under.filed(text=f"又一件 {n}")
        under.ordered(facts=f"又一件 {n}")
    many, later = questions()
    assert later == cost <= 4
    assert many > few or name in {"reviews", "reports"}
