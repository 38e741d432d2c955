"""Lateness at every stage of its flag: raised, asked about, explained, judged, answered, closed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date

from accountability.models import Flag
from cases.models import Case
from enforcement.roles import Role
from petitions.demo import course
from petitions.demo.world import DAY, Filed, Script, World

NOTICE, LEAD, LISTING = "send_enforcement_notice", "lead_red_line", "dishonest_entry"
ASSIGN, LIMIT = "assign_handler", "case_limit"


def scripts(world: World) -> Iterator[Script]:
    """Yield the scripts, one case each."""
    yield notice_raised(world)
    yield lead_demanded(world)
    yield notice_escalated(world)
    yield listing_explained(world)
    yield lead_explained_late(world)
    yield assignment_excused(world)
    yield listing_upheld(world)
    yield limit_replied(world)
    yield notice_overturned(world)
    yield lead_confirmed(world)
    yield notice_closed(world)
    yield notice_withdrawn(world)
    yield former_judge(world)
    yield limit_raised(world)


def _late_notice(world: World, code: str, received: int, sent: int | None, judge: int = 0) -> Filed:
    """Receive a file so many days ago; send the notice late, or not yet. Returns the case."""
    day = world.back(received)
    case = yield from course.opened(
        world, code, day, assign=0, receive=0, notice=None, judge=judge, applied=0, quiet=True
    )
    if sent is not None:
        yield world.back(sent)
        world.do("send_notice", case)
    return case


def _late_lead(
    world: World, code: str, given: int, answered: int | None, *, nth: int, judge: int = 0
) -> Filed:
    """Take in a lead so many days ago; answer it late, or not yet. Returns the case."""
    case = yield from course.opened(world, code, world.back(given + 25), judge=judge, quiet=True)
    yield world.back(given)
    lead = course.lead(world, case, nth)
    if answered is not None:
        yield world.back(answered)
        course.verify(world, lead, "true")
        course.control(world, case, nth, lead=lead)
    return case


def _late_listing(
    world: World, code: str, decided: int, published: int | None, judge: int = 0
) -> Filed:
    """Decide a listing so many days ago; publish it late, or not yet. Returns the case."""
    case = yield from course.opened(world, code, world.back(decided + 40), judge=judge, quiet=True)
    yield world.back(decided)
    listing = course.listing(world, case)
    if published is not None:
        yield world.back(published)
        world.do("publish_listing", listing)
    return case


def _demand(world: World, case: Case, rule: str, ago: int) -> Generator[date, None, Flag]:
    """Ask for an explanation so many days ago, or once there is a flag. Returns the flag."""
    yield world.back(ago)
    while not case.flags.filter(rule=rule).exists():
        yield world.later(1)
    flag = world.flag(case, rule)
    world.do("demand_explanation", flag, by=world.asker(flag))
    return flag


# -- still open ---------------------------------------------------------------------------------


def notice_raised(world: World) -> Script:
    """已标记: the notice is four days late and still not out; nobody has asked yet."""
    yield from _late_notice(world, "陕1002", 9, None, judge=1)


def lead_demanded(world: World) -> Script:
    """已要求说明: a lead lies unanswered; the five working days for the explanation run."""
    case = yield from _late_lead(world, "陕1002", 17, None, nth=4)
    yield from _demand(world, case, LEAD, 3)


def notice_escalated(world: World) -> Script:
    """升级: asked, and no explanation within five working days; the sweep raised the level."""
    case = yield from _late_notice(world, "陕1021", 24, 15, judge=1)
    yield from _demand(world, case, NOTICE, 13)


def listing_explained(world: World) -> Script:
    """已说明: explained in time, to be judged."""
    case = yield from _late_listing(world, "陕1022", 19, 8)
    flag = yield from _demand(world, case, LISTING, 7)
    yield world.back(4)
    course.explain(
        world, flag, "force", "公布前名单库系统升级停用两日，恢复后当日录入；附运维通知截图编号。"
    )


def lead_explained_late(world: World) -> Script:
    """已说明（逾期）: the explanation itself came late, after the flag had been escalated."""
    case = yield from _late_lead(world, "陕1021", 40, 24, nth=3)
    flag = yield from _demand(world, case, LEAD, 23)
    yield world.back(6)
    course.explain(world, flag, "workload", "同期办理涉民生专项案件，核查安排靠后，说明迟延提交。")


def limit_raised(world: World) -> Script:
    """已标记: the six months ended twelve days ago, no extension was asked for in time."""
    filed = world.starting(world.back(12), 6, "months")
    case = yield from course.opened(world, "陕1022", filed, claim="买卖合同", judge=1, quiet=True)
    yield from course.after(world, 30)
    course.control(world, case, 0)


# -- judged -------------------------------------------------------------------------------------


def assignment_excused(world: World) -> Script:
    """理由成立: assigned late, the bureau head's duty; the court above accepts the reason."""
    case = yield from course.opened(
        world, "陕1002", world.back(58), assign=12, claim="建设工程", quiet=True
    )
    flag = yield from _demand(world, case, ASSIGN, 44)
    yield world.back(42)
    course.explain(
        world, flag, "handed_over", "拟承办人与被执行人存在亲属关系主动回避，重新确定承办人。"
    )
    yield world.back(36)
    words = "回避决定在卷，重新分案及时，理由成立。"
    world.do("excuse_flag", flag, by="jiandu", ground=words)


