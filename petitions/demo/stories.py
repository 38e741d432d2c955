"""The founding article's three stories, as anonymised fiction on real courts.

* **商洛的房子** (陕1021, then 陕1002): debt 150 000 yuan; the debtor's house sold to the creditor
  by a ruling of 2016, the certificate issued, the family stays in it as "the only home" with one
  objection after another; eleven years on, the intermediate court lets another court enforce
  (交叉执行) and the house is handed over in two hours. ``house_before`` is the old case with its
  suspensions, the petition, the dual review and the order; ``house_after`` the case of the court
  that was designated.
* **深圳某集团** (粤03): a listed decoration company with more than 400 enforcement cases is
  reorganised and not taken apart (执破衔接): 39 courts release 49 accounts within 3 days, debts of
  16 billion yuan are met in full. ``group_supplier`` and ``group_wages`` are two of its cases.
* **重庆某实业公司** (渝0192): 360 buyers without certificates for ten years; the high court puts
  all cases into one court's hands, which works with the city's offices (府院联动): certificates
  issued, the mortgagee paid more than 40 million yuan. ``estate_buyers`` and ``estate_mortgage``.

Facts and figures are the article's (ART in the list of sources). Days between them, rulings'
numbers, the first court of the house, and what each court did wrong are invented. What today's
event kinds cannot say (transfer to another court, lifting of a seizure, reorganisation plan)
stands in the texts: title, findings, petitions, orders and replies. Matters from before the
system's first day are entered on that day (补录), with their own legal days.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from cases.models import Case
from cases.models.case import Basis
from cases.models.lead import AssetKind
from cases.models.measure import MeasureKind
from petitions.demo import course, reviews
from petitions.demo.claims import Claim
from petitions.demo.stories_city import (
    estate_buyers,
    estate_mortgage,
    group_supplier,
    group_wages,
)
from petitions.demo.stories_past import ENTERED, A, D, entered, excluded, suspended
from petitions.demo.world import Script, World

#: Parties of the stories, by which they are found again; the article has no other names.
PARTIES = ("侯某某", "白某某", "深圳某集团股份有限公司", "重庆某实业有限公司")


def scripts(world: World) -> Iterator[Script]:
    """Yield the six scripts of the three stories."""
    yield house_before(world)
    yield house_after(world)
    yield group_supplier(world)
    yield group_wages(world)
    yield estate_buyers(world)
    yield estate_mortgage(world)


def _house(world: World, text: str, number: str, body: str) -> Claim:
    return Claim(
        parties=(
            world.registry.person(A, "侯某某"),
            world.registry.person(D, "白某某"),
        ),
        amount=Decimal("150000.00"),
        basis=Basis.COURT_CIVIL,
        basis_number=number,
        basis_body=body,
        cause="9181",
        basis_text=text,
    )


def house_before(world: World) -> Script:
    """The old case: sold in 2016, suspended again and again, looked into in 2025, given away."""
    yield ENTERED
    court = world.cast.courts["陕1021"].name
    claim = _house(world, "偿还借款本金150000元。", "（2014）洛南民初字第00118号民事判决书", court)
    case = entered(world, "陕1021", claim, date(2016, 1, 11), date(2016, 1, 14))
    lead = course.lead(
        world,
        case,
        on=date(2016, 1, 25),
        asset_kind=AssetKind.REAL_ESTATE,
        content="被执行人白某某在县城有自建房屋一处，已办理权属登记。",
    )
    finding = "经登记机关查询，房屋登记在白某某名下，属实。"
    world.do("verify_lead", lead, on=date(2016, 1, 29), result="true", finding=finding)
    world.do(
        "take_measure",
        case,
        on=date(2016, 2, 1),
        kind=MeasureKind.SEAL,
        asset_kind=AssetKind.REAL_ESTATE,
        target="白某某名下房屋一处（2016年裁定拍卖成交，归买受人侯某某所有，已办理不动产权证书）",
        amount=Decimal("150000"),
        expires_on=date(2019, 1, 31),
        lead=lead,
    )
    excluded(world, case, "valuation", date(2016, 3, 1), date(2016, 5, 20))
    excluded(world, case, "auction", date(2016, 6, 1), date(2016, 11, 28))
    spells = [
        (date(2016, 12, 12), "third_party", date(2017, 6, 5), "objection_rejected"),
        (date(2017, 8, 21), "other", date(2018, 9, 10), "ground_gone"),
        (date(2019, 5, 13), "third_party", date(2020, 6, 22), "objection_rejected"),
        (date(2021, 4, 6), "other", date(2024, 11, 18), "ground_gone"),
    ]
    suspended(world, case, spells)
    yield from _house_looked_into(world, case)


def _house_looked_into(world: World, case: Case) -> Script:
    """Petition to the intermediate court, dual review, report, order; the case is given away."""
    petition, flag, review = yield from _house_complained(world, case)
    yield from _house_found(world, flag, review)
    yield from _house_ordered(world, case, petition, review)


def _house_complained(world: World, case: Case) -> Generator[date, None, tuple[Any, Any, Any]]:
    """The petition, the opening of the dual review, the explanation, the answer."""
    yield date(2025, 11, 5)
    petition = world.do(
        "file_petition",
        case,
        by="xinfang-shangluo",
        court=world.cast.courts["陕10"],
        party=course.applicant(case),
        channel="visit",
        kind="passive",
        text="2016年法院就裁定把房屋拍卖给我，我也拿到了不动产权证书。白某某的家人以“唯一住房”为由"
        "一直占着不搬，异议、申诉一个接一个。打官司到现在十一年了，我手握房产证却住不进去。",
    )
    yield date(2025, 11, 7)
    world.do("register_petition", petition, by="xinfang-shangluo")
    yield date(2025, 11, 10)
    clues = (
        "拍卖裁定生效多年，执行法院没有采取腾退措施。",
        "承办人受当地人情干扰，对占用人一再退让。",
    )
    review = reviews.open_review(world, case, "陕10", petition, clues)
    flag = world.flag(case, "case_limit")
    world.do("demand_explanation", flag, by="jiandu")
    yield date(2025, 11, 13)
    words = "异议、申诉期间不便腾退；驳回之后顾虑占用人年迈，一直以劝说为主。"
    course.explain(world, flag, "other", words)
    yield date(2025, 12, 1)
    reviews.answer_petition(
        world,
        petition,
        "founded",
        "您反映的问题属实。拍卖裁定生效后，历次异议、申诉均未获支持，执行法院未及时组织腾退。"
        "本院已启动一案双查，并将指定其他法院执行。",
    )
    return petition, flag, review


def _house_found(world: World, flag: Any, review: Any) -> Script:
    """Both tracks answer, propose and sign; the lapse is upheld."""
    yield date(2025, 12, 8)
    reviews.answer_clues(world, review, "陕10", 0, HOUSE_CASE)
    reviews.answer_clues(world, review, "陕10", 1, HOUSE_CONDUCT)
    world.do(
        "propose_conclusion",
        review,
        by="jiandu",
        conclusion="passive",
        remedies=["cross", "supervise"],
        reasons="裁定生效后异议、申诉均已驳回，执行障碍消除后仍长期未腾退，属于消极执行；"
        "熟人社会中的顾虑是主要原因，未发现违纪违法。",
        proposals="指定商洛市商州区人民法院执行（交叉执行）\n原执行法院移送全部案卷并配合",
        summary="案件线：中止事由消失后没有推进。",
    )
    words = "中止期间已经依法扣除，其余期间没有法定理由，认定超期。"
    world.do("uphold_flag", flag, by="jiandu", ground=words)
    yield date(2025, 12, 11)
    reviews.sign(world, review, "陕10")
    world.do("close_flag", flag, by="jiandu")


def _house_ordered(world: World, case: Case, petition: Any, review: Any) -> Script:
    """Report, order, reply; the case goes to the designated court."""
    report = yield from reviews.report(world, review, "陕10", wait=4)
    yield date(2025, 12, 19)
    order = reviews.order(
        world,
        case,
        "jiandu",
        report=report,
        petition=petition,
        facts="拍卖裁定生效近十年，占用人未迁出。经一案双查，认定消极执行，决定交叉执行。",
        demands=["十五日内整理移送全部案卷", "固定房屋占用现状，配合受指定法院做好交接"],
    )
    yield date(2025, 12, 26)
    text = "案卷五册已整理完毕，交接笔录随附；我院全力配合商州法院腾退。"
    world.do("reply_order", order, text=text)
    yield date(2026, 1, 5)
    world.do("accept_order", order, by="jiandu")
    world.do("close_petition", petition, by=petition.handler)
    yield date(2026, 1, 8)
    world.do(
        "close_case",
        case,
        method="terminated",
        ground="termination_other",
        document="（2026）陕10执监1号指定执行裁定书",
    )


HOUSE_CASE = (
    ("yes", "历次中止事由消失后，均未在合理时间内组织腾退，属实。"),
    ("partly", "占用人系当地居民，承办人多次只作劝说，没有采取强制措施。"),
)
HOUSE_CONDUCT = (
    ("yes", "与承办人谈话，其承认顾虑邻里关系，属实。"),
    ("partly", "存在畏难和人情顾虑，未发现收受财物等违纪违法。"),
)


def house_after(world: World) -> Script:
    """The court designated in January 2026: the house handed over within three weeks."""
    yield date(2026, 1, 9)
    claim = _house(
        world,
        "2016年拍卖成交裁定：白某某名下房屋归买受人侯某某所有（作价150000元），侯某某已领取不动产"
        "权证书；白某某及其家人应当迁出并交付房屋。经商洛市中级人民法院指定，由本院执行（交叉执行）。",
        "（2016）陕1021执1号之二执行裁定书",
        world.cast.courts["陕1021"].name,
    )
    case = world.file("陕1002", claim, applied=0)
    world.do("assign_handler", case, user=world.cast["faguan1"])
    yield date(2026, 1, 12)
    world.do("receive_file", case)
    yield date(2026, 1, 13)
    world.do("send_notice", case, report_days=7)
    lead = course.lead(
        world,
        case,
        asset_kind=AssetKind.REAL_ESTATE,
        content="房屋由白某某家人占用，以“唯一住房”为由拒绝搬离；白某某在镇上另有可以居住的住处。",
    )
    yield from _house_cleared(world, case, lead)


def _house_cleared(world: World, case: Case, lead: Any) -> Script:
    """Verified on the spot, cleared in two hours, closed."""
    yield date(2026, 1, 19)
    course.verify(
        world,
        lead,
        "true",
        "到现场核实属实。告知非法占用的法律后果，坚守法律底线；同时多次沟通释法明理，"
        "帮助联系搬运和过渡住处。",
    )
    yield date(2026, 1, 22)
    world.do(
        "take_measure",
        case,
        kind=MeasureKind.SEAL,
        asset_kind=AssetKind.REAL_ESTATE,
        target="涉案房屋（占用人当日配合，两小时完成清场、移交，钥匙交付申请执行人）",
        amount=Decimal("150000"),
        expires_on=date(2026, 7, 22),
        lead=lead,
    )
    yield date(2026, 1, 26)
    world.do(
        "close_case",
        case,
        method="performed",
        paid=Decimal("150000"),
        document=course.ruling(case, "结案通知书"),
    )
