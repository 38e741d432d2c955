"""The menu: who sees which entry, which one is lit, and that nobody drowns in it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from enforcement import menus
from enforcement.menus import MOST, Entry
from enforcement.roles import Role

JUDGE = frozenset({Role.JUDGE})


class TestEveryRole:
    @pytest.mark.parametrize("role", list(Role))
    def test_sees_at_most_seven_entries(self, role: Role) -> None:
        assert len(menus.entries_for([role])) <= MOST


class TestRegistering:
    @pytest.fixture(autouse=True)
    def empty_menu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(menus, "_entries", {})

    def test_the_same_entry_twice_is_one(self) -> None:
        menus.register(Entry("首页", "home", "home"))
        menus.register(Entry("首页", "home", "home"))
        assert len(menus.entries_for([Role.JUDGE])) == 1

    def test_two_entries_to_one_page_are_refused(self) -> None:
        menus.register(Entry("首页", "home", "home"))
        with pytest.raises(ValueError, match="home"):
            menus.register(Entry("我的案件", "home", "home"))

    def test_roles_and_order_decide_what_a_person_sees(self) -> None:
        menus.register(Entry("后", "b", "flag", JUDGE, order=20))
        menus.register(Entry("先", "a", "flag", JUDGE, order=10))
        menus.register(Entry("分案", "c", "flag", frozenset({Role.BUREAU_HEAD})))
        assert [e.label for e in menus.entries_for(["judge"])] == ["先", "后"]

    def test_a_person_without_a_post_sees_nothing(self) -> None:
        menus.register(Entry("首页", "home", "home"))
        assert menus.entries_for([]) == []

    def test_an_entry_without_a_page_is_left_out(self) -> None:
        menus.register(Entry("首页", "home", "home"))
        menus.register(Entry("还没有", "no_such_page", "flag"))
        assert [line.label for line in menus.lines_for([Role.JUDGE])] == ["首页"]


class TestLight:
    @pytest.fixture(autouse=True)
    def menu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(menus, "_entries", {})
        menus.register(Entry("首页", "home", "home", match=("case",)))
        menus.register(Entry("登录", "account_login", "user", match=("case_flag",)))

    def lit(self, view_name: str) -> list[str]:
        request = RequestFactory().get("/")
        request.resolver_match = SimpleNamespace(view_name=view_name)  # type: ignore[assignment]
        return [line.label for line in menus.lines_for([Role.JUDGE], request) if line.here]

    def test_is_on_the_entry_of_the_page_itself(self) -> None:
        assert self.lit("home") == ["首页"]

    def test_is_on_the_closest_entry_only(self) -> None:
        assert self.lit("case_flag_page") == ["登录"]
        assert self.lit("case_page") == ["首页"]

    def test_is_off_on_a_page_that_belongs_to_no_entry(self) -> None:
        assert self.lit("elsewhere") == []
