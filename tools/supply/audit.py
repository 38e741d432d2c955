"""``make audit``: known weaknesses of our parts, looked up in a copy of the OSV database.

No network is used. The copy is a folder of advisories in the OSV format (one JSON file each, or
zip files of them, as osv.dev hands them out for PyPI and npm), named by ``--database`` or the
variable ``ADVISORIES``. Without one, or with one that says nothing about Python packages, the
command refuses: an audit that looked at nothing must not look like one that found nothing.

    python -m tools.supply.audit --database DIR [--run-only]

Exit code 0: nothing found; 1: found something; 2: could not look.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from tools.supply.parts import ROOT, Part, every, normalised

#: Findings that were judged and accepted, each with its reason and its last day.
ACCEPTED = ROOT / "tools" / "supply" / "accepted.toml"
#: Advisories of these ecosystems are read.
ECOSYSTEMS = ("PyPI", "npm")
#: A copy whose newest advisory is older than this is called old, in days.
OLD = 30


class CannotLook(RuntimeError):
    """There is no database to look in, or it cannot be read."""


@dataclass(frozen=True)
class Finding:
    """One advisory that speaks of a part we have."""

    advisory: str
    part: Part
    summary: str
    fixed: tuple[str, ...]
    accepted: str = ""

    def __str__(self) -> str:
        """Return the line that is printed."""
        mend = f"mended in {', '.join(self.fixed)}" if self.fixed else "no mended version named"
        also = f" [accepted: {self.accepted}]" if self.accepted else ""
        where = f"{self.part.name} {self.part.version} ({self.part.where})"
        return f"{self.advisory}: {where}: {self.summary or 'no summary'}; {mend}{also}"


# -- the database --------------------------------------------------------------------------------


class Database:
    """Advisories by ecosystem and name of the package they speak of."""

    def __init__(self, folder: Path) -> None:
        """Read a folder.

        Raises:
            CannotLook: not there, empty, not readable, or silent about Python packages.
        """
        self.of: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.count, self.newest = 0, ""
        if not folder.is_dir():
            raise CannotLook(f"{folder} is no folder")
        for where, text in _texts(folder):
            self._add(where, text)
        if not any(ecosystem == "PyPI" for ecosystem, _ in self.of):
            raise CannotLook(f"{folder} holds no advisory about Python packages (OSV, JSON or zip)")

    def _add(self, where: str, text: bytes) -> None:
        try:
            advisory = json.loads(text)
            named = {
                (entry["package"]["ecosystem"], entry["package"]["name"])
                for entry in advisory["affected"]
                if entry.get("package")
            }
            str(advisory["id"])
        except (ValueError, TypeError, KeyError) as error:
            raise CannotLook(f"{where} is no OSV advisory: {error!r}") from None
        self.count += 1
        self.newest = max(self.newest, str(advisory.get("modified", "")))
        if advisory.get("withdrawn"):
            return
        for ecosystem, name in named:
            if ecosystem in ECOSYSTEMS:
                self.of[ecosystem, _known_as(ecosystem, name)].append(advisory)

    def about(self, part: Part) -> Iterator[dict[str, Any]]:
        """Yield the advisories that speak of this package, whatever the version."""
        yield from self.of.get((part.ecosystem, _known_as(part.ecosystem, part.name)), ())


def _known_as(ecosystem: str, name: str) -> str:
    return normalised(name) if ecosystem == "PyPI" else name


def _texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.json")):
        yield str(path), path.read_bytes()
    for path in sorted(folder.rglob("*.zip")):
        try:
            with zipfile.ZipFile(path) as packed:
                for name in sorted(n for n in packed.namelist() if n.endswith(".json")):
                    yield f"{path}:{name}", packed.read(name)
        except zipfile.BadZipFile as error:
            raise CannotLook(f"{path} is no zip file: {error}") from None


# -- does it speak of this version? --------------------------------------------------------------


def hits(advisory: Mapping[str, Any], part: Part) -> bool:
    """Tell whether an advisory speaks of the part's very version.

    A version that cannot be compared counts as hit: better one look too many.
    """
    mine = _known_as(part.ecosystem, part.name)
    for entry in advisory["affected"]:
        package = entry.get("package") or {}
        ours = package.get("ecosystem") == part.ecosystem
        if not ours or _known_as(part.ecosystem, package.get("name", "")) != mine:
            continue
        if part.version in entry.get("versions", ()):
            return True
        ranges = [r for r in entry.get("ranges", ()) if r.get("type") in {"ECOSYSTEM", "SEMVER"}]
        if any(_within(r.get("events", ()), part.version) for r in ranges):
            return True
        if not ranges and not entry.get("versions"):
            return True
    return False


def _within(events: Iterable[Mapping[str, str]], version: str) -> bool:
    """Tell whether a version lies between an ``introduced`` and what ends it."""
    try:
        mine = Version(version)
        steps = sorted((_at(value), kind) for event in events for kind, value in event.items())
    except InvalidVersion:
        return True
    hit = False
    for at, kind in steps:
        if kind == "introduced" and at <= mine:
            hit = True
        elif (kind == "fixed" and at <= mine) or (kind == "last_affected" and at < mine):
            hit = False
    return hit


def _at(value: str) -> Version:
    return Version("0.dev0" if value == "0" else value)


def _mended(advisory: Mapping[str, Any], part: Part) -> tuple[str, ...]:
    found = {
        event["fixed"]
        for entry in advisory["affected"]
        if _known_as(part.ecosystem, (entry.get("package") or {}).get("name", ""))
        == _known_as(part.ecosystem, part.name)
        for spread in entry.get("ranges", ())
        if spread.get("type") in {"ECOSYSTEM", "SEMVER"}
        for event in spread.get("events", ())
        if "fixed" in event
    }
    return tuple(sorted(found))


# -- looking -------------------------------------------------------------------------------------


def accepted(today: date, path: Path = ACCEPTED) -> dict[str, str]:
    """Return what was accepted and still is: id → reason.

    Raises:
        CannotLook: an entry without id, reason or last day.
    """
    if not path.exists():
        return {}
    found = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", ()):
        if not (entry.get("id") and entry.get("reason") and isinstance(entry.get("until"), date)):
            raise CannotLook(f"{path}: each entry needs id, reason and until (a day)")
        if today <= entry["until"]:
            found[entry["id"]] = entry["reason"]
    return found


def look(
    database: Database, parts: Iterable[Part], allowed: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return what the database says against these parts, in the order of their names."""
    allowed = allowed or {}
    found = []
    for part in parts:
        for advisory in database.about(part):
            if hits(advisory, part):
                names = [str(advisory["id"]), *advisory.get("aliases", ())]
                reason = next((allowed[name] for name in names if name in allowed), "")
                words = str(advisory.get("summary") or advisory.get("details", ""))[:120]
                summary = words.partition("\n")[0]
                found.append(Finding(names[0], part, summary, _mended(advisory, part), reason))
    return sorted(found, key=lambda f: (f.part.name, f.advisory))


