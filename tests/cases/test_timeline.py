"""The timeline only grows: ``record`` refuses what is not declared, the database the rest."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from cases.kinds import KINDS
from cases.machine import CASE_MOVES, LEAD_MOVES, LISTING_MOVES, State, pairs
from cases.models import Case, CaseEvent, Lead, Listing
from cases.timeline import events_of, legal_day, record
from cases.verb import VERBS, lock, verb
from enforcement.errors import Invalid, NotFound
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People
from tests.refusals import every_row, refused


def locked(built: CaseBuilder) -> Case:
    """Return the case locked, as a verb has it."""
    case: Case = lock(built.case)
    return case


class TestRecord:
    def test_it_counts_and_chains(self, people: People) -> None:
        built = enforcing(people)
        case = locked(built)
        event = record(case, "file.received", on=day("11-05"), now=at("11-06"), by=people.wu)
        assert (event.seq, case.version, case.last_kind) == (4, 4, "file.received")
        assert bytes(event.hash) == case.head
        assert [e.seq for e in events_of(case)] == [1, 2, 3, 4]

    def test_a_note_lives_in_a_row_of_its_own_and_its_hash_in_the_event(
        self, people: People
    ) -> None:
        case = locked(enforcing(people))
        event = record(case, "file.received", on=day("11-05"), now=at("11-05"), note="陈某来电")
        assert event.note.text == "陈某来电"
        assert event.fields == {"note_sha256": hashlib.sha256("陈某来电".encode()).hexdigest()}

    @pytest.mark.parametrize(
        ("kind", "data", "said"),
        [
            ("file.lost", {}, "not registered"),
            ("file.received", {"name": "陈某"}, "does not declare"),
            ("case.filed", {"amount": "1", "id_number": "x"}, "id_number"),
        ],
    )
    def test_what_nobody_declared_is_a_programming_error(
        self, people: People, kind: str, data: dict[str, Any], said: str
    ) -> None:
        case = locked(enforcing(people))
        with pytest.raises(ValueError, match=said):
            record(case, kind, on=day("11-05"), now=at("11-05"), **data)
        assert case.version == 3

    def test_a_case_that_is_not_locked_is_a_programming_error(self, people: People) -> None:
        case = Case.objects.get(pk=enforcing(people).case.pk)
        with pytest.raises(ValueError, match="locked by a verb"):
            record(case, "file.received", on=day("11-05"), now=at("11-05"))

    def test_a_day_to_come_is_refused_by_shanghai_time(self, people: People) -> None:
        case = locked(enforcing(people))
        with pytest.raises(Invalid) as caught:
            record(case, "file.received", on=day("11-06"), now=at("11-05", 23))
        assert caught.value.code == "date.future"
        record(case, "file.received", on=day("11-06"), now=at("11-06", 0))

    def test_the_legal_day_turns_at_midnight_in_shanghai(self) -> None:
        assert legal_day(at("11-05", 23)) == day("11-05")
        assert legal_day(at("11-06", 0)) == day("11-06")
        assert at("11-06", 0).date() == day("11-05")

    def test_no_kind_declares_a_field_for_personal_data(self) -> None:
        private = {"name", "phone", "id_number", "address", "text", "content", "finding", "note"}
        assert not {k.code for k in KINDS.values() if k.fields & private}


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE cases_caseevent SET data = '{}'",
            "UPDATE cases_caseevent SET kind = 'case.closed' WHERE seq = 2",
            'UPDATE cases_caseevent SET "on" = "on" - 1',
            "DELETE FROM cases_caseevent",
            "DELETE FROM cases_caseevent WHERE seq = 3",
            "DELETE FROM cases_case",
            "UPDATE cases_case SET state = 'closed', closed_on = filed_on,"
            " closing_method = 'performed'",
            "UPDATE cases_case SET state = 'filed', version = version + 1",
            "UPDATE cases_case SET state = 'suspended'",
            "UPDATE cases_case SET state = 'suspended', version = version - 1",
            "UPDATE cases_case SET state = 'closed', version = version + 1",
            "UPDATE cases_case SET amount = -1",
            "UPDATE cases_case SET closed_on = filed_on",
        ],
    )
    def test_raw_sql_that_walks_past_the_verbs(self, people: People, statement: str) -> None:
        enforcing(people)
        before = every_row()
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert every_row() == before

    def test_a_second_event_under_one_number(self, people: People) -> None:
        case = enforcing(people).case
        with pytest.raises(DatabaseError, match="event_once"), transaction.atomic():
            CaseEvent.objects.create(
                case=case, seq=3, kind="case.closed", on=day("11-05"), at=at("11-05"), hash=b"x"
            )

    def test_every_move_that_is_not_in_the_table_of_cases(self, people: People) -> None:
        """Each state is reached by verbs; from it, every other is tried by raw SQL."""
        allowed = set(pairs(CASE_MOVES))
        steps = {
            "filed": lambda: a_case(people).filed("11-02"),
            "assigned": lambda: a_case(people).filed("11-02").assigned("11-03"),
            "enforcing": lambda: enforcing(people),
            "suspended": lambda: enforcing(people).suspended("11-05"),
            "closed": lambda: enforcing(people).closed("11-05", "terminated", ground="withdrawn"),
        }
        tried = 0
        for state, build in steps.items():
            case = build().case
            assert case.state == state
            for target in {str(s) for s in State} - {state}:
                if (state, target) in allowed:
                    continue
                tried += 1
                with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
                    Case.objects.filter(pk=case.pk).update(state=target, version=case.version + 1)
        assert tried == len(State) * (len(State) - 1) - len(allowed)

    def test_moves_that_are_not_in_the_tables_of_leads_and_listings(self, people: People) -> None:
        built = enforcing(people).with_lead("11-05").verified("11-06")
        built.listed("11-06")
        assert ("true", "false") not in pairs(LEAD_MOVES)
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            Lead.objects.filter(pk=built.leads[0].pk).update(state="false")
        assert ("decided", "deleted") not in pairs(LISTING_MOVES)
        with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
            Listing.objects.filter(pk=built.listings[0].pk).update(state="deleted")

    def test_people_who_appear_on_a_timeline_cannot_be_removed(self, people: People) -> None:
        enforcing(people)
        with pytest.raises(ProtectedError):
            people.tang.delete()

    def test_a_state_cannot_be_assigned_in_python(self, people: People) -> None:
        case = Case.objects.get(pk=enforcing(people).case.pk)
        with pytest.raises(AttributeError):
            case.state = "closed"


class TestTheTableOfVerbs:
    def test_a_verb_that_fails_leaves_nothing(self, people: People) -> None:
        """The event is written, then something breaks: all of it is rolled back."""

        @verb("试验", roles=[Role.CLERK], name="fail_for_the_test")
        def fail(case: Case, *, by: Any, now: Any, on: Any) -> None:
            case.close()
            record(case, "case.closed", on=on, now=now, by=by, method="performed")
            raise RuntimeError("in the middle")

        built = enforcing(people)
        try:
            before = every_row()
            with pytest.raises(RuntimeError, match="in the middle"):
                fail(built.case, by=people.wu, now=at("11-05"))
            assert every_row() == before
        finally:
            del VERBS["fail_for_the_test"]

    def test_a_name_is_taken_once(self) -> None:
        with pytest.raises(ValueError, match="registered twice"):
            verb("试验", roles=[], name="suspend")(lambda case: None)

    def test_no_verb_is_named_like_a_method_of_a_row(self) -> None:
        assert not {"save", "delete", "refresh_from_db"} & set(VERBS)

    def test_a_case_that_is_gone_is_not_found(self, people: People) -> None:
        built = enforcing(people)
        built.case.pk += 1000
        with pytest.raises(NotFound):
            VERBS["receive_file"].run(built.case, by=people.lin, now=at("11-05"))

    def test_who_looked_at_an_older_version_is_told_both_numbers(self, people: People) -> None:
        built = enforcing(people)
        with refused("case.stale", 412) as caught:
            built.noticed("11-05", version=2)
        assert "第 2 项，现在是第 3 项" in caught.value.message
