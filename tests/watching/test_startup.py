"""Nothing starts on old tables or a broken rulebook, and each says in one sentence what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from deadlines import state
from enforcement import measures, startup
from tests.watching.running import ROOT, beat, ends, free_port, web, with_a_broken_rule, worker

EMPTY = "empty_for_the_start"


@pytest.fixture
def empty_database(child_env: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return the environment of a process whose database has no table yet."""
    database = django_settings.DATABASES["default"]
    where = {"host": database["HOST"], "port": database["PORT"] or None, "dbname": "postgres"}
    with psycopg.connect(user=database["USER"], autocommit=True, **where) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {EMPTY} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {EMPTY}")
        name = f"/{database['NAME']}"
        yield {**child_env, "DATABASE_URL": child_env["DATABASE_URL"].replace(name, f"/{EMPTY}")}
        connection.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


def the_three(folder: Path) -> dict[str, list[str]]:
    """Return the command lines of web, worker and beat."""
    return {"web": web(free_port()), "worker": worker(), "beat": beat(folder)}


def test_web_worker_and_beat_refuse_pending_migrations(
    empty_database: dict[str, str], tmp_path: Path
) -> None:
    for name, (code, said) in ends(the_three(tmp_path), ROOT, empty_database).items():
        assert code != 0, name
        assert "项迁移没有执行" in said, said
        assert "请先执行 python manage.py migrate。" in said, name
        assert "Traceback" not in said, said


def test_web_worker_beat_and_demo_refuse_a_broken_rulebook(
    child_env: dict[str, str], tmp_path: Path
) -> None:
    broken = with_a_broken_rule(tmp_path)
    demo = [sys.executable, "manage.py", "demo", "--port", str(free_port())]
    env = {**child_env, "DEMO": "1"}
    for name, (code, said) in ends({**the_three(tmp_path), "demo": demo}, broken, env).items():
        assert code != 0, name
        assert re.search("规则库有 . 处错误，不能启动：deadlines.E001", said), said
        assert "请改正 deadlines/rules" in said, name
        assert "Traceback" not in said, said


class TestWhatIsFit:
    def test_the_tests_own_database_and_rules_are(self, db: None) -> None:
        assert startup.unfit() == ""

    def test_a_wrong_setting_is_named_with_what_to_do(self, settings: object, db: None) -> None:
        settings.SECRET_KEY = "short"  # type: ignore[attr-defined]
        assert "enforcement.E002" in startup.unfit()
        with pytest.raises(SystemExit, match=r"enforcement\.E002"):
            startup.refuse_unfit()

    def test_a_database_that_is_away_is_waited_for(
        self, child_env: dict[str, str], tmp_path: Path
    ) -> None:
        away = {**child_env, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere"}
        code = "from enforcement import startup; import django; django.setup();"
        code += "print(repr(startup.unfit()))"
        env = {**away, "DJANGO_SETTINGS_MODULE": "enforcement.settings"}
        (_, said) = ends({"look": [sys.executable, "-c", code]}, ROOT, env)["look"]
        assert said.splitlines()[-1] == "''", said


def test_running_processes_keep_their_rules_and_tell_that_the_files_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    assert state.deployed_faults() == []
    broken = with_a_broken_rule(tmp_path) / "deadlines"
    monkeypatch.setattr(state, "HERE", broken)
    assert state.deployed_faults()
    assert state.rulebook_faults() == []
    said = measures.text(timezone.now())
    (line,) = [x for x in said.splitlines() if x.startswith("enforcement_rulebook_faults ")]
    assert int(line.split()[1]) == len(state.deployed_faults())
    rules = broken / "rules" / "execution.toml"
    rules.write_text(rules.read_text("utf-8").replace("sauce", "source", 1), "utf-8")
    assert state.deployed_faults() == []
