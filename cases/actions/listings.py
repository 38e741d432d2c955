"""The dishonest list (失信被执行人名单): decide, then enter and publish."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before
from cases.actions._inputs import chosen
from cases.kinds import WORDS
from cases.machine import ListingState, State
from cases.models import Case, Listing, Party
from cases.models.case import ClosingMethod
from cases.models.listing import ListingGround
from cases.models.party import PartyRole
from cases.timeline import record
from cases.verb import handler_or, in_state, only_handler, verb
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role

WORDS.setdefault("ground", {}).update(ListingGround.choices)


@verb(
    "决定纳入失信名单",
    roles=[Role.JUDGE],
    form="cases.forms.ListingForm",
    guards=[in_state(State.ENFORCING), only_handler],
    order=60,
)
def decide_listing(
    case: Case, *, by: User, now: datetime, on: date, debtor: Party, ground: str
) -> Listing:
    """Decide to put a debtor on the dishonest list (法释〔2013〕17号第1条, as amended 2017).

    Raises:
        Invalid: not a debtor of this case. Refused: already listed and standing.
    """
    not_before(on, case.filed_on, "立案日")
    chosen(ground, ListingGround, "ground", "纳入失信名单的情形")
    if debtor.case_id != case.pk or debtor.role != PartyRole.DEBTOR:
        raise Invalid("listing.debtor", "请选择本案的被执行人。", field="debtor")
    if case.listings.filter(debtor=debtor, void=False).exists():
        raise Refused("listing.exists", f"已对{debtor.name}作出纳入失信名单的决定。")
    listing = Listing.objects.create(case=case, debtor=debtor, ground=ground, decided_on=on)
    record(case, "listing.decided", on=on, now=now, by=by, listing=listing.pk, ground=ground)
    return listing


def _stands(listing: Listing, by: User | None, today: date) -> None:
    if listing.void:
        raise Refused("listing.void", "该决定已经更正作废，不能公布。")


def _still_owing(listing: Listing, by: User | None, today: date) -> None:
    """Guard: once a case is closed, only 终本 leaves a debtor to be listed."""
    case = listing.case
    if not case.open and case.closing_method != ClosingMethod.ROUND_ENDED:
        method = case.get_closing_method_display()
        raise Refused("listing.closed", f"本案已以“{method}”结案，不再公布失信信息。")


@verb(
    "录入并公布失信信息",
    on=Listing,
    roles=[Role.JUDGE, Role.ASSISTANT, Role.CLERK],
    form="cases.forms.DayForm",
    guards=[
        in_state(ListingState.DECIDED, code="listing.state"),
        handler_or(Role.ASSISTANT, Role.CLERK),
        _stands,
        _still_owing,
    ],
    hint="内部要求：决定之日起三日内",
    order=65,
)
def publish_listing(listing: Listing, *, by: User, now: datetime, on: date) -> Listing:
    """Enter the decision in the list and publish it.

    The three days come from the founding article alone; no instrument was found.

    Raises:
        Invalid: a day before the decision.
    """
    not_before(on, listing.decided_on, "决定之日")
    listing.publish()
    listing.published_on = on
    listing.save(update_fields=["state", "published_on"])
    record(listing.case, "listing.published", on=on, now=now, by=by, listing=listing.pk)
    return listing
