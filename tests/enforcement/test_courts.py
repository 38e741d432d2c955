"""The tree of courts: worked out from the shipped lists, loaded, and looked up by 代字."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enforcement.court_store import court_answering, courts_answering, load_courts
from enforcement.courts import (
    BadTree,
    CourtRow,
    Place,
    branch,
    number_tree,
    plan_codes,
    plan_courts,
)
from enforcement.models import Court, CourtCode
from enforcement.reference import data_file, enums, read_rows
from tests.courts_fixture import BRANCH, load_branch


def court(key: str, parent: str | None, code: str = "", active: bool = True) -> CourtRow:
    """Return a court of a made-up tree."""
    return CourtRow(key, code or key, key, 4, parent, active, "")


def answering(code: str) -> Court:
    """Return the court that answers for a code that must be known."""
    found = court_answering(code)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Return the shipped list."""
    return read_rows(data_file("courts.csv"))


class TestNumbering:
    def test_a_subtree_is_a_range_and_a_path_names_the_courts_above(self) -> None:
        places = number_tree([court("r", None), court("a", "r"), court("b", "a"), court("c", "r")])
        assert places == {
            "r": Place("r", 1, 8),
            "a": Place("r/a", 2, 5),
            "b": Place("r/a/b", 3, 4),
            "c": Place("r/c", 6, 7),
        }

    def test_the_order_of_the_input_does_not_matter(self) -> None:
        courts = [court("r", None), court("a", "r"), court("b", "a"), court("c", "r")]
        assert number_tree(courts) == number_tree(courts[::-1])

    def test_courts_of_today_stand_before_historic_ones_and_those_without_code_last(self) -> None:
        old = court("old", "r", "陕01", active=False)
        blank = CourtRow("blank", "", "", 4, "r", True, "")
        places = number_tree([court("r", None), old, blank, court("new", "r", "陕02")])
        assert sorted(places, key=lambda key: places[key].lft) == ["r", "new", "blank", "old"]
        assert places["blank"].path == "r/blank"

    @pytest.mark.parametrize(
        ("courts", "message"),
        [
            ([court("a", "b"), court("b", "a")], "one root"),
            ([court("a", None), court("b", None)], "one root"),
            ([court("a", None), court("b", "x")], "court b: the court above, x"),
            ([court("r", None), court("a", "b"), court("b", "a")], "ring of parents: a, b"),
        ],
    )
    def test_what_is_no_tree_is_refused_by_name(self, courts: list[CourtRow], message: str) -> None:
        with pytest.raises(BadTree, match=message):
            number_tree(courts)


class TestPlan:
    def test_the_shipped_list_gives_the_counts_its_readme_states(
        self, rows: list[dict[str, str]]
    ) -> None:
        courts = plan_courts(rows)
        active = [c for c in courts if c.active]
        assert len(active) == 3498
        assert [sum(c.level == level for c in active) for level in (1, 2, 3, 4)] == [
            1, 32, 406, 3059,
        ]  # fmt: skip
        assert len(courts) - len(active) == 61

    def test_only_the_supreme_court_has_no_court_above(self, rows: list[dict[str, str]]) -> None:
        assert [c.code for c in plan_courts(rows) if c.parent is None] == ["最高法"]

    def test_a_court_whose_parent_had_to_be_inferred_says_so(
        self, rows: list[dict[str, str]]
    ) -> None:
        courts = {c.key: c for c in plan_courts(rows)}
        inferred = {key for key, c in courts.items() if "上级法院依代字推定" in c.source}
        assert len(inferred) == 7
        assert courts["H-苏8602"].parent == "A00"
        assert courts[courts["H-苏8602"].parent].code == "苏"

    def test_a_new_court_without_a_known_code_is_kept(self, rows: list[dict[str, str]]) -> None:
        blank = [c for c in plan_courts(rows) if not c.code]
        assert len(blank) == 34
        assert all(c.parent for c in blank)

    def test_a_key_that_occurs_twice_is_refused(self, rows: list[dict[str, str]]) -> None:
        with pytest.raises(BadTree, match="R81 occurs twice"):
            plan_courts([*rows, next(r for r in rows if r["court_key"] == "R81")])

    def test_a_code_of_a_kind_not_known_is_refused(self, rows: list[dict[str, str]]) -> None:
        odd = {"code": "陕9", "court_key": "R81", "kind": "guess", "confidence": ""}
        with pytest.raises(BadTree, match="guess"):
            plan_codes(rows, [odd])

    def test_a_branch_brings_the_courts_above_along(self, rows: list[dict[str, str]]) -> None:
        picked = branch(plan_courts(rows), ["陕1002"])
        assert {c.code for c in picked} == {"最高法", "陕", "陕10", "陕1002"}
        with pytest.raises(BadTree, match="陕9999"):
            branch(plan_courts(rows), ["陕9999"])


