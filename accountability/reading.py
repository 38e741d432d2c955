"""From the parameters of an address to a list filter; what cannot be read is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from accountability.queries import (
    CLOCK_STATUSES,
    FLAG_STAGES,
    ClockList,
    FlagList,
    Scope,
    scope_for,
)
from enforcement.access import sight
from enforcement.errors import Invalid, NotFound
from enforcement.models import Court, User

#: How keys of courts and codes of rules are written.
_KEY = re.compile(r"[0-9A-Za-z]{1,16}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONTH = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[0-9]{1,9}")


def scope_of(
    user: User, today: date, key: str, *, own: bool = False, home: Court | None = None
) -> Scope:
    """Return the scope of a court's key.

    Args:
        own: the court alone, without the courts below it.
        home: the court meant when no key is given; else the highest one the person sees.

    Raises:
        NotFound: no such court, or not in sight; or nobody's court at all.
    """
    court = home
    if key:
        court = Court.objects.filter(key=key).first() if _KEY.fullmatch(key) else None
    elif court is None:
        posts = sorted(sight(user, today).posts, key=lambda p: (p.court.lft, p.role))
        court = posts[0].court if posts else None
    if court is None:
        raise NotFound("court.not_found", "没有这个法院，或者您无权查看。")
    return scope_for(user, today, court, own=own)


def clock_list(
    user: User, today: date, asked: Mapping[str, str], home: Court | None = None
) -> ClockList:
    """Return the clocks that the parameters ask for.

    Raises:
        Invalid: a status, rule or month that cannot be read. NotFound: the court.
    """
    status = asked.get("status") or "running"
    if status not in CLOCK_STATUSES:
        raise Invalid("list.status", "没有这种期限状态，请从页面上的选项中选择。", field="status")
    scope = scope_of(user, today, asked.get("court", ""), own=asked.get("own") == "1", home=home)
    return ClockList(
        scope, status, _rule(asked), _month(asked, "from"), _month(asked, "to")
    ).meant()


def flag_list(
    user: User, today: date, asked: Mapping[str, str], home: Court | None = None
) -> FlagList:
    """Return the flags that the parameters ask for.

    Raises:
        Invalid: an unknown stage, a rule or a holder that cannot be read. NotFound: the court.
    """
    stage, holder = asked.get("stage", ""), asked.get("holder", "")
    if stage and stage not in FLAG_STAGES:
        raise Invalid("list.stage", "没有这种标记状态，请从页面上的选项中选择。", field="stage")
    if holder and not _NUMBER.fullmatch(holder):
        raise Invalid("list.holder", "承办人应为编号，请从页面上的链接进入。", field="holder")
    scope = scope_of(user, today, asked.get("court", ""), own=asked.get("own") == "1", home=home)
    mine = user if asked.get("mine") == "1" else None
    return FlagList(scope, stage, _rule(asked), int(holder) if holder else None, mine)


def _rule(asked: Mapping[str, str]) -> str:
    code = asked.get("rule", "")
    if code and not _CODE.fullmatch(code):
        raise Invalid("list.rule", "没有这项期限规则，请从页面上的选项中选择。", field="rule")
    return code


def _month(asked: Mapping[str, str], name: str) -> date | None:
    text = asked.get(name, "")
    if not text:
        return None
    if not _MONTH.fullmatch(text):
        raise Invalid("list.month", "月份请写成 2026-11 的样子。", field=name)
    return date.fromisoformat(f"{text}-01")
