"""Who opened which case is written down once a quarter of an hour, and auditors read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from cases.models import CaseRead
from cases.reading import note_read
from cases.revealing import reveal
from enforcement.models import Reveal
from tests.builders import CaseBuilder, a_case, enforcing
from tests.people import People
from tests.personal.conftest import NOW, Browser

READS, REVEALS = "/audit/reads/", "/audit/reveals/"


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case being enforced."""
    return enforcing(people, "11-02")


def entries() -> list[tuple[str, int]]:
    """Return (person, case) of every entry, in order."""
    return list(CaseRead.objects.order_by("pk").values_list("user__username", "case_id"))


class TestWriting:
    def test_opening_a_case_is_written_down(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        browser(people.lin).get(f"/cases/{built.case.pk}/")
        entry = CaseRead.objects.get()
        assert (entry.user, entry.case_id, entry.at) == (people.lin, built.case.pk, NOW)

    def test_again_within_a_quarter_of_an_hour_is_one_entry(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        client = browser(people.lin)
        for minutes in (0, 5, 14, 15, 29, 31):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                client.get(f"/cases/{built.case.pk}/?tab=parties")
        assert len(entries()) == 3

    def test_each_person_and_each_case_has_its_own(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        other = enforcing(people, "11-02")
        for user in (people.lin, people.he):
            for case in (built.case, other.case):
                browser(user).get(f"/cases/{case.pk}/")
        assert entries() == [
            (name, case.pk) for name in ("lin", "he") for case in (built.case, other.case)
        ]

    def test_who_is_turned_away_read_nothing(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        for user in (people.sun, people.luo):
            assert browser(user).get(f"/cases/{built.case.pk}/").status_code == 404
        assert entries() == []

    @pytest.mark.parametrize("path", ["", "parties/"])
    def test_a_program_is_written_down_too(
        self, people: People, built: CaseBuilder, path: str
    ) -> None:
        client = APIClient()
        client.force_login(people.lin)
        assert client.get(f"/api/v1/cases/{built.case.pk}/{path}").status_code == 200
        assert CaseRead.objects.get().through == "api"
        client.force_login(people.sun)
        assert client.get(f"/api/v1/cases/{built.case.pk}/{path}").status_code == 404
        assert CaseRead.objects.count() == 1

    def test_forms_and_papers_of_a_case_count_as_reading_it(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        built.noticed("11-05")
        paper = built.case.papers.first()
        browser(people.lin).get(f"/papers/{paper.pk}/")
        browser(people.he).get(f"/cases/{built.case.pk}/suspend/")
        assert entries() == [("lin", built.case.pk), ("he", built.case.pk)]

    def test_a_list_is_no_reading(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        assert browser(people.lin).get("/cases/").status_code == 200
        assert entries() == []

    @pytest.mark.parametrize("model", [CaseRead, Reveal])
    def test_the_database_lets_nobody_change_or_remove_an_entry(
        self, people: People, browser: Browser, built: CaseBuilder, model: Any
    ) -> None:
        browser(people.lin).get(f"/cases/{built.case.pk}/")
        revealed(built, people)
        for change in (lambda: model.objects.update(at=NOW), lambda: model.objects.all().delete()):
            with (
                pytest.raises(DatabaseError, match="Cannot update or delete"),
                transaction.atomic(),
            ):
                change()


def revealed(built: CaseBuilder, people: People, ground: str = "冻结存款") -> None:
    """Let Judge Lin see the applicant's numbers."""
    party = built.case.parties.get(role="applicant")
    reveal(party, by=people.lin, now=NOW, today=NOW.date(), ground=ground)


class TestReading:
    def test_an_auditor_sees_who_when_and_which(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        browser(people.lin).get(f"/cases/{built.case.pk}/")
        page = browser(people.bai).get(READS).content.decode()
        assert "林法官" in page
        assert "执1号" in page
        assert "12-01 10:00" in page or "10:00" in page

    def test_by_case_and_by_person_and_by_day(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        other = enforcing(people, "11-02")
        browser(people.lin).get(f"/cases/{built.case.pk}/")
        browser(people.zhou).get(f"/cases/{other.case.pk}/")
        auditor = browser(people.bai)

        def shown(**asked: str) -> list[str]:
            page = auditor.post(READS, asked, follow=True).content.decode()
            return [name for name in ("林法官", "周法官") if f">{name}</a>" in page]

        assert shown() == ["林法官", "周法官"]
        assert shown(case=built.case.number) == ["林法官"]
        assert shown(case=other.case.number.replace("（", "(").replace("）", ")")) == ["周法官"]
        assert shown(case="nonsense") == []
        assert shown(person="zhou") == ["周法官"]
        assert shown(person="林法官") == ["林法官"]
        assert shown(person="nobody") == []
        assert shown(first="2026-12-01", last="2026-12-01") == ["林法官", "周法官"]
        assert shown(first="2026-12-02") == []
        assert shown(last="2026-11-30") == []

    def test_numbers_seen_in_full_are_listed_with_their_ground(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        revealed(built, people, "制作协助冻结通知书")
        page = browser(people.bai).get(REVEALS, {"case": built.case.number}).content.decode()
        assert "制作协助冻结通知书" in page
        page = browser(people.bai).post(REVEALS, {"person": "zhou"}, follow=True).content.decode()
        assert "制作协助冻结通知书" not in page

    def test_only_courts_in_sight(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        from enforcement.roles import Role
        from tests.people import post

        far = post(people.sun, people.courts["湘0104"], Role.AUDITOR)
        browser(people.lin).get(f"/cases/{built.case.pk}/")
        revealed(built, people)
        for address in (READS, REVEALS):
            assert "林法官" not in browser(far).get(address).content.decode()
            assert "林法官" in browser(people.bai).get(address).content.decode()

    @pytest.mark.parametrize("name", ["lin", "qin", "he", "song"])
    def test_nobody_but_auditors(self, people: People, browser: Browser, name: str) -> None:
        for address in (READS, REVEALS):
            assert browser(getattr(people, name)).get(address).status_code == 403

    def test_more_than_a_page_goes_on(
        self, people: People, browser: Browser, built: CaseBuilder
    ) -> None:
        for number in range(55):
            note_read(people.lin, built.case.pk, NOW + timedelta(hours=number))
        page = browser(people.bai).get(READS).content.decode()
        assert page.count("林法官") == 50
        assert "下一页" in page


def test_a_case_of_another_court_is_not_told_by_the_filter(
    people: People, browser: Browser
) -> None:
    case = a_case(people).filed("11-02").case
    page = browser(people.bai).get(READS, {"case": case.number}).content.decode()
    assert "没有符合条件的记录" in page
