"""One structured text from which both the PDF and the Word file of a paper are made.

A paper says *what* is on the page; ``pdf`` and ``docx`` know the layout of GB/T 9704-2012 (party
and government documents, letters) and of court documents. Everything here is frozen and pure, so
the same paper always renders to the same bytes.

All text is plain: no character in it is ever read as markup.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Layout: TypeAlias = Literal["document", "letter", "court"]
Align: TypeAlias = Literal["justify", "left", "center", "right"]

LAYOUTS = ("document", "letter", "court")
ALIGNS = ("justify", "left", "center", "right")

# Roles that sign below the date of a court document; the others sign above it.
ROLES_AFTER_DATE = frozenset({"书记员", "法官助理"})


@dataclass(frozen=True, slots=True)
class Bold:
    """A piece of text to set bold; used with ``Para.of``."""

    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph in one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading 结构层次序数; levels 1–4 are numbered 一、（一）1.（1）by the renderer.

    Raises:
        ValueError: the level is not 1, 2, 3 or 4.
    """

    text: str
    level: int = 1
    numbered: bool = True

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ValueError(f"heading level {self.level}: there are levels 1 to 4")


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph, first line indented by two characters.

    A line feed in ``text`` starts another paragraph.

    Attributes:
        bold: ``(start, end)`` spans of ``text``, in characters, that are set bold.
        indent: False sets the first line flush left (an addressee, a closing formula).

    Raises:
        ValueError: a span lies outside the text or overlaps the one before, or the alignment
            is unknown.
    """

    text: str
    bold: tuple[tuple[int, int], ...] = ()
    align: Align = "justify"
    indent: bool = True

    def __post_init__(self) -> None:
        _one_of("align", self.align, ALIGNS)
        reached = 0
        for start, end in self.bold:
            if not reached <= start < end <= len(self.text):
                raise ValueError(f"bold span {start}–{end} does not fit the text or the spans")
            reached = end

    @classmethod
    def of(cls, *parts: str | Bold, align: Align = "justify", indent: bool = True) -> Para:
        """Build a paragraph from pieces: ``Para.of("限期", Bold("十日"), "内履行。")``."""
        text, spans = "", []
        for part in parts:
            piece = part.text if isinstance(part, Bold) else part
            if isinstance(part, Bold) and piece:
                spans.append((len(text), len(text) + len(piece)))
            text += piece
        return cls(text, tuple(spans), align, indent)

    def runs(self) -> tuple[Run, ...]:
        """The text cut at its bold spans; joined, it is ``text`` again."""
        cut, reached = [], 0
        for start, end in self.bold:
            cut += [Run(self.text[reached:start]), Run(self.text[start:end], bold=True)]
            reached = end
        cut.append(Run(self.text[reached:]))
        return tuple(run for run in cut if run.text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``share`` is its width relative to the other columns."""

    title: str
    share: float = 1.0
    align: Align = "left"

    def __post_init__(self) -> None:
        _one_of("align", self.align, ALIGNS)
        if not self.share > 0:
            raise ValueError(f"column {self.title}: the share must be above 0")


@dataclass(frozen=True, slots=True)
class Table:
    """A table over the whole width; its head is repeated on each page it runs over.

    Raises:
        ValueError: no columns, or a row with another number of cells than columns.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    caption: str | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table needs at least one column")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells, not {len(self.columns)}")


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Facts as label and value, one pair a line (案由、执行标的、承办人 …)."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


Block: TypeAlias = Heading | Para | Table | KeyValues | PageBreak


@dataclass(frozen=True, slots=True)
class Annex:
    """附件: set on pages of its own after the signature, before the imprint."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a body (no role) or, in a court document, a person in a role such as 审判员."""

    name: str
    role: str = ""

    @property
    def after_date(self) -> bool:
        """Whether this line stands below the date (书记员、法官助理)."""
        return self.role in ROLES_AFTER_DATE


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记: copies 抄送, issuing office 印发机关 and the day it issued the paper 印发日期."""

    cc: tuple[str, ...] = ()
    office: str | None = None
    issued_on: dt.date | None = None

    def __bool__(self) -> bool:
        return bool(self.cc or self.office or self.issued_on)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, whole.

    Attributes:
        layout: ``document`` (red mark and red line), ``letter`` (信函格式, red double lines) or
            ``court`` (法院名称 and 文书名称 centred, 案号 at the right).
        title: the title; in the court layout the name of the document, 执行通知书. A line feed
            forces a line break there, otherwise the breaks are found.
        mark: 发文机关标志; in the court layout the name of the court.
        number: 发文字号 or 案号, with its brackets.
        addressee: 主送机关 or the person addressed, without the colon.
        attachments: 附件说明; when empty the titles of ``annexes`` are listed.
        date: 成文日期, a legal day.
        certified: print 本件与原本核对无异 (court layout).
        remark: 附注, in brackets below the date (a contact, the extent of publication).
        footer_note: small line beside the page number of every page, such as 校验码.
        signed_off_by: 签发人, for papers that go to a superior (document layout).
        copy_number, secrecy, urgency: 份号、密级和保密期限、紧急程度, top left.
        draft: print 草稿 across every page.

    Raises:
        ValueError: unknown layout, or no title.
    """

    layout: Layout
    title: str
    mark: str | None = None
    number: str | None = None
    addressee: str | None = None
    blocks: tuple[Block, ...] = ()
    attachments: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    signers: tuple[Signer, ...] = ()
    date: dt.date | None = None
    certified: bool = False
    remark: str | None = None
    imprint: Imprint | None = None
    footer_note: str | None = None
    signed_off_by: str | None = None
    copy_number: str | None = None
    secrecy: str | None = None
    urgency: str | None = None
    draft: bool = False

    def __post_init__(self) -> None:
        _one_of("layout", self.layout, LAYOUTS)
        if not self.title.strip():
            raise ValueError("a paper needs a title")

    def listed_attachments(self) -> tuple[str, ...]:
        """What the attachments note 附件说明 lists."""
        return self.attachments or tuple(annex.title for annex in self.annexes)

    def texts(self) -> Iterator[str]:
        """Every text of the paper that a reader sees, for checks of characters."""
        single = (
            self.mark, self.number, self.title, self.addressee, self.remark, self.footer_note,
            self.signed_off_by, self.copy_number, self.secrecy, self.urgency,
        )  # fmt: skip
        yield from (text for text in single if text)
        yield from self.listed_attachments()
        for signer in self.signers:
            yield from (signer.role, signer.name)
        if self.imprint:
            yield from (*self.imprint.cc, self.imprint.office or "")
        yield from block_texts(self.blocks)
        for annex in self.annexes:
            yield annex.title
            yield from block_texts(annex.blocks)


def block_texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Every text in ``blocks``, in reading order, without the numbers of headings."""
    for block in blocks:
        match block:
            case Heading(text=text) | Para(text=text):
                yield text
            case Table():
                yield block.caption or ""
                yield from (column.title for column in block.columns)
                for row in block.rows:
                    yield from row
            case KeyValues(pairs=pairs):
                for pair in pairs:
                    yield from pair
            case PageBreak():
                pass


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} {value!r}: choose one of {', '.join(allowed)}")
