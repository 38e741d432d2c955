"""Migrations hold no long lock on a big table: courts work while they run."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from tests.architecture.migration_rules import BIG, faults, sql_faults
from tests.architecture.source import TOWER

#: The migrations of before there was such a rule; nothing ran on them yet.
BEFORE = {
    "accountability": 5,
    "cases": 6,
    "deadlines": 6,
    "enforcement": 3,
    "petitions": 2,
}


def known() -> list[tuple[str, str]]:
    """Return every migration of ours, in the order of its number."""
    return sorted(key for key in MigrationLoader(None).disk_migrations if key[0] in TOWER)


def new() -> list[tuple[str, str]]:
    """Return the migrations that the rule holds for."""
    return [key for key in known() if int(key[1][:4]) > BEFORE[key[0]]]


@pytest.mark.parametrize("key", new(), ids=".".join)
def test_a_migration_holds_no_long_lock_on_a_big_table(key: tuple[str, str]) -> None:
    loader = MigrationLoader(None)
    before = loader.project_state(key, at_end=False)
    assert faults(loader.disk_migrations[key], before) == []


def test_the_migrations_of_before_are_all_still_there() -> None:
    first = [key for key in known() if int(key[1][:4]) <= BEFORE[key[0]]]
    assert len(first) == sum(BEFORE.values())


def test_every_big_table_exists() -> None:
    ours = {f"{m._meta.app_label}.{m._meta.model_name}" for m in apps.get_models()}
    assert ours >= BIG


# -- the rule itself ---------------------------------------------------------------------------


def judged(*operations: Any, atomic: bool = True) -> list[str]:
    """Judge a made-up migration of cases over a big table and a small one."""
    state = ProjectState()
    for name in ("Case", "Cause"):
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("number", models.CharField(max_length=40)),
            ("note", models.TextField(null=True)),
            ("loose", models.ForeignKey("Cause", models.PROTECT, db_constraint=False)),
        ]
        state.add_model(ModelState("cases", name, fields))
    migration = Migration("0099_made_up", "cases")
    migration.operations, migration.atomic = list(operations), atomic
    return faults(migration, state)


def text(**more: Any) -> models.Field[Any, Any]:
    return models.CharField(max_length=40, **more)


INDEX = models.Index(fields=["number"], name="n")
CHECK = models.CheckConstraint(condition=models.Q(number__gt=""), name="c")
AddField, AlterField, RunSQL = migrations.AddField, migrations.AlterField, migrations.RunSQL
CASE_KEY = models.ForeignKey("cases.Cause", models.PROTECT, null=True)
LOOSE_KEY = models.ForeignKey("cases.Cause", models.PROTECT, null=True, db_index=False)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (migrations.AddIndex("case", INDEX), AddIndexConcurrently("case", INDEX)),
        (migrations.AddIndex("case", INDEX), migrations.AddIndex("cause", INDEX)),
        (migrations.AddConstraint("case", CHECK), AddConstraintNotValid("case", CHECK)),
        (migrations.AddConstraint("case", CHECK), migrations.AddConstraint("cause", CHECK)),
        (migrations.AlterUniqueTogether("case", {("number",)}),
         migrations.AlterUniqueTogether("cause", {("number",)})),
        (AddField("case", "x", text()), AddField("case", "x", text(default=""))),
        (AddField("case", "x", text()), AddField("case", "x", text(null=True))),
        (AddField("case", "x", models.DateTimeField(db_default=Now())),
         AddField("case", "x", models.IntegerField(db_default=0))),
        (AddField("case", "x", text(null=True, unique=True)),
         AddField("case", "x", text(null=True))),
        (AddField("case", "x", CASE_KEY), AddField("case", "x", LOOSE_KEY)),
        (AddField("case", "x", CASE_KEY), AddField("cause", "x", CASE_KEY)),
        (AlterField("case", "note", models.TextField()),
         AlterField("case", "note", models.TextField(null=True, help_text="?"))),
        (AlterField("case", "number", models.IntegerField()),
         AlterField("case", "number", models.CharField(max_length=80))),
        (AlterField("case", "number", models.CharField(max_length=10)),
         AlterField("case", "number", models.TextField())),
        (AlterField("case", "number", text(db_index=True)), AlterField("case", "number", text())),
        (AlterField("case", "loose", models.ForeignKey("cases.Cause", models.PROTECT)),
         AlterField("case", "loose", models.ForeignKey("cases.Cause", models.PROTECT,
                                                       db_constraint=False))),
        (migrations.RunPython(migrations.RunPython.noop),
         migrations.RunPython(migrations.RunPython.noop, atomic=False)),
        (migrations.SeparateDatabaseAndState([migrations.AddIndex("case", INDEX)]),
         migrations.SeparateDatabaseAndState([], [migrations.AddIndex("case", INDEX)])),
    ],
)  # fmt: skip
def test_what_locks_a_big_table_long_is_refused_and_the_way_round_is_not(
    wrong: Any, right: Any
) -> None:
    assert judged(wrong)
    assert judged(right) == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("CREATE INDEX i ON cases_case (id)", "CREATE INDEX CONCURRENTLY i ON cases_case (id)"),
        ("create unique index i on cases_caseevent (id)", "create index i on cases_cause (id)"),
        ("ALTER TABLE cases_case ADD CONSTRAINT c CHECK (true)",
         "ALTER TABLE cases_case ADD CONSTRAINT c CHECK (true) NOT VALID"),
        ("ALTER TABLE cases_case ALTER COLUMN x SET NOT NULL",
         "ALTER TABLE cases_case ALTER COLUMN x SET DEFAULT 0"),
        ("ALTER TABLE cases_case ALTER x TYPE bigint",
         "ALTER TABLE cases_case SET (fillfactor=70)"),
        ("ALTER TABLE cases_case ADD COLUMN x int NOT NULL",
         "ALTER TABLE cases_case ADD COLUMN x int NOT NULL DEFAULT 0"),
        ("SELECT 1; UPDATE deadlines_clock SET x = 1",
         "CREATE FUNCTION f() AS $$ UPDATE deadlines_clock SET x = 1; $$"),
        (["DELETE FROM accountability_flag"], ["DELETE FROM cases_cause"]),
        ([("VACUUM FULL cases_party", None)], [("ANALYZE cases_party", None)]),
        ("LOCK TABLE cases_case", "-- UPDATE cases_case\nSELECT 1"),
    ],
)  # fmt: skip
def test_sql_that_goes_over_a_big_table_under_a_lock_is_refused(wrong: Any, right: Any) -> None:
    assert list(sql_faults(wrong))
    assert list(sql_faults(right)) == []


def test_a_table_made_in_the_same_migration_is_not_big_yet() -> None:
    fields = [("id", models.BigAutoField(primary_key=True)), ("number", text())]
    make = migrations.CreateModel("Party", fields)
    assert judged(make, migrations.AddIndex("party", INDEX)) == []


def test_a_migration_without_a_transaction_may_run_python_in_batches() -> None:
    run = migrations.RunPython(migrations.RunPython.noop)
    assert judged(run, atomic=False) == []
    assert judged(run) == ["RunPython in one transaction: atomic = False, and batches"]
