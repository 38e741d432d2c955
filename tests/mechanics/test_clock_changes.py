"""What moves a running clock: excluded time, extensions, corrections, new versions of the rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deadlines.clocks import ClockError, Event, derive, effective
from deadlines.rulebook import parse_rulebook
from tests.mechanics.own_law import BEGUN, BOOK, CALENDAR, d, only, table, timeline


class TestExclusions:
    def test_a_suspension_gives_back_its_days_and_not_only_a_flag(self) -> None:
        clock = only("once", BEGUN, ("case.suspended", "03-05"), ("case.resumed", "03-25"))
        assert (clock.raw_end, clock.due) == (d("03-30"), d("03-30"))

    def test_while_suspended_there_is_no_due_day_and_nothing_lapses(self) -> None:
        clock = only("once", BEGUN, ("case.suspended", "03-05"))
        assert (clock.state, clock.due, clock.lapse_on, clock.amber_on) == (
            "suspended",
            None,
            None,
            None,
        )
        assert clock.status(d("12-31")) == "suspended"
        assert clock.explain().remaining == 5
        assert "结束后剩余5日继续计算" in clock.explain().sentences[-1]
        assert clock.days_left(d("03-06")) is None

    def test_suspended_only_after_the_end_it_lapses_all_the_same(self) -> None:
        clock = only("once", BEGUN, ("case.suspended", "03-10"))
        assert (clock.state, clock.due) == ("running", d("03-10"))

    def test_other_kinds_are_paired_by_reference(self) -> None:
        clock = only(
            "once",
            BEGUN,
            ("exclusion.opened", "03-04", {"exclusion": "post", "ref": "A"}),
            ("exclusion.opened", "03-05", {"exclusion": "post", "ref": "B"}),
            ("exclusion.closed", "03-06", {"exclusion": "post", "ref": "B"}),
            ("exclusion.closed", "03-08", {"exclusion": "post", "ref": "A"}),
        )
        assert clock.raw_end == d("03-14")

    def test_a_kind_the_rule_does_not_name_changes_nothing(self) -> None:
        clock = only(
            "once",
            BEGUN,
            ("exclusion.opened", "03-04", {"exclusion": "auction", "ref": "A"}),
            ("exclusion.closed", "03-08", {"exclusion": "auction", "ref": "A"}),
        )
        assert clock.due == d("03-10")

    def test_a_closing_with_nothing_open_does_not_swallow_a_later_interval(self) -> None:
        clock = only(
            "once",
            BEGUN,
            ("case.resumed", "03-02"),
            ("case.suspended", "03-05"),
            ("case.resumed", "03-15"),
        )
        assert clock.raw_end == d("03-20")

    def test_done_while_suspended_is_in_time(self) -> None:
        clock = only("once", BEGUN, ("case.suspended", "03-05"), ("a.done", "03-25"))
        assert (clock.state, clock.lapse_on) == ("done", None)
        assert clock.due == d("03-30")

    def test_the_explanation_ends_an_open_interval_with_the_act(self) -> None:
        told = only("once", BEGUN, ("case.suspended", "03-05"), ("a.done", "03-25")).explain()
        assert [block.closed for block in told.excluded] == [d("03-25")]
        assert "届满日为2026-03-30（周一）。" in told.sentences

    def test_suspended_and_resumed_on_one_day_is_no_suspension(self) -> None:
        clock = only("once", BEGUN, ("case.suspended", "03-05"), ("case.resumed", "03-05"))
        assert (clock.state, clock.due) == ("running", d("03-10"))

    def test_what_is_suspended_after_the_duty_was_done_does_not_touch_it(self) -> None:
        clock = only(
            "once",
            BEGUN,
            ("a.done", "03-05"),
            ("case.suspended", "03-05"),
            ("case.resumed", "03-20"),
        )
        assert clock.due == d("03-10")

    def test_the_explanation_lists_each_interval_by_name(self) -> None:
        told = only(
            "once",
            BEGUN,
            ("case.suspended", "03-05"),
            ("exclusion.opened", "03-06", {"exclusion": "post", "ref": "A"}),
            ("case.resumed", "03-08"),
            ("exclusion.closed", "03-12", {"exclusion": "post", "ref": "A"}),
        ).explain()
        (block,) = told.excluded
        assert (block.days, [s.name for s in block.spells]) == (7, ["中止执行", "在途"])
        assert (told.nominal_end, told.raw_end) == (d("03-10"), d("03-17"))
        assert (
            "“中止执行”“在途”2026-03-05至2026-03-12，扣除7日，重叠部分只扣一次。" in told.sentences
        )


class TestExtensions:
    def extended(self, on: str, rule: str = "once", n: int = 5) -> tuple[Any, ...]:
        return "limit.extended", on, {"rule": rule, "n": n, "unit": "days", "reason": "复杂"}

    def test_an_extension_in_time_moves_the_end(self) -> None:
        clock = only("once", BEGUN, self.extended("03-10"))
        assert clock.due == d("03-16")  # raw end Sunday the 15th
        (shown,) = clock.explain().extensions
        assert (shown.counted, shown.reason, shown.n) == (True, "复杂", 5)

    def test_an_extension_after_the_end_heals_nothing_and_says_so(self) -> None:
        clock = only("once", BEGUN, self.extended("03-11"))
        assert (clock.due, clock.lapse_on) == (d("03-10"), d("03-11"))
        (shown,) = clock.explain().extensions
        assert not shown.counted
        assert "届满" in shown.why_not

    def test_a_second_one_counts_within_the_first(self) -> None:
        clock = only("once", BEGUN, self.extended("03-10"), self.extended("03-16"))
        assert clock.raw_end == d("03-20")

    def test_two_of_one_day_give_the_same_end_in_either_order(self) -> None:
        begun = ("a.begun", "01-23")
        days = self.extended("01-25", n=1)
        month = "limit.extended", "01-25", {"rule": "once", "n": 1, "unit": "months"}
        ends = {only("once", begun, *pair).raw_end for pair in ((days, month), (month, days))}
        assert ends == {d("02-28")}

    def test_a_rule_that_may_not_be_extended_is_not(self) -> None:
        clock = only(
            "given", ("o.begun", "03-02", {"order": 1, "days": 3}), self.extended("03-03", "given")
        )
        assert clock.due == d("03-05")
        assert "不得延长" in clock.explain().extensions[0].why_not

    def test_an_extension_of_another_rule_changes_nothing(self) -> None:
        assert only("once", BEGUN, self.extended("03-05", "many")).due == d("03-10")

    def test_an_extension_without_a_number_is_an_error(self) -> None:
        with pytest.raises(ClockError, match="event 2: 'n'"):
            only("once", BEGUN, ("limit.extended", "03-05", {"rule": "once", "unit": "days"}))


class TestCorrections:
    def fix(self, corrects: int, **data: Any) -> tuple[Any, ...]:
        return "event.corrected", "04-01", {"corrects": corrects, "void": False, **data}

    def test_another_day_moves_the_clock(self) -> None:
        clock = only("once", BEGUN, self.fix(1, on="2026-03-04"))
        assert (clock.start_seq, clock.start_on) == (1, d("03-04"))

    def test_a_voided_start_has_no_clock_and_a_voided_stop_runs_again(self) -> None:
        assert derive(timeline(BEGUN, self.fix(1, void=True)), BOOK, CALENDAR) == ()
        assert only("once", BEGUN, ("a.done", "03-05"), self.fix(2, void=True)).state == "running"

    def test_fields_are_replaced_one_by_one(self) -> None:
        begun = ("i.begun", "03-03", {"item": 1, "x": 1})
        (event,) = effective(timeline(begun, self.fix(1, set={"item": 2})))
        assert event.data == {"item": 2, "x": 1}

    def test_the_later_correction_prevails(self) -> None:
        fixes = self.fix(1, on="2026-03-04"), self.fix(1, on="2026-03-05")
        assert only("once", BEGUN, *fixes).start_on == d("03-05")

    def test_a_correction_may_itself_be_voided_or_corrected(self) -> None:
        wrong = self.fix(1, on="2026-03-04")
        assert only("once", BEGUN, wrong, self.fix(2, void=True)).start_on == d("03-03")
        mended = self.fix(2, set={"on": "2026-03-06"})
        assert only("once", BEGUN, wrong, mended).start_on == d("03-06")

    def test_a_correction_of_what_was_recorded_after_it_is_passed_over(self) -> None:
        early = self.fix(2, on="2026-03-04")
        assert only("once", early, BEGUN).start_on == d("03-03")

    def test_the_events_given_are_not_changed(self) -> None:
        events = timeline(("i.begun", "03-03", {"item": 1}), self.fix(1, set={"item": 2}))
        derive(events, BOOK, CALENDAR)
        assert events[0].data == {"item": 1}

    def test_the_order_of_reading_does_not_matter(self) -> None:
        events = timeline(BEGUN, self.fix(1, on="2026-03-04"), self.fix(2, void=True))
        assert derive(reversed(events), BOOK, CALENDAR) == derive(events, BOOK, CALENDAR)

    @pytest.mark.parametrize(("corrects", "on"), [(None, None), ("1", None), (1, "soon")])
    def test_a_correction_that_cannot_be_read_is_an_error(self, corrects: Any, on: Any) -> None:
        with pytest.raises(ClockError, match="event 2"):
            derive(timeline(BEGUN, self.fix(corrects, on=on)), BOOK, CALENDAR)


class TestVersions:
    OLD = table("law", 'starts = ["a.begun"]\nstops = ["a.done"]\nspan = { n = 30, unit = "days" }')
    NEW = 'starts = ["a.begun"]\nstops = ["a.done"]\nspan = { n = 5, unit = "days" }\n'
    CHANGED = parse_rulebook(OLD + table("law", NEW, "2026-03-15"))
    TAKEN_OVER = parse_rulebook(OLD + table("law", NEW + "applies_to_running = true", "2026-03-15"))

    def test_a_clock_follows_the_version_of_its_start_day(self) -> None:
        before = only("law", ("a.begun", "03-14"), book=self.CHANGED)
        after = only("law", ("a.begun", "03-15"), book=self.CHANGED)
        assert (before.version.year, before.due) == (2020, d("04-13"))
        assert (after.version, after.due) == (d("03-15"), d("03-20"))

    def test_before_the_first_version_there_is_no_clock(self) -> None:
        early = Event(1, "a.begun", date(2019, 12, 31), {})
        assert derive([early], self.CHANGED, CALENDAR) == ()

    def test_a_version_for_running_clocks_takes_them_over(self) -> None:
        clock = only("law", ("a.begun", "03-12"), book=self.TAKEN_OVER)
        assert (clock.version, clock.due) == (d("03-15"), d("03-17"))

    def test_nobody_is_late_under_a_rule_that_did_not_yet_exist(self) -> None:
        clock = only("law", ("a.begun", "03-02"), book=self.TAKEN_OVER)
        assert (clock.raw_end, clock.due) == (d("03-07"), d("03-16"))  # the 15th is a Sunday
        assert any("届满日不早于该日" in text for text in clock.explain().sentences)

    def test_clocks_done_or_lapsed_before_are_left_alone(self) -> None:
        done = only("law", ("a.begun", "03-02"), ("a.done", "03-14"), book=self.TAKEN_OVER)
        lapsed = only("law", ("a.begun", "01-05"), book=self.TAKEN_OVER)
        assert done.version.year == lapsed.version.year == 2020

    def test_due_or_done_on_the_first_day_of_the_new_version_belongs_to_it(self) -> None:
        book = parse_rulebook(
            self.OLD + table("law", self.NEW + "applies_to_running = true", "2026-03-17")
        )
        due = only("law", ("a.begun", "02-15"), book=book)
        done = only("law", ("a.begun", "03-02"), ("a.done", "03-17"), book=book)
        assert [(c.version, c.due) for c in (due, done)] == [(d("03-17"), d("03-17"))] * 2
        assert done.lapse_on is None

    def test_done_after_the_change_is_judged_by_the_new_version(self) -> None:
        clock = only("law", ("a.begun", "03-12"), ("a.done", "03-18"), book=self.TAKEN_OVER)
        assert (clock.version, clock.lapse_on) == (d("03-15"), d("03-18"))
