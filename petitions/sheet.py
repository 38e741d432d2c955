"""A paper as a web page draws it: numbered headings, runs of weight, tables. Pure.

The same structured text that becomes PDF and Word is shown on screen, so what a person reads
before signing is what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from enforcement.papers.model import Block, Heading, KeyValues, Paper, Para, Run, Table
from enforcement.papers.text import break_title, chinese_date, numbered

#: Longest text of a cell that is kept on one line: a day, a number.
LONGEST_WHOLE = 12


class Cell(NamedTuple):
    """One cell of a table; ``whole`` text (a day, a number) is not broken over lines."""

    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a page.

    Attributes:
        kind: ``heading`` | ``para`` | ``table`` | ``facts``.
        text: of a heading, its number in front.
        level: of a heading, 1 to 4.
        runs: of a paragraph, its stretches of one weight.
        flush: the paragraph has no indent, or stands at the right or in the middle.
        table: the table itself; rows: its cells.
        pairs: label and value.
    """

    kind: str
    text: str = ""
    level: int = 0
    runs: tuple[Run, ...] = ()
    flush: bool = False
    table: Table | None = None
    rows: tuple[tuple[Cell, ...], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The body of a paper, or one of its annexes with its title."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper ready for a template."""

    paper: Paper
    body: tuple[Piece, ...]
    annexes: tuple[Part, ...]
    date: str

    @property
    def title_lines(self) -> tuple[str, ...]:
        """Return the title as the printed paper breaks it."""
        return break_title(self.paper.title)


def sheet_of(paper: Paper) -> Sheet:
    """Return a paper as pieces a template can draw one after the other."""
    return Sheet(
        paper,
        tuple(_pieces(paper.blocks)),
        tuple(Part(annex.title, tuple(_pieces(annex.blocks))) for annex in paper.annexes),
        chinese_date(paper.date, paper.layout) if paper.date else "",
    )


def _pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    for label, block in numbered(blocks):
        match block:
            case Heading(text=text, level=level):
                yield Piece("heading", text=f"{label}{text}", level=level)
            case Para():
                flush = not block.indent or block.align in {"center", "right"}
                yield Piece("para", runs=block.runs(), flush=flush)
            case Table():
                rows = tuple(tuple(map(_cell, row)) for row in block.rows)
                yield Piece("table", table=block, rows=rows)
            case KeyValues(pairs=pairs):
                yield Piece("facts", pairs=pairs)


def _cell(text: str) -> Cell:
    return Cell(text, len(text) <= LONGEST_WHOLE and text.isascii())
