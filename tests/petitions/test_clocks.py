"""The clocks of petitions and orders follow from the events these verbs write."""

from __future__ import annotations

from cases.kinds import KINDS
from deadlines.law import current
from tests.builders import day
from tests.petitions.steps import Supervised


def clock(under: Supervised, rule: str):  # type: ignore[no-untyped-def]
    """Return the one clock of a rule, derived anew."""
    under.built.rebuilt("11-23")
    return under.built.clock(rule)


def test_registering_within_five_working_days_is_in_time(under: Supervised) -> None:
    under.registered("11-16")
    done = clock(under, "petition_register")
    assert (done.due, done.stopped_on, done.lapse_on) == (day("11-20"), day("11-16"), None)


def test_a_petition_that_lies_unregistered_is_flagged_once(under: Supervised) -> None:
    under.filed("11-13")
    under.built.swept("11-20")
    assert "petition_register" not in under.built.flags(), "the due day itself is in time"
    under.built.swept("11-21")
    under.built.swept("11-22")
    flag = under.built.flag("petition_register")
    assert (flag.due, flag.duty, flag.holder) == (day("11-20"), "petition", None)


def test_the_answer_stops_the_thirty_days(under: Supervised) -> None:
    under.answered("11-18")
    done = clock(under, "petition_close_own")
    assert (done.due, done.stopped_on) == (day("12-14"), day("11-18")), "13 December is a Sunday"


def test_two_petitions_have_clocks_of_their_own(under: Supervised) -> None:
    under.filed("11-13")
    under.filed("11-16", text="又一件")
    under.built.rebuilt("11-23")
    due = under.case.clocks.filter(rule="petition_register").order_by("due")
    assert [c.due for c in due] == [day("11-20"), day("11-23")]


def test_the_order_and_its_clock_name_the_same_day(under: Supervised) -> None:
    order = under.ordered("11-20", reply_days=15)
    running = clock(under, "duban_report")
    assert order.due == running.due == day("12-07"), "5 December is a Saturday"
    assert running.subject == str(order.pk)


def test_the_reply_stops_it(under: Supervised) -> None:
    order = under.ordered("11-20")
    under.do("reply_order", order, "11-23", under.people.qin, text="已经核查。")
    assert clock(under, "duban_report").stopped_on == day("11-23")


def test_every_event_the_rules_name_exists_and_carries_their_fields() -> None:
    for code in ("petition_register", "petition_close_own", "duban_report"):
        for rule in current().rulebook.versions(code):
            for kind in (*rule.starts, *rule.stops):
                assert set(rule.match) <= KINDS[kind].fields, (code, kind)
            for kind in rule.starts:
                assert not rule.span_from or rule.span_from in KINDS[kind].fields
