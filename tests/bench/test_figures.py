"""A figure says its median and its runs; a page that fails is no figure."""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection

from accountability.bench import web
from accountability.bench.backups import backups, restored
from accountability.bench.figures import Figure, p95
from accountability.bench.load import load
from accountability.bench.pages import Visitor, both
from accountability.bench.plan import Plan
from accountability.bench.sweeping import flag_one
from accountability.models import Flag
from accountability.sweep import sweep
from cases.ledger import verify
from deadlines.law import current
from deadlines.models import Sheet
from enforcement.rollups import turn_day
from tests.courts_fixture import load_branch


def test_a_line_tells_the_median_of_the_runs_and_their_ends() -> None:
    line = json.loads(Figure("sweep_idle_ms", "ms", (3.0, 1.0, 2.5)).line("M"))
    assert line == {
        "name": "sweep_idle_ms", "value": 2.5, "unit": "ms", "size": "M", "runs": 3, "min": 1.0,
        "max": 3.0,
    }  # fmt: skip


def test_the_percentile_leaves_the_slowest_twentieth_out() -> None:
    assert p95(range(100, 0, -1)) == 95
    assert p95([7]) == 7


@pytest.mark.django_db
class TestOnALoad:
    @pytest.fixture(autouse=True)
    def loaded(self, today: date, now: datetime) -> Plan:
        """Load a hundred cases, a third of which lapse anew."""
        load_branch()
        plan = Plan(1, 100, today, current().calendar, (0.3,))
        load(plan, now)
        return plan

    def test_the_naive_loop_does_the_same_work_as_the_sweep(
        self, loaded: Plan, today: date, now: datetime
    ) -> None:
        due = Sheet.objects.filter(next_look__lte=today).values_list("case_id", flat=True)
        for case_id in list(due):
            flag_one(case_id, today, now)
        assert Flag.objects.filter(raised_on=today).count() >= 20
        assert not verify().faults
        swept = sweep(today, now)
        assert (swept.flagged, swept.withdrawn) == (0, 0)

    def test_a_page_is_timed_with_what_the_database_took_of_it(self) -> None:
        judge = Flag.objects.filter(holder__isnull=False)[0].holder
        assert judge is not None
        found = {f.name: f for f in both("docket", [(Visitor(judge.username), "/docket/")])}
        page, sql = found["docket_p95_ms"], found["docket_sql_p95_ms"]
        assert all(0 < part < whole for part, whole in zip(sql.runs, page.runs, strict=True))

    def test_a_page_that_does_not_answer_is_no_figure(self) -> None:
        judge = Flag.objects.filter(holder__isnull=False)[0].holder
        assert judge is not None
        with pytest.raises(AssertionError, match="answered 404"):
            Visitor(judge.username).get("/nowhere/")


@pytest.mark.slow
def test_a_backup_is_timed_with_its_restore_on_a_second_server(
    transactional_db: None, today: date, now: datetime
) -> None:
    turn_day(today)
    load_branch()
    load(Plan(1, 100, today, current().calendar, (0.3,)), now)
    found = {figure.name: figure.runs[0] for figure in backups(web.environment())}
    assert set(found) == {
        "backup_s", "backup_mb", "restore_s", "restore_verify_s", "backup_floor_s",
        "restore_floor_s",
    }  # fmt: skip
    assert all(value > 0 for value in found.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE %s", ["%_floor"])
        assert cursor.fetchone()[0] == 0


def test_a_restore_that_fails_is_no_figure(tmp_path: Path) -> None:
    nothing = [str(tmp_path / "none.backup"), "--key-file", str(tmp_path / "none.key")]
    with pytest.raises(AssertionError, match="读不出来"):
        list(restored(dict(os.environ), tmp_path / "second", nothing))
