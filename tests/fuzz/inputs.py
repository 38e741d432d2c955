"""What somebody might send: forms as a page shows them, and everything that can be wrong with them.

A form is read from its page, filled in as a person would, and then spoiled in a few places, so that
what is sent comes as far into the system as it can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

#: Text that has broken other systems. A lone surrogate travels as the three bytes of it.
TEXTS = (
    "", " ", "\t", "\0", "甲\0乙", "\ud800", "甲\udfff", "\u202e反", "\ufeff", "\u200b", "🙂" * 3,
    "\r\n", "a\r\nSet-Cookie: x=1", "长" * 5000, "x" * 300, "<script>alert(1)</script>",
    "\"'><b>", "'; DROP TABLE cases_case; --", "{{ 7*7 }}", "%s%n%(x)s", '=HYPERLINK("x")',
    "../../etc/passwd", "null", "None", "undefined", "true", "[]", "{}",
)  # fmt: skip
NUMBERS = (
    "-1", "0", "-0", "1.5", "1e400", "-1e400", "1E-400", "NaN", "sNaN", "Infinity", "-inf",
    "9" * 400, "0.001", "1_000", "１２", "٣", "0x10", "2147483648", "9223372036854775808",
    "-9223372036854775809", "99999999999999999.99", "1,000", "²", "½", "1 ", "+3",
)  # fmt: skip
DAYS = (
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-02-30",
    "2026-13-01", "2026-11-22T00:00", "２０２６-11-20", "26-1-1", "2026/11/20", "1970-01-01",
    "2026-11-31", "明天", "2026-W47-1", "1900-02-29", "2100-01-01", "2026-00-10",
)  # fmt: skip
VERSIONS = ("-1", "0", "1", "999999999", "9" * 30, "", "abc", "１", "1.0", " 1", "\0")
FILES = (
    ("空.txt", b"", "text/plain"),
    ("程序.exe", b"MZ\x90\0" * 40, "application/octet-stream"),
    ("假.pdf", b"MZ\x90\0" * 40, "application/pdf"),
    ("../../x.txt", "上级目录".encode(), "text/plain"),
    ("\0.txt", b"nul", "text/plain"),
    ("宏.docm", b"PK\x03\x04" + b"\0" * 60, "application/vnd.ms-word.document.macroEnabled.12"),
    ("坏.docx", b"PK\x03\x04not a zip", "application/zip"),
    ("名" * 300 + ".txt", "长名".encode(), "text/plain"),
    ("没有后缀", b"\xff\xfe\0\0", "nonsense"),
    ("图.svg", b"<svg onload='x()'/>", "image/svg+xml"),
    ("", b"no name", "text/plain"),
)
#: Charsets and kinds of body that a browser does not send.
KINDS = (
    "application/x-www-form-urlencoded; charset=gbk",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=no-such",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=\xe9",
    "multipart/form-data; boundary=zz",
    "application/json",
    "text/plain",
    "",
    "nonsense",
)
BODIES = (
    b"",
    b"\xff\xfe\0",
    b"a=%ff%fe&b=%",
    b"=&=&&",
    b"%00=%00",
    b"[" * 2000,
    b"--zz\r\n\r\n--zz--",
)


# -- forms as pages show them --------------------------------------------------------------------


@dataclass
class Control:
    """One field of a form: its kind as HTML names it, what it holds, what it offers."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    required: bool = False


@dataclass
class Form:
    """One form of a page, sent by POST."""

    action: str
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Return the names of its fields."""
        return [control.name for control in self.controls]


class _Forms(HTMLParser):
    """Collects the forms of a page that are sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag == "form":
            self._form = Form(a.get("action", "")) if a.get("method") == "post" else None
            self.found += [self._form] if self._form else []
        elif tag == "option" and self._select is not None:
            self._select.options.append(a.get("value", ""))
            if "selected" in a:
                self._select.value = a.get("value", "")
        elif self._form is not None and tag in {"input", "select", "textarea", "button"}:
            self._control(tag, a)

    def _control(self, tag: str, a: dict[str, str]) -> None:
        assert self._form is not None
        kind = a.get("type", "text") if tag == "input" else tag
        if not a.get("name") or a["name"] == "csrfmiddlewaretoken":
            return
        same = next((c for c in self._form.controls if c.name == a["name"]), None)
        if kind in {"radio", "checkbox"} and same is not None:
            same.options.append(a.get("value", "on"))
            return
        offered = [a["value"]] if "value" in a else []
        made = Control(a["name"], kind, a.get("value", ""), offered, "required" in a)
        self._form.controls.append(made)
        self._select = made if tag == "select" else None
        self._area = made if tag == "textarea" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data


