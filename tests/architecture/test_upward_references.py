"""What slips past imports: foreign keys by string, dotted names, templates, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines
from django.template.backends.django import get_installed_libraries
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import ROOT, TOWER, modules, storey

TEMPLATES = ROOT / "templates"
ROOF_LEVEL = len(TOWER)
DOTTED = re.compile(rf"^({'|'.join(TOWER[1:])})\.[A-Za-z_.]+$")
TEMPLATE_PATH = re.compile(rf"^({'|'.join(TOWER[1:])})/[\w/]+\.\w+$")
LINK = re.compile(r"{%\s*(include|extends|url|load)\s+([^%]*)%}")


def test_foreign_keys_point_down() -> None:
    upward = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            other = field.related_model
            if field.auto_created or other is None or isinstance(other, str):
                continue
            ours, theirs = storey(model.__module__), storey(other.__module__)
            if ours is not None and theirs is not None and theirs > ours:
                upward.append(f"{model._meta.label}.{field.name} -> {other._meta.label}")
    assert not upward, "\n".join(upward)


def test_every_model_lives_in_the_app_that_owns_it() -> None:
    ours = [model for model in apps.get_models() if storey(model.__module__) is not None]
    assert len(ours) > 10
    assert all(m._meta.app_label == m.__module__.partition(".")[0] for m in ours)


def test_no_text_names_a_module_a_model_or_a_template_above() -> None:
    upward = []
    for module in modules():
        for text, line in module.texts():
            found = DOTTED.match(text) or TEMPLATE_PATH.match(text)
            if found and TOWER.index(found[1]) > module.level:
                upward.append(f"{module.path}:{line} names {text}")
    assert not upward, "\n".join(upward)


# -- templates ---------------------------------------------------------------------------------


def templates() -> list[Path]:
    """Return every template, from the templates folder."""
    return sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html"))


def template_level(name: str) -> int:
    """Return the storey of a template that others include: shared ones are the floor's."""
    folder = name.partition("/")[0] if "/" in name else ""
    return TOWER.index(folder) if folder in TOWER else 0


def sight_of(path: Path) -> int:
    """Return how far up a template may refer: its own storey.

    The frames (base with its bars, portal, error pages) and ``enforcement/`` (home, health) are
    the roof's: they lead to every part of the house. Other parts (``_name.html``) are not.
    """
    part = path.name.startswith("_") and path.name not in {"_top.html", "_head.html"}
    frame = len(path.parts) == 1 and not part
    return ROOF_LEVEL if frame or path.parts[0] == TOWER[0] else template_level(path.as_posix())


def url_levels() -> dict[str, int]:
    """Return the storey of the view behind each URL name (the lowest, when there are several)."""
    levels: dict[str, int] = {}
    for name, pattern in _named(get_resolver().url_patterns, ""):
        module = getattr(pattern.callback, "view_class", pattern.callback).__module__
        level = storey(module)
        # The roof's pages may be linked from everywhere: they are the doors of the house.
        height = 0 if level is None or level == ROOF_LEVEL else level
        levels[name] = min(height, levels.get(name, height))
    return levels


def _named(
    patterns: list[URLPattern | URLResolver], space: str
) -> Iterator[tuple[str, URLPattern]]:
    """Yield (name with its namespaces, pattern) of every named address."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _named(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern


def links(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (tag, constant name) of what a template includes, extends, loads or links to.

    ``{% url name as variable %}`` yields ``url?``: its author allows for the page's absence.
    """
    text = (TEMPLATES / path).read_text(encoding="utf-8")
    for tag, words in LINK.findall(re.sub(r"(?s){% comment.*?endcomment %}", "", text)):
        if tag == "load":
            names = words.split(" from ")[-1].split()
        else:
            names = re.findall(r"""^\s*['"]([^'"]+)['"]""", words)
        maybe = "?" if tag == "url" and " as " in words else ""
        yield from ((tag + maybe, name) for name in names)


def test_templates_include_extend_and_link_downward_only() -> None:
    urls, libraries = url_levels(), get_installed_libraries()
    upward = []
    for path in templates():
        own = sight_of(path)
        for tag, name in links(path):
            if tag in {"url", "url?"}:
                level = urls.get(name, 0)
            elif tag == "load":
                level = storey(libraries.get(name, "")) or 0
            else:
                level = template_level(name)
            if level > own:
                upward.append(f"{path}: {{% {tag} {name} %}}")
    assert not upward, "\n".join(upward)


def test_every_address_a_template_names_exists() -> None:
    urls = url_levels()
    missing = [
        f"{path}: {name}"
        for path in templates()
        for tag, name in links(path)
        if tag == "url" and name not in urls
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("path", templates(), ids=str)
def test_every_template_compiles(path: Path) -> None:
    assert engines["django"].get_template(path.as_posix())


def test_code_links_to_addresses_below_or_beside_it() -> None:
    urls = url_levels()
    upward = []
    for module in modules():
        for call, name in module.calls():
            if name not in {"reverse", "reverse_lazy", "redirect", "resolve_url"} or not call.args:
                continue
            target = getattr(call.args[0], "value", None)
            if isinstance(target, str) and urls.get(target, 0) > module.level:
                upward.append(f"{module.path}:{call.lineno} {name}({target!r})")
    assert not upward, "\n".join(upward)
