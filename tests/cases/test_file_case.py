"""Filing (立案): what is written, what is refused, and that a refusal costs no number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from cases import identity
from cases.actions.filing import CODE_ALPHABET, Filed, query_hash
from cases.models import Case, Cause, NumberSeries, Party
from cases.verb import VERBS
from tests.builders import NOBODY, a_case, applicant, at, day, debtor, filing
from tests.people import People
from tests.refusals import refused

DAY = date(2026, 11, 2)


def file(people: People, on: str | date = DAY, court: str = "陕1002", **changes: Any) -> Filed:
    """File a case in the name of the filing clerk."""
    entry = filing(on, **changes)
    made: Filed = VERBS["file_case"].run(people.courts[court], by=people.tang, **entry)
    return made


class TestWhatIsWritten:
    def test_case_parties_and_first_event(self, people: People) -> None:
        case = file(people, amount=Decimal("1234.5")).case
        kept = Case.objects.get(pk=case.pk)
        assert (kept.number, kept.state, kept.version) == ("（2026）陕1002执1号", "filed", 1)
        assert (kept.applied_on, kept.filed_on) == (date(2026, 10, 31), DAY)
        assert (kept.court.code, kept.intermediate.code, kept.high.code) == ("陕1002", "陕10", "陕")
        assert (kept.amount, kept.handler, kept.last_kind) == (
            Decimal("1234.50"),
            None,
            "case.filed",
        )
        assert not kept.terms.exists()
        (event,) = kept.events.all()
        assert (event.seq, event.kind, event.on, event.at, event.by) == (
            1,
            "case.filed",
            DAY,
            at(DAY),
            people.tang,
        )
        assert event.fields == {
            "procedure": "first",
            "applied_on": "2026-10-31",
            "amount": "1234.50",
            "parties": [p.pk for p in kept.parties.order_by("id")],
        }

    def test_a_court_in_between_is_its_own_intermediate_court(self, people: People) -> None:
        head = people.courts["陕10"]
        people.tang.posts.update(court=head)
        case = file(people, court="陕10").case
        assert (case.court, case.intermediate, case.high.code) == (head, head, "陕")

    def test_names_and_numbers_of_people_are_not_in_the_event(self, people: People) -> None:
        told = file(people).case.events.get().data
        for private in ("陈", "商洛", NOBODY, "139"):
            assert private not in told

    def test_numbers_and_phones_are_sealed_in_the_database_and_found_again(
        self, people: People
    ) -> None:
        case = file(people).case
        party = case.parties.get(role="applicant")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM cases_party WHERE id = %s", [party.pk])
            stored = str(cursor.fetchone())
        assert NOBODY not in stored
        assert "13900000000" not in stored
        assert Party.objects.get(pk=party.pk).id_number == NOBODY
        assert Party.objects.filter(id_blind=party.id_blind).count() == 1

    def test_serials_go_up_by_court_and_year(self, people: People) -> None:
        numbers = [file(people).case.number, file(people).case.number]
        numbers.append(file(people, "2025-12-30", now=at("2026-01-05")).case.number)
        assert numbers == [
            "（2026）陕1002执1号",
            "（2026）陕1002执2号",
            "（2025）陕1002执1号",
        ]

    def test_counsel_speak_for_the_party_named_or_else_for_the_applicant(
        self, people: People
    ) -> None:
        counsel = {"role": "counsel", "kind": "natural", "id_number": ""}
        parties = [
            applicant(),
            debtor(),
            applicant(name="王律师", represents=1, **counsel),
            applicant(name="李律师", **counsel),
        ]
        case = file(people, parties=parties).case
        spoken = {p.name: p.represents.role for p in case.parties.filter(role="counsel")}
        assert spoken == {"王律师": "debtor", "李律师": "applicant"}

    def test_the_query_code_is_told_once_and_kept_as_a_keyed_hash_of_this_case(
        self, people: People
    ) -> None:
        one, other = file(people), file(people)
        assert len(one.query_code) == 8
        assert set(one.query_code) <= set(CODE_ALPHABET)
        assert one.query_code != other.query_code
        assert one.case.query_code_hash == query_hash(one.case.number, one.query_code.lower())
        assert one.case.query_code_hash != query_hash(other.case.number, one.query_code)
        with connection.cursor() as cursor:
            cursor.execute("SELECT c::text FROM cases_case c WHERE id = %s", [one.case.pk])
            assert one.query_code not in cursor.fetchone()[0]

    def test_a_case_filed_yesterday_may_be_entered_today(self, people: People) -> None:
        event = file(people, DAY, now=at("11-03")).case.events.get()
        assert (event.on, event.at) == (DAY, at("11-03"))

    def test_cause_and_kind_are_kept(self, people: People) -> None:
        cause = Cause.objects.create(
            code="9001", name="民间借贷纠纷", case_type="civil", level=3, path="x"
        )
        case = file(people, cause=cause, procedure="nonlit", basis="admin_decision").case
        assert (case.cause, case.procedure, case.basis) == (cause, "nonlit", "admin_decision")


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"applied_on": date(2026, 11, 3)}, "date.before", "on"),
            ({"on": date(2026, 11, 3), "now": at("11-02")}, "date.future", "on"),
            ({"amount": Decimal("-0.01")}, "amount.negative", "amount"),
            ({"amount": Decimal("0.001")}, "amount.range", "amount"),
            ({"amount": Decimal("NaN")}, "amount.range", "amount"),
            ({"amount": Decimal("Infinity")}, "amount.range", "amount"),
            ({"amount": Decimal(10) ** 16}, "amount.range", "amount"),
            ({"procedure": "second"}, "input.choice", "procedure"),
            ({"basis": "word_of_mouth"}, "input.choice", "basis"),
            ({"basis_number": " 　"}, "input.required", "basis_number"),
            ({"basis_body": ""}, "input.required", "basis_body"),
            ({"parties": []}, "party.no_applicant", "parties"),
            ({"parties": [debtor()]}, "party.no_applicant", "parties"),
            ({"parties": [applicant()]}, "party.no_debtor", "parties"),
        ],
    )
    def test_wrong_input_is_refused(
        self, people: People, changes: dict[str, Any], code: str, field: str
    ) -> None:
        with refused(code, 400, field):
            file(people, **changes)

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"name": "  "}, "input.required", "name"),
            ({"role": "judge"}, "input.choice", "role"),
            ({"kind": "ghost"}, "input.choice", "kind"),
            ({"id_number": NOBODY[:-1] + ("0" if NOBODY[-1] != "0" else "1")}, "identity.check",
             "id_number"),
            ({"id_number": NOBODY[:-1]}, "identity.length", "id_number"),
            ({"id_number": "990000" + NOBODY[6:]}, "identity.region", "id_number"),
            ({"id_number": "610000" + "20991231" + "0018"}, "identity.future", "id_number"),
            ({"phone": "1234"}, "phone.format", "phone"),
        ],
    )  # fmt: skip
    def test_a_wrong_party_is_refused_and_named(
        self, people: People, changes: dict[str, Any], code: str, field: str
    ) -> None:
        parties = [debtor(), replace(applicant(), **changes)]
        if changes.get("role"):
            parties.append(applicant())
        with refused(code, 400, f"parties.1.{field}") as caught:
            file(people, parties=parties)
        assert code == "input.required" or "第 2 名当事人" in caught.value.message

    def test_a_company_with_a_wrong_check_character_is_refused(self, people: People) -> None:
        right = identity.fictional_credit_code(3)
        wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
        with refused("credit_code.check", 400, "parties.1.id_number"):
            file(people, parties=[applicant(), debtor(id_number=wrong)])
        file(people, parties=[applicant(), debtor(id_number=right)])

    def test_counsel_before_the_party_they_speak_for_is_refused(self, people: People) -> None:
        early = applicant(role="counsel", represents=2, id_number="")
        with refused("party.represents", 400, "parties"):
            file(people, parties=[early, applicant(), debtor()])

    @pytest.mark.parametrize("change", [{"active": False}, {"code": ""}])
    def test_a_court_that_was_merged_or_has_no_short_code_files_nothing(
        self, people: People, change: dict[str, Any]
    ) -> None:
        type(people.court).objects.filter(pk=people.court.pk).update(**change)
        people.court.refresh_from_db()
        with refused("court.unfit"):
            file(people)

    def test_a_refused_filing_gives_its_number_back(self, people: People) -> None:
        file(people)
        with refused("input.required", 400, "basis_body"):
            file(people, basis_body="")
        assert NumberSeries.objects.get().last == 1
        assert file(people).case.serial == 2

    def test_a_filing_that_is_rolled_back_gives_its_number_back(self, people: People) -> None:
        with transaction.atomic():
            assert file(people).case.serial == 1
            transaction.set_rollback(True)
        assert file(people).case.serial == 1


def test_the_builder_files_as_the_filing_clerk_does(people: People) -> None:
    built = a_case(people).filed("11-02", seen="11-04")
    assert built.event("case.filed").by == people.tang
    assert (built.case.filed_on, built.event("case.filed").at) == (day("11-02"), at("11-04"))
