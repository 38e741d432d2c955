"""Leads, measures, listings, papers, clocks, flags and courts over HTTP."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accountability.models import Flag
from cases.models import Paper
from deadlines.api import STATUSES, in_status, status_of
from deadlines.models import Clock
from enforcement.models import User
from enforcement.roles import Role
from tests.accountability.country import TODAY, found, live
from tests.api.answers import V1, fields_wrong, problem
from tests.api.conftest import NOW, Program
from tests.builders import CaseBuilder, enforcing
from tests.people import People

LISTS = ["leads", "measures", "listings", "papers", "clocks", "flags"]


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case with something in every list."""
    case = enforcing(people).with_lead("11-05").verified("11-20", "true")
    case.with_lead("11-23", urgent=True)
    case.measured("11-20")
    case.swept("11-19")
    case.noticed("11-20").listed("11-21")
    return case.rebuilt("11-24")


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the rows of a page."""
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


class TestEveryList:
    @pytest.mark.parametrize("name", LISTS)
    def test_it_shows_the_rows_of_cases_in_sight(
        self, built: CaseBuilder, program: Program, name: str
    ) -> None:
        mine = rows(program(built.people.lin).get(f"{V1}/{name}/"))
        assert mine
        assert rows(program(built.people.he).get(f"{V1}/{name}/")) == mine
        for row in mine:
            assert row["case"]["id"] == built.case.pk
            one = program(built.people.lin).get(row["url"])
            assert one.status_code == 200
            assert one["ETag"] == f'"{built.case.version}"'
            assert one.json()["id"] == row["id"]

    @pytest.mark.parametrize("name", LISTS)
    def test_others_see_none_of_it(self, built: CaseBuilder, program: Program, name: str) -> None:
        mine = rows(program(built.people.lin).get(f"{V1}/{name}/"))
        for stranger in (built.people.luo, built.people.sun, built.people.chen):
            assert rows(program(stranger).get(f"{V1}/{name}/")) == []
            assert rows(program(stranger).get(f"{V1}/{name}/?case={built.case.pk}")) == []
            theirs = program(stranger).get(mine[0]["url"])
            none = program(stranger).get(f"{V1}/{name}/999999999/")
            assert theirs.status_code == none.status_code == 404
            assert theirs.content == none.content

    @pytest.mark.parametrize("name", LISTS)
    def test_it_is_narrowed_to_a_case_and_to_a_court(
        self, built: CaseBuilder, program: Program, name: str
    ) -> None:
        other = enforcing(built.people).with_lead("11-20")
        get = program(built.people.he).get
        mine = rows(get(f"{V1}/{name}/?case={built.case.pk}"))
        assert mine
        assert {row["case"]["id"] for row in mine} == {built.case.pk}
        assert not {row["id"] for row in mine} & {
            row["id"] for row in rows(get(f"{V1}/{name}/?case={other.case.pk}"))
        }
        court = built.people.courts
        above = rows(get(f"{V1}/{name}/?court={court['陕10'].key}"))
        assert rows(get(f"{V1}/{name}/?court={court['陕1002'].key}")) == above
        assert rows(get(f"{V1}/{name}/?court={court['陕1021'].key}")) == []

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("query", ["case=0", "case=x", "colour=red", "court=NOPE", "limit=0"])
    def test_a_wrong_filter_is_refused(
        self, built: CaseBuilder, program: Program, name: str, query: str
    ) -> None:
        problem(program(built.people.lin).get(f"{V1}/{name}/?{query}"), 400, "input.invalid")

    @pytest.mark.parametrize("name", LISTS)
    def test_more_rows_cost_no_more_questions(
        self, built: CaseBuilder, program: Program, name: str
    ) -> None:
        client = program(built.people.he)

        def questions() -> tuple[int, int]:
            with CaptureQueriesContext(connection) as asked:
                n = len(rows(client.get(f"{V1}/{name}/?limit=200")))
            return n, len(asked)

        questions()
        few, cost = questions()
        for _ in range(4):
            more = enforcing(built.people).with_lead("11-05").measured("11-06")
            more.swept("11-19")
            more.noticed("11-20").listed("11-21").rebuilt("11-24")
        many, later_cost = questions()
        assert many > few
        assert later_cost == cost <= 4


class TestFilters:
    def get(self, built: CaseBuilder, program: Program, address: str) -> list[dict[str, Any]]:
        """Return what Judge Lin is shown."""
        return rows(program(built.people.lin).get(f"{V1}/{address}"))

    def test_leads_by_state_and_day(self, built: CaseBuilder, program: Program) -> None:
        waiting = self.get(built, program, "leads/?state=submitted")
        assert [lead["urgent"] for lead in waiting] == [True]
        checked = self.get(built, program, "leads/?state=true")
        assert checked[0]["verified_by"]["name"] == "林法官"
        assert self.get(built, program, "leads/?submitted_to=2026-11-05") == checked
        assert self.get(built, program, "leads/?submitted_from=2026-11-06") == waiting

    def test_measures_by_the_day_they_end(self, built: CaseBuilder, program: Program) -> None:
        assert len(self.get(built, program, "measures/?expires_to=2027-11-20")) == 1
        assert self.get(built, program, "measures/?expires_to=2027-11-19") == []
        measure = self.get(built, program, "measures/?measure=freeze")[0]
        assert (measure["measure"], measure["amount"]) == ("freeze", "5000.00")

    def test_listings_and_papers_by_kind(self, built: CaseBuilder, program: Program) -> None:
        assert len(self.get(built, program, "listings/?state=decided")) == 1
        assert self.get(built, program, "listings/?state=published") == []
        assert [p["paper"] for p in self.get(built, program, "papers/?paper=notice")] == ["notice"]

    def test_flags_by_stage_rule_and_holder(self, built: CaseBuilder, program: Program) -> None:
        flags = self.get(built, program, "flags/?rule=send_enforcement_notice")
        assert [flag["state"] for flag in flags] == ["raised"]
        lin = built.people.lin.pk
        assert self.get(built, program, f"flags/?holder={lin}&stage=open")
        assert self.get(built, program, f"flags/?holder={built.people.zhou.pk}") == []
        assert self.get(built, program, "flags/?stage=closed") == []

    def test_clocks_by_rule_and_day(self, built: CaseBuilder, program: Program) -> None:
        limit = self.get(built, program, "clocks/?rule=case_limit")
        assert len(limit) == 1
        due = limit[0]["due"]
        assert (
            self.get(built, program, f"clocks/?rule=case_limit&due_from={due}&due_to={due}")
            == limit
        )
        assert self.get(built, program, "clocks/?rule=case_limit&due_to=2026-12-01") == []
        days = [clock["due"] for clock in self.get(built, program, "clocks/")]
        assert days == sorted(days)


class TestPapers:
    def test_a_paper_comes_as_pdf_and_as_word(self, built: CaseBuilder, program: Program) -> None:
        paper = Paper.objects.filter(case=built.case, kind="notice").get()
        client = program(built.people.lin)
        links = client.get(f"{V1}/papers/{paper.pk}/").json()["links"]
        for accept in ("*/*", "application/pdf", "application/json"):
            pdf = client.get(links["pdf"], headers={"Accept": accept})
            assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
            assert pdf.content.startswith(b"%PDF")
        word = client.get(links["docx"])
        assert "word/document.xml" in ZipFile(io.BytesIO(word.content)).namelist()
        assert word["Content-Disposition"].startswith("attachment;")
        assert word["X-Content-Type-Options"] == "nosniff"

    def test_another_court_gets_no_file(self, built: CaseBuilder, program: Program) -> None:
        paper = Paper.objects.filter(case=built.case).first()
        assert paper is not None
        for name in ("paper.pdf", "paper.docx"):
            answer = program(built.people.luo).get(
                f"{V1}/papers/{paper.pk}/{name}", headers={"Accept": "application/pdf"}
            )
            problem(answer, 404, "not_found")


class TestWhy:
    def test_a_clock_leads_to_its_working(self, built: CaseBuilder, program: Program) -> None:
        clock = built.clock("send_enforcement_notice")
        client = program(built.people.lin)
        told = client.get(f"{V1}/clocks/{clock.pk}/").json()
        assert (told["status"], told["stopped_on"]) == ("late", "2026-11-20")
        why = client.get(told["links"]["why"]).json()
        assert why["due"] == told["due"]
        assert why["rule"] == "send_enforcement_notice"
        assert why["source"]
        assert why["sentences"][-1].endswith("已超过届满日。")

    def test_the_working_of_another_court_is_not_shown(
        self, built: CaseBuilder, program: Program
    ) -> None:
        clock = built.clock("case_limit")
        theirs = program(built.people.luo).get(f"{V1}/clocks/{clock.pk}/why/")
        assert theirs.status_code == 404
        assert program(built.people.luo).get(f"{V1}/clocks/999999999/why/").status_code == 404

    def test_a_timeline_that_cannot_be_read_is_said_so(
        self, built: CaseBuilder, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from deadlines.clocks import ClockError

        def broken(case: object) -> None:
            raise ClockError("第 3 项没有日期")

        monkeypatch.setattr("deadlines.api.derived", broken)
        clock = built.clock("case_limit")
        answer = program(built.people.lin).get(f"{V1}/clocks/{clock.pk}/why/")
        problem(answer, 409, "clock.unreadable")


class TestStatuses:
    def test_every_clock_stands_in_the_one_status_its_filter_finds(self, db: None) -> None:
        live(found())
        named = {clock.pk: status_of(clock, TODAY) for clock in Clock.objects.all()}
        assert set(named.values()) == {code for code, _ in STATUSES}
        for code, _ in STATUSES:
            listed = set(Clock.objects.filter(in_status(code, TODAY)).values_list("pk", flat=True))
            assert listed == {pk for pk, status in named.items() if status == code}
        running = {pk for pk, s in named.items() if s in {"ok", "amber", "lapsed", "suspended"}}
        assert (
            set(Clock.objects.filter(in_status("running", TODAY)).values_list("pk", flat=True))
            == running
        )

    def test_the_list_shows_only_the_status_asked(
        self, built: CaseBuilder, program: Program
    ) -> None:
        get, total = program(built.people.lin).get, 0
        for code, _ in STATUSES:
            shown = rows(get(f"{V1}/clocks/?status={code}"))
            assert {clock["status"] for clock in shown} <= {code}
            total += len(shown)
        assert total == Clock.objects.count() > 0


class TestFlag:
    def test_a_flag_tells_its_explanation_reviews_and_reply(
        self, built: CaseBuilder, program: Program
    ) -> None:
        p, flag = built.people, built.flag("send_enforcement_notice")
        client = program(p.qin)
        empty = client.get(f"{V1}/flags/{flag.pk}/").json()
        assert (empty["explanation"], empty["reviews"], empty["reply"]) == (None, [], None)
        why = {"ground": "oversight", "text": "工作疏漏，已经补办。"}
        built.do("explain_flag", "11-23", p.lin, target=flag, **why)
        flag.refresh_from_db()
        built.do("uphold_flag", "11-23", p.qin, target=flag, ground="理由不成立。")
        flag.refresh_from_db()
        built.do("reply_to_flag", "11-23", p.lin, target=flag, text="不同意。")
        told = client.get(f"{V1}/flags/{flag.pk}/").json()
        assert told["explanation"]["text"] == why["text"]
        assert [review["outcome"] for review in told["reviews"]] == ["upheld"]
        assert told["reply"]["by"]["name"] == "林法官"
        assert told["links"]["moves"] == f"{V1}/flags/{flag.pk}/moves/"


class TestRules:
    def test_the_rulebook_is_told_with_its_sources(self, people: People, program: Program) -> None:
        rules = {r["code"]: r for r in rows(program(people.lin).get(f"{V1}/rules/"))}
        notice = rules["send_enforcement_notice"]
        assert (notice["n"], notice["unit"], notice["severity"]) == (3, "days", "flag")
        assert all(rule["source"] and rule["confidence"] for rule in rules.values())
        one = program(people.lin).get(notice["url"]).json()
        assert one["versions"][0]["code"] == "send_enforcement_notice"

    def test_a_rule_that_is_none_is_not_found(self, people: People, program: Program) -> None:
        problem(program(people.lin).get(f"{V1}/rules/nonsense/"), 404, "rule.not_found")


class TestDueDate:
    def ask(self, program: Program, people: People, **asked: Any) -> Any:
        """Ask when a period ends."""
        return program(people.lin).get(f"{V1}/due-date/", asked)

    def test_a_period_is_counted_with_its_working(self, people: People, program: Program) -> None:
        told = self.ask(program, people, start="2026-11-02", n=7, unit="days").json()
        assert told["due"] == "2026-11-09"
        assert told["sentences"][-1] == "届满日为2026-11-09（周一）。"
        rolled = self.ask(program, people, start="2026-11-01", n=6, unit="days").json()
        assert (rolled["raw_end"], rolled["due"]) == ("2026-11-07", "2026-11-09")
        assert [day["day"] for day in rolled["rolled"]] == ["2026-11-07", "2026-11-08"]

    def test_excluded_days_do_not_count(self, people: People, program: Program) -> None:
        asked = {"start": "2026-11-02", "n": 7, "unit": "days"}
        told = self.ask(program, people, **asked, exclude="2026-11-03/2026-11-05").json()
        assert told["due"] == "2026-11-11"
        assert [block["days"] for block in told["excluded"]] == [2]
        still = self.ask(program, people, **asked, exclude="2026-11-03/").json()
        assert still["due"] is None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"start": "yesterday"}, "start"),
            ({"start": "2026-02-30"}, "start"),
            ({"n": -1}, "n"),
            ({"n": 10**9}, "n"),
            ({"n": 2000, "unit": "years"}, "n"),
            ({"unit": "hours"}, "unit"),
            ({"exclude": "soon"}, "exclude"),
            ({"exclude": "2026-11-05/2026-11-03"}, "exclude"),
            ({"start": "9999-12-31"}, "n"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_cannot_be_counted_is_named(
        self, people: People, program: Program, changes: Any, field: str
    ) -> None:
        asked = {"start": "2026-11-02", "n": 7, "unit": "days"} | changes
        answer = self.ask(program, people, **asked)
        problem(answer, 400, "input.invalid")
        assert list(fields_wrong(answer)) == [field]


class TestCourts:
    def test_courts_in_sight_are_listed_in_the_order_of_the_tree(
        self, people: People, program: Program
    ) -> None:
        mine = rows(program(people.lin).get(f"{V1}/courts/"))
        assert [court["code"] for court in mine] == ["陕1002"]
        below = rows(program(people.he).get(f"{V1}/courts/"))
        assert [court["code"] for court in below] == ["陕10", "陕1002", "陕1021", "陕1022"]
        assert rows(program(people.chen).get(f"{V1}/courts/")) == []

    def test_filters_narrow(self, people: People, program: Program) -> None:
        get = program(people.he).get
        above = people.courts["陕10"]
        for query, codes in {
            f"parent={above.key}": ["陕1002", "陕1021", "陕1022"],
            "code=陕1021": ["陕1021"],
            "name=洛南": ["陕1021"],
            "level=3": ["陕10"],
            "active=false": [],
            "level=4&active=true": ["陕1002", "陕1021", "陕1022"],
        }.items():
            assert [c["code"] for c in rows(get(f"{V1}/courts/?{query}"))] == codes

    def test_a_court_leads_to_its_lists(self, people: People, program: Program) -> None:
        client = program(people.he)
        links = client.get(f"{V1}/courts/{people.court.key}/").json()["links"]
        assert set(links) >= {"self", "cases", "clocks", "flags", "dashboard", "below"}
        for name in ("cases", "clocks", "flags", "below", "dashboard"):
            assert client.get(links[name]).status_code == 200, name
        problem(
            program(people.lin).get(f"{V1}/courts/{people.courts['陕1021'].key}/"),
            404,
            "court.not_found",
        )


class TestDashboard:
    def test_the_figures_are_those_of_the_lists(self, db: None, program: Program) -> None:
        country = found(NOW.date())
        live(country, date(2026, 11, 24))
        he = country.person("陕10", Role.SUPERVISOR)
        client, key = program(he), country.courts["陕10"].key
        told = client.get(f"{V1}/dashboard/{key}/").json()
        everything = f"court={key}&limit=200"
        assert told["cases"] == len(rows(client.get(f"{V1}/cases/?state=open&{everything}"))) > 0
        for status in ("running", "ok", "amber", "lapsed", "suspended"):
            listed = rows(client.get(f"{V1}/clocks/?status={status}&{everything}"))
            assert told["clocks"][status] == len(listed)
        assert told["flags"]["open"] == len(
            rows(client.get(f"{V1}/flags/?stage=open&{everything}"))
        )
        assert sum(row["cases"] for row in told["below"]) == told["cases"]
        assert {r["code"] for r in told["rules"]} >= {"send_enforcement_notice"}

    def test_a_court_out_of_sight_has_no_figures(self, people: People, program: Program) -> None:
        key = people.courts["陕1021"].key
        problem(program(people.lin).get(f"{V1}/dashboard/{key}/"), 404, "court.not_found")


def test_the_root_leads_everywhere(people: People, program: Program) -> None:
    client = program(people.he)
    root = client.get(f"{V1}/").json()
    assert set(root) >= {"me", "courts", "cases", "clocks", "rules", "flags", "petitions"}
    for name, link in root.items():
        wanted = 400 if name == "due_date" else 200  # it wants to be asked something
        assert client.get(link).status_code == wanted, name
    assert User.objects.exists()
    assert not Flag.objects.exists()