def main(argv: list[str] | None = None, *, now: datetime | None = None) -> int:
    """Look, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Look our parts up in a copy of OSV.")
    parser.add_argument("--database", default=os.environ.get("ADVISORIES", ""), metavar="DIR")
    parser.add_argument("--run-only", action="store_true", help="leave out what only tests need")
    options = parser.parse_args(argv)
    now = now or datetime.now(UTC)
    try:
        if not options.database:
            raise CannotLook(
                "no database at hand. Fetch the OSV copies for PyPI and npm on a machine with"
                " a network, then: make audit ADVISORIES=DIR"
            )
        database = Database(Path(options.database))
        allowed = accepted(now.date())
    except (CannotLook, OSError) as error:
        sys.stderr.write(f"audit: could not look: {error}\n")
        return 2
    parts = [p for p in every() if p.ecosystem and not (options.run_only and p.dev)]
    return _said(look(database, parts, allowed), parts, database, now)


def _said(findings: list[Finding], parts: list[Part], database: Database, now: datetime) -> int:
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    open_ones = [finding for finding in findings if not finding.accepted]
    sys.stdout.write(
        f"audit: {len(parts)} parts, {database.count} advisories (newest {database.newest[:10]}),"
        f" {len(open_ones)} found, {len(findings) - len(open_ones)} accepted\n"
    )
    if _age(database.newest, now) > OLD:
        sys.stderr.write(f"audit: the newest advisory is older than {OLD} days; fetch a new copy\n")
    return 1 if open_ones else 0


def _age(moment: str, now: datetime) -> int:
    try:
        return (now - datetime.fromisoformat(moment)).days
    except (ValueError, TypeError):
        return OLD + 1


if __name__ == "__main__":
    sys.exit(main())
