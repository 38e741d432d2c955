"""Corrections (更正): every kind that may be corrected, by its day and by declaring it void.

The wrong entry never changes; rows, clocks, flags and state follow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cases.actions._correctable import CORRECTABLE
from cases.kinds import KINDS
from cases.ledger import verify
from cases.models import CaseEvent
from cases.standing import standing
from deadlines.events import Event, effective
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import People
from tests.refusals import refused

Facts = dict[str, Any]


def long_case(people: People) -> CaseBuilder:
    """Return a case in which every kind that may be corrected happened once, by 20 November."""
    built = enforcing(people, "11-02").noticed("11-05")
    built.with_lead("11-06").verified("11-09").measured("11-09", lead=built.leads[0])
    built.listed("11-10").published("11-11")
    return built


def ended(people: People) -> CaseBuilder:
    """Return the long case suspended, resumed, excluded, extended and closed."""
    built = long_case(people).suspended("11-12").resumed("11-13")
    built.excluded("11-13", "11-14").extended("11-16")
    return built.closed("11-18")


def lead(built: CaseBuilder, field: str) -> Any:
    """Return a field of the only lead as it is kept now."""
    return getattr(built.case.leads.get(), field)


#: kind → (another day, what shows it then).
SHOWN: dict[str, tuple[str, Callable[[CaseBuilder], Any]]] = {
    "case.filed": ("11-01", lambda b: b.case.filed_on),
    "handler.assigned": ("11-02", lambda b: b.case.terms.get().first_day),
    "file.received": ("11-05", lambda b: b.case.received_on),
    "lead.submitted": ("11-03", lambda b: lead(b, "submitted_on")),
    "lead.verified": ("11-12", lambda b: lead(b, "verified_on")),
    "measure.taken": ("11-10", lambda b: b.case.measures.get().effective_on),
    "listing.decided": ("11-06", lambda b: b.case.listings.get().decided_on),
    "listing.published": ("11-16", lambda b: b.case.listings.get().published_on),
    "case.closed": ("11-19", lambda b: b.case.closed_on),
}
#: kinds whose day stands on the timeline alone.
TOLD = {
    "notice.sent": "11-17",
    "case.suspended": "11-11",
    "case.resumed": "11-12",
    "exclusion.opened": "11-10",
    "exclusion.closed": "11-16",
    "limit.extended": "11-15",
}


def test_the_tables_cover_every_kind_that_may_be_corrected() -> None:
    assert set(SHOWN) | set(TOLD) == set(CORRECTABLE)
    assert set(CORRECTABLE) < set(KINDS)


class TestDays:
    @pytest.mark.parametrize("kind", CORRECTABLE)
    def test_the_day_follows_and_the_wrong_entry_stays_as_it_was(
        self, people: People, kind: str
    ) -> None:
        built = ended(people)
        wrong = built.event(kind)
        kept = CaseEvent.objects.filter(pk=wrong.pk).values().get()
        new, show = SHOWN.get(kind, (TOLD.get(kind, ""), None))
        built.corrected("11-20", kind, new)
        assert CaseEvent.objects.filter(pk=wrong.pk).values().get() == kept
        assert next(e.on for e in standing(built.case, kind) if e.seq == wrong.seq) == day(new)
        if show is not None:
            assert show(built) == day(new)
        told = built.event("event.corrected")
        assert told.fields.items() >= {
            ("corrects", wrong.seq),
            ("void", False),
            ("on", day(new).isoformat()),
        }
        assert told.note.text == "录入有误"
        assert verify(built.case.pk).faults == []

    @pytest.mark.parametrize("kind", CORRECTABLE)
    def test_the_same_day_a_day_to_come_and_both_or_neither_answer_are_refused(
        self, people: People, kind: str
    ) -> None:
        built = ended(people)
        now = built.event(kind).on
        with refused("correct.same", 400, "new_day"):
            built.corrected("11-20", kind, now)
        with refused("date.future", 400, "new_day"):
            built.corrected("11-20", kind, "11-21")
        with refused("correct.what", 400, "new_day"):
            built.corrected("11-20", kind, "11-04", void=True)
        with refused("correct.what", 400, "new_day"):
            built.corrected("11-20", kind, void=False)
        with refused("input.required", 400, "reason"):
            built.corrected("11-20", kind, "11-04", reason=" ")

    @pytest.mark.parametrize(
        ("kind", "new"),
        [
            ("case.filed", "10-30"),
            ("handler.assigned", "11-01"),
            ("file.received", "11-02"),
            ("notice.sent", "11-03"),
            ("lead.submitted", "11-01"),
            ("lead.verified", "11-05"),
            ("measure.taken", "11-01"),
            ("listing.decided", "11-01"),
            ("listing.published", "11-09"),
            ("case.suspended", "11-03"),
            ("case.resumed", "11-11"),
            ("exclusion.opened", "11-01"),
            ("exclusion.closed", "11-12"),
            ("limit.extended", "11-01"),
            ("case.closed", "11-12"),
        ],
    )
    def test_a_day_before_what_it_answers_is_refused(
        self, people: People, kind: str, new: str
    ) -> None:
        built = ended(people)
        with refused("date.before", 400, "new_day"):
            built.corrected("11-20", kind, new)

    @pytest.mark.parametrize(
        ("kind", "new"),
        [
            ("case.filed", "11-04"),
            ("handler.assigned", "11-05"),
            ("file.received", "11-06"),
            ("lead.submitted", "11-10"),
            ("lead.verified", "11-19"),
            ("listing.decided", "11-12"),
            ("case.suspended", "11-14"),
            ("exclusion.opened", "11-16"),
        ],
    )
    def test_a_day_after_what_answers_it_is_refused(
        self, people: People, kind: str, new: str
    ) -> None:
        built = ended(people)
        with refused("date.after", 400, "new_day") as caught:
            built.corrected("11-20", kind, new)
        assert "请先更正后面的记录" in caught.value.message

    def test_two_days_are_moved_later_from_the_end_and_earlier_from_the_beginning(
        self, people: People
    ) -> None:
        built = enforcing(people, "11-02")
        built.corrected("11-20", "file.received", "11-10")
        built.corrected("11-20", "handler.assigned", "11-09")
        built.corrected("11-20", "case.filed", "11-08")
        built.corrected("11-20", "case.filed", "11-02")
        built.corrected("11-20", "handler.assigned", "11-03")
        assert (built.case.filed_on, built.case.received_on) == (day("11-02"), day("11-10"))

    def test_the_last_correction_of_a_day_counts(self, people: People) -> None:
        built = enforcing(people).corrected("11-20", "file.received", "11-05")
        built.corrected("11-20", "file.received", "11-06")
        with refused("correct.same", 400):
            built.corrected("11-20", "file.received", "11-06")
        assert built.case.received_on == day("11-06")

    def test_a_filing_is_not_moved_into_another_year(self, people: People) -> None:
        built = a_case(people).filed("2026-01-05", applied_on=date(2025, 12, 20))
        with refused("correct.year", 400, "new_day"):
            built.corrected("11-20", "case.filed", "2025-12-31")

    def test_a_measure_is_not_moved_past_its_end_or_made_longer_than_the_law(
        self, people: People
    ) -> None:
        built = enforcing(people).measured("11-06", expires_on=day("11-16"))
        with refused("measure.term", 400, "new_day"):
            built.corrected("11-20", "measure.taken", "11-16")
        built = enforcing(people).measured("11-06")
        with refused("measure.too_long", 400, "new_day"):
            built.corrected("11-20", "measure.taken", "11-05")

    def test_the_end_of_a_round_is_not_moved_into_the_first_three_months(
        self, people: People
    ) -> None:
        built = enforcing(people, "08-10").noticed("08-13")
        built.closed("11-12", "round_ended", paid=0, interview_on=day("11-01"),
                     consent="applicant_signed")  # fmt: skip
        with refused("close.too_early"):
            built.corrected("11-20", "case.closed", "11-10")
        built.corrected("11-20", "case.closed", "11-11")

    def test_leads_are_told_apart(self, people: People) -> None:
        built = enforcing(people).with_lead("11-06").with_lead("11-12").verified("11-13")
        built.verified("11-13", target=built.leads[0])
        seq = built.event("lead.verified").seq
        built.corrected("11-20", "lead.verified", "11-07", seq=seq)
        with refused("date.before", 400):
            built.corrected("11-20", "lead.verified", "11-07", seq=seq - 1)


class TestTerms:
    def test_terms_follow_the_day_of_a_reassignment(self, people: People) -> None:
        built = enforcing(people).reassigned("11-10", people.zhou)
        built.corrected("11-20", "handler.assigned", "11-06")
        rows = built.case.terms.order_by("first_day").values_list("first_day", "last_day")
        assert list(rows) == [(day("11-03"), day("11-05")), (day("11-06"), None)]
        assert built.case.handler == people.zhou

    def test_a_judge_whose_term_had_been_squeezed_out_gets_it_back(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-03").reassigned("11-03", people.zhou)
        assert built.case.terms.count() == 1
        built.corrected("11-20", "handler.assigned", "11-09")
        rows = built.case.terms.order_by("first_day").values_list("user", "last_day")
        assert list(rows) == [(people.lin.pk, day("11-08")), (people.zhou.pk, None)]

    def test_an_assignment_is_not_moved_past_the_next_one(self, people: People) -> None:
        built = a_case(people).filed("11-02").assigned("11-03").reassigned("11-10", people.zhou)
        first = built.case.events.get(seq=2)
        with refused("date.after", 400):
            built.corrected("11-20", "handler.assigned", "11-11", seq=first.seq)
        with refused("date.before", 400):
            built.corrected("11-20", "handler.assigned", "11-02")


#: kind → what must be true once it is void.
VOID: dict[str, Callable[[CaseBuilder], bool]] = {
    "file.received": lambda b: (b.case.state, b.case.received_on) == ("assigned", None),
    "notice.sent": lambda b: not b.case.papers.filter(void=False).exists(),
    "lead.submitted": lambda b: lead(b, "void"),
    "lead.verified": lambda b: (lead(b, "state"), lead(b, "finding")) == ("submitted", ""),
    "measure.taken": lambda b: b.case.measures.get().void,
    "listing.decided": lambda b: b.case.listings.get().void,
    "listing.published": lambda b: b.case.listings.get().state == "decided",
    "exclusion.opened": lambda b: b.clock("case_limit").state == "running",
    "exclusion.closed": lambda b: b.clock("case_limit").state == "suspended",
    "limit.extended": lambda b: b.clock("case_limit").raw_end == day("2027-05-02"),
    "case.closed": lambda b: (b.case.state, b.case.closing_method) == ("enforcing", ""),
}


def just(people: People, kind: str) -> CaseBuilder:
    """Return a case whose last act is of that kind."""
    built = enforcing(people, "11-02")
    steps: dict[str, Callable[[], Any]] = {
        "file.received": lambda: None,
        "notice.sent": lambda: built.noticed("11-05"),
        "lead.submitted": lambda: built.with_lead("11-05"),
        "lead.verified": lambda: built.with_lead("11-05").verified("11-06"),
        "measure.taken": lambda: built.measured("11-05"),
        "listing.decided": lambda: built.listed("11-05"),
        "listing.published": lambda: built.listed("11-05").published("11-06"),
        "exclusion.opened": lambda: built.excluded("11-05"),
        "exclusion.closed": lambda: built.excluded("11-05", "11-09"),
        "limit.extended": lambda: built.extended("11-05"),
        "case.closed": lambda: built.noticed("11-05").closed("11-06"),
    }
    steps[kind]()
    return built


class TestVoid:
    def test_the_table_covers_every_kind_that_may_be_void(self) -> None:
        assert set(VOID) == {kind for kind, spec in CORRECTABLE.items() if spec.undo}

    @pytest.mark.parametrize("kind", VOID)
    def test_rows_clocks_and_state_are_taken_back(self, people: People, kind: str) -> None:
        built = just(people, kind)
        wrong = built.event(kind)
        kept = CaseEvent.objects.filter(pk=wrong.pk).values().get()
        built.corrected("11-20", kind).rebuilt("11-20")
        assert CaseEvent.objects.filter(pk=wrong.pk).values().get() == kept
        assert VOID[kind](built)
        assert wrong.seq not in {e.seq for e in standing(built.case, kind)}
        assert verify(built.case.pk).faults == []

    @pytest.mark.parametrize("kind", VOID)
    def test_what_is_void_cannot_be_corrected_again(self, people: People, kind: str) -> None:
        built = just(people, kind).corrected("11-20", kind)
        with refused("correct.void"):
            built.corrected("11-20", kind)
        with refused("correct.void"):
            built.corrected("11-20", kind, "11-06")

    @pytest.mark.parametrize("kind", sorted(set(CORRECTABLE) - set(VOID)))
    def test_other_kinds_cannot_be_void(self, people: People, kind: str) -> None:
        built = ended(people)
        with refused("correct.kind"):
            built.corrected("11-20", kind)

    @pytest.mark.parametrize("kind", VOID)
    def test_it_may_be_done_again_afterwards(self, people: People, kind: str) -> None:
        built = just(people, kind).corrected("11-20", kind)
        again: dict[str, Callable[[], Any]] = {
            "file.received": lambda: built.received("11-20"),
            "notice.sent": lambda: built.noticed("11-20"),
            "lead.submitted": lambda: built.with_lead("11-20"),
            "lead.verified": lambda: built.verified("11-20", "false"),
            "measure.taken": lambda: built.measured("11-20"),
            "listing.decided": lambda: built.listed("11-20"),
            "listing.published": lambda: built.published("11-20"),
            "exclusion.opened": lambda: built.excluded("11-20"),
            "exclusion.closed": lambda: built.do(
                "close_exclusion", "11-20", built.people.lin, exclusion="valuation"
            ),
            "limit.extended": lambda: built.extended("11-20"),
            "case.closed": lambda: built.closed("11-20"),
        }
        again[kind]()
        assert built.kinds[-1] == kind

    @pytest.mark.parametrize(
        ("wrong", "after"),
        [
            ("file.received", lambda b: b.suspended("11-06")),
            ("file.received", lambda b: b.noticed("11-06")),
            ("file.received", lambda b: b.closed("11-06", "terminated", ground="withdrawn")),
            ("lead.submitted", lambda b: b.with_lead("11-05").verified("11-06")),
            ("listing.decided", lambda b: b.listed("11-05").published("11-06")),
            ("notice.sent", lambda b: b.noticed("11-05").closed("11-06")),
            (
                "lead.verified",
                lambda b: b.noticed("11-05").with_lead("11-05").verified("11-06").closed("11-09"),
            ),
            ("exclusion.opened", lambda b: b.excluded("11-05", "11-06")),
            ("exclusion.closed", lambda b: b.excluded("11-05", "11-06").excluded("11-09")),
        ],
    )
    def test_what_later_acts_were_built_on_is_taken_back_after_them(
        self, people: People, wrong: str, after: Callable[[CaseBuilder], Any]
    ) -> None:
        built = enforcing(people)
        after(built)
        with refused("correct.later"):
            built.corrected("11-20", wrong)

    @pytest.mark.parametrize("state", ["assigned", "enforcing", "suspended"])
    def test_a_case_closed_by_mistake_goes_back_to_where_it_was(
        self, people: People, state: str
    ) -> None:
        built = a_case(people).filed("11-02").assigned("11-03")
        if state != "assigned":
            built.received("11-04").suspended("11-05")
        if state == "enforcing":
            built.resumed("11-06")
        built.closed("11-09", "terminated", ground="withdrawn", paid=5)
        built.corrected("11-20", "case.closed")
        case = built.case
        assert (case.state, case.closed_on, case.closing_method) == (state, None, "")
        assert case.received_amount == 0


class TestWhatCannotBeCorrected:
    def test_an_unknown_number(self, people: People) -> None:
        built = enforcing(people)
        for seq in (0, 4, 99):
            with refused("event.unknown", 404):
                built.corrected("11-20", "file.received", seq=seq)

    def test_an_event_of_another_case(self, people: People) -> None:
        longer = long_case(people)
        built = enforcing(people)
        with refused("event.unknown", 404):
            built.corrected("11-20", "file.received", seq=longer.case.version)

    def test_a_flag_or_a_correction(self, people: People) -> None:
        built = enforcing(people)
        built.swept("11-12")
        built.corrected("11-20", "file.received", "11-05")
        for kind in ("flag.raised", "event.corrected"):
            with refused("correct.kind"):
                built.corrected("11-20", kind)
            with refused("correct.kind"):
                built.corrected("11-20", kind, "11-05")


def test_pages_and_clocks_read_a_corrected_timeline_alike(people: People) -> None:
    built = ended(people)
    for kind, (new, _) in SHOWN.items():
        if kind != "case.closed":
            built.corrected("11-20", kind, new)
    built.corrected("11-20", "limit.extended").corrected("11-20", "measure.taken")
    events = [Event(e.seq, e.kind, e.on, e.fields) for e in built.case.events.order_by("seq")]
    theirs = {(e.seq, e.on) for e in effective(events) if e.kind in CORRECTABLE}
    assert {(e.seq, e.on) for e in standing(built.case, *CORRECTABLE)} == theirs