def listing_upheld(world: World) -> Script:
    """认定超期: published eleven days after the decision; the finding may be answered."""
    case = yield from _late_listing(world, "陕1002", 34, 23, judge=2)
    flag = yield from _demand(world, case, LISTING, 26)
    yield world.back(22)
    course.explain(world, flag, "oversight", "决定作出后未及时移交录入，属工作疏漏。")
    yield world.back(15)
    world.do("uphold_flag", flag, by="juzhang", ground="没有法定理由，认定超期，责成整改。")


def limit_replied(world: World) -> Script:
    """申辩待复核: found late, the judge answers that excluded time was never entered."""
    filed = world.starting(world.back(52), 6, "months")
    case = yield from course.opened(world, "陕1021", filed, claim="建设工程", judge=0, quiet=True)
    flag = yield from _demand(world, case, LIMIT, 45)
    yield world.back(41)
    course.explain(world, flag, "excluded", "评估期间四十日未及时登记扣除，实际未超期。")
    yield world.back(30)
    words = "扣除期间应当及时登记；现有记录不能证明评估起止日期，认定超期。"
    world.do("uphold_flag", flag, by="jiandu", ground=words)
    yield world.back(9)
    words = "已调取委托评估书和评估报告，起止日期清楚，请求复核时一并考虑。"
    world.do("reply_to_flag", flag, by=course.answerer(world, flag), text=words)


def notice_overturned(world: World) -> Script:
    """复核改判: found late, answered, and excused by somebody new."""
    case = yield from _late_notice(world, "陕1022", 88, 80)
    flag = yield from _demand(world, case, NOTICE, 83)
    yield world.back(79)
    course.explain(world, flag, "force", "机房断电一天半，文书系统无法使用，恢复后立即发出。")
    yield world.back(70)
    world.do("uphold_flag", flag, by="juzhang-danfeng", ground="断电不足两日，其余迟延没有理由。")
    yield world.back(66)
    words = "断电两次，共三个工作日，附供电所证明。"
    world.do("reply_to_flag", flag, by=course.answerer(world, flag), text=words)
    yield world.back(58)
    words = "证明属实，停电覆盖全部迟延日，改判理由成立。"
    world.do("reconsider_flag", flag, by="ducha", ground=words, overturn=True)


# -- closed and withdrawn -----------------------------------------------------------------------


def lead_confirmed(world: World) -> Script:
    """维持认定并办结: found late, answered, confirmed by the inspector, closed."""
    case = yield from _late_lead(world, "陕10", 150, 134, nth=5)
    flag = yield from _demand(world, case, LEAD, 133)
    yield world.back(128)
    course.explain(world, flag, "workload", "线索涉及多地股权，工作量大。")
    yield world.back(120)
    world.do("uphold_flag", flag, by="juzhang-shangluo", ground="可以先行冻结，不需全部查清。")
    yield world.back(116)
    words = "跨区域查询需要时间。"
    world.do("reply_to_flag", flag, by=course.answerer(world, flag), text=words)
    yield world.back(104)
    words = "网络查控当日可以完成，维持认定。"
    world.do("reconsider_flag", flag, by="ducha-sheng", ground=words)
    yield world.back(100)
    world.do("close_flag", flag, by="jiandu-sheng")


def notice_closed(world: World) -> Script:
    """理由成立并办结."""
    case = yield from _late_notice(world, "陕1002", 120, 112, judge=2)
    flag = yield from _demand(world, case, NOTICE, 113)
    yield world.back(110)
    course.explain(world, flag, "third_body", "被执行人送达地址需公安机关协查，收到回函当日发出。")
    yield world.back(105)
    world.do("excuse_flag", flag, by="juzhang", ground="协查函、回函在卷，理由成立。")
    yield world.back(98)
    world.do("close_flag", flag, by="juzhang")


def notice_withdrawn(world: World) -> Script:
    """已撤销: the day of receipt had been entered wrongly; corrected, nothing was late."""
    case = yield from _late_notice(world, "陕1002", 30, 24)
    yield world.back(20)
    wrong = case.events.get(kind="file.received")
    world.do(
        "correct_event",
        case,
        seq=wrong.seq,
        new_day=case.events.get(kind="notice.sent").on - 2 * DAY,
        reason="接收日期录入有误，移交清单载明的签收日期较晚，予以更正。",
    )


def former_judge(world: World) -> Script:
    """A lead lapsed with one judge, then the case went to another: the flag stays."""
    case = yield from _late_lead(world, "陕1002", 46, None, nth=1, judge=0)
    yield world.back(30)
    world.do(
        "reassign_handler",
        case,
        user=world.cast.of(case.court, Role.JUDGE, 1),
        reason="原承办人借调参加专项行动，变更承办人。",
    )
    yield world.back(26)
    course.verify(world, case.leads.get(), "unverifiable")
    flag = yield from _demand(world, case, LEAD, 2)
    assert flag.holder_id != case.handler_id  # noqa: S101 - what this script is there to show
