"""The source itself: locks, vendored files, reasons of ignored findings, sources of secrets."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, committed, modules, text_of
from tools.supply import parts

LOCKS = [str(path) for path in parts.LOCKS.values()]
#: What a lock may hold besides pins, hashes and comments: nothing that leads to a registry.
LEADS_AWAY = re.compile(
    r"https?:|--(?:index|extra-index|find-links|trusted|no-index)|@\s*(?:git|file)"
)


# -- the lock files ------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    entries = parts.locked((ROOT / lock).read_text("utf-8"), lock)
    assert len(entries) > 50
    assert [entry.name for entry in entries if not entry.hashes] == []
    names = [entry.name for entry in entries]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_leads_to_a_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert [line for line in text.splitlines() if LEADS_AWAY.search(line)] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("django==5.2.1\n    # via x\n", "django has no hash"),
        ("django>=5.2 --hash=sha256:" + "0" * 64, "no pinned requirement"),
        ("--index-url https://packages.example\n", "no pinned requirement"),
        ("django @ https://example.cn/django.whl\n", "no pinned requirement"),
    ],
)
def test_the_reader_of_locks_refuses_what_is_no_lock(text: str, says: str) -> None:
    with pytest.raises(parts.Unreadable, match=says):
        parts.locked(text, "lock")


def test_what_is_asked_for_is_what_is_locked() -> None:
    """Every line of the .in files has its pin; run-time pins are the same in both locks."""
    pins = [
        {
            e.name: (e.version, e.hashes)
            for e in parts.locked((ROOT / lock).read_text("utf-8"), lock)
        }
        for lock in LOCKS
    ]
    for source, lock in (("requirements.in", pins[0]), ("requirements-dev.in", pins[1])):
        for line in (ROOT / source).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                (name,) = re.findall(r"^[A-Za-z0-9._-]+", line)
                assert parts.normalised(name) in lock, f"{line}: run make lock"
    assert {name: pins[1][name] for name in pins[0]} == pins[0]


def test_make_installs_with_hashes_only() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert len(installs) == 2
    assert all("--require-hashes" in line for line in installs)


# -- files from elsewhere ------------------------------------------------------------------------


def files_under(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, SHA-256) of every file below a folder, tables aside."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and path.suffix != ".md":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield path.relative_to(ROOT / folder).as_posix(), digest


@pytest.mark.parametrize(
    ("folder", "table"), [(parts.VENDOR, "VERSIONS.md"), (parts.FONTS, "README.md")]
)
def test_every_file_from_elsewhere_is_the_one_that_was_looked_at(folder: Path, table: str) -> None:
    said = dict(parts.hashes_in((ROOT / folder / table).read_text("utf-8")))
    assert said == dict(files_under(folder))


def test_every_font_and_front_end_part_has_its_licence_beside_it() -> None:
    for part in parts.vendored():
        if not part.inside:
            assert (ROOT / part.where / "LICENSE").is_file(), part.name
    assert (ROOT / parts.FONTS / "OFL.txt").is_file()


# -- findings that are ignored -------------------------------------------------------------------

IGNORED = re.compile(r"#\s*noqa:\s*(?P<codes>[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)(?P<why>.*)$")


def unjustified(text: str) -> Iterator[int]:
    """Yield the lines that ignore a security finding without saying why, there or above it."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        match = IGNORED.search(line)
        if match is None or not re.search(r"\bS\d", match["codes"]):
            continue
        prior = lines[max(0, number - 3) : number - 1]
        above = any(line.strip().startswith("#") for line in prior)
        if len(match["why"].strip(" -()")) < 4 and not above:
            yield number


def test_every_security_finding_that_is_ignored_says_why() -> None:
    found = [
        f"{path}:{line}"
        for path in committed()
        if path.suffix == ".py" and path != Path(__file__).relative_to(ROOT)
        for line in unjustified(text_of(path) or "")
    ]
    assert found == []


