"""What the demo's cases are about: invented parties, causes, amounts, titles to enforce.

Surnames are double ones of old novels, companies are named for places that never were (子虚,
乌有, 桃源): nobody is meant. Identity numbers, credit codes and phones are the fictional ones of
``cases.identity``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from cases import identity
from cases.actions.filing import PartyInput
from cases.models.case import Basis
from cases.models.party import PartyKind, PartyRole
from enforcement.models import Court

SURNAMES = [
    "闻人",
    "澹台",
    "濮阳",
    "公冶",
    "宗政",
    "钟离",
    "宇文",
    "长孙",
    "慕容",
    "司徒",
    "令狐",
    "端木",
    "百里",
    "东郭",
    "南宫",
    "西门",
    "上官",
    "夏侯",
    "诸葛",
    "尉迟",
    "皇甫",
    "公孙",
    "轩辕",
    "赫连",
    "呼延",
    "申屠",
    "仲孙",
    "太叔",
    "左丘",
    "梁丘",
    "东方",
    "即墨",
]
GIVEN = [
    "若谷",
    "怀瑾",
    "知秋",
    "沐阳",
    "予安",
    "清和",
    "望舒",
    "子衿",
    "鹿鸣",
    "采薇",
    "九思",
    "思源",
    "星野",
    "向晚",
    "听雨",
    "归鸿",
    "松龄",
    "牧之",
    "云起",
    "朝阳",
    "小满",
    "立夏",
    "谷雨",
    "霜降",
    "长庚",
    "启明",
    "半夏",
    "当归",
    "远志",
    "杜衡",
    "扶苏",
    "静姝",
    "如初",
    "念之",
    "景行",
    "大川",
]
PLACES = [
    "子虚",
    "乌有",
    "桃源",
    "南柯",
    "蓬莱",
    "瀛洲",
    "方壶",
    "镜花",
    "水月",
    "蜃楼",
    "黄粱",
    "大荒",
    "岱舆",
    "员峤",
    "无何",
    "亡是",
]
TRADES = [
    "建材",
    "商贸",
    "食品",
    "农业科技",
    "物流",
    "装饰工程",
    "矿业",
    "药业",
    "置业",
    "机械",
    "酒店管理",
    "建筑劳务",
]

#: Place name at the head of companies, by 代字.
TOWNS = {"陕1002": "商州", "陕1021": "洛南", "陕1022": "丹凤", "陕10": "商洛", "陕": "陕西"}


@dataclass(frozen=True)
class Kind:
    """One kind of claim.

    Attributes:
        cause: code of the cause (案由), an identifier of the courts' own list.
        amount: from–to in thousands of yuan, for a basic court.
        asks, owes: what applicant and debtor are: ``person``, ``firm``, ``lender``, ``office``.
        basis: 执行依据种类. body: who made the title, empty for the court itself.
        form: form of its number. weight: how often it comes.
    """

    cause: str
    amount: tuple[int, int]
    asks: str
    owes: str
    basis: Basis = Basis.COURT_CIVIL
    body: str = ""
    form: str = "（{year}）{code}民初{n}号民事判决书"
    weight: int = 2


KINDS = {
    "民间借贷": Kind("9181", (30, 800), "person", "person", weight=6),
    "买卖合同": Kind("9142", (60, 2600), "firm", "firm", weight=4),
    "金融借款": Kind("9178", (80, 1900), "lender", "person", weight=4),
    "建设工程": Kind("9211", (400, 8600), "firm", "firm"),
    "劳务合同": Kind("9289", (8, 120), "person", "firm", weight=3),
    "劳动报酬": Kind(
        "9468",
        (9, 90),
        "person",
        "firm",
        Basis.ARBITRATION,
        "商洛市劳动人事争议仲裁委员会",
        "商劳人仲案〔{year}〕{n}号仲裁裁决书",
    ),
    "交通事故": Kind("9722", (60, 480), "person", "person", weight=3),
    "房屋租赁": Kind("9196", (12, 160), "person", "firm"),
    "物业服务": Kind("9280", (2, 18), "firm", "person"),
    "抚养费": Kind("9025", (6, 60), "person", "person", form="（{year}）{code}民初{n}号民事调解书"),
    "公证债权": Kind(
        "9182",
        (100, 900),
        "lender",
        "firm",
        Basis.NOTARISED,
        "陕西省商洛市公证处",
        "（{year}）商洛证执字第{n}号执行证书",
        1,
    ),
    "行政处罚": Kind(
        "6004",
        (10, 300),
        "office",
        "firm",
        Basis.ADMIN_DECISION,
        "商洛市某行政机关",
        "商某罚字〔{year}〕{n}号行政处罚决定书",
        0,
    ),
}
#: What intermediate and high courts enforce at first instance.
LARGE = ["买卖合同", "金融借款", "建设工程"]
ORDINARY = [name for name, kind in KINDS.items() for _ in range(kind.weight)]


@dataclass(frozen=True)
class Claim:
    """What a filing needs: the keyword arguments of ``file_case`` beside the days."""

    parties: tuple[PartyInput, ...]
    amount: Decimal
    basis: str
    basis_number: str
    basis_body: str
    cause: str = ""
    basis_text: str = ""
    procedure: str = "first"


@dataclass
class Registry:
    """Invents parties and claims, the same ones for the same seed."""

    draw: Random
    made: int = 0
    used: set[str] = field(default_factory=set)
    known: dict[str, int] = field(default_factory=dict)

    def person(self, role: str, name: str = "", **more: Any) -> PartyInput:
        """Invent a natural person; the same name is the same person, with the same number."""
        name = name or self._fresh(SURNAMES, GIVEN)
        nth = self._nth(name)
        number, phone = identity.fictional_identity(nth), identity.fictional_phone(nth)
        return PartyInput(role, PartyKind.NATURAL, name, number, phone, **more)

    def firm(self, role: str, name: str) -> PartyInput:
        """Invent a company or an office; the same name is the same one."""
        nth = self._nth(name)
        code, phone = identity.fictional_credit_code(nth), identity.fictional_phone(nth)
        return PartyInput(role, PartyKind.LEGAL, name, code, phone)

    def _nth(self, name: str) -> int:
        self.made += name not in self.known
        return self.known.setdefault(name, self.made)

    def somebody(self, role: str, what: str, court: Court) -> PartyInput:
        """Invent a party of a sort (see ``Kind``) near a court."""
        town = TOWNS.get(court.code, "商洛")
        if what == "firm":
            name = f"{town}{self._fresh(PLACES, TRADES)}有限公司"
            return self.firm(role, name)
        if what == "lender":
            lender = self.draw.choice(["桃源村镇银行股份有限公司", "蓬莱小额贷款有限公司"])
            return self.firm(role, f"{town}{lender}")
        if what == "office":
            return self.firm(role, f"{town}某行政执法局")
        return self.person(role)

    def claim(self, court: Court, filed: date, what: str = "") -> Claim:
        """Invent a claim: one of ``KINDS``, a random ordinary one when left out."""
        what = what or self.draw.choice(ORDINARY if court.level == Court.Level.BASIC else LARGE)
        kind = KINDS[what]
        low, high = kind.amount
        scale = {2: 9, 3: 3}.get(court.level, 1)
        amount = Decimal(self.draw.randrange(low * 100, high * 100) * 10 * scale)
        amount += Decimal(self.draw.randrange(100)) / 100
        year = filed.year if filed.month > 2 else filed.year - 1
        n = self.draw.randrange(20, 980)
        return Claim(
            parties=self._parties(kind, court),
            amount=amount.quantize(Decimal("0.01")),
            basis=kind.basis,
            basis_number=kind.form.format(year=year, code=court.code, n=n),
            basis_body=kind.body or court.name,
            cause=kind.cause,
            procedure="nonlit" if kind.basis == Basis.ADMIN_DECISION else "first",
        )

    def _parties(self, kind: Kind, court: Court) -> tuple[PartyInput, ...]:
        parties = [
            self.somebody(PartyRole.APPLICANT, kind.asks, court),
            self.somebody(PartyRole.DEBTOR, kind.owes, court),
        ]
        if kind.asks in {"lender", "firm"} and self.draw.random() < 0.35:
            parties.append(self.person(PartyRole.DEBTOR))
        if kind.asks != "office" and self.draw.random() < 0.25:
            parties.append(self.person(PartyRole.COUNSEL))
        return tuple(parties)

    def _fresh(self, first: list[str], second: list[str]) -> str:
        """Join two words into a name nobody has yet."""
        while (name := self.draw.choice(first) + self.draw.choice(second)) in self.used:
            pass
        self.used.add(name)
        return name
