"""Widths of table columns, the same in the PDF and in the Word file."""

from __future__ import annotations

import re

from enforcement.papers.model import Table
from enforcement.papers.text import clean, units

TEXT_WIDTH = 156.0  # mm, 版心
CELL_FONT = 12.0  # pt
CELL_PADDING = 8.0  # pt, left and right together
POINT = 25.4 / 72  # mm

WORD = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|[!-~]+")
LONGEST_WORD = 24  # longer ones may break anywhere


def column_widths(table: Table, total: float = TEXT_WIDTH) -> tuple[float, ...]:
    """Width of each column in mm, after the shares, but no word or short head is cut.

    A column that would be narrower than its longest number, date or word gets that width; the
    others share what is left. When the longest words together are too wide, all shrink alike.
    """
    least = [_least(table, index) for index in range(len(table.columns))]
    if sum(least) >= total:
        return tuple(total * width / sum(least) for width in least)
    widths: dict[int, float] = {}
    free = set(range(len(table.columns)))
    while free:
        left = total - sum(widths.values())
        shares = sum(table.columns[i].share for i in free)
        narrow = {i for i in free if left * table.columns[i].share / shares < least[i]}
        if not narrow:
            widths |= {i: left * table.columns[i].share / shares for i in free}
            break
        widths |= {i: least[i] for i in narrow}
        free -= narrow
    return tuple(widths[i] for i in range(len(table.columns)))


def _least(table: Table, index: int) -> float:
    """Narrowest width of a column in mm: its longest unbreakable word, a head of 4."""
    title = clean(table.columns[index].title)
    head = min(max(map(units, title.split("\n"))), 4.0)
    words = (
        units(word)
        for text in (title, *(row[index] for row in table.rows))
        for word in WORD.findall(text)
        if len(word) < LONGEST_WORD
    )
    # Digits and letters are about half as wide as a Chinese character; a little more for "W".
    return (max(head, 1.12 * max(words, default=0)) * CELL_FONT + CELL_PADDING + 1) * POINT
