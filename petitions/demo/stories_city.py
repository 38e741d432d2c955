"""The stories of the group company (深圳) and the unfinished building (重庆)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cases.models import Case
from cases.models.case import Basis
from cases.models.lead import AssetKind
from cases.models.measure import MeasureKind
from petitions.demo import course
from petitions.demo.claims import Claim
from petitions.demo.stories_past import ENTERED, A, D, entered, excluded, suspended
from petitions.demo.world import Script, World

# -- 深圳某集团 ---------------------------------------------------------------------------------


def _group(world: World, applicant: Any, amount: str, number: str, **more: Any) -> Claim:
    return Claim(
        parties=(applicant, world.registry.firm(D, "深圳某集团股份有限公司")),
        amount=Decimal(amount),
        basis_number=number,
        **({"basis": Basis.COURT_CIVIL, "basis_body": "广东省深圳市中级人民法院"} | more),
    )


def group_supplier(world: World) -> Script:
    """One of 3 800 suppliers: suspended for the reorganisation, 49 accounts released, paid."""
    yield ENTERED
    firm = world.registry.firm(A, "佛山市镜花装饰材料有限公司")
    claim = _group(
        world,
        firm,
        "8642300.00",
        "（2023）粤03民初1162号民事判决书",
        cause="9215",
        basis_text="支付装饰材料货款。被执行人系上市装饰企业，全国有四百余件执行案件，拖欠一千六百余名"
        "职工工资、三千八百余家供应商货款。",
    )
    case = entered(world, "粤03", claim, date(2024, 3, 11), date(2024, 3, 14))
    lead = course.lead(
        world,
        case,
        on=date(2024, 4, 8),
        content="被执行人在多地银行开有账户，请一并冻结；企业有品牌和技术，不是没有救。",
    )
    finding = "查明账户49个，已被39家法院轮候冻结。企业有品牌价值和技术优势，不是僵尸企业。"
    world.do("verify_lead", lead, on=date(2024, 4, 12), result="true", finding=finding)
    world.do(
        "take_measure",
        case,
        on=date(2024, 4, 15),
        kind=MeasureKind.FREEZE,
        asset_kind=AssetKind.DEPOSIT,
        target="被执行人基本账户存款（重整受理后，39家法院三日内解除对49个账户的冻结）",
        amount=Decimal("310000"),
        expires_on=date(2025, 4, 14),
        lead=lead,
    )
    ground = [(date(2024, 7, 8), "bankruptcy", None, "")]
    suspended(world, case, ground)
    _accounts_released(world, case)
    yield from _group_paid(world, case, date(2025, 10, 15))


def _accounts_released(world: World, case: Case) -> None:
    """The order of the supreme court's bureau: 39 courts, 49 accounts, three days."""
    order = world.do(
        "issue_order",
        case,
        by="jiandu-zuigao",
        on=date(2025, 1, 6),
        facts="深圳中院已裁定受理被执行人的重整申请。其49个账户被14个省份的39家法院冻结，"
        "不解除冻结，重整无法推进。",
        demands=["三日内协调各首封、轮候法院解除对49个账户的冻结", "逐户报告解冻情况"],
        reply_days=3,
    )
    text = "39家法院已在三日内解除对全部49个账户的冻结，重整账户恢复使用，逐户清单随附。"
    world.do("reply_order", order, on=date(2025, 1, 9), text=text)
    world.do("accept_order", order, by="jiandu-zuigao", on=date(2025, 1, 10))


def group_wages(world: World) -> Script:
    """One of 1 600 employees: wages first, in cash, under the same plan."""
    yield ENTERED
    worker = world.registry.person(A, "南宫某某")
    claim = _group(
        world,
        worker,
        "86400.00",
        "深劳人仲案〔2024〕2207号仲裁裁决书",
        cause="9468",
        basis=Basis.ARBITRATION,
        basis_body="深圳市劳动人事争议仲裁委员会",
        basis_text="支付拖欠的工资86400元。",
    )
    case = entered(world, "粤03", claim, date(2024, 5, 20), date(2024, 5, 22))
    suspended(world, case, [(date(2024, 7, 8), "bankruptcy", None, "")])
    yield from _group_paid(world, case, date(2025, 9, 29))


def _group_paid(world: World, case: Case, day: date) -> Script:
    """Close as performed: the plan met the debts in full (cash, shares for debt)."""
    yield day
    world.do(
        "close_case",
        case,
        method="performed",
        paid=case.amount,
        settled=True,
        document=course.ruling(case, "结案通知书"),
    )


# -- 重庆某实业公司 -----------------------------------------------------------------------------


