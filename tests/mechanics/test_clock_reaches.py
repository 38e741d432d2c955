"""What a rule may reach for: other fields, other clocks, a last day that an event holds."""

from __future__ import annotations

import pytest

from deadlines.clocks import ClockError, derive
from deadlines.rulebook import Rulebook, parse_rulebook
from tests.mechanics.own_law import CALENDAR, d, only, table, timeline

LAW = """
[exclusions.suspension]
name = "中止执行"
[exclusions.delay]
name = "延缓"
opens = "delay.begun"
closes = "delay.over"
ref = "item"
until = "until"
""" + "".join(
    [
        table(
            "pair",
            'starts = ["p.served"]\nmatch = ["plan", "party"]\nstops = ["p.objected"]\n'
            'ends = ["p.fixed"]\nspan = { n = 5, unit = "days" }',
        ),
        table(
            "item",
            'starts = ["i.begun"]\nmatch = "item"\nstops = ["i.done"]\n'
            'span = { n = 10, unit = "days" }\nexclusions = ["delay"]\n'
            'extendable = { by = "president", n = 3, unit = "days" }',
        ),
        table(
            "needy",
            'starts = ["n.begun"]\nneeds = ["asset"]\nstops = ["n.done"]\n'
            'span = { n = 5, unit = "days" }',
        ),
        table(
            "somecases",
            'starts = ["n.begun"]\ncases = { procedure = ["first"] }\nstops = ["n.done"]\n'
            'span = { n = 5, unit = "days" }',
        ),
        table(
            "term",
            'kind = "term"\nstarts = ["t.taken", "t.renewed"]\nmatch = "t"\nrestart = "each"\n'
            'stops = ["t.renewed", "t.released"]\nends = ["b.closed"]\n'
            'ends_when = { method = ["paid", false] }\n'
            'span = { n = 1, unit = "years" }\nuntil = "expires_on"\nroll = false',
        ),
        table(
            "alarm",
            'starts = ["t.taken"]\nmatch = "t"\nstops = ["t.renewed"]\nuntil = "expires_on"\n'
            'back = true\nroll = false\nspan = { n = 10, unit = "days" }',
        ),
        table(
            "varied",
            'starts = ["v.begun"]\nstops = ["v.done"]\nspan = { n = 9, unit = "days" }\n'
            'variants = [{ n = 4, when = { kind = ["x", "y"] } }]',
        ),
        table(
            "given",
            'starts = ["o.begun"]\nmatch = "order"\nstops = ["o.done"]\nspan_from = "days"\n'
            'span = { unit = "days" }',
        ),
        table(
            "chased",
            'after = "given"\nmatch = "order"\nstops = ["o.urged"]\nends = ["o.done"]\n'
            'span = { n = 0, unit = "days" }',
        ),
        table(
            "yearly",
            'starts = ["y.begun", "y.done"]\nrestart = "each"\nstops = ["y.done"]\n'
            'span = { n = 1, unit = "months" }\nwithin = { n = 3, unit = "months" }',
        ),
        table(
            "born",
            'starts = ["f.filed"]\nanchor = "asked_on"\nstops = ["f.filed"]\n'
            'span = { n = 5, unit = "days" }',
        ),
        table(
            "right", 'starts = ["r.begun"]\nstops = ["r.used"]\nspan = { n = 5, unit = "days" }'
        ).replace('severity = "flag"', 'severity = "info"'),
    ]
)
BOOK = parse_rulebook(LAW)


def one(code: str, *rows: object) -> object:
    """The one clock of this law that ``code`` has on a timeline."""
    return only(code, *rows, book=BOOK)  # type: ignore[arg-type]


def all_of(code: str, *rows: object) -> list[object]:
    """Every clock of this law that ``code`` has on a timeline."""
    events = timeline(*rows)  # type: ignore[arg-type]
    return [c for c in derive(events, BOOK, CALENDAR) if c.rule == code]


class TestTwoFields:
    SERVED = (
        ("p.served", "03-02", {"plan": 1, "party": 7}),
        ("p.served", "03-03", {"plan": 1, "party": 8}),
    )

    def test_each_combination_has_a_period_of_its_own(self) -> None:
        clocks = all_of("pair", *self.SERVED, ("p.objected", "03-04", {"plan": 1, "party": 8}))
        assert [(c.subject, c.state) for c in clocks] == [("1/7", "running"), ("1/8", "done")]

    def test_another_plan_or_a_missing_field_does_not_stop_it(self) -> None:
        for data in ({"plan": 2, "party": 7}, {"plan": 1}, {}):
            clocks = all_of("pair", *self.SERVED, ("p.objected", "03-04", data))
            assert {c.state for c in clocks} == {"running"}

    def test_an_end_that_names_only_the_plan_ends_all_its_periods(self) -> None:
        clocks = all_of("pair", *self.SERVED, ("p.fixed", "03-04", {"plan": 1}))
        assert {c.state for c in clocks} == {"moot"}
        clocks = all_of("pair", *self.SERVED, ("p.fixed", "03-04", {"plan": 2}))
        assert {c.state for c in clocks} == {"running"}


