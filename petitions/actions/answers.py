"""Petitions are answered (有信必复): no way to close one that does not pass a readable answer."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.models import Party
from cases.timeline import record
from cases.verb import in_state, verb
from enforcement.access import sight
from enforcement.errors import Forbidden, Invalid, NotFound, Refused
from enforcement.models import User
from petitions.actions._posts import at_court
from petitions.actions.filing import not_about_self
from petitions.duties import HANDLERS, HEADS
from petitions.machine import PetitionState
from petitions.models import Delivery, Outcome, Petition


def _handler_or_head(petition: Petition, by: User | None, today: date) -> None:
    """Guard: the handler, or the head of the answering court."""
    if by is None or petition.handler_id == by.pk:
        return
    if not sight(by, today).has(HEADS, petition.court):
        raise Forbidden("petition.not_handler", f"本件由办理人{petition.handler}答复和办结。")


@verb(
    "答复信访",
    on=Petition,
    roles=HANDLERS,
    standing=at_court(*HANDLERS),
    form="petitions.forms.AnswerPetitionForm",
    guards=[
        in_state(PetitionState.REGISTERED, code="petition.state"),
        _handler_or_head,
        not_about_self,
    ],
    hint="收到之日起三十日内办结并答复",
    order=20,
)
def answer_petition(
    petition: Petition,
    *,
    by: User,
    now: datetime,
    on: date,
    outcome: str,
    answer: str,
    delivery: str = Delivery.PORTAL,
) -> Petition:
    """Answer a petition; a party reads the answer on the portal at once.

    Args:
        outcome: one of ``Outcome``; declining is an answer too and says where to turn.
        delivery: how the answer reaches the petitioner; the portal only reaches a party.

    Raises:
        Invalid: unknown outcome, an answer without content, a way the petitioner cannot read it.
    """
    not_before(on, petition.registered_on, "登记日")
    if outcome not in Outcome.values:
        raise Invalid("petition.outcome", "请选择办理结果。", field="outcome")
    if delivery not in Delivery.values:
        raise Invalid("petition.delivery", "请选择送达方式。", field="delivery")
    petition.answer = required(answer, "answer", "答复内容")
    petition.outcome, petition.delivery = outcome, delivery
    if not readable(petition):
        raise Invalid(
            "petition.unreadable",
            "信访人不是本案当事人，不能在网上查看答复，请选择邮寄送达或者当面告知。",
            field="delivery",
        )
    petition.answer_it()
    petition.answered_on, petition.answered_by = on, by
    petition.save(
        update_fields=["answer", "outcome", "delivery", "answered_on", "answered_by", "state"]
    )
    record(petition.case, "petition.answered", on=on, now=now, by=by, petition=petition.pk)
    return petition


def readable(petition: Petition) -> bool:
    """Tell whether the petitioner can read the answer: on the portal, or it was sent or handed."""
    if petition.delivery == Delivery.PORTAL:
        return petition.party_id is not None and bool(petition.case.query_code_hash)
    return petition.delivery in {Delivery.POST, Delivery.HANDED}


def _answered(petition: Petition, by: User | None, today: date) -> None:
    """Guard: 有信必复."""
    if petition.state != PetitionState.CLOSED and not petition.answer.strip():
        raise Refused("petition.no_answer", "有信必复：本件还没有答复内容，请先答复信访人再办结。")
    if petition.state != PetitionState.CLOSED and not readable(petition):
        raise Refused("petition.unreadable", "信访人还看不到答复，请先送达再办结。")


@verb(
    "办结信访",
    on=Petition,
    roles=HANDLERS,
    standing=at_court(*HANDLERS),
    form="cases.forms.DayForm",
    guards=[
        _answered,
        in_state(PetitionState.ANSWERED, code="petition.state"),
        _handler_or_head,
        not_about_self,
    ],
    hint="答复送达后办结",
    order=30,
)
def close_petition(petition: Petition, *, by: User, now: datetime, on: date) -> Petition:
    """Close an answered petition; the answer stays readable.

    Raises:
        Refused: ``petition.no_answer``, ``petition.unreadable``, ``petition.state``.
        Invalid: a day before the answer.
    """
    not_before(on, petition.answered_on, "答复日")
    petition.close()
    petition.closed_on = on
    petition.save(update_fields=["closed_on", "state"])
    record(petition.case, "petition.closed", on=on, now=now, by=by, petition=petition.pk)
    return petition


def _petitioner_only(petition: Petition, by: User | None, today: date) -> None:
    """Standing: the portal, or the petitioner signed in; court staff do not read for them."""
    if by is not None and (petition.party is None or petition.party.user_id != by.pk):
        raise Forbidden("petition.reader", "答复由信访人本人在网上阅读。")


@verb(
    "阅读答复",
    on=Petition,
    roles=[],
    standing=_petitioner_only,
    guards=[in_state(PetitionState.ANSWERED, PetitionState.CLOSED, code="petition.state")],
    outside=True,
    order=99,
)
def read_answer(
    petition: Petition, *, by: User | None, now: datetime, on: date, party: Party | None = None
) -> Petition:
    """Note that the petitioner opened the answer; a second reading changes nothing.

    Raises:
        Forbidden: court staff. NotFound: the petition is another party's.
    """
    if by is None and (party is None or petition.party_id != party.pk):
        raise NotFound
    if petition.read_on is None:
        petition.read_on = on
        petition.save(update_fields=["read_on"])
        record(petition.case, "petition.read", on=on, now=now, by=by, petition=petition.pk)
    return petition
