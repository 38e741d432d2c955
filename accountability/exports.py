"""Lists as CSV for Excel, with what a spreadsheet would take for a formula made harmless."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from enforcement.cells import harmless

#: The most rows one export gives.
MOST = 50_000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = MOST
) -> StreamingHttpResponse:
    """Return a CSV file that Excel opens with Chinese characters whole (UTF-8 with BOM).

    Args:
        rows: read one by one while the file is sent; beyond ``most`` a last line says so.
    """
    answer = StreamingHttpResponse(_lines(head, rows, most), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]], most: int) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(head)
    for nth, row in enumerate(rows):
        if nth == most:
            yield writer.writerow([f"只导出前 {most:,} 行，请缩小筛选范围后再导出。"])
            return
        yield writer.writerow([harmless(value) for value in row])
