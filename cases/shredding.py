"""Destroying what is known of a person (销毁个人信息) without breaking the chain.

Events never hold personal data, so the hashes stay right: what is overwritten lies in the rows
that events point to. Only a closed case is touched; apps above refuse while they still need it
(``register_hold``) and destroy what lies with them (``register``). Reports and orders of
supervision are records of their own and stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Attachment, Case, EventNote, Lead, Paper, Party
from cases.models.party import PartyKind
from enforcement.errors import Invalid, NotFound, Refused
from enforcement.models import SecurityEvent, User

#: What stands where a name or a text was.
GONE = "（已依法销毁）"


@dataclass(frozen=True)
class Whom:
    """Whose data goes: some parties of a closed case.

    Attributes:
        names: their names and numbers, to find them in texts.
        whole: everything personal of the case goes, not only what these people's rows hold.
    """

    case: Case
    parties: frozenset[int]
    names: tuple[str, ...]
    whole: bool

    def named_in(self, text: str) -> bool:
        """Tell whether a text names one of them."""
        return any(name in text for name in self.names)

    def blackened(self, text: str) -> str:
        """Return the text with every name and number of theirs taken out."""
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, GONE)
        return text


Shredder = Callable[[Whom], Counter[str]]
Hold = Callable[[Case], None]
_shredders: list[Shredder] = []
_holds: list[Hold] = []


def register(shredder: Shredder) -> None:
    """Let an app above destroy what lies with it; it returns how many rows of what."""
    if shredder not in _shredders:
        _shredders.append(shredder)


def register_hold(hold: Hold) -> None:
    """Let an app above refuse while it still needs the data; it raises ``Refused``."""
    if hold not in _holds:
        _holds.append(hold)


def shred_party(pk: int, *, ground: str, by: User | None, now: datetime) -> Counter[str]:
    """Destroy what is known of one person in one closed case; a second time changes nothing.

    Raises:
        NotFound: no such party.
        Invalid: ``shred.ground``.
        Refused: ``shred.open``, or what an app above still needs.
    """
    case_pk = Party.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_pk is None:
        raise NotFound("party.not_found", "没有这名当事人。")
    return _shred(case_pk, {pk}, ground=ground, by=by, now=now)


def shred_case(pk: int, *, ground: str, by: User | None, now: datetime) -> Counter[str]:
    """Destroy what is known of every person in a closed case, free texts and files included.

    Raises:
        NotFound: no such case.
        Invalid: ``shred.ground``.
        Refused: ``shred.open``, or what an app above still needs.
    """
    return _shred(pk, None, ground=ground, by=by, now=now)


def expired(years: int, today: date) -> QuerySet[Case]:
    """Return the cases closed at least so many years ago in which somebody is still known."""
    day = today.replace(year=today.year - years, day=min(today.day, 28))
    known = Party.objects.filter(case=OuterRef("pk"), kind=PartyKind.NATURAL).exclude(name=GONE)
    return Case.objects.filter(closed_on__lte=day).filter(Exists(known)).order_by("pk")


def _shred(
    case_pk: int, parties: set[int] | None, *, ground: str, by: User | None, now: datetime
) -> Counter[str]:
    if not ground.strip() or len(ground) > 200:
        raise Invalid("shred.ground", "请写明销毁的依据，不超过 200 个字。", field="ground")
    with transaction.atomic():
        case = Case.objects.select_for_update(no_key=True).filter(pk=case_pk).first()
        if case is None:
            raise NotFound("case.not_found", "没有这个案件。")
        if case.open:
            raise Refused("shred.open", f"{case.number}尚未结案，不能销毁当事人的个人信息。")
        for hold in _holds:
            hold(case)
        whom = _whom(case, parties)
        done: Counter[str] = Counter()
        for shredder in (_texts, *_shredders, _files, _rows):
            done.update(shredder(whom))
        SecurityEvent.objects.create(
            kind=SecurityEvent.Kind.SHREDDED,
            at=now,
            by=by,
            about=f"{case.number}" + (f" 当事人 {min(parties)}" if parties else ""),
            detail=ground.strip(),
        )
    return done


def _whom(case: Case, parties: set[int] | None) -> Whom:
    rows = case.parties.all()
    # A company's name is no personal data; its people's are in rows of their own.
    rows = rows.filter(pk__in=parties) if parties else rows.filter(kind=PartyKind.NATURAL)
    names = {text for row in rows for text in (row.name, str(row.id_number), str(row.phone))}
    kept = tuple(name for name in names if len(name) > 1 and name != GONE)
    return Whom(case, frozenset(row.pk for row in rows), kept, whole=parties is None)


def _texts(whom: Whom) -> Counter[str]:
    """Take people out of papers, the basis, leads, measures and notes of the case."""
    done: Counter[str] = Counter()
    for paper in Paper.objects.filter(case=whom.case):
        if whom.named_in(paper.content):
            content = json.dumps(
                _walked(json.loads(paper.content), whom),
                ensure_ascii=False,
                sort_keys=True,
                separators=(",", ":"),
            )
            done["文书"] += Paper.objects.filter(pk=paper.pk).update(content=content)
    basis = whom.blackened(whom.case.basis_text)
    if basis != whom.case.basis_text:
        done["执行内容"] += Case.objects.filter(pk=whom.case.pk).update(basis_text=basis)
    notes = EventNote.objects.filter(event__case=whom.case)
    gone = [note.pk for note in notes if whom.whole or whom.named_in(note.text)]
    done["事件说明"] += notes.filter(pk__in=gone).delete()[0] if gone else 0
    done["财产线索"] += sum(_leads(whom))
    for measure in whom.case.measures.all():
        if (target := whom.blackened(measure.target)[:200]) != measure.target:
            done["控制措施"] += whom.case.measures.filter(pk=measure.pk).update(target=target)
    return +done


def _leads(whom: Whom) -> Iterator[int]:
    for lead in Lead.objects.filter(case=whom.case).exclude(content=GONE):
        own = whom.whole or lead.party_id in whom.parties
        if own or whom.named_in(lead.content + lead.finding):
            finding = GONE if lead.finding else ""
            yield Lead.objects.filter(pk=lead.pk).update(content=GONE, finding=finding)


def _walked(value: Any, whom: Whom) -> Any:
    if isinstance(value, str):
        return whom.blackened(value)
    if isinstance(value, list):
        return [_walked(item, whom) for item in value]
    if isinstance(value, dict):
        return {key: _walked(item, whom) for key, item in value.items()}
    return value


def _files(whom: Whom) -> Counter[str]:
    """Remove the files people handed in; the row stays with the hash of what was there.

    A file goes at once, before the commit: should the rest fail, a second run mends it.
    """
    rows = Attachment.objects.filter(case=whom.case).exclude(name=GONE)
    rows = rows if whom.whole else rows.filter(party__in=whom.parties)
    done: Counter[str] = Counter()
    for row in rows:
        row.file.delete(save=False)
        done["附件"] += Attachment.objects.filter(pk=row.pk).update(name=GONE, file="")
    return done


def _rows(whom: Whom) -> Counter[str]:
    """Overwrite the people's own rows; the rows stay, for events point to them."""
    rows = Party.objects.filter(pk__in=whom.parties).exclude(name=GONE)
    fresh = {"name": GONE, "id_number": "", "id_blind": "", "phone": "", "user": None}
    done = Counter({"当事人": rows.update(**fresh)})
    if whom.whole:
        Party.objects.filter(case=whom.case).update(phone="", user=None)
    return +done
