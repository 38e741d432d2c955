"""Who sees which courts: the own court, or the whole subtree for those who supervise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

import pytest
from django.utils.functional import SimpleLazyObject

from enforcement.access import courts_seen_by, require, sight
from enforcement.errors import Forbidden
from enforcement.models import Court, Post, User
from enforcement.roles import COURT_ROLES, OUTSIDE_ROLES, READ_ONLY_ROLES, SUBTREE_ROLES, Role
from tests.courts_fixture import load_branch

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 23)


@pytest.fixture
def courts() -> dict[str, Court]:
    """Return the branch 陕 → 陕10 → 陕1002 … and a stranger's province."""
    return load_branch()


@pytest.fixture
def lin() -> User:
    """Return somebody without any post."""
    return User.objects.create_user("lin", name="林法官")


def post(user: User, court: Court, role: Role, first: date = DAY, last: date | None = None) -> Post:
    """Give a post."""
    return Post.objects.create(user=user, court=court, role=role, first_day=first, last_day=last)


def codes(user: User, day: date = DAY) -> list[str]:
    """Return the codes of the courts seen, in tree order."""
    return [court.code for court in courts_seen_by(user, day)]


class TestSight:
    @pytest.mark.parametrize("role", sorted(COURT_ROLES))
    def test_people_of_a_court_see_that_court_and_nothing_below(
        self, courts: dict[str, Court], lin: User, role: Role
    ) -> None:
        post(lin, courts["陕10"], role)
        assert codes(lin) == ["陕10"]
        seen = sight(lin, DAY)
        assert seen.covers(courts["陕10"])
        assert not seen.covers(courts["陕1002"])

    @pytest.mark.parametrize("role", sorted(SUBTREE_ROLES))
    def test_those_who_supervise_see_every_court_below(
        self, courts: dict[str, Court], lin: User, role: Role
    ) -> None:
        post(lin, courts["陕"], role)
        assert codes(lin) == ["陕", "陕06", "陕0602", "陕10", "陕1002", "陕1021", "陕1022"]
        assert not sight(lin, DAY).covers(courts["最高法"])
        assert not sight(lin, DAY).covers(courts["湘0104"])

    def test_the_supreme_court_sees_all(self, courts: dict[str, Court], lin: User) -> None:
        post(lin, courts["最高法"], Role.SUPERVISOR)
        assert len(codes(lin)) == len(courts) == 11

    def test_two_posts_add_up(self, courts: dict[str, Court], lin: User) -> None:
        post(lin, courts["陕10"], Role.INSPECTOR)
        post(lin, courts["湘0104"], Role.JUDGE)
        assert codes(lin) == ["湘0104", "陕10", "陕1002", "陕1021", "陕1022"]

    def test_a_stranger_sees_nothing(self, courts: dict[str, Court], lin: User) -> None:
        assert codes(lin) == []
        assert not sight(lin, DAY).covers(courts["陕1002"])

    @pytest.mark.parametrize("role", sorted(OUTSIDE_ROLES))
    def test_people_outside_the_court_see_no_court(
        self, courts: dict[str, Court], lin: User, role: Role
    ) -> None:
        post(lin, courts["陕1002"], role)
        assert codes(lin) == []

    def test_a_user_who_was_shut_out_sees_nothing(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        post(lin, courts["陕"], Role.SUPERVISOR)
        assert codes(lin)
        lin.is_active = False
        assert codes(lin) == []
        assert sight(lin, DAY).posts == ()

    @pytest.mark.parametrize("lazily", [False, True])
    def test_what_is_seen_is_read_once_and_anew_with_the_person(
        self,
        courts: dict[str, Court],
        lin: User,
        lazily: bool,
        django_assert_num_queries: Any,
    ) -> None:
        given = post(lin, courts["陕1002"], Role.JUDGE, DAY - timedelta(days=9))
        user = cast(User, SimpleLazyObject(lambda: lin)) if lazily else lin
        with django_assert_num_queries(1):
            assert sight(user, DAY).covers(courts["陕1002"])
            assert sight(lin, DAY).covers(courts["陕1002"])
        Post.objects.filter(pk=given.pk).update(last_day=DAY - timedelta(days=1))
        assert not sight(User.objects.get(pk=lin.pk), DAY).posts
        user.refresh_from_db()
        assert not sight(user, DAY).posts
        assert not sight(lin, DAY).posts

    def test_a_post_counts_on_its_first_and_last_day_and_on_no_other(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        first, last = DAY, DAY + timedelta(days=10)
        post(lin, courts["陕"], Role.SUPERVISOR, first, last)
        post(lin, courts["陕1002"], Role.JUDGE, first, last)
        days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]
        assert [bool(codes(lin, day)) for day in days] == [False, True, True, False]

    def test_the_condition_for_rows_keeps_what_is_covered(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        sun = User.objects.create_user("sun")
        for code in ("陕1002", "陕1021", "湘0104"):
            post(sun, courts[code], Role.JUDGE)
        post(lin, courts["陕10"], Role.AUDITOR)
        post(lin, courts["湘0104"], Role.CLERK)
        rows = Post.objects.filter(sight(lin, DAY).filter("court"), user=sun)
        assert {row.court.code for row in rows} == {"陕1002", "陕1021", "湘0104"}
        assert not Post.objects.filter(sight(sun, date(2020, 1, 1)).filter("court")).exists()


class TestPower:
    def test_a_judge_may_act_in_the_own_court_only(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        post(lin, courts["陕1002"], Role.JUDGE)
        require(lin, [Role.JUDGE, Role.CLERK], courts["陕1002"], DAY)
        with pytest.raises(Forbidden) as caught:
            require(lin, [Role.JUDGE], courts["陕1021"], DAY)
        assert caught.value.code == "access.role"
        assert caught.value.status == 403
        assert "洛南县人民法院" in caught.value.message
        assert "承办法官" in caught.value.message

    def test_the_judge_above_does_not_act_below(self, courts: dict[str, Court], lin: User) -> None:
        post(lin, courts["陕10"], Role.JUDGE)
        with pytest.raises(Forbidden):
            require(lin, [Role.JUDGE], courts["陕1002"], DAY)

    def test_a_supervisor_reaches_down_but_not_up(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        post(lin, courts["陕10"], Role.SUPERVISOR)
        require(lin, [Role.SUPERVISOR], courts["陕1002"], DAY)
        with pytest.raises(Forbidden):
            require(lin, [Role.SUPERVISOR], courts["陕"], DAY)

    def test_another_role_or_another_day_is_refused(
        self, courts: dict[str, Court], lin: User
    ) -> None:
        post(lin, courts["陕1002"], Role.CLERK, DAY, DAY)
        with pytest.raises(Forbidden):
            require(lin, [Role.JUDGE], courts["陕1002"], DAY)
        with pytest.raises(Forbidden):
            require(lin, [Role.CLERK], courts["陕1002"], DAY + timedelta(days=1))


def test_every_role_gives_one_kind_of_sight() -> None:
    groups = [SUBTREE_ROLES, COURT_ROLES, OUTSIDE_ROLES]
    assert sum(map(len, groups)) == len(Role)
    assert frozenset().union(*groups) == set(Role)
    assert READ_ONLY_ROLES <= SUBTREE_ROLES
