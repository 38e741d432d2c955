"""What documents point to is there: links, names of documents, addresses and codes of the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.architecture.source import ROOT, committed, text_of

DOCUMENTS = [path for path in committed() if path.suffix == ".md"]
#: A link or picture of a document, and a document's name wherever it stands.
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"\bdocs/[\w./-]+\.md\b")
#: A neighbour's name in a document: `operations.md`.
NEIGHBOUR = re.compile(r"`([\w-]+\.md)`")
API = Path("docs/api.md")


def links(text: str) -> Iterator[str]:
    """Yield the relative links of a document; what stands in code is no link."""
    prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    for target in LINK.findall(prose):
        parts = urlsplit(target)
        if not parts.scheme and parts.path:
            yield unquote(parts.path)


def read(path: Path) -> str:
    """Return the text of a document."""
    return text_of(path) or ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_relative_link_of_a_document_leads_somewhere(document: Path) -> None:
    folder = (ROOT / document).parent
    assert [link for link in links(read(document)) if not (folder / link).exists()] == []


def test_every_document_named_anywhere_is_there() -> None:
    named = {
        (str(path), name)
        for path in committed()
        for name in NAMED.findall(text_of(path) or "")
        if path != Path(__file__).relative_to(ROOT)
    }
    assert len(named) >= 10
    assert [(path, name) for path, name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_neighbour_that_a_document_names_is_there() -> None:
    missing = [
        (str(document), name)
        for document in DOCUMENTS
        for name in NEIGHBOUR.findall(read(document))
        if not ((ROOT / document).parent / name).is_file() and not (ROOT / name).is_file()
    ]
    assert missing == []


def test_the_searches_find_what_is_broken() -> None:
    """The control: a link, a name, a neighbour; code is left alone."""
    text = "[a](gone.md) `[b](code.md)` ![c](x/y.png#z) [d](https://e.cn/f.md) [g](#here)"
    assert list(links(text)) == ["gone.md", "x/y.png"]
    assert NAMED.findall("see docs/gone.md, docs/api.md.") == ["docs/gone.md", "docs/api.md"]
    assert NEIGHBOUR.findall("see `gone.md`") == ["gone.md"]


# -- the page for client programmers ---------------------------------------------------------------


def test_every_address_in_the_api_page_is_one() -> None:
    text = read(API).replace("$API", "/api/v1")
    found = set(re.findall(r"/api/v1/[a-z0-9_/-]*", text))
    wrong = set()
    for address in found - {"/api/v1/clocks/"}:
        try:
            wrong |= {address} if resolve(address).url_name == "nowhere" else set()
        except Resolver404:
            wrong.add(address)
    assert len(found) >= 12
    assert wrong == set()


def test_every_code_in_the_api_page_is_in_the_code() -> None:
    sources = "".join(read(p) for p in committed() if p.suffix == ".py" and p.parts[0] != "tests")
    codes = set(re.findall(r"`([a-z]+\.[a-z_]+)`", read(API))) - {"urls.py"}
    codes = {code for code in codes if not code.endswith((".py", ".md"))}
    assert len(codes) >= 25
    assert {code for code in codes if f'"{code}"' not in sources and "input." not in code} == set()
