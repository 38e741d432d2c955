"""The shipped rulebook against worked examples: one file a rule, each with its arithmetic.

A case in ``golden/<code>.toml`` gives the events in order of recording and what the rule must make
of them. ``none`` means that the rule must not start at all.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

# Each module adds its kinds to the one table.
from accountability import kinds as _flags  # noqa: F401
from cases.kinds import KINDS
from deadlines import kinds as _periods  # noqa: F401
from deadlines.calendar import load_calendar, with_weekday
from deadlines.clocks import Clock, Event, derive
from deadlines.rulebook import load_rulebook
from petitions import kinds as _petitions  # noqa: F401

GOLDEN = Path(__file__).resolve().parent / "golden"
RULEBOOK = load_rulebook()
CALENDAR = load_calendar()


def read() -> dict[str, list[dict[str, Any]]]:
    """Rule code to its golden cases."""
    found = {}
    for path in sorted(GOLDEN.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert table["rule"] == path.stem
        found[path.stem] = table["case"]
    return found


CASES = read()
EACH = [
    pytest.param(code, case, id=f"{code}-{place}")
    for code, cases in CASES.items()
    for place, case in enumerate(cases, start=1)
]


def events_of(case: dict[str, Any]) -> list[Event]:
    """The events of a golden case, numbered in order of recording."""
    return [
        Event(seq, row["kind"], row["on"], row.get("data", {}))
        for seq, row in enumerate(case["events"], start=1)
    ]


def clocks_of(code: str, case: dict[str, Any]) -> list[Clock]:
    """What the shipped rule makes of the case; ``start`` picks one clock by its first event."""
    clocks = [c for c in derive(events_of(case), RULEBOOK, CALENDAR) if c.rule == code]
    return [c for c in clocks if c.start_seq == case.get("start", c.start_seq)]


@pytest.mark.parametrize(("code", "case"), EACH)
def test_the_rule_gives_the_day_of_the_worked_example(code: str, case: dict[str, Any]) -> None:
    clocks = clocks_of(code, case)
    if case.get("none"):
        assert clocks == []
        return
    (clock,) = clocks
    assert (clock.raw_end, clock.due) == (case["raw_end"], case["due"]), case["arithmetic"]
    assert clock.state == case["state"]
    assert clock.lapse_on == case.get("lapse_on")
    assert clock.version == case.get("version", clock.version)
    assert clock.start_on == case.get("start_on", clock.start_on)


@pytest.mark.parametrize(("code", "case"), EACH)
def test_the_explanation_reaches_the_same_day_and_names_its_source(
    code: str, case: dict[str, Any]
) -> None:
    for clock in clocks_of(code, case):
        told = clock.explain()
        rule = RULEBOOK.in_force(code, clock.start_on)
        assert rule is not None
        assert (told.raw_end, told.due, told.source) == (clock.raw_end, clock.due, rule.source)
        assert clock.due is not None
        assert f"届满日为{with_weekday(clock.due)}。" in told.sentences
        assert any(rule.source in sentence for sentence in told.sentences)
        assert bool(told.warnings) == case.get("warns", False)
        assert bool(told.excluded) == case.get("exclusion", False)
        assert json.loads(json.dumps(told.as_dict()))["due"] == clock.due.isoformat()


@pytest.mark.parametrize(("code", "case"), EACH)
def test_recorded_the_other_way_round_the_day_is_the_same(code: str, case: dict[str, Any]) -> None:
    last = len(case["events"]) + 1
    turned = {**case, "events": list(reversed(case["events"]))}
    if "start" in case:
        turned["start"] = last - case["start"]
    backwards = clocks_of(code, turned)
    assert [(c.due, c.state, c.lapse_on) for c in backwards] == [
        (c.due, c.state, c.lapse_on) for c in clocks_of(code, case)
    ]


def test_every_shipped_rule_has_two_worked_examples_and_no_example_is_orphaned() -> None:
    assert set(CASES) == set(RULEBOOK.codes())
    assert {code for code, cases in CASES.items() if len(cases) < 2} == set()


def test_every_rule_with_exclusions_has_an_example_in_which_one_moves_the_day() -> None:
    excluding = {rule.code for rule in RULEBOOK.rules if rule.exclusions}
    shown = {code for code, cases in CASES.items() if any(c.get("exclusion") for c in cases)}
    assert shown == excluding


def test_the_shipped_rulebook_has_no_problems() -> None:
    assert RULEBOOK.problems(KINDS) == []


def test_only_what_is_certain_and_the_courts_own_raises_a_flag() -> None:
    red_lines = {"assign_handler", "send_enforcement_notice", "lead_red_line", "dishonest_entry"}
    limits = {"case_limit", "case_limit_nonlit", "case_limit_criminal_property"}
    petitions = {"petition_register", "petition_close_own", "duban_report"}
    harm_at_once = {"payout", "dishonest_delete", "detention", "ordered_performance"}
    flagging = {rule.code: rule for rule in RULEBOOK.rules if rule.severity == "flag"}
    assert set(flagging) == red_lines | limits | petitions | harm_at_once
    for code in harm_at_once | limits:
        assert not flagging[code].unsure
        assert flagging[code].duty == "handler"
    assert {rule.code for rule in RULEBOOK.rules if rule.severity == "escalate"} == {"explanation"}


def test_a_right_of_a_party_a_wait_or_another_bodys_period_is_nobodys_lateness() -> None:
    others = {"party", "applicant", "debtor", "police", "procurator"}
    for rule in RULEBOOK.rules:
        if rule.duty in others or rule.kind == "wait":
            assert rule.severity == "info", rule.code


def test_what_rests_on_the_press_or_on_memory_is_marked_unsure_and_says_so() -> None:
    weak = {"C1", "ART", "MEM", "INF", "NF"}
    for rule in RULEBOOK.rules:
        assert rule.unsure == (set(rule.confidence.split("/")) <= weak), rule.code
        assert rule.note or not rule.unsure, rule.code


def test_the_limits_of_a_case_are_extended_by_the_president_only() -> None:
    approvers = {rule.code: rule.extendable.by for rule in RULEBOOK.rules if rule.extendable}
    assert {code for code, by in approvers.items() if by != "president"} == {
        "property_report_due",
        "valuation_report",
    }
    limits = {
        "case_limit",
        "case_limit_nonlit",
        "case_limit_criminal_property",
        "commission_finish",
    }
    assert limits <= set(approvers)
    for code in limits:
        newest = RULEBOOK.latest(code)
        assert newest is not None
        assert newest.extendable is not None
        assert newest.extendable.window_days == 5, code


def test_start_and_stop_carry_the_fields_that_a_rule_reads() -> None:
    for rule in RULEBOOK.rules:
        for kind in rule.starts:
            fields = KINDS[kind].fields
            read = {*rule.needs, rule.anchor, rule.until, rule.span_from} - {""}
            optional = {key for key, wanted in rule.when if False in wanted}
            assert read | {key for key, _ in rule.when} - optional <= fields, (rule.code, kind)
        for kind in (*rule.starts, *rule.stops):
            assert not rule.match or set(rule.match) & KINDS[kind].fields, (rule.code, kind)


def test_every_version_of_every_rule_has_a_worked_example() -> None:
    shown = {
        (code, clock.version)
        for code, cases in CASES.items()
        for case in cases
        for clock in clocks_of(code, case)
    }
    versions = {(rule.code, rule.first_day) for rule in RULEBOOK.rules}
    assert shown == versions


def test_the_groups_hold_the_kinds_of_the_law() -> None:
    assert set(RULEBOOK.groups["S237"]) == set(RULEBOOK.groups["E"]) - {
        "auction",
        "instruction_request",
    }
    assert all(RULEBOOK.exclusion_kinds[kind].source for kind in RULEBOOK.groups["E"])