@pytest.mark.django_db
class TestLoading:
    def test_all_courts_make_one_tree_with_right_ranges(self) -> None:
        loaded = load_courts()
        assert (loaded.courts.added, loaded.codes.added) == (3559, 3762)
        assert Court.objects.filter(active=True).count() == 3498
        courts = {c.key: c for c in Court.objects.all()}
        assert sorted(n for c in courts.values() for n in (c.lft, c.rgt)) == list(
            range(1, 2 * 3559 + 1)
        )
        for c in courts.values():
            if c.parent_id is None:
                assert c.code == "最高法"
                continue
            above = courts[c.parent_id]
            assert above.lft < c.lft < c.rgt < above.rgt, c.name
            assert c.path == f"{above.path}/{c.code or c.key}"

    def test_a_range_holds_exactly_the_descendants(self) -> None:
        load_courts()
        children: dict[str | None, list[str]] = {}
        for key, parent in Court.objects.values_list("key", "parent_id"):
            children.setdefault(parent, []).append(key)

        def descend(key: str) -> set[str]:
            return {key}.union(*(descend(child) for child in children.get(key, [])))

        for code in ("最高法", "陕", "陕10", "兵", "苏", "新"):
            top = Court.objects.get(code=code)
            below = set(Court.objects.below(top).values_list("key", flat=True))
            assert below == descend(top.key), code

    def test_the_courts_of_shangluo_stand_under_their_intermediate_court(self) -> None:
        load_courts()
        district = Court.objects.get(code="陕1002")
        assert (district.key, district.name) == ("R81", "商洛市商州区人民法院")
        assert district.path == "最高法/陕/陕10/陕1002"
        assert [c.code for c in district.ancestors()] == ["最高法", "陕", "陕10"]
        codes = Court.objects.children_of(Court.objects.get(code="陕10")).values_list(
            "code", flat=True
        )
        assert list(codes) == [
            "陕1002", "陕1021", "陕1022", "陕1023", "陕1024", "陕1025", "陕1026",
        ]  # fmt: skip

    def test_a_second_run_changes_nothing_and_says_so(self) -> None:
        first, second = io.StringIO(), io.StringIO()
        call_command("load_courts", stdout=first)
        before = list(Court.objects.order_by("key").values())
        call_command("load_courts", stdout=second)
        assert "courts 3559 added" in first.getvalue()
        assert "nothing to change" not in first.getvalue()
        assert "courts 0 added, 0 changed, 3559 unchanged" in second.getvalue()
        assert "nothing to change" in second.getvalue()
        assert list(Court.objects.order_by("key").values()) == before

    def test_what_was_changed_by_hand_is_brought_back_and_nothing_is_deleted(self) -> None:
        courts = load_branch()
        Court.objects.filter(key="R81").update(name="错名", lft=99, rgt=1)
        Court.objects.create(
            key="X-new",
            code="陕1091",
            name="新设法院",
            level=4,
            parent=courts["陕10"],
            lft=0,
            rgt=0,
        )
        loaded = load_courts(only=BRANCH)
        assert Court.objects.get(key="R81").name == "商洛市商州区人民法院"
        assert loaded.courts.beyond == 1
        added = Court.objects.get(key="X-new")
        assert added.path == "最高法/陕/陕10/陕1091"
        assert Court.objects.get(code="陕10").covers(added)
        assert load_courts(only=BRANCH).courts.nothing_to_do

    def test_a_code_that_moves_to_another_court_leaves_a_former_one_behind(
        self, tmp_path: Path
    ) -> None:
        load_branch()
        aliases = read_rows(data_file("court_code_aliases.csv"))
        for row in aliases:
            if row["code"] == "陕1021":
                row["court_key"] = "R81"
        path = tmp_path / "aliases.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(aliases[0]))
            writer.writeheader()
            writer.writerows(aliases)
        load_courts(aliases_csv=path, only=BRANCH)
        kinds = CourtCode.objects.filter(code="陕1021").values_list("court__code", "kind")
        assert set(kinds) == {("陕1002", "current"), ("陕1021", "former")}
        assert court_answering("陕1021") == Court.objects.get(key="R81")
        assert load_courts(aliases_csv=path, only=BRANCH).codes.nothing_to_do

    def test_a_bad_list_changes_nothing(self, tmp_path: Path) -> None:
        load_branch()
        path = tmp_path / "courts.csv"
        path.write_text("court_key,code\nA,B\n", encoding="utf-8")
        with pytest.raises(CommandError, match="'status' is missing"):
            call_command("load_courts", courts=path)
        with pytest.raises(CommandError, match="nothing was loaded"):
            call_command("load_courts", courts=tmp_path / "absent.csv")
        assert Court.objects.count() == 11


@pytest.mark.django_db
class TestCodes:
    def test_a_former_code_leads_to_the_court_that_answers_now(self) -> None:
        load_courts()
        former = CourtCode.objects.get(code="京0228")
        assert former.kind == CourtCode.Kind.FORMER
        assert "曾用名：密云县人民法院" in former.source
        assert answering("京0228").name == "北京市密云区人民法院"

    def test_a_historic_code_leads_to_a_court_that_is_not_active(self) -> None:
        load_courts()
        assert answering("冀0421").active is False

    def test_a_code_seen_in_real_numbers_leads_to_its_court(self) -> None:
        load_courts()
        assert answering("吉0184").name == "公主岭市人民法院"

    def test_an_unknown_code_leads_nowhere(self) -> None:
        load_branch()
        assert court_answering("陕9999") is None
        assert set(courts_answering(["陕9999", "陕1002"])) == {"陕1002"}

    def test_codes_of_the_2016_table_have_their_first_day(self) -> None:
        load_branch()
        assert str(CourtCode.objects.get(code="陕1002").first_day) == "2016-01-01"


def test_the_lists_of_the_enforcement_trade_can_be_read() -> None:
    assert len(enums()["closing_first"]["values"]) == 6
