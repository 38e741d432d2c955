"""The bill of materials: valid CycloneDX, whole, and the same each time."""

from __future__ import annotations

import importlib.resources
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from enforcement.programs import postgres_bin, redis_binary
from tools.supply import parts, sbom

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    """Return the schema of CycloneDX 1.6 with the two that it refers to."""
    folder = importlib.resources.files("cyclonedx.schema") / "_res"
    names = ("bom-1.6", "spdx", "jsf-0.82")
    texts = {
        name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text("utf-8"))
        for name in names
    }
    # The copies refer to each other by the names of their files.
    base = "http://cyclonedx.org/schema/"
    known = [
        (f"{base}{name}.SNAPSHOT.schema.json", Resource.from_contents(text))
        for name, text in texts.items()
    ]
    return Draft7Validator(texts["bom-1.6"], registry=Registry().with_resources(known))


@pytest.fixture(scope="module")
def bom() -> dict[str, Any]:
    """Return the bill of the source at hand."""
    return sbom.bill()


def test_is_valid_cyclonedx(schema: Draft7Validator, bom: dict[str, Any]) -> None:
    assert [error.message for error in schema.iter_errors(bom)] == []


def test_the_schema_would_find_what_is_wrong(schema: Draft7Validator, bom: dict[str, Any]) -> None:
    """The control: a wrong kind, a wrong hash, a licence that is none."""
    for change in ({"type": "thing"}, {"hashes": [{"alg": "SHA-256", "content": "x"}]}):
        wrong = bom | {"components": [bom["components"][0] | change]}
        assert list(schema.iter_errors(wrong))
    licence = [{"license": {"id": "Not-A-Licence"}}]
    wrong = bom | {"components": [bom["components"][0] | {"licenses": licence}]}
    assert list(schema.iter_errors(wrong))


def test_every_locked_package_is_in_it_with_its_hashes(bom: dict[str, Any]) -> None:
    listed = {c["purl"]: c for c in bom["components"]}
    pinned = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
    for lock, scope in (("requirements-dev.txt", None), ("requirements.txt", "required")):
        found = pinned.findall((ROOT / lock).read_text("utf-8"))
        assert len(found) > 50
        for name, version in found:
            component = listed[f"pkg:pypi/{parts.normalised(name)}@{version}"]
            assert component["hashes"]
            assert scope is None or component["scope"] == scope


def test_front_end_parts_fonts_and_servers_are_in_it(bom: dict[str, Any]) -> None:
    names = {c["name"] for c in bom["components"]}
    assert {"@tabler/core", "bootstrap", "htmx.org", "echarts", "@tabler/icons"} <= names
    assert {"court-papers-song-sc", "court-papers-title-sc", "court-papers-hei-sc"} <= names
    assert {"postgresql", "redis"} <= names


def test_every_reference_is_one_thing_and_every_dependency_leads_to_one(
    bom: dict[str, Any],
) -> None:
    refs = [c["bom-ref"] for c in bom["components"]] + [bom["metadata"]["component"]["bom-ref"]]
    assert len(refs) == len(set(refs))
    for line in bom["dependencies"]:
        assert {line["ref"], *line["dependsOn"]} <= set(refs)
    needs = {line["ref"]: line["dependsOn"] for line in bom["dependencies"]}
    reached, todo = set(), [bom["metadata"]["component"]["bom-ref"]]
    while todo:
        ref = todo.pop()
        todo += [on for on in needs[ref] if on not in reached]
        reached.add(ref)
    required = {c["bom-ref"] for c in bom["components"] if c["scope"] == "required"}
    assert required <= reached


def test_the_same_source_gives_the_same_bytes(bom: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "bom.json"
    command = [sys.executable, "-m", "tools.supply.sbom", "--output", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert out.read_text("utf-8") == sbom.written(bom)


def test_another_part_gives_another_serial_number(bom: dict[str, Any]) -> None:
    found = parts.every()
    moved = [*found[:-1], replace(found[-1], version="0.0.1")]
    assert sbom.bill(found)["serialNumber"] == bom["serialNumber"]
    assert sbom.bill(moved)["serialNumber"] != bom["serialNumber"]


def test_the_embedded_servers_have_the_versions_that_the_table_says() -> None:
    said = {part.name: part.version for part in parts.servers()}
    for name, program in (("postgresql", postgres_bin() / "postgres"), ("redis", redis_binary())):
        run = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        assert re.search(rf"[ =]{re.escape(said[name])}\b", run.stdout), run.stdout


def test_bootstrap_inside_tabler_has_the_version_that_the_table_says() -> None:
    (inner,) = [part for part in parts.vendored() if part.name == "bootstrap"]
    script = ROOT / parts.VENDOR / "tabler-1.4.0" / "tabler.min.js"
    assert f"Bootstrap v{inner.version}" in script.read_text("utf-8")