def _estate(world: World, applicants: list[Any], amount: str, text: str, number: str) -> Claim:
    return Claim(
        parties=(*applicants, world.registry.firm(D, "重庆某实业有限公司")),
        amount=Decimal(amount),
        basis=Basis.COURT_CIVIL,
        basis_number=number,
        basis_body="重庆市第一中级人民法院",
        basis_text=text,
        cause="9164",
    )


def estate_buyers(world: World) -> Script:
    """360 buyers without certificates for ten years: put into one court's hands, then solved."""
    yield ENTERED
    people = [world.registry.person(A, name) for name in ("司徒某某", "令狐某某", "百里某某")]
    claim = _estate(
        world,
        people,
        "3600000.00",
        "为360户购房人办理不动产权证书并支付逾期办证违约金。商住项目手续不全、土地抵押、多案查封，"
        "购房人十年未能领证。重庆市高级人民法院指令由本院集中执行。",
        "（2015）渝一中法民初字第00406号民事判决书",
    )
    case = entered(world, "渝0192", claim, date(2025, 3, 3), date(2025, 3, 5))
    finding = "会同规划、住建、税务部门现场核查：主体完工，缺验收和首次登记；土地抵押、车库可处置。"
    lead = course.lead(
        world,
        case,
        on=date(2025, 3, 18),
        asset_kind=AssetKind.REAL_ESTATE,
        content="开发商名下还有未售商铺和车库，处置后可以补缴税费、完成验收。",
    )
    world.do("verify_lead", lead, on=date(2025, 3, 24), result="true", finding=finding)
    suspended(world, case, [(date(2025, 4, 14), "other", None, "")])
    yield from _estate_solved(world, case)
    yield date(2026, 1, 22)
    yield from _group_paid(world, case, date(2026, 1, 22))


def _estate_solved(world: World, case: Case) -> Script:
    """Order, petition and answer; registration with the government's help; resumed."""
    yield date(2025, 10, 13)
    order = world.do(
        "issue_order",
        case,
        by="jiandu-chongqing",
        facts="本案涉及360户群众，十年未能办证。确定“高院指导、中院主管、自贸区法院主办、基层法院协同”，"
        "与政府部门联动办理。",
        demands=[
            "配合政府完成验收和首次登记，分批解除查封",
            "集中处置商铺、车库，优先保障办证税费",
            "每月书面报告一次进展",
        ],
        reply_days=60,
    )
    petition = world.do(
        "file_petition",
        case,
        party=course.applicant(case),
        kind="passive",
        text="我们360户买了房，十年拿不到房产证，孩子上学、转让、继承都办不了，多次信访没有结果。",
    )
    yield date(2025, 10, 15)
    world.do("register_petition", petition)
    yield date(2025, 11, 6)
    world.do(
        "answer_petition",
        petition,
        outcome="founded",
        answer="政府部门已经牵头完成竣工验收，正在办理首次登记；法院将分批解除查封。"
        "预计十二月开始发证，具体时间按楼栋公布。",
    )
    yield date(2025, 11, 10)
    world.do("close_petition", petition)
    yield date(2025, 12, 1)
    text = "已完成首次登记，解除查封412套次；首批96户领证，其余按楼栋推进。"
    world.do("reply_order", order, text=text)
    yield date(2025, 12, 5)
    world.do("accept_order", order, by="jiandu-chongqing")
    yield date(2026, 1, 15)
    world.do("resume", case, ground="ground_gone", document=course.ruling(case, "之四"))


def estate_mortgage(world: World) -> Script:
    """The mortgagee of the same project: paid more than 40 million yuan out of the sale."""
    yield ENTERED
    bank = world.registry.firm(A, "重庆瀛洲银行股份有限公司")
    claim = _estate(
        world,
        [bank],
        "41260000.00",
        "就抵押的土地使用权和在建工程拍卖、变卖价款优先受偿。",
        "（2016）渝01民初88号民事判决书",
    )
    case = entered(world, "渝0192", claim, date(2025, 3, 10), date(2025, 3, 12))
    world.do(
        "take_measure",
        case,
        on=date(2025, 3, 26),
        kind=MeasureKind.SEAL,
        asset_kind=AssetKind.REAL_ESTATE,
        target="未售商铺31间、车库206个",
        amount=Decimal("46000000"),
        expires_on=date(2028, 3, 25),
    )
    excluded(world, case, "valuation", date(2025, 4, 1), date(2025, 6, 20))
    excluded(world, case, "auction", date(2025, 7, 1), None)
    yield date(2025, 11, 28)
    world.do("close_exclusion", case, exclusion="auction")
    yield from _group_paid(world, case, date(2025, 12, 18))
