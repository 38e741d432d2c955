"""The project's own source, read for the tests of its architecture."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The tower, from the floor up. An app may name what stands below it, never what stands above.
TOWER = ("enforcement", "cases", "deadlines", "accountability", "petitions")

#: Modules of ``enforcement`` that stand above every app.
ROOF = frozenset({"urls", "api_urls", "settings", "celery", "pages", "asgi", "wsgi", "management"})

#: Modules that only read requests and write answers.
FACES = frozenset({"views", "api", "portal"})

#: Modules without framework, wall clock or database. One that appears later is found by name.
PURE = frozenset(
    {
        "calculators",
        "calendar",
        "chain",
        "clock",
        "clocks",
        "credit_grades",
        "identity",
        "indicators",
        "merkle",
        "numbers",
        "office",
        "order_text",
        "report_tables",
        "report_text",
        "rule",
        "rule_table",
        "rulebook",
        "spans",
    }
)


@dataclass(frozen=True)
class Module:
    """One Python file of an app.

    Attributes:
        path: where it is, from the project's folder.
    """

    path: Path

    @property
    def app(self) -> str:
        """Return the app it belongs to."""
        return self.path.parts[0]

    @property
    def area(self) -> str:
        """Return the module or package directly inside the app: models, actions, views …"""
        return self.path.parts[1].removesuffix(".py")

    @property
    def name(self) -> str:
        """Return its dotted name."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def level(self) -> int:
        """Return its storey: 0 the floor, 1–4 the apps, 5 the roof."""
        if self.app == TOWER[0] and self.area in ROOF:
            return len(TOWER)
        return TOWER.index(self.app)

    @cached_property
    def tree(self) -> ast.Module:
        """Return the parsed code."""
        return ast.parse((ROOT / self.path).read_text(encoding="utf-8"), str(self.path))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield (dotted name, line) of everything imported, inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Yield every call with the last part of the called name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                if isinstance(node.func, ast.Attribute):
                    yield node, node.func.attr
                elif isinstance(node.func, ast.Name):
                    yield node, node.func.id

    def texts(self) -> Iterator[tuple[str, int]]:
        """Yield (text, line) of every string that is not a docstring."""
        docs = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in docs:
                yield node.value, node.lineno  # type: ignore[attr-defined]

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Yield the functions at the top of the module."""
        yield from (node for node in self.tree.body if isinstance(node, ast.FunctionDef))


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Return every module of the apps, migrations aside."""
    found = (path.relative_to(ROOT) for app in TOWER for path in (ROOT / app).rglob("*.py"))
    return tuple(
        Module(path)
        for path in sorted(found)
        if "migrations" not in path.parts and len(path.parts) > 1
    )


def storey(dotted: str) -> int | None:
    """Return the storey of a dotted name, None for names from outside the project."""
    app, _, rest = dotted.partition(".")
    if app not in TOWER:
        return None
    if app == TOWER[0] and rest.partition(".")[0] in ROOF:
        return len(TOWER)
    return TOWER.index(app)


@lru_cache(maxsize=1)
def committed() -> tuple[Path, ...]:
    """Return every text file that is or would be committed."""
    listed = subprocess.run(
        # git is where the developer has it
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\n")
    if not any(listed):  # not a repository: an unpacked archive holds nothing else
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if _ours(path)]
    paths = (Path(name) for name in listed if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def _ours(path: Path) -> bool:
    """Tell whether a file of an unpacked archive is the project's."""
    parts = path.relative_to(ROOT).parts
    return (
        path.is_file() and parts[0] not in {".git", ".venv", "var"} and "__pycache__" not in parts
    )


def text_of(path: Path) -> str | None:
    """Return a file's text, None when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
