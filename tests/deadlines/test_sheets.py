"""Sheets: a cache that may be thrown away, repaired from the timeline alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case
from cases.signals import event_recorded
from deadlines import sheets
from deadlines.clocks import derive, sheet_token
from deadlines.events import Event
from deadlines.law import HERE, Law, current
from deadlines.models import Clock, Sheet, Stale
from deadlines.rulebook import parse_rulebook
from deadlines.sheets import AT_ONCE, after_event, rebuild, wants_rebuild
from enforcement.errors import Refused
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People

IN_DB = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
Rows = list[dict[str, Any]]


def clocks(case: Case, *, numbers: bool = True) -> Rows:
    """Return the kept clocks of a case, without row ids; ``numbers``: with event numbers."""
    left = set() if numbers else {"start_seq", "stop_seq", "subject"}
    rows = Clock.objects.filter(case=case).order_by("rule", "start_on", "start_seq").values()
    return [{k: v for k, v in row.items() if k not in left | {"id", "case_id"}} for row in rows]


def sheet(case: Case) -> dict[str, Any]:
    """Return the sheet of a case without the moment it was made."""
    row: dict[str, Any] = Sheet.objects.filter(case=case).values().get()
    return {k: v for k, v in row.items() if k != "built_at"}


def derived(case: Case, law: Law | None = None) -> set[tuple[Any, ...]]:
    """Return what a fresh derivation says, straight from the events: of what is kept as rows."""
    law = law or current()
    events = [Event(e.seq, e.kind, e.on, e.fields) for e in case.events.all()]
    return {
        (c.rule, c.start_seq, c.start_on, c.due, c.state, c.stopped_on, c.lapse_on, c.amber_on)
        for c in derive(events, law.rulebook, law.calendar)
        if c.severity != "info" or c.stopped_on is None
    }


def kept(case: Case) -> set[tuple[Any, ...]]:
    """Return the same of the kept clocks."""
    names = ("rule", "start_seq", "start_on", "due", "state", "stopped_on", "lapse_on", "amber_on")
    return set(case.clocks.values_list(*names))


def busy(people: People) -> CaseBuilder:
    """Return a case in which something of everything happened."""
    built = enforcing(people).noticed("11-05").with_lead("11-06").verified("11-20")
    built.listed("11-10").suspended("11-12").resumed("11-16").excluded("11-17", "11-19")
    return built.with_lead("11-18", urgent=True).extended("11-20")


class TestRebuilding:
    def test_it_says_what_the_timeline_says(self, people: People) -> None:
        built = busy(people).rebuilt("11-20")
        assert kept(built.case) == derived(built.case)
        assert sheet(built.case)["seen"] == built.case.version

    def test_twice_is_once(self, people: People) -> None:
        built = busy(people).rebuilt("11-20")
        built.swept("11-20")
        before = (clocks(built.case), sheet(built.case), set(Clock.objects.values_list("pk")))
        with CaptureQueriesContext(connection, ) as told:  # fmt: skip
            built.rebuilt("11-21")
        assert not [q for q in told.captured_queries if "deadlines_clock" in q["sql"][:40]]
        again = (clocks(built.case), sheet(built.case), set(Clock.objects.values_list("pk")))
        before[1]["next_look"] = again[1]["next_look"]  # the next sweep has one more look
        assert again == before

    def test_it_takes_the_same_statements_for_one_case_and_for_many(self, people: People) -> None:
        cases = [busy(people).case.pk for _ in range(6)]
        counts = []
        for ids in (cases[:1], cases[1:]):
            with CaptureQueriesContext(connection) as told:
                rebuild(ids, now=at("11-20"))
            counts.append(len(told))
        assert counts[0] == counts[1] <= 8

    def test_docket_and_handler_are_copied(self, people: People) -> None:
        built = enforcing(people).rebuilt("11-04")
        row = sheet(built.case)
        assert (row["handler_id"], row["court_id"]) == (people.lin.pk, people.court.key)
        assert row["next_due"] == min(c.due for c in built.case.clocks.filter(stopped_on=None))
        built.reassigned("11-10", people.zhou).rebuilt("11-10")
        assert sheet(built.case)["handler_id"] == people.zhou.pk

    def test_a_closed_case_is_on_nobodys_docket(self, people: People) -> None:
        built = enforcing(people).with_lead("11-05").closed("11-06", "terminated",
                                                            ground="withdrawn")  # fmt: skip
        built.rebuilt("11-06")
        assert sheet(built.case)["next_due"] is None
        assert not built.case.clocks.filter(stopped_on=None).exists()


#: Facts with their days, and what must be recorded before them.
FACTS: dict[str, tuple[Callable[[CaseBuilder], Any], tuple[str, ...]]] = {
    "notice": (lambda b: b.noticed("11-06", seen="11-30"), ()),
    "first lead": (lambda b: b.with_lead("11-07", seen="11-30"), ()),
    "second lead": (lambda b: b.with_lead("11-10", seen="11-30", urgent=True), ()),
    "measure": (lambda b: b.measured("11-09", seen="11-30"), ()),
    "listing": (lambda b: b.listed("11-12", seen="11-30"), ()),
    "published": (lambda b: b.published("11-20", seen="11-30"), ("listing",)),
    "valuation": (lambda b: b.excluded("11-13", kind="valuation", seen="11-30"), ()),
    "auction": (lambda b: b.excluded("11-11", kind="auction", seen="11-30"), ()),
    "valued": (
        lambda b: b.do("close_exclusion", "11-18", b.handler, exclusion="valuation", seen="11-30"),
        ("valuation",),
    ),
    "right day": (lambda b: b.corrected("11-30", "file.received", "11-05"), ()),
}


class TestOrder:
    @IN_DB
    @given(order=st.permutations(sorted(FACTS)))
    def test_the_order_of_recording_does_not_matter(self, people: People, order: list[str]) -> None:
        """The same facts with the same days, entered in any order that the verbs allow."""
        with transaction.atomic():
            found = [self.told(people, names) for names in (sorted(FACTS), order)]
            assert found[0] == found[1]
            transaction.set_rollback(True)

    def told(self, people: People, names: list[str]) -> Rows:
        built = enforcing(people, "11-02")
        done: set[str] = set()
        waiting = list(names)
        while waiting:
            name = next(n for n in waiting if done.issuperset(FACTS[n][1]))
            FACTS[name][0](built)
            done.add(name)
            waiting.remove(name)
        return clocks(built.rebuilt("11-30").case, numbers=False)

    def test_an_act_entered_late_but_done_in_time_is_in_time(self, people: People) -> None:
        built = enforcing(people, "11-02").noticed("11-09", seen="11-25").rebuilt("11-25")
        clock = built.clock("send_enforcement_notice")
        assert (clock.state, clock.stopped_on, clock.lapse_on) == ("done", day("11-09"), None)


class TestStale:
    def test_every_event_marks_the_case_in_its_own_transaction(self, people: People) -> None:
        built = enforcing(people).rebuilt("11-04")
        assert not Stale.objects.exists()
        with transaction.atomic():
            built.noticed("11-05")
            assert Stale.objects.filter(case=built.case).exists()
            transaction.set_rollback(True)
        assert not Stale.objects.exists()

    def test_raw_sql_marks_it_too(self, people: People) -> None:
        one, other = enforcing(people).rebuilt("11-04"), enforcing(people).rebuilt("11-04")
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, data, hash)
                SELECT id, 4, 'notice.sent', '2026-11-05', now(), '{}', '' FROM cases_case"""
            )
        assert set(wants_rebuild(current(), 0)) == {one.case.pk, other.case.pk}
        rebuild([one.case.pk], now=at("11-05"))
        assert wants_rebuild(current(), 0) == [other.case.pk]
        assert one.clock("send_enforcement_notice").stopped_on == day("11-05")

    @pytest.mark.parametrize(
        "lost",
        [
            "DELETE FROM deadlines_sheet",
            "DELETE FROM deadlines_clock",
            "TRUNCATE deadlines_sheet",
            "TRUNCATE deadlines_clock, deadlines_sheet",
            "DELETE FROM deadlines_clock WHERE rule = 'case_limit'",
        ],
    )
    def test_what_is_thrown_away_is_made_again_by_the_next_sweep(
        self, people: People, lost: str
    ) -> None:
        built = busy(people)
        built.swept("11-20")
        before = (clocks(built.case), built.flags())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(lost)
        swept = built.swept("11-20")
        assert (clocks(built.case), built.flags()) == before
        assert (swept.rebuilt, swept.flagged) == (1, 0)

    def test_a_lapse_that_went_away_is_looked_at_even_after_the_cache_was_thrown_away(
        self, people: People
    ) -> None:
        """Corrected, then everything derived was lost: the flag must still be withdrawn."""
        built = enforcing(people)
        built.swept("11-12")
        built.corrected("11-12", "file.received", "11-12")
        Clock.objects.all().delete()
        Sheet.objects.all().delete()
        built.swept("11-12")
        assert built.flags() == {"send_enforcement_notice": "withdrawn"}

    def test_a_lapse_that_went_away_is_not_forgotten_when_more_happens_before_the_sweep(
        self, people: People
    ) -> None:
        built = enforcing(people)
        built.swept("11-12")
        built.corrected("11-12", "file.received", "11-12").rebuilt("11-12")
        assert sheet(built.case)["next_look"] == AT_ONCE
        built.with_lead("11-12").rebuilt("11-12").rebuilt("11-12")
        assert sheet(built.case)["next_look"] == AT_ONCE
        built.swept("11-12")
        assert built.flags() == {"send_enforcement_notice": "withdrawn"}
        assert sheet(built.case)["next_look"] > day("11-12")

    def test_the_keyset_goes_through_all_of_them(self, people: People) -> None:
        ids = sorted(enforcing(people).case.pk for _ in range(5))
        found, after = [], 0
        while part := wants_rebuild(current(), after, 2):
            found += part
            after = part[-1]
        assert found == ids


