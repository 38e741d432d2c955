"""House rules that a machine can hold: purity, time, faces, verbs, texts and sizes."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import FACES, PURE, ROOT, Module, committed, modules, text_of

FRAMEWORKS = {"django", "rest_framework", "celery", "redis", "psycopg", "django_fsm", "pgtrigger"}
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "record"}
WRITES |= {"get_or_create", "update_or_create", "select_for_update"}

#: Where the wall clock may be read: the doors through which time comes in.
DOORS = FACES | {"tasks", "verb", "middleware", "admin", "management", "bench", "pages"}
#: The few other readings, each with its reason.
READINGS = {
    ("deadlines/sheets.py", "after_event"): "runs after the commit, called by a signal",
    ("accountability/sweep.py", "_finish"): "when a run ended is a fact about the machine",
    ("enforcement/clock.py", "offset"): "whether the wall clock was set is its very question",
    ("enforcement/clock.py", "look"): "the wall clock is held against the database's",
    ("enforcement/templatetags/court_format.py", "court_today"): "a page without today in it",
}


def pure_modules() -> list[Module]:
    """Return the modules that must stay pure."""
    return [m for m in modules() if m.area in PURE and m.app != "enforcement"]


def reads_wall_clock(node: ast.AST) -> bool:
    """Tell whether a node asks the machine what time it is."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = ast.unparse(node.func.value)
    if node.func.attr in {"now", "utcnow", "localdate", "localtime"}:
        return True
    return node.func.attr == "today" or (owner, node.func.attr) == ("time", "time")


@pytest.mark.parametrize("module", pure_modules(), ids=lambda module: module.name)
def test_a_pure_module_knows_no_framework_no_file_and_no_wall_clock(module: Module) -> None:
    assert FRAMEWORKS.isdisjoint(name.partition(".")[0] for name, _ in module.imports())
    assert not [node.lineno for node in ast.walk(module.tree) if reads_wall_clock(node)]  # type: ignore[attr-defined]


def test_time_comes_in_by_the_doors_only() -> None:
    found = []
    for module in modules():
        if module.area in DOORS:
            continue
        for node in ast.walk(module.tree):
            reads = isinstance(node, ast.FunctionDef) and any(map(reads_wall_clock, ast.walk(node)))
            if reads and (module.path.as_posix(), node.name) not in READINGS:  # type: ignore[attr-defined]
                found.append(f"{module.path}:{node.lineno} {node.name}")  # type: ignore[attr-defined]
    assert not found, "\n".join(found)


def test_every_excepted_reading_of_the_clock_is_still_there() -> None:
    functions = {(m.path.as_posix(), f.name) for m in modules() for f in m.functions()}
    assert set(READINGS) <= functions


def faces() -> list[Module]:
    """Return the modules that only read requests and write answers."""
    return [m for m in modules() if m.area in FACES]


def test_faces_reach_a_case_through_a_door() -> None:
    found = [
        f"{module.path}:{node.lineno}"
        for module in faces()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "Case.objects"
    ]
    assert not found, "\n".join(found)


def test_faces_write_nothing_themselves() -> None:
    found = [
        f"{module.path}:{call.lineno} {name}()"
        for module in faces()
        for call, name in module.calls()
        if name in WRITES and isinstance(call.func, ast.Attribute)
    ]
    assert not found, "\n".join(found)


def is_verb(function: ast.FunctionDef) -> bool:
    """Tell whether a function carries the decorator that owns lock, guards and event."""
    names = (ast.unparse(getattr(d, "func", d)) for d in function.decorator_list)
    return any(name.rpartition(".")[2] in {"verb", "opening"} for name in names)


def test_a_public_function_among_the_actions_is_a_verb_or_only_reads() -> None:
    actions = [m for m in modules() if m.area == "actions"]
    assert sum(is_verb(f) for m in actions for f in m.functions()) >= 10
    found = []
    for module in actions:
        for function in module.functions():
            if function.name.startswith("_") or is_verb(function):
                continue
            called = {
                node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
            }
            if called & WRITES:
                found.append(f"{module.path}:{function.lineno} {function.name}")
    assert not found, "\n".join(found)


# -- texts -------------------------------------------------------------------------------------

#: Words of package registries and folders of one machine, in two halves so as not to find itself.
FOREIGN = re.compile(
    "|".join(
        re.escape(first + second)
        for first, second in [
            ("pypi", ".org"),
            ("pythonhosted", ".org"),
            ("registry.npm", "js"),
            ("files.python", "hosted"),
            ("deb.debian", ".org"),
            ("/wo", "rk/"),
            ("/ro", "ot/"),
            ("/Us", "ers/"),
        ]
    )
    + r"|/ho"
    + r"me/\w+/"
)


def written() -> list[tuple[str, str]]:
    """Return (path, text) of what people of this project wrote; vendored parts are others'."""
    paths = (path for path in committed() if "vendor" not in path.parts)
    return [(p.as_posix(), text) for p in paths if (text := text_of(p)) is not None]


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine() -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}"
        for path, text in written()
        for match in FOREIGN.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_no_module_is_longer_than_450_lines() -> None:
    long = {
        m.path.as_posix(): lines
        for m in modules()
        if (lines := len((ROOT / m.path).read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


#: The page that shows every part of a page once: its functions are lists of made-up values.
SAMPLES = "styleguide"


def code_lines(function: ast.FunctionDef) -> int:
    """Return the lines of a function's own code: docstring and inner functions aside."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    inner = sum(code_lines(node) for node in body if isinstance(node, ast.FunctionDef))
    end = function.end_lineno or function.lineno
    return end - body[0].lineno + 1 - inner if body else 0


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{module.path}:{node.lineno} {node.name} {code_lines(node)}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and code_lines(node) > 40 and module.area != SAMPLES
    ]
    assert not long, "\n".join(long)


def test_public_modules_classes_and_functions_say_what_they_are() -> None:
    silent = []
    for module in modules():
        # An empty __init__ has nothing to say.
        if module.tree.body and not ast.get_docstring(module.tree):
            silent.append(f"{module.path}:1")
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{module.path}:{node.lineno} {node.name}")
    assert not silent, "\n".join(silent)