class TestPeriodsOpenedByEventsOfTheirOwn:
    BEGUN = ("i.begun", "03-02", {"item": 1})

    def test_the_days_between_do_not_count(self) -> None:
        clock = one(
            "item",
            self.BEGUN,
            ("delay.begun", "03-04", {"item": 1}),
            ("delay.over", "03-09", {"item": 1}),
        )
        assert clock.due == d("03-17")  # 12 March, and five days

    def test_those_of_another_item_do(self) -> None:
        clock = one(
            "item",
            self.BEGUN,
            ("delay.begun", "03-04", {"item": 2}),
            ("delay.over", "03-09", {"item": 2}),
        )
        assert clock.due == d("03-12")

    def test_one_that_names_its_last_day_ends_there_by_itself(self) -> None:
        clock = one(
            "item", self.BEGUN, ("delay.begun", "03-04", {"item": 1, "until": "2026-03-09"})
        )
        assert clock.due == d("03-17")
        assert clock.basis.spells[0].closed == d("03-09")

    def test_ended_before_it_counts_to_the_end(self) -> None:
        clock = one(
            "item",
            self.BEGUN,
            ("delay.begun", "03-04", {"item": 1, "until": "2026-03-09"}),
            ("delay.over", "03-05", {"item": 1}),
        )
        assert clock.due == d("03-13")

    def test_a_last_day_that_is_no_day_sets_the_case_aside(self) -> None:
        with pytest.raises(ClockError, match="until"):
            one("item", self.BEGUN, ("delay.begun", "03-04", {"item": 1, "until": "soon"}))

    def test_they_change_the_token_and_are_read(self) -> None:
        other = parse_rulebook(LAW.replace('until = "until"\n', ""))
        assert other.token != BOOK.token
        assert {"delay.begun", "delay.over", "case.filed"} <= BOOK.kinds_read

    def test_an_extension_of_one_subject_leaves_the_others(self) -> None:
        extended = {"rule": "item", "n": 3, "unit": "days", "subject": "2"}
        assert one("item", self.BEGUN, ("limit.extended", "03-05", extended)).due == d("03-12")
        extended["subject"] = "1"
        clock = one("item", self.BEGUN, ("limit.extended", "03-05", extended))
        assert clock.raw_end == d("03-15")


class TestWhatMustBeThere:
    def test_a_start_without_the_needed_field_starts_nothing(self) -> None:
        assert all_of("needy", ("n.begun", "03-02")) == []
        assert one("needy", ("n.begun", "03-02", {"asset": 1})).due == d("03-07")

    def test_a_rule_for_some_cases_passes_over_the_others(self) -> None:
        begun = ("n.begun", "03-03")
        for procedure, there in (("first", True), ("objection", False)):
            clocks = all_of("somecases", ("case.filed", "03-01", {"procedure": procedure}), begun)
            assert bool(clocks) == there
        assert all_of("somecases", begun), "a case whose filing says nothing is not left out"

    def test_the_first_variant_met_gives_the_number(self) -> None:
        assert one("varied", ("v.begun", "03-02", {"kind": "y"})).raw_end == d("03-06")
        assert one("varied", ("v.begun", "03-02", {"kind": "z"})).raw_end == d("03-11")


class TestALastDayThatTheEventHolds:
    TAKEN = ("t.taken", "01-05", {"t": 1, "expires_on": "2026-05-10"})

    def test_is_the_last_day_and_does_not_move_to_a_working_day(self) -> None:
        clock = one("term", self.TAKEN)
        assert (clock.raw_end, clock.due, clock.lapse_on) == (d("05-10"), d("05-10"), d("05-11"))
        assert clock.due.weekday() == 6
        told = clock.explain()
        assert told.due == clock.due
        assert "最后一日由该事件载明，距起算日125日。" in told.sentences

    def test_without_it_the_span_holds(self) -> None:
        assert one("term", ("t.taken", "01-05", {"t": 1})).due.isoformat() == "2027-01-05"

    def test_a_renewal_ends_one_term_and_begins_the_next(self) -> None:
        first, second = all_of(
            "term", self.TAKEN, ("t.renewed", "05-01", {"t": 1, "expires_on": "2026-09-09"})
        )
        assert (first.state, first.lapse_on, second.due) == ("done", None, d("09-09"))

    def test_only_an_end_that_meets_the_conditions_ends_it(self) -> None:
        assert one("term", self.TAKEN, ("b.closed", "02-02", {"method": "paid"})).state == "moot"
        assert (
            one("term", self.TAKEN, ("b.closed", "02-02", {"method": "stuck"})).state == "running"
        )

    def test_counted_back_it_lies_so_many_days_before(self) -> None:
        clock = one("alarm", self.TAKEN)
        assert clock.due == d("04-30")
        assert any("往前推10日" in sentence for sentence in clock.explain().sentences)

    def test_counted_back_it_never_lies_before_the_start(self) -> None:
        assert one("alarm", ("t.taken", "05-05", {"t": 1, "expires_on": "2026-05-10"})).due == d(
            "05-05"
        )


