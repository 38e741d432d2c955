"""Every part from elsewhere, read from committed files: locks, front-end parts, fonts, servers.

Nothing is asked of the environment: whoever has the source sees the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"run": Path("requirements.txt"), "dev": Path("requirements-dev.txt")}
VENDOR = Path("enforcement/static/vendor")
FONTS = Path("enforcement/papers/fonts")
DEPENDENCIES = Path("docs/dependencies.md")

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;[^\\]*)?\\?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Unreadable(ValueError):
    """A committed file is not written as it should be; the message names file and line."""


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        ecosystem: ``PyPI``, ``npm``, or empty for what no package index knows.
        name: as its ecosystem writes it; a PyPI name is normalised.
        where: committed file that names it.
        hashes: SHA-256 of what may be installed, or of the files shipped; several are several
            builds of the same version, or several files.
        requires: names of the parts of the same lock that it needs.
        inside: name of the part that carries it.
        licence: SPDX expression as its table writes it, empty where no table names it.
    """

    ecosystem: str
    name: str
    version: str
    where: str
    kind: str = "library"
    hashes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    inside: str = ""
    licence: str = ""
    dev: bool = False
    files: tuple[tuple[str, str], ...] = field(default=())

    @property
    def purl(self) -> str:
        """Return the package address; ``generic`` for what no index knows."""
        kind = {"PyPI": "pypi", "npm": "npm"}.get(self.ecosystem, "generic")
        return f"pkg:{kind}/{quote(self.name, safe='/')}@{quote(self.version, safe='')}"


def normalised(name: str) -> str:
    """Return a Python package's name as PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


# -- Python packages -----------------------------------------------------------------------------


@dataclass
class Entry:
    """One requirement of a lock file: a pin, its hashes, who asks for it."""

    line: int
    name: str
    version: str
    hashes: list[str] = field(default_factory=list)
    via: list[str] = field(default_factory=list)


def locked(text: str, where: str) -> list[Entry]:
    """Return the requirements of a lock file.

    Raises:
        Unreadable: a line that is neither pin, hash nor comment, or a pin without a hash.
    """
    found: list[Entry] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if match := _PIN.fullmatch(plain) if not line.startswith((" ", "#")) else None:
            found.append(Entry(number, normalised(match["name"]), match["version"]))
        elif found and (mark := _HASH.match(plain)):
            found[-1].hashes.append(mark[1])
        elif found and plain.startswith("#"):
            asked = plain.removeprefix("#").strip().removeprefix("via").strip()
            found[-1].via += [asked] if asked else []
        elif plain and not plain.startswith("#"):
            raise Unreadable(f"{where}:{number}: {plain[:60]!r} is no pinned requirement")
    for entry in found:
        if not entry.hashes:
            raise Unreadable(f"{where}:{entry.line}: {entry.name} has no hash")
    return found


def packages() -> list[Part]:
    """Return the Python packages of both locks, by name; a part of the run-time lock is one."""
    run = {e.name: e for e in locked(_read(LOCKS["run"]), str(LOCKS["run"]))}
    dev = {e.name: e for e in locked(_read(LOCKS["dev"]), str(LOCKS["dev"]))}
    every = dev | run
    licences = _licences()
    needs: dict[str, list[str]] = {name: [] for name in every}
    for name, entry in every.items():
        for asker in entry.via:
            if normalised(asker) in needs:
                needs[normalised(asker)].append(name)
    return [
        Part(
            "PyPI",
            name,
            entry.version,
            str(LOCKS["run"] if name in run else LOCKS["dev"]),
            hashes=tuple(sorted(entry.hashes)),
            requires=tuple(sorted(needs[name])),
            licence=licences.get(name, ""),
            dev=name not in run,
        )
        for name, entry in sorted(every.items())
    ]


def _licences() -> dict[str, str]:
    """Return the licences that ``docs/dependencies.md`` names; only plain ones."""
    found = {}
    for cells in _rows(_read(DEPENDENCIES)):
        names, licence = cells[0].split(","), cells[-1]
        if re.fullmatch(r"[A-Za-z0-9.+-]+(?: (?:or|and) [A-Za-z0-9.+-]+)*", licence):
            for name in names:
                plain = re.sub(r"\[.*?\]|\(.*?\)|\s[\d.]+$", "", name.strip()).strip()
                found[normalised(plain)] = licence.replace(" or ", " OR ").replace(" and ", " AND ")
    return found


# -- what lies in the repository -----------------------------------------------------------------


def vendored() -> list[Part]:
    """Return the front-end parts, and what is inside them, with the files shipped of each.

    Raises:
        Unreadable: a table that does not hold what is needed.
    """
    text = _read(VENDOR / "VERSIONS.md")
    files = dict(hashes_in(text))
    found = []
    for cells in _table(text, "folder"):
        folder, licence = cells["folder"].strip("`"), cells["licence"]
        mine = tuple((n, h) for n, h in sorted(files.items()) if n.startswith(f"{folder}/"))
        if not mine:
            raise Unreadable(f"{VENDOR}/VERSIONS.md: no file with a sha256 under {folder}")
        where = str(VENDOR / folder)
        part = Part("npm", cells["package"].strip("`"), cells["version"], where)
        part = _with(part, hashes=tuple(h for _, h in mine), files=mine, licence=_spdx(licence))
        found.append(part)
        for inner in re.findall(r"`([^`]+)`", cells["inside"]):
            name, _, version = inner.rpartition("@")
            found.append(Part("npm", name, version, where, inside=part.name))
    return found


def fonts() -> list[Part]:
    """Return the fonts that papers are set in, with their files."""
    files = dict(hashes_in(_read(FONTS / "README.md")))
    found = []
    for cells in _table(_read(FONTS / "README.md"), "file"):
        name = cells["file"].strip("`")
        font = Part("", cells["family"].replace(" ", "-").lower(), cells["version"], str(FONTS))
        mine = ((name, files[name]),)
        found.append(_with(font, kind="data", hashes=(files[name],), files=mine, licence="OFL-1.1"))
    return found


def servers() -> list[Part]:
    """Return the servers that come inside wheels."""
    return [
        Part(
            "",
            cells["program"].lower(),
            cells["version"],
            str(DEPENDENCIES),
            kind="application",
            inside=cells["wheel"],
            licence=cells["licence"],
        )
        for cells in _table(_read(DEPENDENCIES), "program")
    ]


def hashes_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (file, SHA-256) of a table of files."""
    for row in re.finditer(r"^\| `?([\w./-]+)`? \|.*?\b([0-9a-f]{64})\b.*\|$", text, re.MULTILINE):
        yield row[1], row[2]


def every() -> list[Part]:
    """Return every part there is."""
    return [*packages(), *vendored(), *fonts(), *servers()]


# -- reading tables ------------------------------------------------------------------------------


def _table(text: str, first: str) -> list[dict[str, str]]:
    """Return the rows of the first table whose first column has this name.

    Raises:
        Unreadable: there is none.
    """
    head: list[str] = []
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            if head:
                return found
        elif head:
            found += (
                [] if set("".join(cells)) <= set("-: ") else [dict(zip(head, cells, strict=True))]
            )
        elif cells[0] == first:
            head = cells
    if not head:
        raise Unreadable(f"no table that begins with the column {first!r}")
    return found


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def _spdx(licence: str) -> str:
    """Return the licence without what stands in brackets behind it."""
    return licence.partition(" (")[0]


def _with(part: Part, **changes: object) -> Part:
    return Part(**{**part.__dict__, **changes})


def _read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
