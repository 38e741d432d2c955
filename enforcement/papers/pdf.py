"""A paper as PDF/A-2, laid out by typst after GB/T 9704-2012 (``paper.typ``).

The text travels as JSON and is set as strings, so nothing in it can be read as markup. The same
paper with the same fonts gives the same bytes: the only time stamp is the paper's own date.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typst

from enforcement.papers.fonts import FontSet, check, load_fonts
from enforcement.papers.model import (
    Annex,
    Block,
    Heading,
    KeyValues,
    PageBreak,
    Paper,
    Para,
    Signer,
    Table,
)
from enforcement.papers.text import (
    CERTIFIED,
    DRAFT,
    GETA,
    NORMAL_PITCH,
    UNDATED,
    break_title,
    chinese_date,
    clean,
    numbered,
    one_line,
    units,
)
from enforcement.papers.widths import column_widths

TEMPLATE = Path(__file__).with_name("paper.typ")
STANDARD: typst.PDFStandard = "a-2a"  # archivable, tagged for screen readers, text extractable

# Line pitch in points. The standard lets the pitch shrink so that the signature does not stand
# alone on a page (GB/T 9704-2012, 7.3.5.5); the last try moves the last paragraph along instead.
TRIES = ((NORMAL_PITCH, False), (28.2, False), (27.5, False), (NORMAL_PITCH, True))


class PaperError(RuntimeError):
    """The paper could not be laid out; the message says why (a fault of ours, not of the user)."""


class MissingGlyphs(UserWarning):
    """Characters that no font has were printed as 〓; ``characters`` lists them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        named = "、".join(f"{c}（U+{ord(c):04X}）" for c in characters)
        super().__init__(f"字库中没有以下字符，已用“{GETA}”代替：{named}。请安装含有这些字的字体。")
        self.characters = characters


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished PDF and the characters in it that had to be replaced by 〓."""

    data: bytes
    missing: tuple[str, ...] = ()


def to_pdf(paper: Paper, *, fonts: FontSet | None = None) -> bytes:
    """The PDF of ``paper``; warns with ``MissingGlyphs`` when a character had to be replaced.

    Raises:
        PaperError: typst refused the layout.
    """
    rendered = render_pdf(paper, fonts=fonts)
    if rendered.missing:
        warnings.warn(MissingGlyphs(rendered.missing), stacklevel=2)
    return rendered.data


def render_pdf(paper: Paper, *, fonts: FontSet | None = None) -> Rendered:
    """The PDF of ``paper`` together with the list of replaced characters."""
    fonts = fonts or load_fonts()
    missing = missing_characters(paper, fonts)
    content = _Writer(paper, frozenset(missing)).content() | {"fonts": fonts.families()}
    stamp = dt.datetime.combine(paper.date or UNDATED, dt.time(), dt.UTC)
    return Rendered(_typeset(content, fonts, int(stamp.timestamp())), missing)


def missing_characters(paper: Paper, fonts: FontSet | None = None) -> tuple[str, ...]:
    """Characters of ``paper`` that some role's fonts lack, in order of appearance."""
    fonts = fonts or load_fonts()
    text = "".join(map(clean, paper.texts()))
    return tuple(dict.fromkeys(c for chain in fonts.chains.values() for c in check(text, chain)))


def _typeset(content: dict[str, Any], fonts: FontSet, stamp: int) -> bytes:
    """Lay out ``content``, tightening the lines when the signature would stand alone."""
    compiler = typst.Compiler(
        str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts.typst_fonts
    )
    data = b""
    for line, keep in TRIES:
        inputs = {"paper": json.dumps(content | {"line": line, "keep": keep}, ensure_ascii=False)}
        data = _compile(compiler, inputs, stamp)
        if not _signature_alone(compiler):
            break
    return data


def _compile(compiler: typst.Compiler, inputs: dict[str, str], stamp: int) -> bytes:
    try:
        data, noticed = compiler.compile_with_warnings(
            format="pdf", sys_inputs=inputs, pdf_standards=[STANDARD], timestamp=stamp
        )
    except typst.TypstError as error:
        raise PaperError(error.diagnostic or error.message) from error
    if noticed:  # an unknown family, for example, would leave the text out without a word
        raise PaperError("; ".join(warning.message for warning in noticed))
    if not isinstance(data, bytes):
        raise PaperError("typst returned no PDF")
    return data


def _signature_alone(compiler: typst.Compiler) -> bool:
    """Whether the signature starts on a page that holds nothing of the text."""

    def page(label: str) -> int | None:
        found = json.loads(compiler.query(f"<{label}>", field="value"))
        return int(found[0]) if found else None

    body, signature = page("body-end"), page("signature")
    return body is not None and signature is not None and signature > body


