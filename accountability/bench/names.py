"""Fictional parties: names drawn from common characters, numbers that belong to nobody."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from cases import identity
from enforcement.crypto import blind, seal

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建文辉玲红俊波宁鹏飞燕斌浩凯宇婷雪琳倩晨"
    "欣怡佳嘉诚信义安康乐然若清远志坚成功德福生春秋冬夏雨云山河海江峰松柏梅兰竹菊石玉珍宝金银"
)
_PLACES = ("东岭", "西川", "南湖", "北原", "清溪", "云台", "白河", "青石", "长岭", "金滩")
_TRADES = ("建材", "商贸", "置业", "物流", "农业", "机械", "纺织", "食品", "装饰", "电子")
_ENDS = ("有限公司", "有限责任公司", "股份有限公司")


class Person(NamedTuple):
    """One party as its row keeps it."""

    kind: str
    name: str
    sealed_id: bytes
    blind: str
    sealed_phone: bytes


def natural_name(draw: Random) -> str:
    """Return a name of two or three characters."""
    given = draw.choice(_GIVEN) + (draw.choice(_GIVEN) if draw.random() < 0.85 else "")
    return draw.choice(_SURNAMES) + given


def _company(draw: Random) -> str:
    word = draw.choice(_GIVEN) + draw.choice(_GIVEN)
    return draw.choice(_PLACES) + word + draw.choice(_TRADES) + draw.choice(_ENDS)


def person(draw: Random, natural: float) -> Person:
    """Draw a party, a natural person with that likelihood; numbers are sealed as they always are.

    The seal has a fresh nonce, so its bytes differ from run to run; what it hides does not.
    """
    number = draw.randrange(10**9)
    if draw.random() < natural:
        kind, name, code = "natural", natural_name(draw), identity.fictional_identity(number)
    else:
        kind, name, code = "legal", _company(draw), identity.fictional_credit_code(number)
    phone = identity.fictional_phone(number)
    return Person(
        kind, name, seal(code, "party.id_number"), blind(code), seal(phone, "party.phone")
    )
