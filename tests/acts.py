"""Every verb once, ready to be done: the state it needs, who may do it, what it is told.

Tests that hold for all verbs (posts, stale versions, days to come) go through this table, and a
test holds the table to the table of verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cases.models import Case
from cases.verb import VERBS
from enforcement.models import User
from tests.builders import CaseBuilder, a_case, at, day, enforcing
from tests.people import People

#: The day on which every act of the table is done; the cases begin three weeks before.
DAY = date(2026, 11, 24)
BEGUN = date(2026, 11, 2)


@dataclass
class Act:
    """A verb with what it acts on, who does it and what it is told."""

    built: CaseBuilder
    target: Any
    by: User
    data: dict[str, Any] = field(default_factory=dict)
    on: date = DAY

    def run(self, name: str, **changes: Any) -> Any:
        """Do it, with some things changed."""
        given = {"by": self.by, "now": at(self.on), "on": self.on} | self.data | changes
        return VERBS[name].run(self.target, **given)


def _fresh(p: People) -> CaseBuilder:
    return a_case(p).filed(BEGUN)


def _noticed(p: People) -> CaseBuilder:
    return enforcing(p, BEGUN).noticed(BEGUN + timedelta(days=3))


def _flagged(p: People) -> CaseBuilder:
    """A case whose notice is late; the flag was raised on the 8th."""
    built = enforcing(p, BEGUN)
    built.swept("11-10")
    return built


def _flag(p: People, steps: Callable[[CaseBuilder, Any], None] | None = None) -> tuple[Any, ...]:
    built = _flagged(p)
    flag = built.flag("send_enforcement_notice")
    if steps:
        steps(built, flag)
    flag.refresh_from_db()
    return built, flag


def _asked(built: CaseBuilder, flag: Any) -> None:
    built.do("demand_explanation", "11-23", built.people.qin, target=flag)


def _told(built: CaseBuilder, flag: Any) -> None:
    why = {"ground": "oversight", "text": "工作疏漏，已经补办。"}
    built.do("explain_flag", "11-23", built.people.lin, target=flag, **why)


def _upheld(built: CaseBuilder, flag: Any) -> None:
    _told(built, flag)
    built.do("uphold_flag", "11-23", built.people.qin, target=flag, ground="理由不成立。")


def _replied(built: CaseBuilder, flag: Any) -> None:
    _upheld(built, flag)
    built.do("reply_to_flag", "11-23", built.people.lin, target=flag, text="不同意。")


def _of_flag(by: str, steps: Any = None, **data: Any) -> Callable[[People], Act]:
    def ready(p: People) -> Act:
        built, flag = _flag(p, steps)
        return Act(built, flag, getattr(p, by), data)

    return ready


def _of_case(by: str, build: Callable[[People], CaseBuilder], **data: Any) -> Callable[..., Act]:
    def ready(p: People) -> Act:
        built = build(p)
        told = {k: v(built) if callable(v) else v for k, v in data.items()}
        return Act(built, built.case, getattr(p, by), told)

    return ready


def _with_lead(p: People) -> Act:
    built = enforcing(p, BEGUN).with_lead("11-20")
    return Act(built, built.leads[-1], p.lin, {"result": "true", "finding": "账户存在。"})


def _with_listing(p: People) -> Act:
    built = _noticed(p).listed("11-23")
    return Act(built, built.listings[-1], p.lin)


def _to_correct(p: People) -> Act:
    built = enforcing(p, BEGUN)
    seq = built.event("file.received").seq
    return Act(built, built.case, p.qin, {"seq": seq, "new_day": day("11-05"), "reason": "录错"})


def _excluded(p: People) -> CaseBuilder:
    return enforcing(p, BEGUN).excluded("11-20")


#: verb → the way to make it ready.
ACTS: dict[str, Callable[[People], Act]] = {
    "assign_handler": _of_case("qin", _fresh, user=lambda b: b.people.lin),
    "reassign_handler": _of_case(
        "qin", lambda p: enforcing(p, BEGUN), user=lambda b: b.people.zhou, reason="工作调整"
    ),
    "receive_file": _of_case("lin", lambda p: _fresh(p).assigned("11-03")),
    "send_notice": _of_case("lin", lambda p: enforcing(p, BEGUN)),
    "submit_lead": _of_case(
        "wu", lambda p: enforcing(p, BEGUN), asset_kind="deposit", content="商洛某银行账户"
    ),
    "verify_lead": _with_lead,
    "take_measure": _of_case(
        "lin",
        lambda p: enforcing(p, BEGUN),
        kind="seal",
        asset_kind="real_estate",
        target="商州区某小区一套",
        amount=Decimal("800000.00"),
        expires_on=date(2029, 11, 24),
    ),
    "decide_listing": _of_case("lin", _noticed, debtor=lambda b: b.debtor, ground="refuses"),
    "publish_listing": _with_listing,
    "suspend": _of_case("lin", _noticed, ground="bankruptcy", document="（2026）陕1002执1号之一"),
    "resume": _of_case("lin", lambda p: _noticed(p).suspended("11-10"), ground="ground_gone"),
    "close_case": _of_case(
        "lin", _noticed, method="performed", paid=Decimal("100000"), document="结案通知书"
    ),
    "correct_event": _to_correct,
    "open_exclusion": _of_case(
        "lin", lambda p: enforcing(p, BEGUN), exclusion="valuation", document="委托书"
    ),
    "close_exclusion": _of_case("lin", _excluded, exclusion="valuation"),
    "extend_limit": _of_case("zhao", lambda p: enforcing(p, BEGUN), months=3, reason="财产待处置"),
    "demand_explanation": _of_flag("qin"),
    "explain_flag": _of_flag("lin", _asked, ground="oversight", text="工作疏漏，已经补办。"),
    "excuse_flag": _of_flag("qin", _told, ground="确系系统故障。"),
    "uphold_flag": _of_flag("qin", _told, ground="理由不成立。"),
    "reply_to_flag": _of_flag("lin", _upheld, text="不同意。"),
    "reconsider_flag": _of_flag("he", _replied, ground="维持。"),
    "close_flag": _of_flag("qin", _upheld),
}


def ours(name: str) -> bool:
    """Tell whether a verb belongs to the apps whose verbs the table holds."""
    return VERBS[name].run.__module__.partition(".")[0] in {"cases", "deadlines", "accountability"}


def case_of_act(act: Act) -> Case:
    """Return the case of an act as it is in the database now."""
    return Case.objects.get(pk=act.built.case.pk)
