"""Back to a moment with the embedded server: what was written after it is gone, the rest is there.

The commands run as processes on a data folder of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from enforcement import embedded, servers
from tests.conftest import ROOT
from tests.enforcement.test_embedded import WAIT, connect, finish, running, start


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> servers.Places:
    """Return where an embedded server lives that archives its log."""
    monkeypatch.setenv("WAL_ARCHIVE", str(tmp_path / "archive"))
    return servers.Places(tmp_path / "var", embedded.socket_dir(tmp_path / "var"))


def manage(places: servers.Places, *words: str | Path) -> tuple[int, str]:
    """Run a command on that server; return its exit code and what it said."""
    env = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        env={**env, "VAR_DIR": str(places.var)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def archived(session: psycopg.Connection[tuple[object, ...]]) -> None:
    """Finish the piece of the log in use and wait until it lies in the archive."""
    row = session.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    for _ in range(200):
        if (Path(os.environ["WAL_ARCHIVE"]) / str(row[0])).exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{row[0]} was not archived")


def words(places: servers.Places) -> list[object]:
    """Return what the table holds now."""
    with connect(places) as session:
        return [row[0] for row in session.execute("select word from kept order by word").fetchall()]


def test_the_database_goes_back_to_a_moment_between_two_writes(
    places: servers.Places, tmp_path: Path
) -> None:
    base, archive = tmp_path / "base", tmp_path / "archive"
    user = start(places.var, WAIT)
    with connect(places) as session:
        session.execute("create table kept (word text)")
        session.execute("insert into kept values ('1 before the copy')")
        code, said = manage(places, "base_copy", base)
        assert code == 0, said
        session.execute("insert into kept values ('2 after the copy')")
        moment = session.execute("select clock_timestamp()").fetchone()
        assert moment is not None
        time.sleep(0.2)
        session.execute("insert into kept values ('3 a mistake')")
        archived(session)
    recover = ("recover_to", moment[0].isoformat(), "--base", base, "--archive", archive)  # type: ignore[attr-defined]
    code, said = manage(places, *recover)
    assert (code, "正在运行" in said) == (1, True), said
    finish(user)
    code, said = manage(places, *recover)
    assert code == 0, said
    user = start(places.var, WAIT)
    assert words(places) == ["1 before the copy", "2 after the copy"]
    with connect(places) as session:  # and it goes on from there
        for _ in range(100):
            if session.execute("select pg_is_in_recovery()").fetchone() == (False,):
                break
            time.sleep(0.1)
        session.execute("insert into kept values ('4 written again')")
    assert words(places)[-1] == "4 written again"
    finish(user)
    assert len(list(places.var.glob("pg18.before-*"))) == 1
    assert running(places) == (False, False)


def test_what_cannot_be_recovered_from_is_refused_and_changes_nothing(
    places: servers.Places, tmp_path: Path
) -> None:
    base, archive = tmp_path / "base", tmp_path / "archive"
    recover = ("recover_to", "2026-11-22T15:00", "--base", base, "--archive", archive)
    code, said = manage(places, *recover)
    assert (code, "归档目录" in said) == (1, True), said
    archive.mkdir()
    code, said = manage(places, *recover)
    assert (code, "不是数据目录的副本" in said) == (1, True), said
    base.mkdir()
    (base / "PG_VERSION").write_text("18\n")
    entry = {"Path": "PG_VERSION", "Checksum": "00" * 32}
    (base / "backup_manifest").write_text(json.dumps({"Files": [entry]}))
    code, said = manage(places, *recover)
    assert (code, "PG_VERSION 与清单不符" in said) == (1, True), said
    assert not places.postgres.exists()


def test_a_copy_without_an_archive_or_into_a_full_folder_is_refused(
    places: servers.Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    code, said = manage(places, "base_copy", tmp_path / "full")
    assert (code, "不是空目录" in said) == (1, True), said
    monkeypatch.delenv("WAL_ARCHIVE")
    code, said = manage(places, "base_copy", tmp_path / "copy")
    assert (code, "没有设置 WAL_ARCHIVE" in said) == (1, True), said
