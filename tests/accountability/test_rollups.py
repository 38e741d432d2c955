"""Rollups: whatever happens, the folded figures are what the tables say."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Case
from deadlines.models import Clock
from enforcement import rollups
from enforcement.models import Court, Rollup, RollupDay, RollupDelta
from enforcement.models.rollups import start_counting
from enforcement.roles import Role
from enforcement.rollup_check import check
from enforcement.rollups import Want
from tests.accountability.country import TODAY, Country, found, live

pytestmark = pytest.mark.django_db


@pytest.fixture
def country() -> Country:
    """Return the small country, empty of cases."""
    return found()


@pytest.fixture
def lived(country: Country) -> Country:
    """Return the country after a mixture of everything."""
    live(country)
    return country


def states(court: Court, today: date = TODAY, *, own: bool = False) -> dict[str, int]:
    """Return cases by state as the rollups say."""
    answer = rollups.read(court, [Want("n", "case.state")], today, own=own)
    return {dim: n for dim, n in answer.by_dim("n").items() if n}


def clocks(court: Court, today: date = TODAY) -> dict[str, int]:
    """Return running clocks by rule and status as the rollups say."""
    answer = rollups.read(court, [Want("n", "clock.running")], today)
    return {dim: n for dim, n in answer.by_dim("n").items() if n}


def counted(court: Court, today: date) -> dict[str, int]:
    """Return the same by looking at every clock."""
    found: dict[str, int] = {}
    keys = set(Court.objects.below(court).values_list("key", flat=True))
    for clock in Clock.objects.filter(stopped_on__isnull=True, court_id__in=keys):
        status = "ok"
        if clock.due is None:
            status = "suspended"
        elif clock.lapse_on and clock.lapse_on <= today:
            status = "lapsed"
        elif clock.amber_on and clock.amber_on <= today:
            status = "amber"
        dim = f"{clock.rule}|{status}"
        found[dim] = found.get(dim, 0) + 1
    return found


class TestFolding:
    def test_spreads_a_delta_to_every_court_above(self, country: Country) -> None:
        country.file("陕1002", TODAY)
        rollups.fold()
        for code in ("陕1002", "陕10", "陕"):
            assert states(country.courts[code]) == {"filed": 1}
        assert states(country.courts["湘"]) == {}

    def test_leaves_no_delta_behind_and_changes_no_figure(self, lived: Country) -> None:
        before = {c.key: (states(c), clocks(c)) for c in lived.everywhere()}
        assert rollups.fold(batch=7) > 0
        assert not RollupDelta.objects.exists()
        assert before == {c.key: (states(c), clocks(c)) for c in lived.everywhere()}

    def test_twice_is_the_same_as_once(self, lived: Country) -> None:
        rollups.fold()
        before = list(Rollup.objects.order_by("id").values_list("id", "value"))
        assert rollups.fold() == 0
        assert before == list(Rollup.objects.order_by("id").values_list("id", "value"))

    def test_keeps_a_delta_of_a_court_that_is_not_in_the_tree(self, country: Country) -> None:
        RollupDelta.objects.create(court_id="gone", metric="case.state", dim="filed", delta=1)
        assert rollups.fold() == 1
        assert Rollup.objects.get(court_id="gone").value == 1


class TestReading:
    def test_a_closed_case_counts_no_longer_as_open(self, country: Country) -> None:
        case = country.start("陕1002", TODAY, assigned=0, received=0)
        rollups.fold()
        country.do(
            "close_case", case, TODAY, method="terminated", ground="withdrawn", document="裁定"
        )
        assert states(country.courts["陕"]) == {"closed": 1}
        rollups.fold()
        assert states(country.courts["陕"]) == {"closed": 1}

    def test_the_court_alone_is_its_node_less_the_courts_below(self, lived: Country) -> None:
        for folded in (False, True):
            if folded:
                rollups.fold()
            for court in lived.everywhere():
                alone = Case.objects.filter(court=court)
                assert sum(states(court, own=True).values()) == alone.count()

    def test_days_limit_what_is_read(self, country: Country) -> None:
        country.file("陕1002", date(2026, 9, 30))
        country.file("陕1002", date(2026, 10, 1))
        country.file("陕1002", date(2026, 11, 1))
        october = Want("n", "case.state", first=date(2026, 10, 1), last=date(2026, 10, 31))
        answer = rollups.read(country.courts["陕"], [october], TODAY)
        assert answer.total("n") == 1

    def test_is_one_statement(self, lived: Country, django_assert_num_queries: object) -> None:
        wants = [Want("a", "clock.running", below=True), Want("b", "flag.state", ("raised",))]
        with django_assert_num_queries(1):  # type: ignore[operator]
            rollups.read(lived.courts["陕"], wants, TODAY)


class TestTheTurnOfTheDay:
    @pytest.mark.parametrize("days", [-400, -31, -1, 0, 1, 2, 45, 400])
    def test_any_day_is_answered_exactly_before_and_after_it(
        self, lived: Country, days: int
    ) -> None:
        day = TODAY + timedelta(days=days)
        expected = {c.key: counted(c, day) for c in lived.everywhere()}
        assert expected == {c.key: clocks(c, day) for c in lived.everywhere()}
        rollups.turn_day(day)
        assert RollupDay.objects.get().day == day
        assert expected == {c.key: clocks(c, day) for c in lived.everywhere()}
        assert check().clean
        assert {c.key: counted(c, TODAY) for c in lived.everywhere()} == {
            c.key: clocks(c, TODAY) for c in lived.everywhere()
        }

    def test_moves_a_clock_from_normal_to_amber_to_lapsed(self, country: Country) -> None:
        case = country.file("陕1002", TODAY)
        country.settle()
        clock = case.clocks.get(rule="assign_handler")
        assert None not in (clock.amber_on, clock.due, clock.lapse_on)
        seen = []
        for day in filter(None, (TODAY, clock.amber_on, clock.due, clock.lapse_on)):
            rollups.turn_day(day)
            rollups.fold()
            found = clocks(country.courts["陕"], day)
            seen += [dim for dim in found if dim.startswith("assign_handler")]
        assert seen == [f"assign_handler|{s}" for s in ("ok", "amber", "amber", "lapsed")]

    def test_the_same_day_again_appends_nothing(self, lived: Country) -> None:
        rollups.turn_day(TODAY + timedelta(days=3))
        assert rollups.turn_day(TODAY + timedelta(days=3)) == 0

    def test_there_and_back_leaves_the_figures_as_they_were(self, lived: Country) -> None:
        rollups.fold()
        before = set(Rollup.objects.exclude(value=0).values_list("court_id", "dim", "value"))
        rollups.turn_day(TODAY + timedelta(days=60))
        rollups.turn_day(TODAY)
        rollups.fold()
        after = set(Rollup.objects.exclude(value=0).values_list("court_id", "dim", "value"))
        assert before == after

    def test_a_clock_done_late_before_the_day_was_turned_counts_once(
        self, country: Country
    ) -> None:
        case = country.file("陕1002", TODAY)
        country.settle()
        lapsed = case.clocks.get(rule="assign_handler").lapse_on
        assert lapsed is not None
        judge = country.person("陕1002", Role.JUDGE)
        country.do("assign_handler", case, lapsed, user=judge)
        country.settle(lapsed)
        late = Want("n", "clock.late", ("assign_handler",))
        for _ in range(2):
            assert rollups.read(country.courts["陕"], [late], lapsed).total("n") == 1
            rollups.turn_day(lapsed)
            rollups.fold()
        assert check().clean

    def test_a_missing_day_is_set_again_after_migrate(self) -> None:
        RollupDay.objects.all().delete()
        start_counting(apps.get_app_config("enforcement"))
        assert RollupDay.objects.count() == 1
        assert rollups.backlog().day == RollupDay.objects.get().day


class TestTheCheck:
    def test_finds_no_difference_after_anything_the_verbs_do(self, lived: Country) -> None:
        assert check().clean
        rollups.fold(batch=11)
        assert check().clean

    def test_finds_a_difference_at_any_court_and_mends_it(self, lived: Country) -> None:
        rollups.fold()
        high = lived.courts["陕"]
        Rollup.objects.filter(court_id=high.key, metric="flag.state").update(value=99)
        RollupDelta.objects.create(
            court_id=lived.courts["湘0104"].key, metric="case.state", dim="filed", delta=3
        )
        wrong = check().wrong
        assert {w.court for w in wrong} >= {high.key, lived.courts["湘0104"].key}
        assert not check(repair=True).clean
        assert check().clean
        rollups.fold()
        assert check().clean

    def test_rebuilds_everything_after_the_rollups_were_lost(self, lived: Country) -> None:
        rollups.fold()
        before = set(Rollup.objects.exclude(value=0).values_list("court_id", "dim", "value"))
        Rollup.objects.all().delete()
        check(repair=True)
        assert before == set(Rollup.objects.values_list("court_id", "dim", "value"))

    def test_follows_a_court_that_moved_in_the_tree(self, lived: Country) -> None:
        rollups.fold()
        court, new = lived.courts["陕1002"], lived.courts["湘"]
        Court.objects.filter(pk=court.pk).update(parent=new)
        assert not check().clean
        check(repair=True)
        assert check().clean

    def test_names_a_metric_that_nobody_counts(self, country: Country) -> None:
        Rollup.objects.create(
            court_id=country.courts["陕"].key, metric="old.metric", dim="", value=1
        )
        assert check().strangers == ["old.metric"]
        check(repair=True)
        assert check().clean


class TestTheCommand:
    def test_prints_figures_and_a_verdict(self, lived: Country) -> None:
        rollups.fold()
        out = StringIO()
        call_command("check_rollups", stdout=out)
        assert "case.state" in out.getvalue()
        assert out.getvalue().rstrip().endswith("no difference")

    def test_fails_on_a_difference_and_mends_on_demand(self, lived: Country) -> None:
        rollups.fold()
        Rollup.objects.filter(metric="case.state").update(value=-5)
        with pytest.raises(CommandError, match="--repair"):
            call_command("check_rollups", stdout=StringIO())
        out = StringIO()
        call_command("check_rollups", "--repair", stdout=out)
        assert "mended" in out.getvalue()
        call_command("check_rollups", stdout=StringIO())


class TestRawSql:
    def test_cannot_walk_past_the_counts(self, lived: Country) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM deadlines_clock WHERE rule = 'case_limit'")
            cursor.execute(
                "UPDATE deadlines_clock SET due = NULL, state = 'suspended', "
                "lapse_on = NULL WHERE rule = 'assign_handler'"
            )
        assert check().clean