@dataclass(frozen=True)
class _Writer:
    """Turns a paper into the plain dictionary that ``paper.typ`` reads."""

    paper: Paper
    missing: frozenset[str] = field(default_factory=frozenset)

    def content(self) -> dict[str, Any]:
        """Everything but fonts and line pitch."""
        paper = self.paper
        date = chinese_date(paper.date, paper.layout) if paper.date else None
        persons = [self._person(s) for s in paper.signers if s.role]
        return {
            "layout": paper.layout,
            "meta": {"title": self._line(paper.title), "author": self._author()},
            "title": self._title(paper.title),
            **{name: self._optional(getattr(paper, name)) for name in _SINGLE},
            "blocks": self._blocks(paper.blocks),
            "attachments": [self._line(a) for a in paper.listed_attachments()],
            "annexes": [self._annex(n, a) for n, a in enumerate(paper.annexes, start=1)],
            "bodies": [self._line(s.name) for s in paper.signers if not s.role],
            "persons": persons,
            "date": date,
            "certified": CERTIFIED if paper.certified else None,
            "imprint": self._imprint(),
            "draft": paper.draft,
            "draft_mark": DRAFT,
        }

    def _shown(self, text: str) -> str:
        return "".join(GETA if c in self.missing else c for c in text)

    def _line(self, text: str) -> str:
        return self._shown(one_line(text))

    def _optional(self, text: str | None) -> str | None:
        return self._line(text) if text and text.strip() else None

    def _lines(self, text: str) -> list[str]:
        return [self._shown(line.strip()) for line in clean(text).strip().split("\n")]

    def _title(self, text: str) -> list[str]:
        return [self._shown(line) for line in break_title(text)]

    def _author(self) -> str:
        return "、".join(self._line(s.name) for s in self.paper.signers if not s.role) or (
            self._line(self.paper.mark or "")
        )

    def _person(self, signer: Signer) -> dict[str, Any]:
        role, name = self._line(signer.role), self._line(signer.name)
        return {
            "role": list(role),
            "name": list(name),
            "role_spread": _all_wide(role) and 2 <= len(role) <= 6,
            "name_spread": _all_wide(name) and len(name) == 2,
            "width": units(name),
            "after": signer.after_date,
        }

    def _imprint(self) -> dict[str, Any] | None:
        imprint = self.paper.imprint
        if not imprint:
            return None
        return {
            "cc": "，".join(map(self._line, imprint.cc)) or None,
            "office": self._optional(imprint.office),
            "issued": f"{chinese_date(imprint.issued_on)}印发" if imprint.issued_on else None,
        }

    def _annex(self, number: int, annex: Annex) -> dict[str, Any]:
        label = f"附件{number}" if len(self.paper.annexes) > 1 else "附件"
        return {
            "label": label,
            "title": self._title(annex.title),
            "blocks": self._blocks(annex.blocks),
        }

    def _blocks(self, blocks: Iterable[Block]) -> list[dict[str, Any]]:
        return [self._block(label, block) for label, block in numbered(blocks)]

    def _block(self, label: str, block: Block) -> dict[str, Any]:
        match block:
            case Heading():
                text = label + self._line(block.text)
                return {"kind": "heading", "level": block.level, "text": text}
            case Para():
                return {
                    "kind": "para",
                    "align": block.align,
                    "indent": block.indent,
                    "runs": [
                        {"text": self._shown(clean(r.text).replace("\n", " ")), "bold": r.bold}
                        for r in block.runs()
                    ],
                }
            case Table():
                return self._table(block)
            case KeyValues(pairs=pairs):
                return {
                    "kind": "facts",
                    "width": min(9.0, max((units(k) for k, _ in pairs), default=0) + 1),
                    "pairs": [[self._line(k), self._lines(v)] for k, v in pairs],
                }
            case PageBreak():
                return {"kind": "break"}

    def _table(self, table: Table) -> dict[str, Any]:
        return {
            "kind": "table",
            "caption": self._optional(table.caption),
            "columns": [
                {"title": self._lines(c.title), "width": width, "align": c.align}
                for c, width in zip(table.columns, column_widths(table), strict=True)
            ],
            "rows": [[self._lines(cell) for cell in row] for row in table.rows],
        }


_SINGLE = (
    "mark", "number", "addressee", "remark", "footer_note", "signed_off_by", "copy_number",
    "secrecy", "urgency",
)  # fmt: skip


def _all_wide(text: str) -> bool:
    return units(text) == len(text)
