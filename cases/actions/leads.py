"""Property leads (财产线索): handed in, checked, answered."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.actions._inputs import chosen
from cases.machine import LeadState, State
from cases.models import Case, Lead, Party
from cases.models.lead import AssetKind
from cases.timeline import record
from cases.verb import handler_or, in_state, verb
from enforcement.errors import Invalid, NotFound, Refused
from enforcement.models import User
from enforcement.roles import Role

#: Result of a check → the move of the lead.
RESULTS = {
    LeadState.TRUE: "confirm",
    LeadState.FALSE: "reject",
    LeadState.UNVERIFIABLE: "give_up",
}


@verb(
    "登记财产线索",
    roles=[Role.JUDGE, Role.ASSISTANT, Role.CLERK, Role.FILING_CLERK, Role.PETITION_CLERK],
    form="cases.forms.LeadForm",
    guards=[in_state(State.FILED, State.ASSIGNED, State.ENFORCING, State.SUSPENDED)],
    outside=True,
    hint="七日内核查，紧急的三日内核查",
    order=40,
)
def submit_lead(
    case: Case,
    *,
    by: User | None,
    now: datetime,
    on: date,
    asset_kind: str,
    content: str,
    urgent: bool = False,
    party: Party | None = None,
) -> Lead:
    """Record a lead given by the applicant; the clocks for checking it start.

    Args:
        party: who gave it; required when no signed-in person records it (the portal).

    Raises:
        Invalid: empty content. NotFound: a party of another case.
    """
    not_before(on, case.filed_on, "立案日")
    if party is not None and party.case_id != case.pk:
        raise NotFound
    chosen(asset_kind, AssetKind, "asset_kind", "财产类型")
    lead = Lead.objects.create(
        case=case,
        party=party,
        asset_kind=asset_kind,
        content=required(content, "content", "线索内容"),
        urgent=urgent,
        submitted_on=on,
    )
    record(case, "lead.submitted", on=on, now=now, by=by, lead=lead.pk, urgent=urgent)
    return lead


def _case_open(lead: Lead, by: User | None, today: date) -> None:
    in_state(State.ASSIGNED, State.ENFORCING, State.SUSPENDED)(lead.case, by, today)


def _stands(lead: Lead, by: User | None, today: date) -> None:
    if lead.void:
        raise Refused("lead.void", "该线索已经更正作废，无需核查。")


@verb(
    "提交核查结果",
    on=Lead,
    roles=[Role.JUDGE, Role.ASSISTANT],
    form="cases.forms.VerifyLeadForm",
    guards=[
        _case_open,
        in_state(LeadState.SUBMITTED, code="lead.state"),
        handler_or(Role.ASSISTANT),
        _stands,
    ],
    order=45,
)
def verify_lead(
    lead: Lead, *, by: User, now: datetime, on: date, result: str, finding: str
) -> Lead:
    """Answer a lead: true, false, or cannot be verified, with the finding.

    财产调查规定（2020）第2条: 7 days, urgent 3 days; the founding article speaks of 10 days.

    Raises:
        Invalid: unknown result, empty finding, a day before the lead came in.
    """
    not_before(on, lead.submitted_on, "收到线索之日")
    if result not in RESULTS:
        raise Invalid("lead.result", "请选择核查结果：属实、不属实或无法核实。", field="result")
    getattr_move = {"confirm": lead.confirm, "reject": lead.reject, "give_up": lead.give_up}
    getattr_move[RESULTS[LeadState(result)]]()
    lead.finding = required(finding, "finding", "核查情况")
    lead.verified_on, lead.verified_by = on, by
    lead.save(update_fields=["state", "finding", "verified_on", "verified_by"])
    record(lead.case, "lead.verified", on=on, now=now, by=by, lead=lead.pk, result=result)
    return lead
