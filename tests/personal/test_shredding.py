"""People are forgotten when their case has long been closed; the chain stays whole."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from cases import ledger, shredding, uploads
from cases.models import CaseEvent, EventNote, Party
from enforcement.models import SecurityEvent
from tests.builders import NOBODY, CaseBuilder, applicant, at, debtor, enforcing
from tests.people import People
from tests.personal.conftest import NOW, Browser
from tests.petitions.steps import Supervised
from tests.refusals import refused

GROUND = "保管期限届满销毁清册第 7 号"
NAME = "欧阳某某甲"


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case with a person in its parties, papers, leads, notes and files."""
    built = enforcing_with_name(people)
    built.noticed("11-05")
    built.with_lead("11-06", content=f"{NAME}称被执行人在商洛某银行有账户")
    uploads.store(
        built.case,
        SimpleUploadedFile(f"{NAME}的材料.txt", f"{NAME} {NOBODY}".encode()),
        by=people.wu,
        now=at("11-06"),
    )
    return built


def enforcing_with_name(people: People) -> CaseBuilder:
    """Return a case in which the debtor is a person with a name found nowhere else."""
    from tests.builders import a_case

    parties = [applicant(), debtor(kind="natural", name=NAME, id_number=NOBODY)]
    basis = f"{NAME}于判决生效后十日内支付货款"
    built = a_case(people).filed("11-02", parties=parties, basis_text=basis)
    return built.assigned("11-03").received("11-04")


@pytest.fixture
def closed(built: CaseBuilder) -> CaseBuilder:
    """Return the same case closed."""
    return built.closed("11-20")


