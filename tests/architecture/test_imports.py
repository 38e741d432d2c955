"""Imports go down only: by import-linter's contracts, and by reading every module."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from importlinter.cli import lint_imports

from tests.architecture.source import PURE, ROOF, ROOT, TOWER, modules, storey


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    """Return the contracts of pyproject.toml by the first word of their names."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = config["tool"]["importlinter"]["contracts"]
    return {contract["name"].partition(":")[0]: contract for contract in listed}


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_no_module_imports_from_a_storey_above() -> None:
    upward = [
        f"{module.path}:{line} imports {name}"
        for module in modules()
        for name, line in module.imports()
        if (above := storey(name)) is not None and above > module.level
    ]
    assert not upward, "\n".join(upward)


def test_the_contract_names_the_same_tower_and_roof(contracts: dict[str, dict[str, Any]]) -> None:
    roof, *apps = contracts["tower"]["layers"]
    assert set(roof.split(" : ")) == {f"enforcement.{name}" for name in ROOF}
    assert tuple(reversed(apps)) == TOWER[1:]
    assert set(contracts["floor"]["forbidden_modules"]) == set(TOWER[1:])


def test_every_pure_module_stands_in_the_contract_and_is_typed_strictly(
    contracts: dict[str, dict[str, Any]],
) -> None:
    pure = {m.name for m in modules() if m.area in PURE and m.app != TOWER[0]}
    assert len(pure) >= 5
    assert pure == set(contracts["purity"]["source_modules"])
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pure <= set(config["tool"]["mypy"]["overrides"][0]["module"])
