"""Ordinary cases of fourteen months: most in time, some late, the older ones closed.

A script stops where its next day lies ahead of today; what is open then is what the demo shows
as work at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from accountability.models import Flag
from cases.models import Case
from enforcement.roles import Role
from petitions.demo import course
from petitions.demo.world import Script, World

#: Ordinary cases by court, and the months over which they come in.
SHARES = {"陕1002": 21, "陕1021": 14, "陕1022": 13, "陕10": 9, "陕": 3}
FIRST, LAST = 418, 9
#: Grounds an explanation gives, with words and whether they hold.
GROUNDS = (
    ("workload", "当月新收案件集中，未能按期办理，已补办。", False),
    ("third_body", "已按时发出协助查询函，有关单位逾期未复，收到答复后当日办理。", True),
    ("oversight", "工作疏漏，未及时登记，已整改。", False),
    ("handed_over", "案件移交期间材料流转延误，接手后立即办理。", True),
    ("no_assets", "经多次查询确无财产可供执行，已告知申请执行人。", True),
)


def scripts(world: World) -> Iterator[Script]:
    """Yield one script a case, spread over courts and months."""
    codes = [code for code, share in SHARES.items() for _ in range(share)]
    world.draw.shuffle(codes)
    step = (FIRST - LAST) / len(codes)
    for nth, code in enumerate(codes):
        seed = world.draw.randrange(10**9)
        # repeatable on purpose
        yield ordinary(world, code, round(FIRST - nth * step), Random(seed))  # noqa: S311


def ordinary(world: World, code: str, ago: int, draw: Random) -> Script:
    """Live through one ordinary case filed so many days ago, by chances of its own."""
    late = draw.random()
    what = "行政处罚" if draw.random() < 0.07 else ""
    case = yield from course.opened(
        world,
        code,
        world.back(ago),
        claim=what,
        judge=draw.randrange(3),
        assign=draw.randint(9, 12) if late < 0.06 else draw.randint(0, 5),
        receive=draw.randint(0, 2),
        notice=draw.randint(5, 8) if 0.06 <= late < 0.14 else draw.randint(0, 2),
        applied=draw.randint(0, 2),
    )
    for _ in range(draw.choice([0, 0, 1, 1, 1, 2])):
        yield from _lead(world, case, draw)
    if draw.random() < 0.3:
        yield from _listing(world, case, draw)
    if draw.random() < 0.22:
        yield from _pause(world, case, draw)
    if draw.random() < 0.13:
        yield from _petition(world, case, draw)
    yield from _end(world, case, draw)


def _lead(world: World, case: Case, draw: Random) -> Script:
    yield world.later(draw.randint(4, 30))
    nth, urgent = draw.randrange(len(course.LEADS)), draw.random() < 0.15
    lead = course.lead(world, case, nth, urgent=urgent)
    slow = draw.random()
    if urgent:
        wait = draw.randint(4, 5) if slow < 0.12 else draw.randint(1, 3)
    else:
        wait = draw.randint(12, 15) if slow < 0.07 else 9 if slow < 0.14 else draw.randint(2, 6)
    yield world.later(wait)
    result = draw.choice(["true", "true", "true", "false", "unverifiable"])
    course.verify(world, lead, result)
    if result == "true":
        yield world.later(draw.randint(0, 4))
        course.control(world, case, nth, lead=lead)


def _listing(world: World, case: Case, draw: Random) -> Script:
    yield world.later(draw.randint(6, 25))
    ground = draw.choice(["report", "report", "refuses", "evades", "spending"])
    listing = course.listing(world, case, ground)
    yield world.later(draw.randint(5, 7) if draw.random() < 0.09 else draw.randint(0, 2))
    world.do("publish_listing", listing)


def _pause(world: World, case: Case, draw: Random) -> Script:
    """Exclude some time: a valuation, an auction, service by public notice, or a suspension."""
    yield world.later(draw.randint(3, 20))
    kind = draw.choice(["valuation", "auction", "public_notice", "suspension"])
    if kind == "suspension":
        ground = draw.choice(["applicant_agrees", "third_party"])
        world.do("suspend", case, ground=ground, document=course.ruling(case))
        yield world.later(draw.randint(25, 80))
        back = "objection_rejected" if ground == "third_party" else "ground_gone"
        world.do("resume", case, ground=back)
        return
    papers = {"valuation": "委托评估书", "auction": "网络拍卖公告", "public_notice": "公告"}
    world.do("open_exclusion", case, exclusion=kind, document=course.ruling(case, papers[kind]))
    yield world.later(draw.randint(30, 62))
    world.do("close_exclusion", case, exclusion=kind)


def _petition(world: World, case: Case, draw: Random) -> Script:
    """A petition by the applicant, answered and closed as a rule."""
    yield world.later(draw.randint(5, 30))
    party = course.applicant(case)
    petition = world.do(
        "file_petition",
        case,
        party=party,
        kind=draw.choice(["passive", "passive", "attitude", "other"]),
        text=draw.choice(
            [
                "申请执行已经几个月，至今没有收到款项，请求告知案件进展。",
                "多次打电话联系不上承办人，希望有人回复。",
                "提供的财产线索不知道核查结果，请求书面告知。",
            ]
        ),
    )
    yield world.later(draw.randint(7, 9) if draw.random() < 0.1 else draw.randint(0, 3))
    world.do("register_petition", petition)
    yield world.later(draw.randint(30, 34) if draw.random() < 0.12 else draw.randint(5, 20))
    world.do(
        "answer_petition",
        petition,
        outcome=draw.choice(["partly", "unfounded", "founded"]),
        answer="您反映的问题已经核实。承办人已向您说明案件进展和下一步安排，联系方式附后；"
        "财产查控结果可以凭案号和查询码在网上查看。",
    )
    yield world.later(draw.randint(0, 3))
    world.do("read_answer", petition, party=party)
    yield world.later(draw.randint(0, 4))
    world.do("close_petition", petition)


def _end(world: World, case: Case, draw: Random) -> Script:
    """Close the case, mostly within its limit."""
    method = draw.choice(["performed"] * 10 + ["round_ended"] * 6 + ["terminated"] * 3)
    slow = draw.random() < 0.1
    limit = 85 if case.procedure == "nonlit" else 176
    earliest = {"performed": 20, "round_ended": 96, "terminated": 30}[method]
    least = limit + 12 if slow else min(earliest, limit - 3)
    most = limit + 70 if slow else limit - 2
    if method == "round_ended" and case.procedure == "nonlit":
        least = most = 96 if not slow else 110
    wanted = case.filed_on + timedelta(days=draw.randint(least, max(least, most)))
    open_for = (wanted - world.day).days
    yield world.later(max(open_for, 2))
    course.close(world, case, method)


# -- what becomes of the flags of ordinary cases ------------------------------------------------


def routine(world: World, flag: Flag) -> Script:
    """Take up a flag: ask, hear, judge, close; each step some days after the one before."""
    # repeatable on purpose
    draw = Random(f"{flag.case_id} {flag.rule} {flag.start_seq}")  # noqa: S311
    ground, text, holds = draw.choice(GROUNDS)
    yield world.later(draw.randint(1, 4))
    world.do("demand_explanation", flag, by=world.asker(flag))
    yield world.later(draw.randint(1, 6))
    course.explain(world, flag, ground, text)
    yield world.later(draw.randint(2, 8))
    judge = world.cast.above(flag.case.court, Role.SUPERVISOR)
    if holds:
        world.do("excuse_flag", flag, by=judge, ground="所述事实有案卷记载佐证，理由成立。")
    else:
        world.do("uphold_flag", flag, by=judge, ground="所述理由属于自身工作安排，不能成立。")
        if draw.random() < 0.15:
            yield world.later(draw.randint(2, 5))
            words = "当时同时承办的案件较多，已经加班办理，请求重新考虑。"
            world.do("reply_to_flag", flag, by=course.answerer(world, flag), text=words)
            yield world.later(draw.randint(3, 8))
            inspector = world.cast.above(flag.case.court, Role.INSPECTOR)
            words = "案件数量不是法定扣除事由，维持认定。"
            world.do("reconsider_flag", flag, by=inspector, ground=words)
    yield world.later(draw.randint(4, 15))
    world.do("close_flag", flag, by=judge)
