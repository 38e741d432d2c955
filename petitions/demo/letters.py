"""Petitions at every stage: today's, registered, answered, read, closed, late, sent on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date

from petitions.demo import course, edges
from petitions.demo.claims import Claim
from petitions.demo.world import Script, World
from petitions.models import Petition

Filing = Generator[date, None, Petition]

SLOW = (
    "我方申请执行已经三个月，提供过两条财产线索，至今没有书面结果。"
    "打执行局电话多次无人接听，请求督促承办人尽快核查并告知进展。"
)
UNCLEAR = (
    "听说被执行人的货车已经查封，但是没有收到任何文书。请问查封到哪一天，能不能拍卖，"
    "拍卖需要我方做什么。"
)
RUDE = "前天到窗口询问案件，接待人员态度生硬，不愿说明下次什么时候可以来。请求改进。"
WRONG = (
    "法院冻结的账户是我给老人存的住院费，与本案债务无关。我是案外人，请求审查后解除，"
    "并告诉我应当走什么程序。"
)
ANSWER_SLOW = (
    "您反映的两条线索，一条已查明属实并查封，一条因登记信息不足无法核实，核查结果已补充告知。"
    "未及时回复电话属实，已要求承办人每两周主动联系一次。"
)
ANSWER_UNCLEAR = (
    "货车查封期限为两年，文书已于今日补发。拍卖前需要确定参考价，您可以先与被执行人议价；"
    "议价不成的，将通过网络询价。下一步安排已由承办人电话告知。"
)


def scripts(world: World) -> Iterator[Script]:
    """Yield the scripts, one case each."""
    yield today(world)
    yield waiting(world)
    yield registered(world)
    yield due_soon(world)
    yield answered(world)
    yield read_and_closed(world)
    yield not_registered(world)
    yield not_answered(world)
    yield sent_on(world)
    yield stranger(world)


def _petition(
    world: World, code: str, ago: int, text: str, kind: str, *, own: bool = False, judge: int = 0
) -> Filing:
    """Open a case and let its applicant petition so many days ago, by the portal."""
    filed = world.back(ago + 70)
    claim: Claim | str = edges.own_claim(world, code, filed, "民间借贷") if own else ""
    case = yield from course.opened(world, code, filed, claim=claim, judge=judge, quiet=True)
    yield world.later(20)
    first = course.lead(world, case, 1)
    yield world.later(4)
    course.verify(world, first)
    course.control(world, case, 1, lead=first)
    yield world.today if not ago else world.back(ago)
    party = course.applicant(case)
    petition: Petition = world.do("file_petition", case, party=party, kind=kind, text=text)
    return petition


def today(world: World) -> Script:
    """Filed today by the petitioner of the demo, on the phone."""
    yield from _petition(world, "陕1002", 0, SLOW, "passive", own=True)


def waiting(world: World) -> Script:
    """In since two working days: to be registered within five."""
    yield from _petition(world, "陕1002", 4, UNCLEAR, "other", judge=1)


def registered(world: World) -> Script:
    """In handling, with time left."""
    petition = yield from _petition(world, "陕1021", 13, RUDE, "attitude")
    yield world.later(2)
    world.do("register_petition", petition)


def due_soon(world: World) -> Script:
    """To be answered within a few days; the bureau head handles it himself (包案)."""
    petition = yield from _petition(world, "陕1022", 26, SLOW, "passive")
    yield world.later(1)
    head = world.cast["juzhang-danfeng"]
    world.do("register_petition", petition, by="xinfang-danfeng", handler=head)


def answered(world: World) -> Script:
    """Answered yesterday, not read yet."""
    petition = yield from _petition(world, "陕1002", 20, UNCLEAR, "other", own=True, judge=1)
    yield world.later(2)
    world.do("register_petition", petition)
    yield world.working(-1)
    world.do("answer_petition", petition, outcome="founded", answer=ANSWER_UNCLEAR)


def read_and_closed(world: World) -> Script:
    """Answered in time, read, closed."""
    petition = yield from _petition(world, "陕1002", 62, SLOW, "passive", own=True, judge=2)
    yield world.later(3)
    world.do("register_petition", petition)
    yield world.later(15)
    world.do("answer_petition", petition, outcome="partly", answer=ANSWER_SLOW)
    yield world.later(1)
    world.do("read_answer", petition, party=course.applicant(petition.case))
    yield world.later(3)
    world.do("close_petition", petition)


def not_registered(world: World) -> Script:
    """Overdue: not registered within five working days."""
    yield from _petition(world, "陕1022", 15, UNCLEAR, "other", judge=1)


def not_answered(world: World) -> Script:
    """Overdue: registered, but not answered within thirty days."""
    petition = yield from _petition(world, "陕1021", 36, SLOW, "passive", judge=1)
    yield world.later(3)
    world.do("register_petition", petition)


def sent_on(world: World) -> Script:
    """Brought to the court above, sent on to the court that can act; the clocks go on."""
    filed = world.back(80)
    case = yield from course.opened(world, "陕1021", filed, claim="劳务合同", quiet=True)
    yield world.back(7)
    petition = world.do(
        "file_petition",
        case,
        by="xinfang-shangluo",
        court=world.cast.courts["陕10"],
        party=course.applicant(case),
        channel="visit",
        kind="passive",
        text="包工头欠我们班组工资，案子在县法院执行，几个月没有动静，来中院请求过问。",
    )
    yield world.later(2)
    world.do(
        "transfer_petition",
        petition,
        by="xinfang-shangluo",
        to_court=case.court,
        reason="首次信访，由执行法院先行办理，办理结果报本院。",
    )


def stranger(world: World) -> Script:
    """A letter from somebody who is no party, answered by post."""
    case = yield from course.opened(world, "陕10", world.back(90), claim="买卖合同", quiet=True)
    yield world.back(33)
    petition = world.do(
        "file_petition",
        case,
        by="xinfang-shangluo",
        petitioner="皇甫念之",
        contact="15400009999",
        channel="letter",
        kind="wrong",
        text=WRONG,
    )
    yield world.later(2)
    world.do("register_petition", petition)
    yield world.later(12)
    world.do(
        "answer_petition",
        petition,
        outcome="declined",
        delivery="post",
        answer="您是案外人，对执行标的主张权利的，可以向本院提出书面异议，本院将依法审查；"
        "异议书的写法和需要的材料随信附上。本件不作为信访受理。",
    )
    yield world.later(4)
    world.do("close_petition", petition)