class TestAnotherLaw:
    @pytest.fixture
    def stricter(self) -> Law:
        """Return the shipped law with one day less for the notice and without one rule."""
        texts = {p.name: p.read_text(encoding="utf-8") for p in (HERE / "rules").glob("*.toml")}
        head, rest = texts["execution.toml"].split("[send_enforcement_notice", 1)
        rest = rest.replace("n = 3", "n = 2", 1)
        texts["execution.toml"] = head + "[send_enforcement_notice" + rest
        texts.pop("petitions.toml")
        book, calendar = parse_rulebook(texts), current().calendar
        return Law(book, calendar, sheet_token(book, calendar))

    def test_sheets_of_other_rules_are_made_again(self, people: People, stricter: Law) -> None:
        built = enforcing(people).rebuilt("11-04")
        assert wants_rebuild(stricter, 0) == [built.case.pk]
        rebuild([built.case.pk], now=at("11-05"), law=stricter)
        assert wants_rebuild(stricter, 0) == []
        assert sheet(built.case)["token"] == stricter.token
        assert built.clock("send_enforcement_notice").due == day("11-06")
        assert kept(built.case) == derived(built.case, stricter)
        assert wants_rebuild(current(), 0) == [built.case.pk]

    def test_clocks_of_a_rule_that_is_gone_go_with_it(self, people: People, stricter: Law) -> None:
        built = enforcing(people).rebuilt("11-04")
        texts = "".join((HERE / "rules" / "exclusions.toml").read_text(encoding="utf-8"))
        empty = parse_rulebook(texts)
        law = Law(empty, current().calendar, sheet_token(empty, current().calendar))
        rebuild([built.case.pk], now=at("11-05"), law=law)
        assert not built.case.clocks.exists()
        assert sheet(built.case)["next_look"] == AT_ONCE


