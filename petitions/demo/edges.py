"""Cases that stand at an edge today: just begun, due today or tomorrow, amber, excluded, extended.

Nothing falls due on a day on which the court rests: on a weekend "today" is the next working day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from cases.models.party import PartyRole
from petitions.demo import course
from petitions.demo.claims import Claim
from petitions.demo.world import DAY, Script, World


def scripts(world: World) -> Iterator[Script]:
    """Yield the scripts, one case each."""
    yield from _unassigned(world)
    yield from _notices(world)
    yield from _leads(world)
    yield from _listings(world)
    yield from _limits(world)
    yield from _excluded(world)
    yield from _closings(world)


# -- assignment ---------------------------------------------------------------------------------


def _unassigned(world: World) -> Iterator[Script]:
    """Filed today; due tomorrow and today; lapsed, its flag waiting to be taken up."""
    due, next_due = world.due_day, world.next_due_day
    yield _waiting(world, "陕1002", world.today, "民间借贷")
    yield _waiting(world, "陕1002", world.working(-1), "劳务合同")
    yield _waiting(world, "陕1002", world.starting(next_due, 7, "days"), "买卖合同")
    yield _waiting(world, "陕1021", world.starting(due, 7, "days"), "交通事故")
    yield _waiting(world, "陕1022", world.working(-2), "金融借款")
    yield _waiting(world, "陕10", world.working(-3), "建设工程")
    yield _waiting(world, "陕1022", world.back(13), "物业服务", flagged=True)


def _waiting(world: World, code: str, filed: date, what: str, *, flagged: bool = False) -> Script:
    yield from course.opened(world, code, filed, claim=what, assign=None, quiet=flagged)


# -- notice -------------------------------------------------------------------------------------


def _notices(world: World) -> Iterator[Script]:
    """File not received yet; notice due today, due tomorrow."""
    due, after = world.due_day, world.next_due_day
    yield _started(world, "陕1002", received=None)
    yield _started(world, "陕1021", received=None)
    yield _started(world, "陕1002", received=world.starting(due, 3, "days"))
    yield _started(world, "陕1022", received=world.starting(after, 3, "days"))


def _started(world: World, code: str, received: date | None) -> Script:
    """Assign a case; let the judge receive the file on a day, and no more."""
    first = world.working(-5) if received is None else world.open_day(received - 3 * DAY)
    case = yield from course.opened(world, code, first, assign=0, receive=None, judge=0)
    if received is not None:
        yield received
        world.do("receive_file", case)


# -- leads and listings -------------------------------------------------------------------------


def _leads(world: World) -> Iterator[Script]:
    """A lead due tomorrow, one past seven days but not ten, an urgent one overdue, a new one."""
    after = world.next_due_day
    yield _open_lead(world, "陕1002", world.starting(after, 7, "days"), nth=0, judge=0)
    yield _open_lead(world, "陕1022", world.starting(world.due_day, 10, "days"), nth=2)
    yield _open_lead(world, "陕1021", world.working(-5), nth=6, urgent=True)
    yield _open_lead(world, "陕1002", world.today, nth=1, judge=1)


def _open_lead(
    world: World, code: str, given: date, *, nth: int, urgent: bool = False, judge: int = 0
) -> Script:
    filed = world.back(48 + nth)
    case = yield from course.opened(world, code, filed, judge=judge)
    yield from course.after(world, 6)
    first = course.lead(world, case, nth + 1)
    yield from course.after(world, 3)
    course.verify(world, first, "true")
    course.control(world, case, nth + 1, lead=first)
    yield given
    course.lead(world, case, nth, urgent=urgent)


def _listings(world: World) -> Iterator[Script]:
    """A listing to be published today, one tomorrow."""
    after = world.next_due_day
    yield _to_publish(world, "陕1002", world.starting(world.due_day, 3, "days"), "evades")
    yield _to_publish(world, "陕1021", world.starting(after, 3, "days"), "refuses")


def _to_publish(world: World, code: str, decided: date, ground: str) -> Script:
    case = yield from course.opened(world, code, world.back(64), judge=1)
    yield decided
    course.listing(world, case, ground)


# -- the limit of the case ----------------------------------------------------------------------


def _limits(world: World) -> Iterator[Script]:
    """The six months end today, tomorrow, in three weeks; the three months of 非诉 in ten days."""
    due, after = world.due_day, world.next_due_day
    yield _long(world, "陕1002", world.starting(due, 6, "months"), judge=0)
    yield _long(world, "陕1022", world.starting(after, 6, "months"))
    yield _long(world, "陕10", world.starting(world.working(15), 6, "months"))
    yield _long(world, "陕1021", world.starting(world.working(7), 3, "months"), claim="行政处罚")
    yield _extended(world)


def _long(world: World, code: str, filed: date, *, judge: int = 0, claim: str = "") -> Script:
    case = yield from course.opened(world, code, filed, judge=judge, claim=claim)
    yield from course.after(world, 12)
    lead = course.lead(world, case, 2)
    yield from course.after(world, 4)
    course.verify(world, lead, "true")
    course.control(world, case, 2, lead=lead)


def _extended(world: World) -> Script:
    """The president approved three months more, in the last five days of the six."""
    limit = world.back(20)
    filed = world.starting(limit, 6, "months")
    case = yield from course.opened(world, "陕1002", filed, judge=2, claim="建设工程")
    yield from course.after(world, 20)
    course.control(world, case, 3)
    yield limit - DAY
    world.do(
        "extend_limit",
        world.fresh(case),
        months=3,
        reason="被执行人名下商铺正在处置，已与案外承租人协商腾退，需要继续办理。",
        document=f"{case.number}延长审批表",
    )


# -- excluded time ------------------------------------------------------------------------------


def _excluded(world: World) -> Iterator[Script]:
    """Suspended now; suspended and resumed; valuation under way; notice by publication ended."""
    yield _suspended(world, "陕1002", 250, 120, "bankruptcy", judge=1)
    yield _suspended(world, "陕1021", 400, 290, "death")
    yield _suspended(world, "陕1022", 160, 90, "applicant_agrees")
    yield _resumed(world)
    yield _valued(world)
    yield _announced(world)


def _suspended(
    world: World, code: str, filed: int, since: int, ground: str, judge: int = 0
) -> Script:
    case = yield from course.opened(world, code, world.back(filed), judge=judge)
    yield world.back(since)
    world.do("suspend", case, ground=ground, document=course.ruling(case))


def _resumed(world: World) -> Script:
    case = yield from course.opened(world, "陕1002", world.back(230), claim="房屋租赁")
    yield world.back(190)
    world.do("suspend", case, ground="third_party", document=course.ruling(case))
    yield world.back(75)
    world.do("resume", case, ground="objection_rejected", document=course.ruling(case, "之二"))


def _valued(world: World) -> Script:
    case = yield from course.opened(world, "陕1022", world.back(140), claim="金融借款", judge=1)
    yield world.back(100)
    course.control(world, case, 2)
    yield world.back(33)
    paper = course.ruling(case, "委托评估书")
    world.do("open_exclusion", case, exclusion="valuation", document=paper)


def _announced(world: World) -> Script:
    case = yield from course.opened(world, "陕10", world.back(150), claim="买卖合同")
    yield world.back(120)
    paper = course.ruling(case, "公告")
    world.do("open_exclusion", case, exclusion="public_notice", document=paper)
    yield world.back(88)
    world.do("close_exclusion", case, exclusion="public_notice", document=paper)
    yield world.back(60)
    world.do("open_exclusion", case, exclusion="auction", document=course.ruling(case, "拍卖公告"))


# -- the six closing methods --------------------------------------------------------------------


def _closings(world: World) -> Iterator[Script]:
    """One case for each way of closing (结案方式), the rare ones among them."""
    yield _closed(world, "陕1002", 96, 40, "performed", what="劳动报酬", petitioner=True)
    yield _closed(world, "陕1021", 150, 30, "round_ended", what="民间借贷")
    yield _closed(world, "陕1022", 70, 26, "terminated", what="抚养费")
    yield _closed(world, "陕1002", 45, 33, "cancelled", what="买卖合同")
    yield _closed(world, "陕10", 80, 22, "not_enforced", what="公证债权")
    yield _closed(world, "陕1021", 38, 31, "rejected", what="物业服务")


def _closed(
    world: World,
    code: str,
    filed: int,
    closed: int,
    method: str,
    *,
    what: str,
    petitioner: bool = False,
) -> Script:
    day, claim = world.back(filed), None
    if petitioner:
        claim = own_claim(world, code, day, what)
    case = yield from course.opened(world, code, day, claim=claim or what)
    yield world.back(closed)
    course.close(world, case, method)


def own_claim(world: World, code: str, filed: date, what: str) -> Claim:
    """Invent a claim whose applicant is the demo's petitioner, spoken for by the demo's counsel."""
    claim = world.registry.claim(world.cast.courts[code], filed, what)
    user, counsel = world.cast["shenqingren"], world.cast["daili"]
    applicant = world.registry.person(PartyRole.APPLICANT, user.name, user=user)
    debtor = next(party for party in claim.parties if party.role == PartyRole.DEBTOR)
    speaker = world.registry.person(PartyRole.COUNSEL, counsel.name, user=counsel, represents=0)
    return replace(claim, parties=(applicant, debtor, speaker))
