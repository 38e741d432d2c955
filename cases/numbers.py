"""Case numbers (案号): read as people write them, written as the rule wants them.

Pure. The form is that of 《关于人民法院案件案号的若干规定》(法〔2015〕137号): filing year in
full-width brackets, short code of the court (法院代字), type (类型代字), serial, 号. A 之一 behind
it counts the papers of a case and is no part of the number itself.

A 代字 or a type that is in no list is kept: new courts and new types appear before any list
knows them. Whether the court is known is for the caller to look up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from enforcement.errors import Invalid
from enforcement.reference import data_file, read_rows

#: Characters that stand for a province-level court (兵: 兵团, 军: 军事法院).
PROVINCES = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军"
SUPREME = "最高法"
#: The first year whose case numbers have this form.
FIRST_YEAR = 2016
#: Types seen in real numbers that the annex of 2015 does not have (knowledge-property courts).
LATER_TYPES = frozenset({"知民初", "知民终"})

_LONGEST = 60
_LARGEST = 99_999_999
_BRACKETS = str.maketrans("（【［〔〖〈《([{）】］〕〗〉》)]}", "(((((((((())))))))))")
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_YEAR = re.compile(r"\(([^()]*)\)")
_COURT = re.compile(rf"{SUPREME}|[{PROVINCES}](?P<digits>[0-9]*)")
_TYPE = re.compile(r"(?P<type>[\u4e00-\u9fa5]*?)字?第?(?=[^\u4e00-\u9fa5]|号|$)")
_SUFFIX = re.compile(r"(?:之([一二三四五六七八九十]{1,3}|[0-9]{1,2}))?")
_NUMERALS = "一二三四五六七八九"
_EXAMPLE = "（2026）陕1002执123号"


@dataclass(frozen=True, order=True)
class CaseNumber:
    """A case number in parts.

    Attributes:
        year: filing year. court_code: 代字 as written (it may be a former or unknown one).
        type_char: 类型代字. serial: from 1. suffix: 之一 and so on, or empty.
    """

    year: int
    court_code: str
    type_char: str
    serial: int
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.base}{self.suffix}"

    @property
    def base(self) -> str:
        """Return the number of the case alone, without 之一."""
        return f"（{self.year}）{self.court_code}{self.type_char}{self.serial}号"

    @property
    def court_level(self) -> int:
        """Return the level its 代字 speaks of: 1 最高, 2 高级, 3 中级, 4 基层."""
        return 1 if self.court_code == SUPREME else {1: 2, 3: 3, 5: 4}[len(self.court_code)]

    @property
    def type_known(self) -> bool:
        """Tell whether the type is in the list of case types."""
        return self.type_char in type_chars()


@lru_cache(maxsize=1)
def type_names() -> dict[str, str]:
    """Return 类型代字 → name of the case type, from the shipped list (the first one wins)."""
    names: dict[str, str] = {}
    for row in read_rows(data_file("case_types.csv")):
        if row["type_char"]:
            names.setdefault(row["type_char"], row["name"])
    return names


@lru_cache(maxsize=1)
def type_chars() -> frozenset[str]:
    """Return every known 类型代字."""
    return frozenset(type_names()) | LATER_TYPES


@lru_cache(maxsize=1)
def enforcement_types() -> frozenset[str]:
    """Return the types of enforcement cases: 执 执恢 执保 执异 执复 执监 执协 执他."""
    rows = read_rows(data_file("case_types.csv"))
    return frozenset(row["type_char"] for row in rows if row["enforcement_group"])


def parse(raw: str, *, today: date | None = None) -> CaseNumber:
    """Read a case number.

    Accepted: brackets of any kind and width, full-width digits, blanks anywhere, 字 and 第
    before the serial, leading zeros, a missing 号, 之一 to 之九十九 (also 之1).

    Args:
        raw: as written. today: the legal day; a filing year after it is refused.

    Raises:
        Invalid: ``case_number.empty``, ``.too_long``, ``.brackets``, ``.year``,
            ``.pre_2016`` (another form; keep it as it is written), ``.future_year``,
            ``.court_code``, ``.type``, ``.serial`` or ``.suffix``.
    """
    text = _INVISIBLE.sub("", raw or "").translate(_WIDE_DIGITS)
    if not text:
        raise _wrong("empty", f"请填写案号，例如{_EXAMPLE}。")
    if len(text) > _LONGEST:
        raise _wrong("too_long", f"案号过长（{len(text)}个字），请只填写一个案号，例如{_EXAMPLE}。")
    year, rest = _read_year(text.translate(_BRACKETS), today)
    court_code, rest = _read_court(rest)
    type_char, rest = _read_type(rest)
    serial, rest = _read_serial(rest)
    return CaseNumber(year, court_code, type_char, serial, _read_suffix(rest))


def format_number(year: int, court_code: str, type_char: str, serial: int, suffix: str = "") -> str:
    """Write a case number: ``（2026）陕1002执123号``.

    Raises:
        Invalid: as ``parse``; ``case_number.court_code`` for a court whose 代字 is not known.
    """
    if not court_code:
        raise _wrong("court_code", "该法院尚未登记法院代字，不能编立案号，请先由管理员补登代字。")
    return str(parse(f"（{year}）{court_code}{type_char}{serial}号{suffix}"))


def _read_year(text: str, today: date | None) -> tuple[int, str]:
    """Take the bracketed filing year off the front."""
    match = _YEAR.match(text)
    if match is None:
        raise _wrong("brackets", f"案号应以括号括起的年份开头，例如{_EXAMPLE}。")
    digits = match[1]
    if not re.fullmatch(r"(19|20)[0-9]{2}", digits, re.ASCII):
        raise _wrong("year", f"案号中的年份“{digits}”应为4位数字，例如{_EXAMPLE}。")
    year = int(digits)
    if year < FIRST_YEAR:
        raise _wrong(
            "pre_2016",
            f"{year}年的案号不是现行格式（现行格式自{FIRST_YEAR}年起使用）："
            "请核对年份；确为旧案号的，请按原样登记。",
        )
    if today is not None and year > today.year:
        raise _wrong("future_year", f"案号中的年份{year}还没有到，请核对。")
    return year, text[match.end() :]


def _read_court(text: str) -> tuple[str, str]:
    """Take the 代字 off the front: 最高法, or a province with none, two or four digits."""
    match = _COURT.match(text)
    if match is None:
        shown = text[:3] or "（空）"
        raise _wrong(
            "court_code",
            f"“{shown}”不是法院代字：应为“{SUPREME}”，或省份简称加0、2或4位数字，例如陕1002。",
        )
    digits, rest = match["digits"] or "", text[match.end() :]
    if len(digits) > 4 and rest in ("", "号"):
        raise _missing_type()
    if len(digits) not in (0, 2, 4):
        raise _wrong(
            "court_code",
            f"法院代字“{match[0]}”有{len(digits)}位数字：高级法院没有数字，中级法院2位，"
            "基层法院4位，请核对。",
        )
    if _COURT.match(rest):
        raise _wrong("court_code", f"法院代字“{match[0]}{rest[:1]}”重复写了省份简称，请核对。")
    return match[0], rest


def _read_type(text: str) -> tuple[str, str]:
    """Take the type off the front, and a 字第 that some people still write."""
    match = _TYPE.match(text)
    type_char = match["type"] if match else ""
    if match is None or not type_char:
        raise _missing_type()
    if len(type_char) > 4:
        raise _wrong("type", f"案件类型代字“{type_char[:8]}”过长，请核对，例如{_EXAMPLE}。")
    return type_char, text[match.end() :]


def _read_serial(text: str) -> tuple[int, str]:
    """Take the serial and its 号 off the front."""
    digits = re.match(r"[0-9]*", text)[0]  # type: ignore[index]
    if not digits:
        raise _wrong("serial", f"案号缺少编号，例如{_EXAMPLE}。")
    if not 0 < int(digits[:20]) <= _LARGEST:
        raise _wrong("serial", f"案号的编号“{digits[:12]}”不对：应为从1起的整数，请核对。")
    return int(digits), text[len(digits) :]


def _read_suffix(text: str) -> str:
    """Read 号 and 之一, in either order; refuse anything else behind the serial."""
    tail = text.removeprefix("号") if text.startswith("号") else text.removesuffix("号")
    match = _SUFFIX.fullmatch(tail)
    count = _count(match[1]) if match and match[1] else 0
    if match is None or (match[1] and count == 0):
        raise _wrong(
            "suffix",
            f"编号后面的“{text[:10]}”不对：案号以“号”结尾，其后只能有“之一”至“之九十九”。",
        )
    return f"之{_numeral(count)}" if count else ""


def _count(numeral: str) -> int:
    """Read 一 to 九十九 or digits; 0 when it is not such a number."""
    if numeral.isdigit() and numeral.isascii():
        return int(numeral)
    return next((n for n in range(1, 100) if _numeral(n) == numeral), 0)


def _numeral(number: int) -> str:
    """Write 1 to 99 in Chinese numerals: 一, 十, 十一, 二十, 九十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")


def _missing_type() -> Invalid:
    return _wrong("type", f"法院代字后面缺少案件类型代字（如执、执恢），例如{_EXAMPLE}。")


def _wrong(code: str, message: str) -> Invalid:
    """Build a refusal with its stable code."""
    return Invalid(f"case_number.{code}", message, field="number")
