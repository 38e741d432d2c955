"""The law in use is checked at every start, and held to the kinds and triggers around it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection

from cases.kinds import KINDS
from deadlines import checks
from deadlines.law import HERE, current
from deadlines.rulebook import load_rulebook
from deadlines.sheets import kinds_read
from tests.builders import enforcing
from tests.people import People


def found() -> list[tuple[str, str]]:
    """Return (id, message) of what the checks of the law find now."""
    return [(str(m.id), m.msg) for m in run_checks(tags=["deadlines"])]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the checks read a copy of the shipped rules, and return its folder."""
    shutil.copytree(HERE / "rules", tmp_path / "rules")
    monkeypatch.setattr(checks, "HERE", tmp_path)
    return tmp_path / "rules"


def test_the_shipped_law_passes_with_the_kinds_that_the_apps_register() -> None:
    assert found() == []
    assert current().rulebook.problems(KINDS) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('stops = ["handler.assigned"]', 'stops = ["handler.asigned"]', "handler.asigned"),
        ('[assign_handler."2007-01-01"]', '[assign_handler."yesterday"]', "yesterday"),
        ("source = ", "sauce = ", "source"),
        ('severity = "flag"', 'severity = "shout"', "shout"),
        ("[assign_handler", "assign_handler", "execution.toml"),
    ],
)
def test_a_broken_rule_stops_the_start_and_says_which(
    copy: Path, old: str, new: str, said: str
) -> None:
    path = copy / "execution.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    messages = found()
    assert {number for number, _ in messages} == {"deadlines.E001"}
    assert any(said in message for _, message in messages)


def test_a_folder_without_rules_stops_the_start(copy: Path) -> None:
    for path in copy.glob("*.toml"):
        path.unlink()
    assert [number for number, _ in found()] == ["deadlines.E001"]


def test_a_changed_rule_changes_the_token(copy: Path) -> None:
    shipped = load_rulebook(copy).token
    assert shipped == current().rulebook.token
    path = copy / "execution.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("n = 7", "n = 8", 1), encoding="utf-8")
    assert load_rulebook(copy).token != shipped


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_that_any_rule_reads_marks_the_sheet_stale(people: People, kind: str) -> None:
    """The trigger leaves some kinds out for speed: none of them may move a clock."""
    built = enforcing(people).rebuilt("11-04")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, data, hash)
            VALUES (%s, 99, %s, '2026-11-05', now(), '{}', '')""",
            [built.case.pk, kind],
        )
        cursor.execute("SELECT count(*) FROM deadlines_stale WHERE case_id = %s", [built.case.pk])
        (marked,) = cursor.fetchone()
    assert marked or kind not in kinds_read(current())
    assert bool(marked) == (kind not in {"flag.raised", "flag.amended", "flag.escalated"})