class TestAfterAnotherClock:
    GIVEN = ("o.begun", "03-02", {"order": 5, "days": 3})

    def test_it_starts_on_the_day_on_which_the_other_lapses(self) -> None:
        clock = one("chased", self.GIVEN)
        assert (clock.start_on, clock.due, clock.subject) == (d("03-06"), d("03-06"), "5")
        assert "（“given”逾期之日）起算" in clock.explain().sentences[0]

    def test_there_is_none_where_the_other_was_done_in_time(self) -> None:
        assert all_of("chased", self.GIVEN, ("o.done", "03-05", {"order": 5})) == []

    def test_it_is_performed_or_ended_like_any_other(self) -> None:
        assert one("chased", self.GIVEN, ("o.urged", "03-06", {"order": 5})).state == "done"
        assert one("chased", self.GIVEN, ("o.done", "03-20", {"order": 5})).lapse_on == d("03-07")


class TestRepeatedWithinATime:
    def test_each_starts_with_the_one_before_until_the_time_is_over(self) -> None:
        clocks = all_of("yearly", ("y.begun", "01-05"), ("y.done", "02-05"), ("y.done", "03-05"))
        assert [c.raw_end for c in clocks] == [d("02-05"), d("03-05"), d("04-05")]
        later = ("y.done", "04-05")
        clocks = all_of(
            "yearly", ("y.begun", "01-05"), ("y.done", "02-05"), ("y.done", "03-05"), later
        )
        assert len(clocks) == 3, "5 May lies beyond three months after 5 January"


class TestOneEventThatStartsAndStops:
    def test_the_day_it_names_is_the_start_and_its_own_the_end(self) -> None:
        clock = one("born", ("f.filed", "03-06", {"asked_on": "2026-03-02"}))
        assert (clock.start_on, clock.state, clock.lapse_on) == (d("03-02"), "done", None)
        assert one("born", ("f.filed", "03-20", {"asked_on": "2026-03-02"})).lapse_on == d("03-08")


class TestARight:
    def test_that_was_not_used_in_time_is_nobodys_lateness(self) -> None:
        clock = one("right", ("r.begun", "03-02"))
        assert clock.due == d("03-07")
        assert clock.lapse_on is None
        assert not clock.overdue(d("04-01"))


class TestFaults:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('after = "given"', 'after = "nothing"', "unknown rule 'nothing'"),
            (
                'after = "given"',
                'after = "given"\nstarts = ["o.begun"]',
                "either 'starts' or 'after'",
            ),
            (
                "\nback = true",
                '\nback = true\nexclusions = ["delay"]',
                "neither extended nor moved",
            ),
            ('until = "expires_on"\nback = true', "back = true", "'back' counts days back"),
            (
                'restart = "each"\nstops = ["y.done"]',
                'stops = ["y.gone"]',
                "'within' is for a rule",
            ),
            ('opens = "delay.begun"', 'opens = "delay.began"', "unknown event kind 'delay.began'"),
        ],
    )
    def test_a_rule_that_cannot_be_meant_is_told(self, old: str, new: str, said: str) -> None:
        known = set(BOOK.kinds_read)
        assert BOOK.problems(known) == []
        assert LAW.count(old) == 1
        faults = parse_rulebook(LAW.replace(old, new)).problems(known | {"y.gone"})
        assert any(said in fault for fault in faults), faults

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("variants = [{ n = 4, when", "variants = [{ when"),
            ('variants = [{ n = 4, when = { kind = ["x", "y"] } }]', "variants = 4"),
            ("within = { n = 3, unit", "within = { unit"),
            ('closes = "delay.over"\n', ""),
            ('until = "until"\n', 'untill = "until"\n'),
        ],
    )
    def test_a_table_that_cannot_be_read_is_refused(self, old: str, new: str) -> None:
        assert LAW.count(old) == 1
        with pytest.raises(ValueError, match=r"variants|within|exclusion kind"):
            parse_rulebook(LAW.replace(old, new))


def test_the_book_of_this_law_is_a_rulebook() -> None:
    assert isinstance(BOOK, Rulebook)
    assert [v.code for v in BOOK.followers] == ["chased"]