@pytest.fixture
def sickening(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Make the derivation fail for the cases whose first party is in this set."""
    sick: set[int] = set()
    real = sheets.derive

    def failing(events: list[Event], *law: Any) -> Any:
        if any(e.kind == "case.filed" and e.data["parties"][0] in sick for e in events):
            raise ArithmeticError("a rule that cannot be read")
        return real(events, *law)

    monkeypatch.setattr(sheets, "derive", failing)
    return sick


class TestSick:
    def test_one_sick_case_is_set_aside_and_the_others_go_on(
        self, people: People, sickening: set[int]
    ) -> None:
        builds = [enforcing(people) for _ in range(3)]
        sickening.add(builds[1].event("case.filed").fields["parties"][0])
        done = rebuild([b.case.pk for b in builds], now=at("11-05"))
        assert done.done == [builds[0].case.pk, builds[2].case.pk]
        assert done.sick == {builds[1].case.pk: "ArithmeticError: a rule that cannot be read"}
        assert sheet(builds[1].case)["sick"] == done.sick[builds[1].case.pk]
        assert sheet(builds[0].case)["sick"] == ""

    def test_its_old_clocks_stay_and_it_is_tried_again_until_it_is_well(
        self, people: People, sickening: set[int]
    ) -> None:
        built = enforcing(people).rebuilt("11-04")
        before = clocks(built.case)
        sickening.add(built.event("case.filed").fields["parties"][0])
        built.noticed("11-05").rebuilt("11-05")
        assert clocks(built.case) == before
        assert wants_rebuild(current(), 0) == [built.case.pk]
        sickening.clear()
        built.rebuilt("11-05")
        assert wants_rebuild(current(), 0) == []
        assert kept(built.case) == derived(built.case)

    def test_data_that_is_no_json_sets_one_case_aside(self, people: People) -> None:
        builds = [enforcing(people) for _ in range(3)]
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, data, hash)
                VALUES (%s, 4, 'notice.sent', '2026-11-05', now(), '{"papers":', '')""",
                [builds[0].case.pk],
            )
        done = rebuild([b.case.pk for b in builds], now=at("11-05"))
        assert list(done.sick) == [builds[0].case.pk]
        assert done.done == [b.case.pk for b in builds[1:]]

    def test_what_the_database_refuses_sets_one_case_aside(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        builds = [enforcing(people).rebuilt("11-04") for _ in range(3)]
        real, sick = sheets._row, builds[1].case.pk

        def too_long(case_id: int, *rest: Any) -> Any:
            row = real(case_id, *rest)
            return (*row[:5], "x" * 99, *row[6:]) if case_id == sick else row

        monkeypatch.setattr(sheets, "_row", too_long)
        for built in builds:
            built.noticed("11-05")
        done = rebuild([b.case.pk for b in builds], now=at("11-05"))
        assert done.done == [builds[0].case.pk, builds[2].case.pk]
        assert done.sick[sick].startswith(DataError.__name__)
        assert sheet(builds[1].case)["sick"]
        assert sheet(builds[2].case)["seen"] == 4


class TestAfterCommit:
    def test_the_case_just_acted_upon_is_derived_at_once(
        self, people: People, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            built = enforcing(people)
        assert kept(built.case) == derived(built.case)
        assert not Stale.objects.exists()

    def test_a_failure_there_is_left_to_the_sweep(
        self,
        people: People,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        def broken(*args: Any, **options: Any) -> None:
            raise RuntimeError("no room")

        monkeypatch.setattr(sheets, "rebuild", broken)
        with django_capture_on_commit_callbacks(execute=True):
            built = enforcing(people)
        assert Stale.objects.filter(case=built.case).exists()
        monkeypatch.undo()
        built.swept("11-05")
        assert kept(built.case) == derived(built.case)

    def test_the_layer_hears_of_every_event(self) -> None:
        assert after_event in event_recorded._live_receivers(Case)[0]


@IN_DB
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_in_a_case_its_sheet_is_its_timeline(people: People, seed: int) -> None:
    """A walk of acts at random, refusals included, rebuilt now and then."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    with transaction.atomic():
        built = a_case(people).filed("11-02").assigned("11-03").received("11-04")
        on = date(2026, 11, 4)
        acts: list[Callable[[date], Any]] = [
            lambda d: built.noticed(d),
            lambda d: built.with_lead(d, urgent=draw.random() < 0.3),
            lambda d: built.leads and built.verified(d, target=draw.choice(built.leads)),
            lambda d: built.suspended(d),
            lambda d: built.resumed(d),
            lambda d: built.excluded(d, kind=draw.choice(["valuation", "auction"])),
            lambda d: built.do("close_exclusion", d, people.lin, exclusion="valuation"),
            lambda d: built.corrected(d, draw.choice(built.kinds)),
            lambda d: built.corrected(d, draw.choice(built.kinds), d),
            lambda d: built.rebuilt(d),
            lambda d: built.swept(d),
        ]
        for _ in range(14):
            on = date.fromordinal(on.toordinal() + draw.choice([0, 0, 1, 3, 8]))
            try:
                draw.choice(acts)(on)
            except Refused:
                continue
        built.rebuilt(on)
        assert kept(built.case) == derived(built.case)
        transaction.set_rollback(True)