def forms_of(html: str) -> list[Form]:
    """Return the forms of a page that are sent by POST, those of the frame included."""
    reader = _Forms()
    reader.feed(html)
    return reader.found


# -- filling in, and spoiling --------------------------------------------------------------------

Sent = dict[str, list[Any]]
SAID = "核对无误，依照规定办理。"


def filled(form: Form) -> Sent:
    """Fill a form in as a person would who means well."""
    sent: Sent = {}
    for control in form.controls:
        if control.kind == "button":
            continue
        value: Any = control.value.strip()
        if control.kind == "checkbox" and not control.required:
            continue
        if control.kind in {"select", "radio", "checkbox"}:
            offered = [option for option in control.options if option]
            if control.value not in offered:
                value = (offered or [""])[0] if control.required else ""
        elif control.kind == "file":
            value = ("材料.txt", "材料".encode(), "text/plain")
        elif not value and control.required:
            value = {"date": "2026-11-20", "number": "3", "email": "a@example.cn"}.get(
                control.kind, SAID
            )
        sent[control.name] = [value]
    return sent


def nasty(control: Control) -> st.SearchStrategy[Any]:
    """Return what a field may be made to hold: much of its own kind, some of every other."""
    anything = st.one_of(
        st.sampled_from(TEXTS),
        st.sampled_from(NUMBERS),
        st.sampled_from(DAYS),
        st.text(st.characters(), max_size=40),
    )
    if control.name == "version":
        return st.one_of(st.sampled_from(VERSIONS), st.sampled_from(NUMBERS))
    own: dict[str, tuple[Any, ...]] = {"date": DAYS, "number": NUMBERS, "file": FILES}
    if control.kind in own:
        return st.one_of(st.sampled_from(own[control.kind]), anything)
    if control.options:
        return st.one_of(st.sampled_from(control.options), anything)
    return anything


@st.composite
def spoiled(draw: st.DrawFn, form: Form, known: Sent | None = None) -> Sent:
    """Return what is sent: filled in well, then spoiled in up to three places.

    Args:
        known: values that only this place takes: the number of a case, a code.
    """
    sent = filled(form) | (known or {})
    for _ in range(draw(st.integers(0, 3))):
        control = draw(st.sampled_from(form.controls or [Control("x", "text")]))
        how = draw(st.sampled_from(("replaced", "replaced", "replaced", "missing", "repeated")))
        if how == "missing":
            sent.pop(control.name, None)
        elif how == "repeated":
            sent[control.name] = [*sent.get(control.name, []), draw(nasty(control))]
        else:
            sent[control.name] = [draw(nasty(control))]
    if draw(st.integers(0, 9)) == 0:
        sent[draw(st.sampled_from(("unknown", "by", "user", "state", "id", "\0", "a[]")))] = ["1"]
    return sent


# -- bodies --------------------------------------------------------------------------------------


def raw(value: str) -> bytes:
    """Return text as its bytes; half of a surrogate pair is sent as it is."""
    return value.encode("utf-8", "surrogatepass")


def body_of(sent: Sent) -> tuple[bytes, str]:
    """Return a body and its content type: multipart as soon as there is a file."""
    if any(isinstance(value, tuple) for values in sent.values() for value in values):
        return _multipart(sent), "multipart/form-data; boundary=fuzz"
    pairs = ((raw(name), raw(value)) for name, values in sent.items() for value in values)
    text = "&".join(f"{quote_from_bytes(k)}={quote_from_bytes(v)}" for k, v in pairs)
    return text.encode(), "application/x-www-form-urlencoded"


def _multipart(sent: Sent) -> bytes:
    parts = []
    for name, values in sent.items():
        for value in values:
            quoted = raw(name).replace(b'"', b"%22")
            head = b'Content-Disposition: form-data; name="' + quoted + b'"'
            content = raw(value) if isinstance(value, str) else value[1]
            if isinstance(value, tuple):
                shown = raw(value[0]).replace(b'"', b"%22").replace(b"\n", b" ")
                head += b'; filename="' + shown + b'"\r\nContent-Type: ' + value[2].encode()
            parts.append(b"--fuzz\r\n" + head + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + b"--fuzz--\r\n"


def received(value: str) -> str:
    """Return text as the system receives it, breaks of lines written in one way."""
    text = raw(value).decode("utf-8", "replace")
    return re.sub(r"\r\n?", "\n", text).strip()
