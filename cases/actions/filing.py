"""Filing a case (立案): number, parties, basis, and the code by which a party finds it again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cases import identity
from cases.actions._days import not_before, required
from cases.actions._inputs import amount_in, chosen
from cases.models import Case, Cause, NumberSeries, Party
from cases.models.case import AT_THE_WINDOW, Basis, Procedure
from cases.models.party import PartyKind, PartyRole
from cases.numbers import format_number
from cases.timeline import record
from cases.verb import opening
from enforcement.crypto import blind, blinds
from enforcement.errors import Invalid, Refused
from enforcement.models import Court, User
from enforcement.roles import Role

#: 类型代字 of a first enforcement case; 非诉执行 carries the same one (法〔2015〕137号).
TYPE_CHAR = "执"
#: Letters and digits of a query code that are not mistaken for each other when read aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class PartyInput:
    """What is entered about one party.

    Attributes:
        represents: index in the list of the party this counsel speaks for.
    """

    role: str
    kind: str
    name: str
    id_number: str = ""
    phone: str = ""
    represents: int | None = None
    user: User | None = None


@dataclass(frozen=True)
class Filed:
    """The new case, and its query code (查询码), which is shown once and not stored in clear."""

    case: Case
    query_code: str


def query_hash(number: str, code: str) -> str:
    """Return the keyed hash under which a query code is kept."""
    return query_hashes(number, code)[0]


def query_hashes(number: str, code: str) -> list[str]:
    """Return the same hash under every index key, the present one first."""
    return blinds(f"{number}:{code.strip().upper()}")


@opening("登记立案", roles=[Role.FILING_CLERK], form="cases.forms.FileCaseForm")
def file_case(
    court: Court,
    *,
    by: User,
    now: datetime,
    on: date,
    applied_on: date,
    procedure: str,
    basis: str,
    basis_number: str,
    basis_body: str,
    amount: Decimal,
    parties: Sequence[PartyInput],
    basis_text: str = "",
    cause: Cause | None = None,
) -> Filed:
    """File an implementation case and start its timeline.

    Args:
        on: filing day (立案日), not before ``applied_on``.
        amount: amount applied for, in yuan, two decimals, not negative.

    Raises:
        Invalid: a wrong day, amount, party or identity number; nothing is written.
        Refused: ``court.unfit``, a court that was merged or has no 代字.
    """
    _check_court(court)
    not_before(on, applied_on, "收到申请日")
    amount = amount_in(amount, "amount")
    if procedure not in dict(AT_THE_WINDOW):
        raise Invalid(
            "input.choice", f"请选择案件类型，没有“{procedure}”这个选项。", field="procedure"
        )
    chosen(basis, Basis, "basis", "执行依据种类")
    _check_parties(parties, on)
    serial = NumberSeries.allocate(court, on.year, TYPE_CHAR)
    number = format_number(on.year, court.code, TYPE_CHAR, serial)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    case = Case(
        court=court,
        **ancestors(court),
        year=on.year,
        type_char=TYPE_CHAR,
        serial=serial,
        number=number,
        procedure=Procedure(procedure),
        applied_on=applied_on,
        filed_on=on,
        basis=basis,
        basis_number=required(basis_number, "basis_number", "执行依据文号"),
        basis_body=required(basis_body, "basis_body", "执行依据作出机关"),
        basis_text=basis_text.strip(),
        cause=cause,
        amount=amount,
        query_code_hash=query_hash(number, code),
    )
    case.save()
    case.locked = True
    _record_filing(case, _save_parties(case, parties), now, by)
    return Filed(case, code)


def _record_filing(case: Case, parties: list[int], now: datetime, by: User) -> None:
    record(
        case,
        "case.filed",
        on=case.filed_on,
        now=now,
        by=by,
        procedure=case.procedure,
        applied_on=case.applied_on.isoformat(),
        amount=str(case.amount),
        parties=parties,
    )


def ancestors(court: Court) -> dict[str, Court | None]:
    """Return the high and intermediate courts whose lists the case belongs to."""
    chain = [*court.ancestors(), court]
    by_level = {c.level: c for c in chain}
    return {
        "high": by_level.get(Court.Level.HIGH),
        "intermediate": by_level.get(Court.Level.INTERMEDIATE),
    }


def _check_court(court: Court) -> None:
    if not court.active or not court.code:
        raise Refused(
            "court.unfit",
            f"{court.name}已经撤并或者没有法院代字，不能立案，请到现管辖法院办理。",
        )


def _check_parties(parties: Sequence[PartyInput], today: date) -> None:
    roles = {p.role for p in parties}
    if PartyRole.APPLICANT not in roles:
        raise Invalid("party.no_applicant", "请至少填写一名申请执行人。", field="parties")
    if PartyRole.DEBTOR not in roles:
        raise Invalid("party.no_debtor", "请至少填写一名被执行人。", field="parties")
    for index, party in enumerate(parties):
        required(party.name, f"parties.{index}.name", "当事人姓名或名称")
        try:
            _check_party(party, today)
        except Invalid as wrong:
            message = f"第 {index + 1} 名当事人：{wrong.message}"
            raise Invalid(wrong.code, message, field=f"parties.{index}.{wrong.field}") from None


def _check_party(party: PartyInput, today: date) -> None:
    chosen(party.role, PartyRole, "role", "诉讼地位")
    chosen(party.kind, PartyKind, "kind", "当事人类型")
    if party.id_number:
        if party.kind == PartyKind.NATURAL:
            identity.check_resident_number(party.id_number, today)
        else:
            identity.check_credit_code(party.id_number)
    if party.phone:
        identity.check_phone(party.phone)


def _save_parties(case: Case, parties: Sequence[PartyInput]) -> list[int]:
    """Store the parties; counsel point to the one they speak for."""
    rows: list[Party] = []
    for entry in parties:
        number = identity.normalise(entry.id_number)
        rows.append(
            Party.objects.create(
                case=case,
                role=entry.role,
                kind=entry.kind,
                name=entry.name.strip(),
                id_number=number,
                id_blind=blind(number) if number else "",
                phone=identity.normalise(entry.phone),
                represents=_represented(rows, entry),
                user=entry.user,
            )
        )
    return [row.pk for row in rows]


def _represented(rows: list[Party], entry: PartyInput) -> Party | None:
    if entry.role != PartyRole.COUNSEL:
        return None
    if entry.represents is not None:
        if not 0 <= entry.represents < len(rows):
            raise Invalid("party.represents", "代理人应填写在被代理的当事人之后。", field="parties")
        return rows[entry.represents]
    return next((r for r in rows if r.role == PartyRole.APPLICANT), None)
