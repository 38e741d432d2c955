"""The audit: finds what a database says against our parts, and never looks away in silence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tools.supply import audit
from tools.supply.parts import Part, packages

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DJANGO = next(part for part in packages() if part.name == "django")


def advisory(name: str, events: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    """Return an advisory in the OSV format about a package, made up."""
    package = {"ecosystem": more.pop("ecosystem", "PyPI"), "name": name}
    ranges = [{"type": "ECOSYSTEM", "events": events}]
    return {
        "id": "TEST-2026-1",
        "modified": "2026-11-20T00:00:00Z",
        "summary": "made up for this test",
        "affected": [{"package": package, "ranges": ranges}],
    } | more


def kept(folder: Path, *advisories: dict[str, Any]) -> Path:
    """Write a database of these advisories."""
    for nth, text in enumerate(advisories):
        (folder / f"{nth}.json").write_text(json.dumps(text), encoding="utf-8")
    return folder


def looked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator does."""
    command = [sys.executable, "-m", "tools.supply.audit", "--database", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


# -- a database that hits, and one that does not ---------------------------------------------------


def test_a_weakness_of_our_version_is_found(tmp_path: Path) -> None:
    bad = advisory("Django", [{"introduced": "5.0"}, {"fixed": "5.2.999"}])
    run = looked(kept(tmp_path, bad))
    assert run.returncode == 1, run.stderr
    assert f"TEST-2026-1: django {DJANGO.version} (requirements.txt): made up" in run.stdout
    assert "mended in 5.2.999" in run.stdout
    assert "1 found, 0 accepted" in run.stdout


def test_one_of_older_versions_is_not(tmp_path: Path) -> None:
    mended = advisory("Django", [{"introduced": "0"}, {"fixed": "5.1"}])
    stranger = advisory("no-such-package-of-ours", [{"introduced": "0"}])
    run = looked(kept(tmp_path, mended, stranger))
    assert run.returncode == 0, run.stdout
    assert "2 advisories (newest 2026-11-20), 0 found" in run.stdout


def test_front_end_parts_are_looked_up_too(tmp_path: Path) -> None:
    fine = advisory("django", [{"introduced": "0"}, {"fixed": "1.0"}])
    bad = advisory("bootstrap", [{"introduced": "5.0.0"}], ecosystem="npm", id="TEST-2")
    run = looked(kept(tmp_path, fine, bad))
    assert run.returncode == 1
    assert "TEST-2: bootstrap 5.3.7 (enforcement/static/vendor/tabler-1.4.0)" in run.stdout


def test_what_only_tests_need_can_be_left_out(tmp_path: Path) -> None:
    bad = advisory("pytest", [{"introduced": "0"}])
    assert looked(kept(tmp_path, bad)).returncode == 1
    assert looked(tmp_path, "--run-only").returncode == 0


def test_advisories_come_in_zip_files_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("A.json", json.dumps(advisory("django", [{"introduced": "0"}])))
    assert looked(tmp_path).returncode == 1


# -- no database -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (None, "", "is no folder"),
        ("", "", "no advisory about Python packages"),
        ("a.json", "{not json", "is no OSV advisory"),
        ("a.json", '{"id": "X"}', "is no OSV advisory"),
        ("a.json", "[]", "is no OSV advisory"),
        ("a.zip", "not a zip", "is no zip file"),
        ("a.json", json.dumps(advisory("x", [], ecosystem="npm")), "no advisory about Python"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_and_never_called_clean(
    tmp_path: Path, name: str | None, content: str, says: str
) -> None:
    folder = tmp_path / "db"
    if name is not None:
        folder.mkdir()
        if name:
            (folder / name).write_text(content, encoding="utf-8")
    run = looked(folder)
    assert run.returncode == 2
    assert "could not look" in run.stderr
    assert says in run.stderr
    assert run.stdout == ""


def test_without_a_database_the_operator_is_told_what_to_do() -> None:
    env = {k: v for k, v in os.environ.items() if k != "ADVISORIES"}
    command = [sys.executable, "-m", "tools.supply.audit"]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "make audit ADVISORIES=DIR" in run.stderr


def test_an_old_copy_is_called_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(tmp_path, advisory("django", [{"introduced": "0"}, {"fixed": "1"}]))
    assert audit.main(["--database", str(tmp_path)], now=NOW) == 0
    assert "fetch a new copy" not in capsys.readouterr().err
    later = datetime(2027, 3, 1, tzinfo=UTC)
    assert audit.main(["--database", str(tmp_path)], now=later) == 0
    assert "fetch a new copy" in capsys.readouterr().err


# -- which versions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "version", "hit"),
    [
        ([{"introduced": "0"}], "1.0", True),
        ([{"introduced": "0"}, {"fixed": "1.0"}], "1.0", False),
        ([{"introduced": "0"}, {"fixed": "1.0"}], "1.0rc1", True),
        ([{"introduced": "0"}, {"fixed": "1.10"}], "1.9", True),
        ([{"introduced": "1.1"}], "1.0.9", False),
        ([{"introduced": "0"}, {"last_affected": "1.0"}], "1.0", True),
        ([{"introduced": "0"}, {"last_affected": "1.0"}], "1.0.1", False),
        ([{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2.0"}], "1.5", False),
        ([{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2.0"}], "2.1", True),
        ([{"introduced": "2.0"}, {"fixed": "1.2"}, {"introduced": "0"}], "1.5", False),
        ([{"introduced": "not a version"}], "1.0", True),
    ],
)
def test_a_version_is_between_what_brings_the_weakness_and_what_mends_it(
    events: list[dict[str, str]], version: str, hit: bool
) -> None:
    part = Part("PyPI", "some-part", version, "here")
    assert audit.hits(advisory("Some_Part", events), part) is hit


def test_versions_named_one_by_one_count_and_git_ranges_do_not() -> None:
    part = Part("PyPI", "x", "1.0", "here")
    package = {"ecosystem": "PyPI", "name": "x"}
    commits = [{"type": "GIT", "events": [{"introduced": "0"}]}]
    listed = {"affected": [{"package": package, "ranges": commits, "versions": ["0.9"]}]}
    assert not audit.hits(listed, part)
    listed["affected"][0]["versions"].append("1.0")
    assert audit.hits(listed, part)
    assert audit.hits({"affected": [{"package": package}]}, part)  # says nothing: all of them


def test_a_withdrawn_advisory_is_none(tmp_path: Path) -> None:
    gone = advisory("django", [{"introduced": "0"}], withdrawn="2026-11-21T00:00:00Z")
    other = advisory("flask", [{"introduced": "0"}])
    database = audit.Database(kept(tmp_path, gone, other))
    assert audit.look(database, [DJANGO]) == []


# -- accepted for a while --------------------------------------------------------------------------


def test_an_accepted_finding_is_shown_and_fails_nothing_until_its_day(tmp_path: Path) -> None:
    bad = advisory("django", [{"introduced": "0"}], aliases=["CVE-2026-0001"])
    database = audit.Database(kept(tmp_path, bad))
    table = tmp_path / "accepted.toml"
    table.write_text(
        '[[accepted]]\nid = "CVE-2026-0001"\nreason = "not used"\nuntil = 2026-11-30\n', "utf-8"
    )
    before, after = (audit.accepted(day, table) for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert [f.accepted for f in audit.look(database, [DJANGO], before)] == ["not used"]
    assert [f.accepted for f in audit.look(database, [DJANGO], after)] == [""]


def test_nothing_is_accepted_without_reason_and_last_day(tmp_path: Path) -> None:
    table = tmp_path / "accepted.toml"
    table.write_text('[[accepted]]\nid = "X"\nreason = "because"\n', "utf-8")
    with pytest.raises(audit.CannotLook, match="until"):
        audit.accepted(NOW.date(), table)
    assert isinstance(audit.accepted(NOW.date()), dict)  # the committed one can be read
