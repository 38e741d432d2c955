"""Doors of cases: not yours and not there get the same answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Q

from cases.access import case_for_reading, cases_seen_by, in_sight, under
from cases.models import Case, Lead
from enforcement.access import courts_seen_by, sight
from enforcement.errors import NotFound
from enforcement.models import Court, User
from enforcement.roles import Role
from tests.builders import CaseBuilder, a_case, day, enforcing
from tests.people import CAST, HOME, SINCE, People, again, leaves, post

TODAY = day("11-20")


@pytest.fixture
def spread(people: People) -> dict[str, Case]:
    """Return one case of a court of each level and place, by 代字."""
    found = {HOME: enforcing(people).case}
    for code in ("陕1021", "陕10", "陕", "陕0602", "湘0104"):
        court = people.courts[code]
        clerk = post(User.objects.create(username=f"clerk-{code}"), court, Role.FILING_CLERK)
        found[code] = a_case(people, court).filed("11-02", by=clerk).case
    return found


def seen(user: User, on: object = TODAY) -> set[str]:
    """Return the 代字 of the courts whose cases a person reads."""
    return {case.court.code for case in cases_seen_by(again(user), on)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "courts"),
    [
        ("lin", {"陕1002"}),
        ("wu", {"陕1002"}),
        ("tang", {"陕1002"}),
        ("zhao", {"陕1002"}),
        ("jin", {"陕1002"}),
        ("luo", {"陕1021"}),
        ("sun", {"湘0104"}),
        ("chen", set()),
        ("he", {"陕1002", "陕1021", "陕10"}),
        ("song", {"陕1002", "陕1021", "陕10"}),
        ("bai", {"陕1002", "陕1021", "陕10"}),
        ("far_supervisor", {"湘0104"}),
    ],
)
def test_each_of_the_cast_reads_their_own_court_or_their_subtree(
    people: People, spread: dict[str, Case], who: str, courts: set[str]
) -> None:
    assert seen(getattr(people, who)) == courts


def test_every_level_sees_what_is_below_it_and_nothing_beside(
    people: People, spread: dict[str, Case]
) -> None:
    expected = {
        "最高法": set(spread),
        "陕": {"陕1002", "陕1021", "陕10", "陕", "陕0602"},
        "陕06": {"陕0602"},
        "湘": {"湘0104"},
    }
    for code, courts in expected.items():
        user = post(User.objects.create(username=f"s-{code}"), people.courts[code], Role.SUPERVISOR)
        assert seen(user) == courts


def test_the_columns_on_the_case_and_the_tree_of_courts_agree(
    people: People, spread: dict[str, Case]
) -> None:
    """Lists filter by columns copied onto the case; rights are by the tree: one answer."""
    for key in CAST:
        user = again(getattr(people, key))
        by_tree = Case.objects.filter(court__in=courts_seen_by(user, TODAY))
        assert set(cases_seen_by(user, TODAY)) == set(by_tree)
        assert set(Case.objects.filter(sight(user, TODAY).filter("court"))) == set(by_tree)


@pytest.mark.parametrize("who", ["luo", "sun", "chen", "far_supervisor"])
def test_not_yours_and_not_there_are_one_answer(
    people: People, spread: dict[str, Case], who: str
) -> None:
    user, mine = getattr(people, who), spread[HOME]
    answers = []
    for pk in (mine.pk, 10**9, 0, -1):
        with pytest.raises(NotFound) as caught:
            case_for_reading(user, pk, TODAY)
        answers.append((caught.value.code, caught.value.status, caught.value.message))
    assert len(set(answers)) == 1


def test_the_door_opens_for_the_court_and_for_those_above(
    people: People, spread: dict[str, Case]
) -> None:
    for who in ("lin", "zhou", "wu", "he", "bai"):
        found = case_for_reading(getattr(people, who), spread[HOME].pk, TODAY)
        assert found == spread[HOME]


def test_a_door_closes_with_the_post(people: People, spread: dict[str, Case]) -> None:
    gone = leaves(people.he, TODAY - timedelta(days=1))
    assert seen(gone) == set()
    assert seen(gone, TODAY - timedelta(days=1)) == {"陕1002", "陕1021", "陕10"}
    assert seen(gone, SINCE - timedelta(days=1)) == set()


def test_two_posts_see_both(people: People, spread: dict[str, Case]) -> None:
    both = post(people.lin, people.courts["湘0104"], Role.CLERK)
    assert seen(both) == {"陕1002", "湘0104"}


def test_rows_that_hang_on_a_case_are_kept_by_the_same_condition(
    people: People, spread: dict[str, Case]
) -> None:
    built = CaseBuilder(people)
    built.case = spread[HOME]
    built.with_lead("11-06")
    visible = Lead.objects.filter(in_sight(people.he, TODAY, "case__"))
    assert visible.count() == 1
    assert not Lead.objects.filter(in_sight(people.sun, TODAY, "case__")).exists()


def test_the_condition_of_a_court_is_one_column(people: People) -> None:
    keys = {code: people.courts[code].key for code in ("最高法", "陕", "陕10", HOME)}
    assert under(people.courts["最高法"]) == Q()
    assert under(people.courts["陕"]) == Q(high_id=keys["陕"])
    assert under(people.courts["陕10"], "case__") == Q(case__intermediate_id=keys["陕10"])
    assert under(people.courts[HOME]) == Q(court_id=keys[HOME])
    assert Court.objects.filter(level=Court.Level.SUPREME).count() == 1
