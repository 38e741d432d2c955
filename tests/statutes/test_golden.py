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

from deadlines.calendar import load_calendar, with_weekday
from deadlines.clocks import Clock, Event, derive
from deadlines.rulebook import load_rulebook

GOLDEN = Path(__file__).resolve().parent / "golden"
RULEBOOK = load_rulebook()
CALENDAR = load_calendar()
KINDS = {
    *("case.filed", "handler.assigned", "file.received", "notice.sent", "case.closed"),
    *("lead.submitted", "lead.verified", "listing.decided", "listing.published"),
    *("explanation.demanded", "explanation.given"),
    *("flag.excused", "flag.upheld", "flag.closed", "flag.withdrawn", "flag.reopened"),
    *("petition.filed", "petition.registered", "petition.answered", "petition.closed"),
    *("order.issued", "order.replied"),
}


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


def test_the_four_red_lines_and_the_case_limits_flag_and_their_siblings_only_warn() -> None:
    severities = {rule.code: rule.severity for rule in RULEBOOK.rules}
    warned = {"verify_lead", "verify_lead_urgent", "notice_statutory_max"}
    assert {code for code, severity in severities.items() if severity == "warn"} == warned
    assert {code for code, severity in severities.items() if severity == "escalate"} == {
        "explanation"
    }


def test_what_rests_on_the_press_or_on_memory_is_marked_unsure_and_says_so() -> None:
    unsure = {rule.code: rule.note for rule in RULEBOOK.rules if rule.unsure}
    assert set(unsure) == {
        "lead_red_line",
        "dishonest_entry",
        "explanation",
        "notice_statutory_max",
        "petition_close_own",
        "duban_report",
    }
    assert all(unsure.values())


def test_only_the_limits_of_the_case_may_be_extended_and_by_the_president() -> None:
    approvers = {rule.code: rule.extendable.by for rule in RULEBOOK.rules if rule.extendable}
    assert approvers == {"case_limit": "president", "case_limit_nonlit": "president"}


def test_the_groups_hold_the_kinds_of_the_law() -> None:
    assert set(RULEBOOK.groups["S237"]) == set(RULEBOOK.groups["E"]) - {
        "auction",
        "instruction_request",
    }
    assert all(RULEBOOK.exclusion_kinds[kind].source for kind in RULEBOOK.groups["E"])
