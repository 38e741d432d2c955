"""What holds for every verb alike: posts, versions, days, sign-in, and nothing half done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases.ledger import verify
from cases.models import CaseEvent
from cases.verb import VERBS, offers
from enforcement.roles import READ_ONLY_ROLES, SUBTREE_ROLES, Role
from tests.acts import ACTS, DAY, case_of_act, ours
from tests.builders import at, filing
from tests.people import ABOVE, CAST, FAR, HOME, People, again, leaves, post
from tests.refusals import refused

Given = dict[str, Any]

#: Acts whose day is the day of their entry: what they state is the entry itself.
ENTRIES = frozenset(
    {"demand_explanation", "explain_flag", "excuse_flag", "uphold_flag", "reply_to_flag"}
    | {"reconsider_flag", "close_flag"}
)


def test_the_table_of_acts_holds_every_verb_of_the_three_lower_apps() -> None:
    assert set(ACTS) == {name for name in VERBS if ours(name)} - {"file_case"}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_adds_one_event_and_one_to_the_version(people: People, name: str) -> None:
    act = ACTS[name](people)
    before = case_of_act(act)
    act.run(name)
    after = case_of_act(act)
    assert after.version == before.version + 1 == CaseEvent.objects.filter(case=after).count()
    event = CaseEvent.objects.get(case=after, seq=after.version)
    assert (event.kind, event.on, event.at, event.by) == (
        after.last_kind,
        DAY,
        at(DAY),
        act.by,
    )
    assert bytes(event.hash) == bytes(after.head)
    assert verify(after.pk).faults == []


@pytest.mark.parametrize("name", ACTS)
def test_an_act_on_a_version_that_is_no_longer_the_present_one_is_refused(
    people: People, name: str
) -> None:
    act = ACTS[name](people)
    version = case_of_act(act).version
    with refused("case.stale", 412):
        act.run(name, version=version - 1)
    with refused("case.stale", 412):
        act.run(name, version=version + 1)
    act.run(name, version=version)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_dated_tomorrow_is_refused(people: People, name: str) -> None:
    act = ACTS[name](people)
    with refused("date.future", 400, "on"):
        act.run(name, on=DAY + timedelta(days=1))


@pytest.mark.parametrize("name", ACTS)
def test_an_act_by_nobody_is_refused(people: People, name: str) -> None:
    act = ACTS[name](people)
    with refused("access.signin", 403):
        act.run(name, by=None)


@pytest.mark.parametrize("name", ACTS)
def test_only_the_posts_that_the_verb_names_may_act(people: People, name: str) -> None:
    act = ACTS[name](people)
    roles = VERBS[name].roles
    for key, (_, court, role) in CAST.items():
        reaches = court == HOME or (court == ABOVE and role in SUBTREE_ROLES)
        if role in roles and reaches:
            continue
        with refused("access.role", 403):
            act.run(name, by=getattr(people, key))


@pytest.mark.parametrize("name", ACTS)
def test_the_same_post_in_another_court_gives_nothing_here(people: People, name: str) -> None:
    act = ACTS[name](people)
    outsider = people.chen
    for role in VERBS[name].roles:
        outsider = post(outsider, people.courts[FAR], role)
        if role not in SUBTREE_ROLES:
            outsider = post(outsider, people.courts[ABOVE], role)
    with refused("access.role", 403):
        act.run(name, by=outsider)


@pytest.mark.parametrize("name", ACTS)
def test_a_post_that_ended_yesterday_no_longer_serves(people: People, name: str) -> None:
    act = ACTS[name](people)
    gone = leaves(act.by, DAY - timedelta(days=1))
    with refused("access.role", 403):
        act.run(name, by=gone)
    act.run(name, by=leaves(act.by, DAY))


@pytest.mark.parametrize("name", ACTS)
def test_somebody_shut_out_of_the_system_may_not_act(people: People, name: str) -> None:
    act = ACTS[name](people)
    act.by.is_active = False
    act.by.save(update_fields=["is_active"])
    with refused("access.role", 403):
        act.run(name, by=again(act.by))


@pytest.mark.parametrize("name", sorted(set(ACTS) - {"submit_lead", "take_measure", "extend_limit",
                                                    "reassign_handler", "correct_event",
                                                    "reconsider_flag"}))  # fmt: skip
def test_what_moves_something_cannot_be_done_twice(people: People, name: str) -> None:
    act = ACTS[name](people)
    act.run(name)
    codes = {"case.state", "case.closed", "lead.state", "listing.state", "flag.state"}
    codes |= {"notice.sent", "listing.exists", "exclusion.open", "exclusion.not_open"}
    codes |= {"flag.replied"}
    before = case_of_act(act).version
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its code is looked at below
        act.run(name)
    assert getattr(caught.value, "code", caught.value) in codes
    assert caught.value.status == 409  # type: ignore[attr-defined]
    assert case_of_act(act).version == before


@pytest.mark.parametrize("name", ACTS)
def test_what_is_offered_is_what_may_be_done(people: People, name: str) -> None:
    act = ACTS[name](people)
    offered = {offer.verb.name: offer for offer in offers(act.target, again(act.by), DAY)}
    assert offered[name].allowed
    assert all(offer.allowed or offer.refusal.message for offer in offered.values())  # type: ignore[union-attr]
    strange = {offer.verb.name: offer for offer in offers(act.target, people.sun, DAY)}
    assert not any(offer.allowed for offer in strange.values())


@pytest.mark.parametrize("name", sorted(set(ACTS) - ENTRIES))
def test_a_fact_may_be_entered_the_day_after(people: People, name: str) -> None:
    act = ACTS[name](people)
    act.run(name, now=at(DAY + timedelta(days=1)))
    event = CaseEvent.objects.get(case=act.built.case, seq=case_of_act(act).version)
    assert (event.on, event.at) == (DAY, at(DAY + timedelta(days=1)))


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_what_consists_in_the_entry_is_dated_the_day_of_the_entry(
    people: People, name: str
) -> None:
    act = ACTS[name](people)
    with refused("date.today_only", 400, "on"):
        act.run(name, now=at(DAY + timedelta(days=1)))


def test_no_verb_is_open_to_those_who_only_read_or_stand_outside() -> None:
    closed: set[Role] = set(READ_ONLY_ROLES) | {Role.PETITIONER, Role.COUNSEL}
    assert not {name for name, verb in VERBS.items() if ours(name) and verb.roles & closed}


@pytest.mark.parametrize(
    "change", [{"by": None}, {"court": "陕1021"}, {"by": "lin"}, {"by": "chen"}]
)
def test_a_case_is_filed_by_the_filing_clerk_of_the_court(people: People, change: Given) -> None:
    court = people.courts[change.get("court", HOME)]
    by = change.get("by", "tang")
    code = "access.signin" if by is None else "access.role"
    with refused(code, 403):
        VERBS["file_case"].run(court, by=by and getattr(people, by), **filing("11-02"))


Refusal = Callable[..., None]