def everything() -> str:
    """Return all that the database holds in clear, but for the people of the courts."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name ~ '^(cases|petitions|deadlines|accountability|enforcement)_'"
            " AND table_name !~ 'court|cause'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - a table's name
            found += [row[0] for row in cursor.fetchall()]
    found += [f"{p.name} {p.id_number} {p.phone}" for p in Party.objects.all()]
    return "\n".join(found)


def chain() -> list[tuple[int, bytes]]:
    """Return every event with its hash."""
    return [(pk, bytes(h)) for pk, h in CaseEvent.objects.order_by("pk").values_list("pk", "hash")]


def person(built: CaseBuilder) -> Party:
    """Return the debtor."""
    return built.case.parties.get(role="debtor")


class TestCase:
    def test_nothing_of_the_people_is_left(self, closed: CaseBuilder) -> None:
        before = everything()
        assert NAME in before
        assert NOBODY in before
        done = shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        after = everything()
        assert NAME not in after
        assert NOBODY not in after
        assert "13900000000" not in after
        assert done["当事人"] == 2
        assert {"文书", "财产线索", "附件", "执行内容"} <= set(done)

    def test_the_chain_stays_whole(self, closed: CaseBuilder) -> None:
        before = chain()
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        assert chain() == before
        assert ledger.verify().faults == []
        assert not EventNote.objects.filter(event__case=closed.case).exists()

    def test_the_files_are_gone_from_the_disk(self, closed: CaseBuilder) -> None:
        kept = closed.case.attachments.get()
        storage, name = kept.file.storage, kept.file.name
        assert storage.exists(name)
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        assert not storage.exists(name)
        kept.refresh_from_db()
        assert kept.name == shredding.GONE
        assert len(kept.sha256) == 64

    def test_the_page_still_tells_what_happened(
        self, closed: CaseBuilder, people: People, browser: Browser
    ) -> None:
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        client = browser(people.lin)
        for tab in ("", "?tab=parties", "?tab=papers", "?tab=leads"):
            answer = client.get(f"/cases/{closed.case.pk}/{tab}")
            assert answer.status_code == 200
            assert shredding.GONE in answer.content.decode()
        for paper in closed.case.papers.all():
            page = client.get(f"/papers/{paper.pk}/").content.decode()
            assert shredding.GONE in page
            assert NAME not in page

    def test_it_is_written_down_without_a_name(self, closed: CaseBuilder, people: People) -> None:
        shredding.shred_case(closed.case.pk, ground=GROUND, by=people.zhao, now=NOW)
        event = SecurityEvent.objects.get(kind="shredded")
        assert (event.by, event.about, event.detail) == (people.zhao, closed.case.number, GROUND)

    def test_a_second_time_changes_nothing(self, closed: CaseBuilder) -> None:
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        before = list(Party.objects.values("pk", "name", "id_blind"))
        assert not shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        assert list(Party.objects.values("pk", "name", "id_blind")) == before

    def test_other_cases_keep_their_people(self, closed: CaseBuilder, people: People) -> None:
        other = enforcing_with_name(people)
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        assert (person(other).name, str(person(other).id_number)) == (NAME, NOBODY)

    def test_nobody_is_found_by_number_any_more(
        self, closed: CaseBuilder, people: People, browser: Browser
    ) -> None:
        shredding.shred_case(closed.case.pk, ground=GROUND, by=None, now=NOW)
        page = browser(people.lin).post("/search/", {"q": NOBODY}).content.decode()
        assert closed.case.number not in page


class TestOnePerson:
    def test_only_theirs_goes(self, closed: CaseBuilder) -> None:
        shredding.shred_party(person(closed).pk, ground=GROUND, by=None, now=NOW)
        assert person(closed).name == shredding.GONE
        mine = closed.case.parties.get(role="applicant")
        assert (mine.name, str(mine.phone)) == ("陈某", "13900000000")
        texts = [paper.content for paper in closed.case.papers.all()]
        assert not any(NAME in text for text in texts)
        assert any("陈某" in text for text in texts)
        assert closed.case.leads.get().content == shredding.GONE
        assert ledger.verify().faults == []

    def test_somebody_who_is_not_there(self, closed: CaseBuilder) -> None:
        with refused("party.not_found", 404):
            shredding.shred_party(999999, ground=GROUND, by=None, now=NOW)


class TestRefused:
    def test_while_the_case_is_open(self, built: CaseBuilder) -> None:
        with refused("shred.open"):
            shredding.shred_case(built.case.pk, ground=GROUND, by=None, now=NOW)
        with refused("shred.open"):
            shredding.shred_party(person(built).pk, ground=GROUND, by=None, now=NOW)
        assert not SecurityEvent.objects.exists()

    @pytest.mark.parametrize("ground", ["", "  ", "长" * 201])
    def test_without_a_ground(self, closed: CaseBuilder, ground: str) -> None:
        with refused("shred.ground", 400):
            shredding.shred_case(closed.case.pk, ground=ground, by=None, now=NOW)

    def test_while_a_petition_waits_for_its_answer(self, people: People) -> None:
        under = Supervised.case_of(people)
        petition = under.answered()
        under.built.case.refresh_from_db()
        under.built.closed("11-20")
        with refused("shred.petition"):
            shredding.shred_case(under.case.pk, ground=GROUND, by=None, now=NOW)
        under.do("close_petition", petition, "11-21", people.xu)
        done = shredding.shred_case(under.case.pk, ground=GROUND, by=None, now=NOW)
        assert done["信访"] == 1
        petition.refresh_from_db()
        assert (petition.text, petition.answer) == (shredding.GONE, shredding.GONE)
        assert ledger.verify().faults == []

    def test_while_a_review_runs(self, people: People) -> None:
        under = Supervised.case_of(people)
        under.opened()
        under.built.case.refresh_from_db()
        under.built.closed("11-20")
        with refused("shred.review"):
            shredding.shred_case(under.case.pk, ground=GROUND, by=None, now=NOW)


class TestCommand:
    def ran(self, *args: Any, **options: Any) -> str:
        """Run the command; return what it printed."""
        out = io.StringIO()
        call_command("shred_person", *args, ground=GROUND, stdout=out, **options)
        return out.getvalue()

    def test_one_person_by_id(self, closed: CaseBuilder) -> None:
        assert "当事人 1" in self.ran(str(person(closed).pk))

    def test_one_case_by_number(self, closed: CaseBuilder) -> None:
        assert "当事人 2" in self.ran(case=closed.case.number)

    def test_an_open_case_is_refused(self, built: CaseBuilder) -> None:
        with pytest.raises(CommandError, match="尚未结案"):
            self.ran(case=built.case.number)

    def test_every_case_closed_long_enough_ago(self, closed: CaseBuilder, people: People) -> None:
        newer = enforcing(people, "11-02")
        type(closed.case).objects.filter(pk=closed.case.pk).update(closed_on="2005-11-30")
        assert self.ran(closed_years=21, dry_run=True).strip() == closed.case.number
        assert person(closed).name == NAME
        assert "已销毁 1 件" in self.ran(closed_years=21)
        assert person(closed).name == shredding.GONE
        assert newer.case.parties.get(role="applicant").name == "陈某"
        assert "已销毁 0 件" in self.ran(closed_years=21)

    def test_a_day_too_early_nothing_goes(self, closed: CaseBuilder) -> None:
        type(closed.case).objects.filter(pk=closed.case.pk).update(closed_on="2005-12-02")
        assert "已销毁 0 件" in self.ran(closed_years=21)
