"""Readers of the environment: right text is read, wrong text is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from enforcement.env import (
    BadSetting,
    database_from_url,
    env_bool,
    env_int,
    env_list,
    env_secret,
    env_str,
)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return the environment, without the variables of these tests."""
    for name in ("THING", "THING_FILE"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_text_falls_back_when_unset_or_empty(env: pytest.MonkeyPatch) -> None:
    assert env_str("THING", "other") == "other"
    env.setenv("THING", "")
    assert env_str("THING", "other") == "other"
    env.setenv("THING", "given")
    assert env_str("THING", "other") == "given"


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("FALSE", False)]
)
def test_yes_and_no_are_read_in_several_spellings(
    env: pytest.MonkeyPatch, text: str, value: bool
) -> None:
    env.setenv("THING", text)
    assert env_bool("THING", default=not value) is value


def test_unset_yes_or_no_takes_the_default(env: pytest.MonkeyPatch) -> None:
    assert env_bool("THING", default=True) is True
    assert env_bool("THING") is False


def test_neither_yes_nor_no_is_refused_by_name(env: pytest.MonkeyPatch) -> None:
    env.setenv("THING", "maybe")
    with pytest.raises(BadSetting, match="THING='maybe'"):
        env_bool("THING")


def test_whole_numbers_are_read_and_others_refused(env: pytest.MonkeyPatch) -> None:
    assert env_int("THING", 7) == 7
    env.setenv("THING", " 42 ")
    assert env_int("THING", 7) == 42
    env.setenv("THING", "4.2")
    with pytest.raises(BadSetting, match="THING"):
        env_int("THING", 7)


def test_lists_drop_blanks(env: pytest.MonkeyPatch) -> None:
    assert env_list("THING", ["a"]) == ["a"]
    env.setenv("THING", "a, b ,,c")
    assert env_list("THING") == ["a", "b", "c"]


def test_a_secret_comes_from_the_variable_or_from_its_file(
    env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert env_secret("THING") == ""
    path = tmp_path / "secret"
    path.write_text("from a file\n", encoding="utf-8")
    env.setenv("THING_FILE", str(path))
    assert env_secret("THING") == "from a file"
    env.setenv("THING", "direct")
    assert env_secret("THING") == "direct"


def test_a_secret_file_that_cannot_be_read_is_named(env: pytest.MonkeyPatch) -> None:
    env.setenv("THING_FILE", "nowhere/secret")
    with pytest.raises(BadSetting, match="nowhere/secret"):
        env_secret("THING")


def test_a_database_address_is_taken_apart() -> None:
    entry = database_from_url("postgres://us%40er:p%2Fw@db.local:5433/cases?sslmode=require")
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"]) == ("us@er", "p/w", "db.local")
    assert (entry["PORT"], entry["NAME"]) == ("5433", "cases")
    assert entry["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_folder_wins_over_the_host() -> None:
    entry = database_from_url("postgres://postgres@:5432/cases?host=/var/run/pg")
    assert entry["HOST"] == "/var/run/pg"
    assert entry["OPTIONS"] == {}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u@h/n", "only postgres"),
        ("sqlite:///n", "only postgres"),
        ("postgres://u@h/", "name is missing"),
    ],
)
def test_another_database_or_a_missing_name_is_refused(url: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        database_from_url(url)
