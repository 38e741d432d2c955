"""Control of property: 查封, 扣押, 冻结, with the terms the law allows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from cases.actions._days import not_before, required
from cases.actions._inputs import amount_in, chosen
from cases.machine import LeadState, State
from cases.models import Case, Lead, Measure
from cases.models.lead import AssetKind
from cases.models.measure import MeasureKind
from cases.timeline import record
from cases.verb import in_state, only_handler, verb
from enforcement.errors import Invalid
from enforcement.models import User
from enforcement.roles import Role

#: Longest term in years by kind of property: 民诉法解释（2022）第485条.
LONGEST_YEARS = {
    AssetKind.DEPOSIT: 1,
    AssetKind.VEHICLE: 2,
    AssetKind.MOVABLE: 2,
}
OTHER_YEARS = 3


def longest_until(asset_kind: str, effective_on: date) -> date:
    """Return the last day a control of this kind of property may run to."""
    years = LONGEST_YEARS.get(AssetKind(asset_kind), OTHER_YEARS)
    try:
        return effective_on.replace(year=effective_on.year + years)
    except ValueError:  # 29 February
        return effective_on.replace(year=effective_on.year + years, day=28)


def check_term(asset_kind: str, effective_on: date, expires_on: date, *, field: str) -> None:
    """Refuse a term that ends before it begins or is longer than the law allows.

    Args:
        field: the input field to name.

    Raises:
        Invalid: ``measure.term`` or ``measure.too_long``.
    """
    if expires_on <= effective_on:
        raise Invalid(
            "measure.term",
            f"到期日（{expires_on}）应晚于生效日（{effective_on}），请核对。",
            field=field,
        )
    limit = longest_until(asset_kind, effective_on)
    if expires_on > limit:
        raise Invalid(
            "measure.too_long",
            f"{AssetKind(asset_kind).label}自 {effective_on} 起最长控制至 {limit}"
            f"（民诉法解释第485条），现为 {expires_on}，请核对。",
            field=field,
        )


def _usable(lead: Lead, case: Case) -> bool:
    return lead.case_id == case.pk and not lead.void and lead.state != LeadState.FALSE


@verb(
    "登记控制措施",
    roles=[Role.JUDGE],
    form="cases.forms.MeasureForm",
    guards=[in_state(State.ASSIGNED, State.ENFORCING), only_handler],
    hint="查封、扣押、冻结",
    order=50,
)
def take_measure(
    case: Case,
    *,
    by: User,
    now: datetime,
    on: date,
    kind: str,
    asset_kind: str,
    target: str,
    amount: Decimal,
    expires_on: date,
    lead: Lead | None = None,
) -> Measure:
    """Record a seizure, detention or freeze.

    Args:
        on: day it took effect (生效日).
        amount: controlled amount, yuan.
        expires_on: last day; at most 1 year for deposits, 2 for movables, 3 for real estate and
            other rights (民诉法解释第485条).

    Raises:
        Invalid: negative amount, a term that ends before it begins or is longer than the law
            allows, a lead of another case or one found untrue.
    """
    not_before(on, case.filed_on, "立案日")
    amount = amount_in(amount, "amount")
    chosen(kind, MeasureKind, "kind", "措施")
    chosen(asset_kind, AssetKind, "asset_kind", "财产类型")
    check_term(asset_kind, on, expires_on, field="expires_on")
    if lead is not None and not _usable(lead, case):
        raise Invalid("measure.lead", "所选线索不属于本案、已经作废或已查明不属实。", field="lead")
    measure = Measure.objects.create(
        case=case,
        lead=lead,
        kind=kind,
        asset_kind=asset_kind,
        target=required(target, "target", "财产描述"),
        amount=amount,
        effective_on=on,
        expires_on=expires_on,
    )
    record(
        case,
        "measure.taken",
        on=on,
        now=now,
        by=by,
        measure=measure.pk,
        measure_kind=kind,
        asset_kind=asset_kind,
        amount=str(amount),
        effective_on=on.isoformat(),
        expires_on=expires_on.isoformat(),
    )
    return measure
