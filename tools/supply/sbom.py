"""``make sbom``: the bill of materials, CycloneDX 1.6, made from committed files alone.

The same source gives the same bytes: no time, no number of chance. So it need not be committed;
``sha256sum`` of two of them tells whether two releases are made of the same parts.

    python -m tools.supply.sbom [--output FILE]      (default: standard output)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from tools.supply.parts import ROOT, Part, every

#: Namespace of our serial numbers: made of the content, so the same parts have the same number.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "sbom.enforcement-court.invalid")
#: Licences that are one identifier; anything else stands as an expression.
_PLAIN = frozenset("+-.0123456789") | frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)


def bill(parts: list[Part] | None = None) -> dict[str, Any]:
    """Return the bill of materials."""
    parts = every() if parts is None else parts
    itself = _itself()
    body = {
        "metadata": {"component": itself, "lifecycles": [{"phase": "pre-build"}]},
        "components": [_component(part) for part in parts],
        "dependencies": _dependencies(parts, itself["bom-ref"]),
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    number = uuid.uuid5(NAMESPACE, hashlib.sha256(text.encode()).hexdigest())
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        **body,
    }


def _itself() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    return {
        "type": "application",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "description": project["description"],
        "licenses": [{"license": {"id": project["license"]}}],
    }


def _component(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": part.kind,
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "scope": "excluded" if part.dev else "required",
        "purl": part.purl,
    }
    if part.licence:
        found["licenses"] = [_licence(part.licence)]
    if part.files:
        found["components"] = [
            {"type": "file", "bom-ref": f"{part.purl}#{name}", "name": name, "hashes": [_hash(h)]}
            for name, h in part.files
        ]
    elif part.hashes:
        found["hashes"] = [_hash(h) for h in part.hashes]
    found["properties"] = [{"name": "enforcement:named-in", "value": part.where}]
    if part.inside:
        found["properties"].append({"name": "enforcement:inside", "value": part.inside})
    return found


def _licence(text: str) -> dict[str, Any]:
    if " OR " in text or " AND " in text:
        return {"expression": text}
    return {"license": {"id": text} if set(text) <= _PLAIN and text != "BSD" else {"name": text}}


def _hash(value: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": value}


def _dependencies(parts: list[Part], itself: str) -> list[dict[str, Any]]:
    """Return who needs whom: locks say it of packages, tables of what is inside a part."""
    ref = {(part.ecosystem, part.name): part.purl for part in parts}
    by_name = {part.name: part.purl for part in parts}
    needs: dict[str, set[str]] = {part.purl: set() for part in parts}
    for part in parts:
        needs[part.purl] |= {ref[part.ecosystem, name] for name in part.requires}
        if part.inside:
            needs[by_name[part.inside]].add(part.purl)
    needed = set().union(*needs.values()) if needs else set()
    top = {part.purl for part in parts if not part.dev} - needed
    lines = [{"ref": itself, "dependsOn": sorted(top)}]
    return lines + [{"ref": purl, "dependsOn": sorted(on)} for purl, on in sorted(needs.items())]


def written(bom: dict[str, Any]) -> str:
    """Return the bill as text."""
    return json.dumps(bom, indent=2, ensure_ascii=False) + "\n"


def main(argv: list[str] | None = None) -> int:
    """Write the bill; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the bill of materials (CycloneDX 1.6).")
    parser.add_argument("--output", type=Path, help="file to write; standard output without it")
    options = parser.parse_args(argv)
    bom = bill()
    if options.output is None:
        sys.stdout.write(written(bom))
        return 0
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(written(bom), encoding="utf-8")
    sys.stderr.write(f"{options.output}: {len(bom['components'])} parts\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
