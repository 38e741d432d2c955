"""A person with a browser that has no script: follows links, fills in forms, keeps cookies."""

from __future__ import annotations

import http.cookiejar
import io
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

#: Parts of the addresses of the forms that lead away from the page: out, and to the search.
LEAVING = ("logout", "leave", "search")


@dataclass
class Form:
    """A form as it stands on a page: where it goes, what it holds, what may be chosen."""

    action: str = ""
    method: str = "get"
    values: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._select = self._area = self._option = self._href = ""
        self._button: list[str] | None = None
        self._tick: tuple[str, str] | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        given = dict(attrs)
        form = self.forms[-1] if self.forms else None
        if tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get").lower()))
        elif tag == "a" and "href" in a:
            self._href, self._words = a["href"], []
        elif tag in {"label", "tr"}:
            self._tick, self._words = None, []
        elif tag == "button":
            self._button = [a.get("name", ""), a.get("value", "")]
            self._words = []
        elif form is not None and tag == "input" and a.get("name"):
            form.names.add(a["name"])
            kind = a.get("type", "text")
            if kind in {"checkbox", "radio"}:
                form.choices.setdefault(a["name"], {})[a.get("value", "on")] = ""
                self._tick = (a["name"], a.get("value", "on"))
                if "checked" in given:
                    form.values.setdefault(a["name"], []).append(a.get("value", "on"))
            elif kind not in {"file", "submit"}:
                form.values[a["name"]] = [a.get("value", "")]
        elif form is not None and tag == "select" and a.get("name"):
            self._select = a["name"]
            form.names.add(self._select)
            form.choices[self._select] = {}
        elif form is not None and tag == "option" and self._select:
            self._option, self._words = a.get("value", ""), []
            form.choices[self._select][self._option] = ""
            if "selected" in given:
                form.values[self._select] = [self._option]
        elif form is not None and tag == "textarea" and a.get("name"):
            self._area, self._words = a["name"], []
            form.names.add(a["name"])

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        words = " ".join("".join(self._words).split())
        form = self.forms[-1] if self.forms else None
        if tag == "a" and self._href:
            self.links.append((words, self._href))
            self._href = ""
        elif tag == "option" and form is not None and self._select:
            form.choices[self._select][self._option] = words
        elif tag in {"label", "tr"} and form is not None and self._tick:
            form.choices[self._tick[0]][self._tick[1]] = words
            self._tick = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and form is not None and self._area:
            form.values[self._area] = ["".join(self._words).lstrip("\n")]
            self._area = ""
        elif tag == "button" and self._button is not None and form is not None:
            form.buttons.append((self._button[0], self._button[1], words))
            self._button = None


@dataclass
class Page:
    """What came back: status, final address, text, forms, links."""

    status: int
    url: str
    body: bytes
    kind: str

    def __post_init__(self) -> None:
        self.html = self.body.decode("utf-8", "replace") if "html" in self.kind else ""
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join("".join(reader.text).split())

    @property
    def path(self) -> str:
        """Return the path of the address the page has after redirects."""
        return urllib.parse.urlsplit(self.url).path

    def form(self, *names: str) -> Form:
        """Return the form that has all these fields; never the one for signing out."""
        for form in self.forms:
            leaves = any(word in form.action for word in LEAVING)
            if set(names) <= form.names and form.method == "post" and not leaves:
                return form
        raise AssertionError(f"no form with {names} on {self.path}: {self.text[:600]}")

    def link(self, words: str) -> str:
        """Return where the first link with these words leads."""
        for text, href in self.links:
            if words in text:
                return href
        raise AssertionError(f"no link {words!r} on {self.path}: {[t for t, _ in self.links]}")


class Visitor:
    """One person's browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._send(urllib.request.Request(self._url(path)))  # noqa: S310 - our own server

    def sign_in(self, username: str, password: str) -> Page:
        """Sign in through the sign-in page."""
        page = self.get("/accounts/login/")
        return self.submit(page, {"login": username, "password": password})

    def submit(
        self,
        page: Page,
        values: dict[str, Any],
        *,
        files: dict[str, tuple[str, bytes]] | None = None,
        button: str = "",
    ) -> Page:
        """Fill in the form that has these fields and send it; unknown fields are an error."""
        form = page.form(*values)
        data = {k: list(v) for k, v in form.values.items()}
        for name, value in values.items():
            if form.choices.get(name) and isinstance(value, str) and value:
                value = self._choice(form, name, str(value))
            if value is False:
                data.pop(name, None)
            elif isinstance(value, list):
                data[name] = [self._choice(form, name, str(v)) for v in value]
            else:
                data[name] = ["on" if value is True else str(value)]
        for name, value, words in form.buttons:
            if button and name and button in words:
                data.setdefault(name, [value])
                break
        target = urllib.parse.urljoin(page.url, form.action) if form.action else page.url
        body, kind = _encode(data, files or {})
        request = urllib.request.Request(target, data=body, headers={  # noqa: S310 - our own server
            "Content-Type": kind, "Referer": page.url,
        })  # fmt: skip
        return self._send(request)

    @staticmethod
    def _choice(form: Form, name: str, value: str) -> str:
        """Return the value of an option, given by its value or by words it shows."""
        options = form.choices[name]
        if value in options:
            return value
        for key, words in options.items():
            if value in words:
                return key
        raise AssertionError(f"{name}: no option {value!r} among {options}")

    def download(self, path: str) -> bytes:
        """Fetch a file."""
        page = self.get(path)
        assert page.status == 200, f"{page.status} {path}: {page.text[:300]}"
        return page.body

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.address + path

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Page(
                    answer.status, answer.url, answer.read(), answer.headers["Content-Type"]
                )
        except urllib.error.HTTPError as error:
            kind = error.headers.get("Content-Type", "")
            return Page(error.code, error.url, error.read(), kind)


def _encode(data: dict[str, list[str]], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    if not files:
        text = urllib.parse.urlencode(data, doseq=True)
        return text.encode(), "application/x-www-form-urlencoded"
    edge = uuid.uuid4().hex
    body = io.BytesIO()
    for name, values in data.items():
        for value in values:
            body.write(
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            )
            body.write(value.encode() + b"\r\n")
    for name, (filename, content) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"'
        body.write(f"{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode())
        body.write(content + b"\r\n")
    body.write(f"--{edge}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={edge}"


def number_in(text: str) -> str:
    """Return the first case number in a text."""
    found = re.search(r"（\d{4}）陕1002执\d+号", text)
    assert found, text[:400]
    return found.group()
