"""What goes into the cells of a spreadsheet: text that no program takes for a formula."""

from __future__ import annotations

import re

#: Beginnings that a spreadsheet runs, full-width forms included (some programs fold them).
_FORMULA = tuple("=+-@＝＋－＠|")
#: Invisible beginnings behind which a formula hides.
_INVISIBLE = " \t\r\n\v\f\0\u00a0\u200b\u3000\ufeff"
_BREAKS = ("\t", "\r", "\n")
#: A plain number is no formula, signed or not.
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def harmless(value: object) -> str:
    """Return the value as text that no spreadsheet runs as a formula; numbers stay numbers."""
    text = "" if value is None else str(value).replace("\0", "")
    if isinstance(value, (int, float)) or _NUMBER.fullmatch(text):
        return text
    shown = text.lstrip(_INVISIBLE)
    return f"'{text}" if shown.startswith(_FORMULA) or text.startswith(_BREAKS) else text
