"""Dual reviews, reports and supervision orders at every stage, on cases that went wrong."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import date
from typing import Any

from cases.models import Case
from petitions.demo import course
from petitions.demo.world import DAY, Filed, Script, World
from petitions.models import DualReview, Petition, Report

Opened = Generator[date, None, DualReview]
Reported = Generator[date, None, Report]

#: (case reviewer, conduct reviewer) by 代字 of the reviewing court.
PAIRS = {"陕10": ("jiandu", "ducha"), "陕": ("jiandu-sheng", "ducha-sheng")}
APPROVER = {"陕10": "yuanzhang-shangluo", "陕": "yuanzhang-sheng"}

CLUES = (
    "立案后承办人长期未采取任何措施，申请执行人提供的线索无人核查。",
    "承办人与被执行人相识，有意拖延，放任被执行人转移财产。",
)


def scripts(world: World) -> Iterator[Script]:
    """Yield the scripts, one case each."""
    yield just_opened(world)
    yield proposed(world)
    yield sent_back(world)
    yield concluded(world)
    yield reported(world)
    yield replaced(world)
    yield by_the_high_court(world)
    yield order_running(world)
    yield order_overdue(world)
    yield order_returned(world)


def neglected(world: World, code: str, filed: int, *, judge: int = 0, claim: str = "") -> Filed:
    """A case in which little was done: a lead lay for weeks, then the judge was asked about it."""
    case = yield from course.opened(
        world, code, world.back(filed), judge=judge, claim=claim, notice=6
    )
    yield world.later(15)
    lead = course.lead(world, case, 0)
    yield world.later(24)
    course.verify(world, lead, "true", "账户属实，余额已不足百元，近期有大额转出。")
    course.control(world, case, 0, lead=lead)
    return case


def complained(world: World, case: Case, ago: int, text: str) -> Generator[date, None, Petition]:
    """The applicant petitions to the court above, which registers it itself."""
    court = world.cast.courts["陕10"]
    yield world.back(ago)
    petition: Petition = world.do(
        "file_petition",
        case,
        party=course.applicant(case),
        court=court,
        kind="passive",
        text=text,
    )
    yield world.later(1)
    world.do("register_petition", petition, by="xinfang-shangluo")
    return petition


def answer_petition(world: World, petition: Petition, outcome: str, answer: str) -> None:
    """Answer a petition as its handler."""
    world.do("answer_petition", petition, by=petition.handler, outcome=outcome, answer=answer)


def open_review(
    world: World,
    case: Case,
    court: str,
    petition: Petition | None = None,
    clues: Sequence[str] = CLUES,
    source: str = "",
) -> DualReview:
    """Open a review by the two of a court above."""
    case_reviewer, conduct_reviewer = PAIRS[court]
    review: DualReview = world.do(
        "open_review",
        case,
        by=case_reviewer,
        case_reviewer=world.cast[case_reviewer],
        conduct_reviewer=world.cast[conduct_reviewer],
        petition=petition,
        source=source,
        clues=clues,
    )
    return review


def answer_clues(
    world: World, review: DualReview, court: str, nth: int, answers: Sequence[tuple[str, str]]
) -> None:
    """Let one of the two (0: case, 1: conduct) answer the clues in order, with evidence."""
    kinds = ["lead.submitted", "lead.verified", "notice.sent", "file.received", "flag.raised"]
    events = review.case.events.filter(kind__in=kinds).order_by("seq")
    evidence = list(events.values_list("seq", flat=True))[: 4 - nth]
    for clue, (answer, text) in zip(review.clues.order_by("position"), answers, strict=False):
        world.do(
            "answer_clue",
            clue,
            by=PAIRS[court][nth],
            answer=answer,
            text=text,
            evidence=evidence if nth == 0 else evidence[:1],
            other_evidence="" if nth == 0 else "谈话笔录2份，承办人工作日志。",
        )


CASE_ANSWERS = (
    ("yes", "线索收到后逾二十日未核查，期间账户资金转出，属实。"),
    ("no", "案卷显示查封、冻结措施对全部已知财产一并采取，未见选择性处置。"),
)
CONDUCT_ANSWERS = (
    ("yes", "承办人承认当月出差较多，未安排他人代办，也未报告，属实。"),
    ("no", "经谈话和调取通讯记录，未发现承办人与被执行人有不当交往。"),
)


def propose(world: World, review: DualReview, court: str, conclusion: str, **data: Any) -> None:
    """Both answer all clues, the case reviewer proposes the joint conclusion."""
    answer_clues(world, review, court, 0, CASE_ANSWERS)
    answer_clues(world, review, court, 1, CONDUCT_ANSWERS)
    given = {
        "remedies": ["correct", "supervise"],
        "reasons": "线索长期未核查，造成部分财产流失，属于消极执行；未发现违纪违法。",
        "proposals": "责令执行法院十五日内对剩余线索逐条核查并书面回报\n对承办人进行批评教育",
        "summary": "案件线：措施迟延，补救及时性不足。",
    }
    by = PAIRS[court][0]
    world.do("propose_conclusion", review, by=by, conclusion=conclusion, **(given | data))


def sign(world: World, review: DualReview, court: str) -> None:
    """The other reviewer signs."""
    summary = "人员线：作风拖沓，未发现违纪违法。"
    world.do("conclude_review", review, by=PAIRS[court][1], summary=summary)


def report(
    world: World, review: DualReview, court: str, *, addressee: str = "", wait: int = 3
) -> Reported:
    """Draft the report as of the evening before, and let the president issue it some days later."""
    yield world.later(1)
    draft: Report = world.do(
        "draft_report",
        review,
        by=PAIRS[court][0],
        as_of=world.day - DAY,
        addressee=addressee,
        replies="被核查法院认可查明的事实，愿意整改。承办人对迟延无异议。",
    )
    yield world.later(wait)
    world.do("issue_report", draft, by=APPROVER[court])
    return draft


def order(world: World, case: Case, by: str, *, days: int = 15, **data: Any) -> Any:
    """Order the lower court to act and to reply."""
    given: dict[str, Any] = {
        "facts": "申请执行人反映线索提交后长期未核查。经查，线索逾期核查属实，部分资金已经转出。",
        "demands": [
            "对被执行人名下全部财产线索逐条核查并采取控制措施",
            "指定专人负责，每周向申请执行人通报一次进展",
        ],
        "reply_days": days,
        "contact": "执行监督处 0914-0000000",
    }
    return world.do("issue_order", case, by=by, **(given | data))


# -- reviews ------------------------------------------------------------------------------------


def just_opened(world: World) -> Script:
    """核查中: a petition to the court above led to a review; one track has answered one clue."""
    case = yield from neglected(world, "陕1002", 110, judge=1, claim="买卖合同")
    petition = yield from complained(
        world, case, 18, "线索交上去二十多天没人管，钱都转走了，请求中院查一查这个案子。"
    )
    yield world.back(11)
    review = open_review(world, case, "陕10", petition)
    yield world.back(3)
    answer_clues(world, review, "陕10", 0, CASE_ANSWERS[:1])


def proposed(world: World) -> Script:
    """待会签: the case reviewer has proposed and signed, the inspector not yet."""
    case = yield from neglected(world, "陕1021", 140, claim="民间借贷")
    petition = yield from complained(world, case, 48, "案件没有进展，怀疑承办人不作为。")
    yield world.back(42)
    review = open_review(world, case, "陕10", petition)
    yield world.back(23)
    answer_petition(
        world, petition, "partly", "您反映的问题本院已启动核查，执行法院已恢复查控，结果另行告知。"
    )
    yield world.back(2)
    propose(world, review, "陕10", "passive")


def sent_back(world: World) -> Script:
    """退回再议: the inspector did not agree with the proposed conclusion; the review is open."""
    case = yield from neglected(world, "陕1022", 130, claim="劳务合同")
    yield world.back(40)
    review = open_review(world, case, "陕10", source="inspection")
    yield world.back(16)
    propose(world, review, "陕10", "unenforceable")
    yield world.back(9)
    reason = "线索逾期核查属实，与“规范但执行不能”的结论不一致，请按查明事实重新提出。"
    world.do("return_conclusion", review, by="ducha", reason=reason)


def concluded(world: World) -> Script:
    """已作结论: both have signed; the report is drafted and waits for the president."""
    case = yield from neglected(world, "陕1022", 170, judge=1, claim="金融借款")
    yield world.back(60)
    review = open_review(world, case, "陕10", source="deputies")
    yield world.back(12)
    propose(world, review, "陕10", "passive")
    yield world.back(6)
    sign(world, review, "陕10")
    yield world.later(1)
    world.do("draft_report", review, by="jiandu", as_of=world.day - DAY)


def reported(world: World) -> Script:
    """已出报告: the report is issued, an order followed it, the lower court replied in time."""
    case = yield from neglected(world, "陕1002", 190, judge=2, claim="买卖合同")
    petition = yield from complained(world, case, 95, "提供的账户线索没人查，请求监督。")
    yield world.back(88)
    review = open_review(world, case, "陕10", petition)
    yield world.back(70)
    answer_petition(world, petition, "founded", "您反映线索未及时核查属实，本院已作出处理。")
    propose(world, review, "陕10", "passive")
    yield world.back(66)
    sign(world, review, "陕10")
    done = yield from report(world, review, "陕10")
    yield world.later(2)
    asked = order(world, case, "jiandu", report=done, petition=petition)
    yield world.later(11)
    text = "已对两条剩余线索核查完毕，冻结到期债权一笔；指定专人每周联系申请执行人。附工作记录。"
    world.do("reply_order", asked, text=text)
    yield world.later(5)
    world.do("accept_order", asked, by="jiandu")
    world.do("close_petition", petition, by=petition.handler)


def replaced(world: World) -> Script:
    """取代: after new facts came to light a second report took the place of the first."""
    case = yield from neglected(world, "陕1021", 210, judge=1, claim="建设工程")
    yield world.back(100)
    review = open_review(world, case, "陕10", source="procurate")
    yield world.back(84)
    propose(world, review, "陕10", "passive")
    yield world.back(80)
    sign(world, review, "陕10")
    first = yield from report(world, review, "陕10")
    yield world.back(50)
    lead = course.lead(world, case, 3)
    yield world.later(3)
    course.verify(world, lead, "true")
    yield world.back(40)
    second = world.do(
        "supersede_report",
        first,
        by="jiandu",
        as_of=world.day - DAY,
        reason="原报告印发后查明另有到期债权一笔并已冻结，财产状况的表述需要更新。",
    )
    yield world.later(2)
    world.do("issue_report", second, by="yuanzhang-shangluo")
    order(world, case, "jiandu2", report=second, days=60)


def by_the_high_court(world: World) -> Script:
    """A review by the high court of a case of the intermediate court: not founded."""
    case = yield from course.opened(world, "陕10", world.back(200), claim="建设工程", judge=1)
    yield world.later(20)
    lead = course.lead(world, case, 2)
    yield world.later(5)
    course.verify(world, lead)
    course.control(world, case, 2, lead=lead)
    yield world.back(75)
    review = open_review(world, case, "陕", source="other")
    yield world.back(58)
    answers = (("no", "线索五日内核查完毕并查封，未见迟延。"), ("no", "未发现不当交往。"))
    answer_clues(world, review, "陕", 0, answers)
    answer_clues(world, review, "陕", 1, answers)
    world.do(
        "propose_conclusion",
        review,
        by="jiandu-sheng",
        conclusion="unfounded",
        remedies=["none"],
        reasons="期限、措施均符合规定，反映的问题不成立；依法保护正常履职的承办人。",
        proposals="向反映人释明案件进展",
    )
    yield world.back(55)
    sign(world, review, "陕")
    yield from report(world, review, "陕", addressee="陕西省商洛市中级人民法院")


# -- orders -------------------------------------------------------------------------------------


def order_running(world: World) -> Script:
    """待回报: the days for the reply run."""
    case = yield from neglected(world, "陕1022", 120, judge=0, claim="交通事故")
    yield world.back(8)
    order(world, case, "jiandu")


def order_overdue(world: World) -> Script:
    """逾期未回报: flagged as the court's, nobody has asked about it yet."""
    case = yield from neglected(world, "陕1021", 125, judge=0, claim="房屋租赁")
    world.quiet.add(case.pk)
    yield world.back(21)
    order(world, case, "jiandu2", days=10)


def order_returned(world: World) -> Script:
    """退回补办: the first reply said too little; and a second order that was replied to."""
    case = yield from neglected(world, "陕1002", 135, judge=0, claim="买卖合同")
    yield world.back(30)
    first = order(world, case, "jiandu")
    yield world.back(20)
    world.do("reply_order", first, text="已督促承办人抓紧办理。")
    yield world.back(16)
    reason = "没有逐条说明线索核查情况，也没有附材料，请补办。"
    world.do("return_order", first, by="jiandu", reason=reason)
    yield world.back(14)
    second = order(world, case, "jiandu-sheng", days=20, demands=["书面说明逾期原因"])
    yield world.back(5)
    world.do("reply_order", second, text="逾期原因系承办人外出办案期间无人代办，已建立代办制度。")
