"""Stretches of a case's course that many scripts share; each waits for its own days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.actions.measures import longest_until
from cases.models import Case, Lead, Listing, Party
from cases.models.lead import AssetKind
from cases.models.measure import MeasureKind
from cases.models.party import PartyRole
from enforcement.models import User
from enforcement.roles import Role
from petitions.demo.claims import Claim
from petitions.demo.world import Filed, Script, World

#: Leads as applicants write them: kind of property, words, control that follows, its object.
LEADS: tuple[tuple[AssetKind, str, MeasureKind, str], ...] = (
    (
        AssetKind.DEPOSIT,
        "被执行人在本县信用社开有账户，近三个月有货款进账，请查询冻结。",
        MeasureKind.FREEZE,
        "银行账户存款",
    ),
    (
        AssetKind.VEHICLE,
        "被执行人名下有一辆白色轻型货车，平时停放在自家院内。",
        MeasureKind.SEAL,
        "轻型货车一辆",
    ),
    (
        AssetKind.REAL_ESTATE,
        "被执行人在县城东街有商铺一间，目前出租，每年收取租金。",
        MeasureKind.SEAL,
        "东街商铺一间",
    ),
    (
        AssetKind.RECEIVABLE,
        "被执行人承包的工地年底结算，发包方尚欠其工程款，提供合同复印件。",
        MeasureKind.FREEZE,
        "对发包方的到期工程款债权",
    ),
    (
        AssetKind.WAGES,
        "被执行人在县城一家企业上班，每月十日发工资。",
        MeasureKind.FREEZE,
        "工资收入（保留必需生活费用）",
    ),
    (
        AssetKind.EQUITY,
        "被执行人持有一家合伙企业的份额，工商登记可以查到。",
        MeasureKind.FREEZE,
        "合伙企业财产份额",
    ),
    (
        AssetKind.MOVABLE,
        "被执行人厂房内有两台数控机床，听说正在联系买家。",
        MeasureKind.DETAIN,
        "数控机床两台",
    ),
)
FOUND = {
    "true": "经查询和实地核实，线索属实，财产权属清楚，已具备采取控制措施的条件。",
    "false": "经查询登记机关和现场走访，线索所述财产已于申请执行前转让，不属于被执行人。",
    "unverifiable": "线索所述地点、权属信息不足，多次联系提供人未能补充，无法核实。",
}


def opened(
    world: World,
    code: str,
    filed: date,
    *,
    claim: Claim | str = "",
    judge: int = 0,
    assign: int | None = 2,
    receive: int | None = 1,
    notice: int | None = 1,
    applied: int = 1,
    quiet: bool = False,
) -> Filed:
    """File a case and take its first steps, so many days after each other; None stops before.

    Args:
        claim: what it is about; a kind of claim by name, or a random one.
        judge: which judge of the court gets it, counting round.
        quiet: its flags are taken up by the script itself, not by routine.
    """
    yield filed
    court = world.cast.courts[code]
    if isinstance(claim, str):
        claim = world.registry.claim(court, filed, claim)
    case = world.file(code, claim, applied=applied)
    if quiet:
        world.quiet.add(case.pk)
    if assign is None:
        return case
    yield world.later(assign)
    world.do("assign_handler", case, user=world.cast.of(court, Role.JUDGE, judge))
    if receive is None:
        return case
    yield world.later(receive)
    world.do("receive_file", case)
    if notice is None:
        return case
    yield world.later(notice)
    world.do("send_notice", case)
    return case


def lead(world: World, case: Case, nth: int = 0, *, urgent: bool = False, **data: Any) -> Lead:
    """Take in a lead of the applicant's: every other one comes by the portal."""
    kind, content, _, _ = LEADS[nth % len(LEADS)]
    given: dict[str, Any] = {"asset_kind": kind, "content": content, "urgent": urgent} | data
    by = None if nth % 2 else clerk(world, case)
    found: Lead = world.do("submit_lead", case, by=by, party=applicant(case), **given)
    return found


def applicant(case: Case) -> Party:
    """Return the first applicant."""
    return case.parties.filter(role=PartyRole.APPLICANT).earliest("id")


def clerk(world: World, case: Case) -> User:
    """Return who writes down what parties bring: the clerk of the court, else its filing clerk."""
    people = world.cast.all_of(case.court, Role.CLERK)
    return people[0] if people else world.cast.of(case.court, Role.FILING_CLERK)


def verify(world: World, lead: Lead, result: str = "true", finding: str = "") -> None:
    """Answer a lead."""
    world.do("verify_lead", lead, result=result, finding=finding or FOUND[result])


def control(world: World, case: Case, nth: int = 0, *, lead: Lead | None = None) -> None:
    """Take the control measure that goes with a lead, for its longest term."""
    kind, _, measure, target = LEADS[nth % len(LEADS)]
    world.do(
        "take_measure",
        case,
        kind=measure,
        asset_kind=kind,
        target=target,
        amount=(case.amount / 2).quantize(case.amount),
        expires_on=longest_until(kind, world.day),
        lead=lead,
    )


def listing(world: World, case: Case, ground: str = "report") -> Listing:
    """Decide to list the first debtor as dishonest."""
    debtor = case.parties.filter(role=PartyRole.DEBTOR).first()
    decided: Listing = world.do("decide_listing", case, debtor=debtor, ground=ground)
    return decided


def ruling(case: Case, suffix: str = "之一") -> str:
    """Return the number of a ruling in the case: its own number with a suffix."""
    return f"{case.number}{suffix}"


def close(world: World, case: Case, method: str) -> None:
    """Close a case by a method, with what the method needs."""
    data: dict[str, Any] = {
        "document": ruling(case, "结案通知书" if method == "performed" else "之二")
    }
    if method == "performed":
        data["paid"] = case.amount
    elif method == "round_ended":
        data |= {
            "paid": (case.amount / 10).quantize(case.amount),
            "interview_on": world.day - timedelta(days=2),
            "consent": "applicant_signed" if case.serial % 2 else "president_approved",
        }
    elif method == "terminated":
        data["ground"] = "withdrawn"
    elif method == "cancelled":
        data["ground"] = "other_court"
    world.do("close_case", case, method=method, **data)


def explain(world: World, flag: Any, ground: str, text: str) -> None:
    """Explain a flag as the one who has to."""
    world.do("explain_flag", flag, by=answerer(world, flag), ground=ground, text=text)


def answerer(world: World, flag: Any) -> User:
    """Return who answers for a flag: its holder, else the post its duty names."""
    if flag.holder_id is not None:
        return world.cast.by_id[flag.holder_id]
    roles = {"petition": Role.PETITION_CLERK, "filing": Role.FILING_CLERK}
    return world.cast.of(flag.case.court, roles.get(flag.duty, Role.BUREAU_HEAD))


def after(world: World, days: int) -> Script:
    """Wait some days; to be used with ``yield from``."""
    yield world.later(days)