def test_an_ignored_finding_without_a_reason_would_be_found() -> None:
    """The control."""
    assert list(unjustified("x = 1  # noqa: S101\n")) == [1]
    assert list(unjustified("x = 1  # noqa: S101 - tells mypy\n")) == []
    assert list(unjustified("# fixed text\nx = 1  # noqa: E501, S608\n")) == []


def test_the_security_rules_hold_for_the_whole_tree() -> None:
    """Nothing is left out: no folder, and no rule without a reason beside it."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    everywhere = [code for code in lint["ignore"] if re.fullmatch(r"S\d*", code)]
    assert everywhere == ["S603"]
    assert re.search(r'"S603",\s*# \w+', text)
    assert lint["per-file-ignores"].keys() == {"tests/**"}
    inside = {code for code in lint["per-file-ignores"]["tests/**"] if code.startswith("S")}
    assert inside == {"S101", "S105", "S106"}
    assert tomllib.loads(text)["tool"]["ruff"]["extend-exclude"] == ["*/migrations/*"]


def test_ruff_finds_no_security_weakness() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "."]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


# -- secrets -------------------------------------------------------------------------------------

SECRET = re.compile(r"(?:^|_)(?:KEYS?(?:_OLD)?|SECRETS?|PASSWORD|TOKEN)$")
#: Names that end like secrets and are none.
NO_SECRETS = {"DIGEST_PUBLIC_KEY"}


def readings() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield (module, variable, call) of every reading of an environment variable."""
    for module in modules():
        for call, name in module.calls():
            reads = name.startswith(("env_", "_local_secret")) or (
                name in {"get", "getenv", "setdefault"} and "environ" in ast.unparse(call.func)
            )
            if reads and call.args and isinstance(call.args[0], ast.Constant):
                yield str(module.path), str(call.args[0].value), call


def test_secrets_come_from_the_environment_or_a_file_and_have_no_default() -> None:
    read = {variable for _, variable, _ in readings()}
    secrets = {name for name in read if SECRET.search(name)} - NO_SECRETS
    assert {"SECRET_KEY", "DATA_KEY", "INDEX_KEY", "OIDC_CLIENT_SECRET", "METRICS_TOKEN"} <= secrets
    wrong = []
    for where, variable, call in readings():
        if variable in secrets and (
            len(call.args) > 1
            or call.keywords
            or not ast.unparse(call.func).endswith(("env_secret", "env_secrets", "_local_secret"))
        ):
            wrong.append((where, variable))
    assert wrong == []


def test_no_setting_that_is_a_secret_is_written_down() -> None:
    """Whatever the settings call a key, a secret, a password or a token is no text of the code."""
    (settings,) = [m for m in modules() if str(m.path) == "enforcement/settings.py"]
    named = {}
    for node in ast.walk(settings.tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and SECRET.search(target.id):
                    named[target.id] = node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in {"secret", "PASSWORD"}:
                    named[str(key.value)] = value
    assert {"SECRET_KEY", "INDEX_KEY", "METRICS_TOKEN", "secret"} <= named.keys()
    written = {
        name
        for name, value in named.items()
        for inner in ast.walk(value or ast.Constant(None))
        if isinstance(inner, ast.Constant) and len(str(inner.value)) > 24
    }
    assert written == set()


def test_passwords_of_the_demo_are_named_by_the_demo_alone() -> None:
    word = "demo-2026-" + "zhifa"
    holders = {str(path) for path in committed() if word in (text_of(path) or "")}
    code = {n for n in holders if n.endswith((".py", ".html", ".yml", ".toml", ".example"))}
    theirs = ("enforcement/frame.py", "docs/screenshots/", "tests/")
    assert [name for name in sorted(code) if not name.startswith(theirs)] == []


def test_the_example_of_an_environment_holds_no_secret() -> None:
    for line in (ROOT / ".env.example").read_text("utf-8").splitlines():
        name, equals, value = line.lstrip("# ").partition("=")
        if equals and SECRET.search(name.strip()):
            assert value.strip() == "", line
