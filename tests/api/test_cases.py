"""Cases over HTTP: list, filters, pages, one case, its parties, its timeline, filing one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions.filing import query_hash
from cases.models import Case, Cause, Party
from cases.models.case import Procedure
from tests.api.answers import V1, fields_wrong, problem
from tests.api.conftest import Program
from tests.builders import NOBODY, a_case, applicant, day, debtor, enforcing
from tests.people import HOME, NEXT_DOOR, People
from tests.refusals import every_row


def numbers(answer: Any) -> list[str]:
    """Return the case numbers of a page."""
    assert answer.status_code == 200, answer.content
    return [case["number"] for case in answer.json()["results"]]


def walk(client: Any, address: str) -> list[list[dict[str, Any]]]:
    """Return every page of a list, following its links."""
    pages, link = [], address
    while link:
        answer = client.get(link)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json()["results"])
        link = answer.json()["next"]
    return pages


class TestList:
    def test_people_see_the_cases_of_their_court_and_supervisors_those_below(
        self, people: People, program: Program
    ) -> None:
        case = a_case(people).filed("11-20").case
        other = a_case(people, people.courts[NEXT_DOOR])
        other.filed("11-21", by=_clerk(people))
        mine = numbers(program(people.lin).get(f"{V1}/cases/"))
        assert mine == [case.number]
        assert len(numbers(program(people.he).get(f"{V1}/cases/"))) == 2
        for stranger in (people.sun, people.far_supervisor, people.chen):
            assert numbers(program(stranger).get(f"{V1}/cases/")) == []

    def test_a_line_says_what_the_case_is_and_names_no_party(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        answer = program(people.lin).get(f"{V1}/cases/")
        line = answer.json()["results"][0]
        assert line["id"] == case.pk
        assert line["url"] == f"{V1}/cases/{case.pk}/"
        assert line["court"] == {
            "key": people.court.key,
            "code": HOME,
            "name": "商洛市商州区人民法院",
        }
        assert (line["state"], line["state_label"]) == ("enforcing", "执行中")
        assert (line["version"], line["amount"]) == (3, "100000.00")
        assert line["handler"] == {"id": people.lin.pk, "name": "林法官"}
        for party in Party.objects.all():
            assert party.name not in answer.content.decode()

    def test_filters_narrow_and_together_narrow_further(
        self, people: People, program: Program
    ) -> None:
        first = a_case(people).filed("11-02").case
        second = enforcing(people, "11-10").case
        third = a_case(people).filed("11-20", procedure=Procedure.NONLIT).case
        get = program(people.qin).get

        def found(query: str) -> list[str]:
            return numbers(get(f"{V1}/cases/?{query}"))

        assert found("") == [third.number, second.number, first.number]
        assert found("state=enforcing") == [second.number]
        assert found("state=closed") == []
        assert found("state=open") == [third.number, second.number, first.number]
        assert found("filed_from=2026-11-10") == [third.number, second.number]
        assert found("filed_to=2026-11-10") == [second.number, first.number]
        assert found("filed_from=2026-11-03&filed_to=2026-11-19") == [second.number]
        assert found(f"handler={people.lin.pk}") == [second.number]
        assert found("procedure=nonlit") == [third.number]
        assert found(f"court={people.court.key}&own=true&state=filed&procedure=first") == [
            first.number
        ]

    def test_a_number_is_found_in_any_writing(self, people: People, program: Program) -> None:
        a_case(people).filed("11-02")
        case = a_case(people).filed("11-03").case
        for text in (case.number, case.number.replace("（", "(").replace("）", ")")):
            answer = program(people.lin).get(f"{V1}/cases/", {"number": text})
            assert numbers(answer) == [case.number]

    def test_a_court_out_of_sight_and_one_that_is_none_answer_alike(
        self, people: People, program: Program
    ) -> None:
        get = program(people.lin).get
        theirs = get(f"{V1}/cases/?court={people.courts[NEXT_DOOR].key}")
        nobodys = get(f"{V1}/cases/?court=NOPE")
        problem(theirs, 400, "input.invalid")
        assert theirs.content == nobodys.content
        below = program(people.he).get(f"{V1}/cases/?court={people.courts[NEXT_DOOR].key}")
        assert numbers(below) == []


def _clerk(people: People) -> Any:
    """Return the filing clerk, given a post next door too."""
    from enforcement.roles import Role
    from tests.people import post

    return post(people.tang, people.courts[NEXT_DOOR], Role.FILING_CLERK)


class TestPages:
    def test_following_next_gives_every_row_once_in_order(
        self, people: People, program: Program
    ) -> None:
        for n in range(7):
            a_case(people).filed(day("11-02") + timedelta(days=n // 2))
        pages = walk(program(people.lin), f"{V1}/cases/?limit=3")
        assert [len(page) for page in pages] == [3, 3, 1]
        ids = [case["id"] for page in pages for case in page]
        wanted = Case.objects.order_by("-filed_on", "-id").values_list("pk", flat=True)
        assert ids == list(wanted)

    def test_rows_added_meanwhile_neither_repeat_nor_hide_others(
        self, people: People, program: Program
    ) -> None:
        old = [a_case(people).filed(f"11-0{n}").case.pk for n in range(1, 7)]
        client = program(people.lin)
        seen = []
        link = f"{V1}/cases/?limit=2"
        while link:
            answer = client.get(link).json()
            seen += [case["id"] for case in answer["results"]]
            link = answer["next"]
            a_case(people).filed("11-20")  # newer than everything seen
            a_case(people).filed("11-03", seen="11-20")  # in the middle
        assert [pk for pk in seen if pk in old] == sorted(old, reverse=True)
        assert len(seen) == len(set(seen))

    def test_previous_leads_back_to_the_page_before(self, people: People, program: Program) -> None:
        for n in range(1, 6):
            a_case(people).filed(f"11-0{n}")
        client = program(people.lin)
        first = client.get(f"{V1}/cases/?limit=2").json()
        assert first["previous"] is None
        second = client.get(first["next"]).json()
        assert client.get(second["previous"]).json()["results"] == first["results"]

    def test_filters_stay_while_turning(self, people: People, program: Program) -> None:
        for n in range(1, 5):
            a_case(people).filed(f"11-0{n}")
        enforcing(people, "11-10")
        pages = walk(program(people.lin), f"{V1}/cases/?limit=2&state=filed")
        assert {case["state"] for page in pages for case in page} == {"filed"}
        assert sum(map(len, pages)) == 4

    def test_a_long_list_costs_as_many_questions_as_a_short_one(
        self, people: People, program: Program
    ) -> None:
        client = program(people.he)
        for _ in range(2):
            enforcing(people)

        def questions() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(f"{V1}/cases/?limit=200").status_code == 200
            return len(asked)

        client.get(f"{V1}/cases/")
        few = questions()
        for _ in range(10):
            enforcing(people)
        assert questions() == few <= 5


class TestOne:
    def test_a_case_leads_to_what_hangs_on_it_and_holds_none_of_it(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        answer = program(people.lin).get(f"{V1}/cases/{case.pk}/")
        told = answer.json()
        assert answer["ETag"] == f'"{case.version}"'
        assert "clocks" not in told
        assert told["links"]["clocks"] == f"{V1}/clocks/?case={case.pk}"
        assert set(told["links"]) >= {"self", "events", "parties", "moves", "leads", "flags"}
        for link in told["links"].values():
            assert program(people.lin).get(link).status_code == 200, link

    def test_another_courts_case_and_none_at_all_look_the_same(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        theirs = program(people.luo).get(f"{V1}/cases/{case.pk}/")
        problem(theirs, 404, "case.not_found")
        none = program(people.luo).get(f"{V1}/cases/{case.pk + 1000}/")
        assert theirs.content == none.content

    def test_an_unchanged_case_is_not_sent_again(self, people: People, program: Program) -> None:
        built = enforcing(people)
        client, address = program(people.lin), f"{V1}/cases/{built.case.pk}/"
        tag = client.get(address)["ETag"]
        for asked in (tag, f"W/{tag}", f'"1", {tag}', "*"):
            again = client.get(address, headers={"If-None-Match": asked})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        built.noticed("11-12")
        answer = client.get(address, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer["ETag"] == '"4"'

    def test_who_may_not_read_it_learns_nothing_from_the_etag(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        answer = program(people.sun).get(
            f"{V1}/cases/{case.pk}/", headers={"If-None-Match": f'"{case.version}"'}
        )
        problem(answer, 404, "case.not_found")

    def test_parties_are_named_with_their_numbers_masked(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        answer = program(people.lin).get(f"{V1}/cases/{case.pk}/parties/")
        first = answer.json()["results"][0]
        assert (first["role"], first["name"]) == ("applicant", "陈某")
        assert "*" in first["id_number"]
        assert first["phone"] == "139****0000"
        text = answer.content.decode()
        assert NOBODY not in text
        assert "13900000000" not in text
        problem(program(people.luo).get(f"{V1}/cases/{case.pk}/parties/"), 404, "case.not_found")


class TestTimeline:
    def test_events_come_in_order_with_their_sentence(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        events = program(people.lin).get(f"{V1}/cases/{case.pk}/events/").json()["results"]
        assert [e["seq"] for e in events] == [1, 2, 3]
        assert [e["kind"] for e in events] == ["case.filed", "handler.assigned", "file.received"]
        assert events[0]["text"].startswith("立案")
        assert events[0]["by"] == {"id": people.tang.pk, "name": "唐立案"}
        assert events[1]["data"] == {"user": people.lin.pk, "again": False}
        assert len(events[2]["hash"]) == 64

    def test_a_correction_is_told_beside_what_was_recorded(
        self, people: People, program: Program
    ) -> None:
        built = enforcing(people).corrected("11-20", "file.received", "11-05")
        events = program(people.lin).get(f"{V1}/cases/{built.case.pk}/events/").json()["results"]
        wrong = events[2]
        assert (wrong["on"], wrong["reads_on"], wrong["void"]) == (
            "2026-11-04",
            "2026-11-05",
            False,
        )
        assert events[3]["note"] == "录入有误"

    def test_only_what_came_after_a_version_can_be_asked(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).noticed("11-12").case
        address = f"{V1}/cases/{case.pk}/events/"
        newer = program(people.lin).get(f"{address}?since=3").json()["results"]
        assert [e["kind"] for e in newer] == ["notice.sent"]
        one = program(people.lin).get(f"{address}?kind=case.filed").json()["results"]
        assert [e["seq"] for e in one] == [1]

    def test_the_timeline_of_another_court_is_not_there(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        problem(program(people.luo).get(f"{V1}/cases/{case.pk}/events/"), 404, "case.not_found")

    def test_a_long_timeline_costs_as_many_questions_as_a_short_one(
        self, people: People, program: Program
    ) -> None:
        built = enforcing(people)
        client, address = program(people.lin), f"{V1}/cases/{built.case.pk}/events/"

        def questions() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            return len(asked)

        questions()
        few = questions()
        for _ in range(8):
            built.with_lead("11-20")
        assert questions() == few <= 8  # one of them writes down who read


class TestFind:
    def test_a_party_is_found_by_name_or_number_from_the_body(
        self, people: People, program: Program
    ) -> None:
        case = a_case(people).filed("11-02").case
        a_case(people).filed("11-03", parties=[applicant(name="王某", id_number=""), debtor()])
        post = program(people.lin).post
        assert numbers(post(f"{V1}/cases/find/", {"name": "陈某"})) == [case.number]
        assert numbers(post(f"{V1}/cases/find/", {"id_number": NOBODY})) == [case.number]
        assert len(numbers(post(f"{V1}/cases/find/", {"name": "商洛某某"}))) == 2
        assert numbers(post(f"{V1}/cases/find/", {"name": "商洛某某", "id_number": NOBODY})) == []
        assert numbers(program(people.sun).post(f"{V1}/cases/find/", {"name": "陈某"})) == []

    def test_its_pages_are_turned_by_cursors_in_the_body(
        self, people: People, program: Program
    ) -> None:
        for n in range(1, 6):
            a_case(people).filed(f"11-0{n}")
        post, asked, seen = program(people.lin).post, {"name": "陈某", "limit": 2}, []
        while True:
            answer = post(f"{V1}/cases/find/", asked)
            seen += numbers(answer)
            if answer.json()["after"] is None:
                break
            asked["after"] = answer.json()["after"]
        assert len(seen) == len(set(seen)) == 5

    @pytest.mark.parametrize("body", [{}, {"name": "陈"}, {"name": None}, {"id_number": "1"}, []])
    def test_nobody_is_not_looked_for(self, people: People, program: Program, body: Any) -> None:
        problem(program(people.lin).post(f"{V1}/cases/find/", body), 400, "input.invalid")


# -- filing --------------------------------------------------------------------------------------

FILING: dict[str, Any] = {
    "on": "2026-11-24",
    "applied_on": "2026-11-23",
    "procedure": "first",
    "basis": "court_civil_admin",
    "basis_number": "（2025）陕1002民初88号民事判决书",
    "basis_body": "商洛市商州区人民法院",
    "amount": "100000.00",
    "parties": [
        {"role": "applicant", "kind": "natural", "name": "陈某", "id_number": NOBODY},
        {"role": "counsel", "kind": "natural", "name": "代某", "represents": 0},
        {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"},
    ],
}


def file(program: Program, people: People, by: Any = None, **changes: Any) -> Any:
    """File a case with some things changed."""
    body = {**FILING, **changes}
    return program(by or people.tang).post(f"{V1}/courts/{people.court.key}/cases/", body)


class TestFiling:
    def test_a_case_is_filed_and_its_code_told_once(self, people: People, program: Program) -> None:
        answer = file(program, people)
        assert answer.status_code == 201, answer.content
        told = answer.json()
        case = Case.objects.get()
        assert told["case"]["number"] == case.number
        assert answer["Location"] == f"{V1}/cases/{case.pk}/"
        assert answer["ETag"] == '"1"'
        assert case.query_code_hash == query_hash(case.number, told["query_code"])
        counsel = case.parties.get(role="counsel")
        assert counsel.represents == case.parties.get(role="applicant")
        again = program(people.tang).get(answer["Location"])
        assert told["query_code"] not in again.content.decode()

    def test_a_cause_is_picked_by_its_code(self, people: People, program: Program) -> None:
        Cause.objects.create(
            code="9012", name="买卖合同纠纷", case_type="civil", level=3, is_leaf=True, path="合同"
        )
        listed = program(people.tang).get(f"{V1}/causes/?name=买卖").json()["results"]
        assert [cause["code"] for cause in listed] == ["9012"]
        answer = file(program, people, cause="9012")
        assert answer.json()["case"]["cause"] == {"code": "9012", "name": "买卖合同纠纷"}
        assert fields_wrong(file(program, people, cause="9999")) == {
            "cause": "input.invalid_choice"
        }

    def test_only_a_filing_clerk_of_that_court_files(
        self, people: People, program: Program
    ) -> None:
        before = every_row()
        problem(file(program, people, by=people.lin), 403, "access.role")
        problem(file(program, people, by=people.he), 403, "access.role")
        problem(file(program, people, by=people.sun), 404, "court.not_found")
        assert every_row() == before

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({"amount": "-1"}, {"amount": "amount.negative"}),
            ({"on": "2026-11-25"}, {"on": "date.future"}),
            ({"applied_on": "2026-11-25"}, {"on": "date.before"}),
            ({"procedure": "third"}, {"procedure": "input.invalid_choice"}),
            ({"basis_number": " "}, {"basis_number": "input.required"}),
            ({"parties": []}, {"parties": "input.parties"}),
            ({"parties": None}, {"parties": "input.parties"}),
            ({"parties": {}}, {"parties": "input.parties"}),
            ({"parties": [1, "a"]}, {"parties.0": "input.object", "parties.1": "input.object"}),
            ({"parties": [FILING["parties"][2]] * 2}, {"parties": "party.no_applicant"}),
            ({"parties": [FILING["parties"][0]] * 51}, {"parties": "input.parties"}),
            ({"query_code": "AAAA"}, {"query_code": "input.unknown"}),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_written(
        self, people: People, program: Program, changes: Any, wrong: dict[str, str]
    ) -> None:
        before = every_row()
        answer = file(program, people, **changes)
        assert answer.status_code == 400, answer.content
        assert fields_wrong(answer) == wrong
        assert every_row() == before

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"id_number": NOBODY[:-1] + ("1" if NOBODY[-1] != "1" else "2")}, "id_number"),
            ({"phone": "12"}, "phone"),
            ({"role": "judge"}, "role"),
            ({"name": None}, "name"),
            ({"name": "名" * 121}, "name"),
            ({"represents": "0"}, "represents"),
            ({"represents": -1}, "represents"),
            ({"user": 5}, "user"),
        ],
    )
    def test_what_is_wrong_with_a_party_is_named_at_its_place(
        self, people: People, program: Program, changes: dict[str, Any], code: str
    ) -> None:
        before = every_row()
        parties = [FILING["parties"][0] | changes, FILING["parties"][2]]
        answer = file(program, people, parties=parties)
        assert answer.status_code == 400, answer.content
        assert list(fields_wrong(answer)) == [f"parties.0.{code}"]
        assert every_row() == before
