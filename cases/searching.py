"""Finding a case by what people have in hand: a number in any writing, a name, an identity number.

Everything here stays inside what the person may read. Names are found exactly or from their
beginning, which an index answers at any size; identity numbers through their blind index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import numbers
from cases.access import cases_seen_by, in_sight
from cases.identity import normalise
from cases.models import Case, Party
from enforcement.access import courts_seen_by
from enforcement.crypto import blinds
from enforcement.errors import Invalid
from enforcement.models import Court, User

#: Results shown of each kind.
MOST = 30
#: The last of all code points; no name holds it.
LAST_SIGN = "\U0010ffff"
_IDENTITY = re.compile(r"[0-9]{17}[0-9X]|[0-9A-Z]{18}")
_SERIAL = re.compile(r"(?:执|执恢)?第?(\d{1,8})号?")


@dataclass
class Found:
    """What a search found.

    Attributes:
        only: the one case whose number was asked for.
        cases: cases by serial. parties: parties by name or identity number. courts: by name.
        remark: Chinese sentence on how the question was read.
    """

    only: Case | None = None
    cases: list[Case] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    courts: list[Court] = field(default_factory=list)
    remark: str = ""

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to show."""
        return not (self.only or self.cases or self.parties or self.courts)


def search(user: User, asked: str, today: date) -> Found:
    """Answer the search box of the top bar.

    Args:
        asked: a case number in any writing, a serial, a party's name, a whole identity number or
            credit code, or part of a court's name.
    """
    text = asked.strip()
    if not text:
        return Found()
    if re.match(r"\s*[（(【［〔\[《〈]", text):
        return _by_number(user, text, today)
    if _IDENTITY.fullmatch(normalise(text)):
        return Found(
            parties=_parties(user, Q(id_blind__in=blinds(normalise(text))), today),
            remark="按证件号码查找，只显示完全一致的当事人。",
        )
    if match := _SERIAL.fullmatch(text):
        return Found(cases=_by_serial(user, int(match[1]), today), remark="按案号的编号查找。")
    return _by_words(user, text, today)


def _by_number(user: User, text: str, today: date) -> Found:
    try:
        number = numbers.parse(text)
    except Invalid as wrong:
        return Found(remark=wrong.message)
    case = cases_seen_by(user, today).filter(number=number.base).first()
    if case is not None:
        return Found(only=case)
    return Found(remark=f"没有找到{number.base}，或者您无权查看。")


def _by_serial(user: User, serial: int, today: date) -> list[Case]:
    """Look a serial up in the courts in sight; several years may have it."""
    found = cases_seen_by(user, today).filter(serial=serial).select_related("court", "handler")
    return list(found.order_by("-year", "court_id")[:MOST])


def _by_words(user: User, text: str, today: date) -> Found:
    found = Found(remark="按当事人姓名、名称的开头和法院名称查找。")
    if len(text) < 2:
        found.remark = "请至少输入两个字。"
        return found
    exact = _parties(user, Q(name=text), today)
    known = {p.pk for p in exact}
    begun = _parties(user, begins(text), today) if len(exact) < MOST else []
    found.parties = (exact + [p for p in begun if p.pk not in known])[:MOST]
    found.courts = list(courts_seen_by(user, today).filter(name__contains=text)[:MOST])
    return found


def begins(text: str) -> Q:
    """Return the condition that keeps parties whose name begins with the text.

    As a range and not as LIKE: the order of the database is that of code points (C.UTF-8), so
    one index answers it in the order of the list, and the planner knows how many there are.
    """
    return Q(name__gte=text, name__lt=f"{text}{LAST_SIGN}")


def _parties(user: User, condition: Q, today: date) -> list[Party]:
    rows = Party.objects.filter(condition).filter(in_sight(user, today, prefix="case__"))
    return list(rows.select_related("case__court", "case__handler").order_by("name", "-id")[:MOST])


def narrowed(rows: QuerySet[Case], asked: str) -> QuerySet[Case]:
    """Narrow a list of cases by what was typed into its filter: number, serial or party.

    A text that looks like a number but cannot be read finds nothing rather than everything.
    """
    text = asked.strip()
    if not text:
        return rows
    if re.match(r"\s*[（(【［〔\[《〈]", text):
        try:
            return rows.filter(number=numbers.parse(text).base)
        except Invalid:
            return rows.none()
    if match := _SERIAL.fullmatch(text):
        return rows.filter(serial=int(match[1]))
    named = Party.objects.filter(begins(text), case=OuterRef("pk"))
    return rows.filter(Exists(named))
