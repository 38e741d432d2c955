"""Reading an answer as a person does: its words, links, fields and buttons."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

#: What an error page says so that the operator finds the request: different each time.
REQUEST = re.compile(r"编号 [0-9a-f]{32}")


class _Reader(HTMLParser):
    """Collects words, links, and the values that a form would send."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self._select = self._area = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag in {"script", "style"}:
            self._silent += 1
        if tag == "a" and "href" in a:
            self.links.append(a["href"])
        name = a.get("name", "")
        if tag == "input" and name:
            kind = a.get("type", "text")
            if kind not in {"checkbox", "radio", "submit", "file"} or "checked" in a:
                self.fields.setdefault(name, []).append(a.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in a:
            self.fields.setdefault(self._select, []).append(a.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent -= 1
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data.lstrip("\n")
        elif not self._silent:
            self.words.append(data)


class Page:
    """One answer.

    Attributes:
        status: HTTP status. html: the text as sent. text: its words, blanks folded, without the
            number of the request that an error page names.
        links: every address linked to. fields: name → what the form would send.
    """

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.html: str = response.content.decode()
        reader = _Reader()
        reader.feed(self.html)
        text = re.sub(r"\s+", " ", unescape(" ".join(reader.words)))
        self.text = REQUEST.sub("编号", text)
        self.links, self.fields = reader.links, reader.fields

    def field(self, name: str) -> str:
        """Return what a field holds now."""
        assert name in self.fields, f"no field {name} in {sorted(self.fields)}"
        return self.fields[name][-1]

    def leads_to(self, start: str) -> bool:
        """Tell whether the page links to an address beginning so."""
        return any(link.startswith(start) for link in self.links)
