"""Numbers of petitions and issued papers: gapless series per court and year."""

from __future__ import annotations

from cases.models import NumberSeries
from enforcement.models import Court
from petitions.models import OfficeCode, PaperType

#: Series and ending of the code, for courts that have not set a code of their own.
ENDINGS = {PaperType.REPORT: "执督", PaperType.ORDER: "执督函"}
#: Petitions have an internal number; no instrument prescribes a form for it.
PETITION = "信"


def petition_number(court: Court, year: int) -> str:
    """Give out the next petition number of a court, for example 陕1002信〔2026〕12号.

    Must run inside the transaction that writes the petition (see ``NumberSeries.allocate``).
    """
    serial = NumberSeries.allocate(court, year, PETITION)
    return f"{_short(court)}{PETITION}〔{year}〕{serial}号"


def paper_number(court: Court, paper: PaperType, year: int) -> str:
    """Give out the next number of a type of paper: 陕10执督〔2026〕3号 (GB/T 9704-2012, 7.2.5).

    The year stands in hexagonal brackets, the number without 第 and without leading zeros.
    """
    serial = NumberSeries.allocate(court, year, ENDINGS[paper])
    return f"{body_code(court, paper)}〔{year}〕{serial}号"


def body_code(court: Court, paper: PaperType) -> str:
    """Return the code (发文机关代字) a court puts on a type of paper."""
    own = OfficeCode.objects.filter(court=court, paper=paper).first()
    return own.code if own else f"{_short(court)}{ENDINGS[paper]}"


def _short(court: Court) -> str:
    return court.code or court.key
