"""Petitions come in: filed, registered with a handler, or sent on to the court that must answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cases.actions._days import not_before, required
from cases.models import Attachment, Case, Party
from cases.timeline import legal_day, record
from cases.verb import in_state, verb
from enforcement.errors import Forbidden, Invalid, NotFound, Refused
from enforcement.models import Court, User
from enforcement.roles import Role
from petitions import conflicts
from petitions.actions._posts import at_court, at_or_above, posts_where
from petitions.duties import HANDLERS, INTAKE
from petitions.machine import PetitionState
from petitions.models import Channel, Petition, PetitionAttachment, PetitionKind
from petitions.numbering import petition_number


def _may_file(case: Case, by: User | None, today: date) -> None:
    """Standing: the portal, a party signed in, or intake staff of this court or one above."""
    if by is None or case.parties.filter(user=by).exists():
        return
    at_or_above(*INTAKE)(case, by, today)


@verb(
    "提出信访",
    roles=INTAKE,
    form="petitions.forms.FilePetitionForm",
    standing=_may_file,
    outside=True,
    hint="五个工作日内登记，三十日内办结并答复",
    order=150,
)
def file_petition(
    case: Case,
    *,
    by: User | None,
    now: datetime,
    on: date,
    kind: str,
    text: str,
    channel: str = Channel.ONLINE,
    party: Party | None = None,
    petitioner: str = "",
    contact: str = "",
    court: Court | None = None,
    attachments: Sequence[Attachment] = (),
) -> Petition:
    """Take in a petition about a case; the clocks for registering and answering it start.

    Args:
        on: day it was received (收到日).
        party: who petitions; a party who is signed in petitions as themselves.
        petitioner: name of a person who is not a party; then the answer goes by post or by hand.
        court: which court is to answer: the court of the case (default) or one above it.
        attachments: files already stored by ``cases.uploads.store``.

    Raises:
        Invalid: unknown kind or channel, no text, nobody named, a court that is not above the
            case, a file of somebody else, a day before the case was filed.
        Refused: ``petition.duplicate``. NotFound: a party of another case.
    """
    not_before(on, case.filed_on, "立案日")
    _check_choices(kind, channel)
    own = _own_party(case, by)
    if by is None or own is not None:
        channel, party = Channel.ONLINE, own or party
    if party is not None and party.case_id != case.pk:
        raise NotFound
    if party is None:
        required(petitioner, "petitioner", "信访人")
    text = required(text, "text", "反映内容")
    court = court or case.court
    if not court.covers(case.court):
        raise Invalid("petition.court", f"请选择{case.court}或者其上级法院。", field="court")
    _check_new(case, party, petitioner, text)
    petition = Petition.objects.create(
        case=case,
        court=court,
        number=petition_number(court, on.year),
        party=party,
        petitioner="" if party else petitioner.strip(),
        contact=contact.strip(),
        filed_by=by,
        channel=channel,
        kind=kind,
        text=text,
        filed_on=on,
    )
    _attach(petition, attachments, by, party)
    record(case, "petition.filed", on=on, now=now, by=by, petition=petition.pk)
    return petition


def _check_choices(kind: str, channel: str) -> None:
    if kind not in PetitionKind.values:
        raise Invalid("petition.kind", "请选择反映类型。", field="kind")
    if channel not in Channel.values:
        raise Invalid("petition.channel", "请选择来源。", field="channel")


def _own_party(case: Case, by: User | None) -> Party | None:
    return case.parties.filter(user=by).order_by("id").first() if by is not None else None


def _check_new(case: Case, party: Party | None, petitioner: str, text: str) -> None:
    """Refuse the same words twice while the first is still being handled (信访条例第19条)."""
    same: dict[str, Any] = {"party": party} if party else {"petitioner": petitioner.strip()}
    found = (
        Petition.objects.filter(case=case, text=text, **same)
        .exclude(state=PetitionState.CLOSED)
        .first()
    )
    if found is not None:
        raise Refused(
            "petition.duplicate",
            f"相同内容已于 {found.filed_on} 提交（{found.number}），正在办理，无需重复提交。",
        )


def _attach(
    petition: Petition, attachments: Sequence[Attachment], by: User | None, party: Party | None
) -> None:
    """Link stored files; from then on they open to readers of the petition only."""
    for file in attachments:
        theirs = file.case_id == petition.case_id and (
            (party is not None and file.party_id == party.pk)
            or (by is not None and file.by_id == by.pk)
        )
        if not theirs or PetitionAttachment.objects.filter(attachment=file).exists():
            raise Invalid("petition.attachment", "附件无效，请重新上传。", field="attachments")
        PetitionAttachment.objects.create(petition=petition, attachment=file)


def not_about_self(petition: Petition, by: User | None, today: date) -> None:
    """Guard: nobody handles a petition about a case they held."""
    if by is not None and conflicts.held(petition.case, by):
        raise Forbidden("petition.own", "您承办过本案，不能办理对本案的信访，请由他人办理。")


@verb(
    "登记信访",
    on=Petition,
    roles=[Role.PETITION_CLERK],
    standing=at_or_above(Role.PETITION_CLERK),
    form="petitions.forms.RegisterPetitionForm",
    guards=[
        in_state(PetitionState.FILED, PetitionState.TRANSFERRED, code="petition.state"),
        not_about_self,
    ],
    hint="收到之日起五个工作日内登记并确定办理人",
    order=10,
)
def register_petition(
    petition: Petition, *, by: User, now: datetime, on: date, handler: User | None = None
) -> Petition:
    """Register a petition and put somebody in charge (法〔2021〕227号第4条: 5 working days).

    A clerk of a court above who registers it takes it over: that court then has to answer.

    Args:
        handler: who handles it; the clerk themselves when left out.

    Raises:
        Invalid: ``petition.handler``, or a day before it came in. Forbidden: ``petition.own``.
    """
    not_before(on, petition.filed_on, "收到日")
    today, court = legal_day(now), petition.court
    clerk = [Role.PETITION_CLERK]
    petition.court = posts_where(by, today, clerk, lambda held: held.covers(court))[0].court
    chosen = handler or by
    fits = chosen.posts_on(today).filter(court=petition.court, role__in=HANDLERS).exists()
    if not fits or conflicts.held(petition.case, chosen):
        raise Invalid(
            "petition.handler",
            f"{chosen}不是{petition.court}的信访专员或者包案领导，或者承办过本案，请另选办理人。",
            field="handler",
        )
    petition.register()
    petition.handler, petition.registered_on = chosen, on
    petition.save(update_fields=["court", "handler", "registered_on", "state"])
    record(petition.case, "petition.registered", on=on, now=now, by=by, petition=petition.pk)
    return petition


@verb(
    "转送信访",
    on=Petition,
    roles=[Role.PETITION_CLERK],
    standing=at_court(Role.PETITION_CLERK),
    form="petitions.forms.TransferPetitionForm",
    guards=[in_state(PetitionState.FILED, PetitionState.REGISTERED, code="petition.state")],
    hint="转送不影响已经开始计算的期限",
    order=60,
)
def transfer_petition(
    petition: Petition, *, by: User, now: datetime, on: date, to_court: Court, reason: str
) -> Petition:
    """Send a petition on to another court of the line; that court registers and answers it.

    Raises:
        Invalid: ``petition.to_court``, no reason, a day before it came in.
    """
    not_before(on, petition.registered_on or petition.filed_on, "收到日")
    if to_court.pk == petition.court_id or not to_court.covers(petition.case.court):
        raise Invalid(
            "petition.to_court",
            f"只能转送{petition.case.court}或者其上级法院，且不能是本院。",
            field="to_court",
        )
    petition.transfer_reason = required(reason, "reason", "转送理由")
    petition.transfer()
    petition.court, petition.handler, petition.registered_on = to_court, None, None
    petition.save(update_fields=["court", "handler", "registered_on", "state", "transfer_reason"])
    record(petition.case, "petition.transferred", on=on, now=now, by=by, petition=petition.pk)
    return petition
