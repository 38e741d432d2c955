"""Identity numbers (公民身份号码), credit codes (统一社会信用代码) and phones, checked.

Pure: no Django beyond refusals, ``today`` is an argument. Forms: GB 11643-1999 for the identity
number (six digits of place, eight of birth, three in order, a check character by ISO 7064
MOD 11-2); GB 32100-2015 for the credit code (check character MOD 31). Both are checked by
number arithmetic only; the names of the standards are from memory (MEM).
"""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

from enforcement.errors import Invalid

#: First two digits of the place: provinces, and the residence permits of people from
#: 香港 (81), 澳门 (82) and 台湾 (83).
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_OLDEST_YEARS = 130
_HALF_WIDTH = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys("‐‑‒–—", "-")
)
_MOBILE = re.compile(r"(?:(?:\+|00)?86-?)?(1[3-9]\d)-?(\d{4})-?(\d{4})")
_LANDLINE = re.compile(r"(?:(?:\+|00)?86-?)?\(?(0\d{2,3})\)?-?(\d{7,8})(?:-(\d{1,6}))?")
_SERVICE = re.compile(r"(?:400-?\d{3}-?\d{4}|9\d{4,5}|1[0-2]\d{3,4})")

#: Place code of fictional people: a province (陕西) without city or county. No real number
#: has it, because a real one always names the county of its first registration.
FICTIONAL_PLACE = "610000"


def normalise(text: str) -> str:
    """Return a number as it is stored: half width, no blanks, upper case."""
    return "".join(text.translate(_HALF_WIDTH).split()).upper()


def check_character(body: str) -> str:
    """Return the check character of the first 17 digits of an identity number."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def check_resident_number(number: str, today: date) -> str:
    """Check an 18-character identity number and return it as it is stored.

    Args:
        number: as written; full-width digits, blanks and a small x are accepted.
        today: the legal day, after which nobody is born yet.

    Raises:
        Invalid: ``identity.empty``, ``.old_15``, ``.length``, ``.characters``, ``.region``,
            ``.birthday``, ``.future`` or ``.check``.
    """
    text = normalise(number)
    _check_shape(text)
    if not _PROVINCE.fullmatch(text[:2]):
        raise _wrong("region", f"身份证号码开头“{text[:2]}”不是省级行政区划代码，请核对前六位。")
    _check_birthday(text[6:14], today)
    if text[17] != check_character(text[:17]):
        raise _wrong("check", "身份证号码的校验位不对，请对照证件逐位核对。")
    return text


def _check_shape(text: str) -> None:
    """Refuse what does not have the length and the characters of an identity number."""
    if not text:
        raise _wrong("empty", "请填写身份证号码。")
    if len(text) == 15 and text.isascii() and text.isdigit():
        raise _wrong("old_15", "这是15位的旧身份证号码，请按现在的证件填写18位公民身份号码。")
    if len(text) != 18:
        raise _wrong("length", f"身份证号码应为18位，现在是{len(text)}位，请核对。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise _wrong("characters", "身份证号码前17位应为数字，末位为数字或X，请核对。")


def _check_birthday(digits: str, today: date) -> None:
    """Refuse a day of birth that does not exist, is to come, or is too long ago."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _wrong("birthday", f"身份证号码中的出生日期“{digits}”不存在，请核对。") from None
    if born > today:
        raise _wrong("future", f"身份证号码中的出生日期“{digits}”晚于今天，请核对。")
    if born.year < today.year - _OLDEST_YEARS:
        raise _wrong("birthday", f"身份证号码中的出生日期“{digits}”过早，请核对。")


def credit_check_character(body: str) -> str:
    """Return the check character of the first 17 characters of a credit code."""
    weights = (pow(3, place, 31) for place in range(17))
    signs = zip(body, weights, strict=True)
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in signs)
    return _CREDIT_SIGNS[(31 - total % 31) % 31]


def check_credit_code(code: str) -> str:
    """Check an 18-character credit code (统一社会信用代码) and return it as it is stored.

    Raises:
        Invalid: ``credit_code.empty``, ``.length``, ``.characters`` or ``.check``.
    """
    text = normalise(code)
    if not text:
        raise _wrong("empty", "请填写统一社会信用代码。", "credit_code")
    if len(text) != 18:
        raise _wrong(
            "length", f"统一社会信用代码应为18位，现在是{len(text)}位，请核对。", "credit_code"
        )
    if not re.fullmatch(rf"[{_CREDIT_SIGNS}]{{2}}[0-9]{{6}}[{_CREDIT_SIGNS}]{{10}}", text):
        raise _wrong(
            "characters",
            "统一社会信用代码只用数字和大写字母（不含I、O、S、V、Z），第3至8位为数字，请核对。",
            "credit_code",
        )
    if text[17] != credit_check_character(text[:17]):
        raise _wrong("check", "统一社会信用代码的校验位不对，请对照证照逐位核对。", "credit_code")
    return text


def check_phone(number: str) -> str:
    """Check a phone number and return it as dialled in China.

    Mobile (11 digits), fixed line with area code (``0914-2312345``, extension after a dash),
    or a service number (400, 12368); ``+86`` in front is dropped.

    Raises:
        Invalid: ``phone.empty`` or ``phone.format``.
    """
    text = normalise(number).replace("转", "-")
    if not text:
        raise _wrong("empty", "请填写联系电话。", "phone", "phone")
    if match := _MOBILE.fullmatch(text):
        return "".join(match.groups())
    if match := _LANDLINE.fullmatch(text):
        return "-".join(part for part in match.groups() if part)
    if _SERVICE.fullmatch(text):
        return text
    raise _wrong(
        "format",
        "联系电话的格式不对：手机号为11位数字，固定电话请带区号，例如0914-2312345。",
        "phone",
        "phone",
    )


def _wrong(code: str, message: str, group: str = "identity", field: str = "id_number") -> Invalid:
    """Build a refusal with its stable code."""
    return Invalid(f"{group}.{code}", message, field=field)


def fictional_identity(seed: int) -> str:
    """Return an identity number of nobody: it passes every check and names no real place.

    For the demo and for tests. The same seed gives the same number; its place is
    ``FICTIONAL_PLACE``, its day of birth between 1960 and 1999.
    """
    draw = random.Random(f"identity {seed}")  # noqa: S311 - repeatable on purpose, no secret
    born = date(1960, 1, 1) + timedelta(days=draw.randrange(14_610))
    body = f"{FICTIONAL_PLACE}{born:%Y%m%d}{draw.randrange(1, 1000):03d}"
    return body + check_character(body)


def fictional_credit_code(seed: int) -> str:
    """Return a credit code of no company: place ``FICTIONAL_PLACE``, organisation ``FXX…``."""
    draw = random.Random(f"company {seed}")  # noqa: S311 - repeatable on purpose, no secret
    body = f"91{FICTIONAL_PLACE}FXX{draw.randrange(10**6):06d}"
    return body + credit_check_character(body)


def fictional_phone(seed: int) -> str:
    """Return a mobile number for fictional people.

    No range is set aside for fiction in China; 154 is, from memory (MEM), not given out to the
    public. Nothing in the system dials a number by itself.
    """
    return f"154{seed % 100_000_000:08d}"
