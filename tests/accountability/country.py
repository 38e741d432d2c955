"""A small country: courts of four levels with people, and cases moved about by the real verbs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accountability.sweep import sweep
from cases.actions.filing import PartyInput, file_case
from cases.models import Case
from cases.verb import VERBS
from deadlines.sheets import rebuild
from enforcement.models import Court, Post, RollupDay, User
from enforcement.roles import Role
from tests.courts_fixture import load_branch

TODAY = date(2026, 11, 23)

#: Roles that every court of the small country has somebody for.
OWN = (
    Role.FILING_CLERK,
    Role.JUDGE,
    Role.BUREAU_HEAD,
    Role.PRESIDENT,
    Role.SUPERVISOR,
    Role.INSPECTOR,
)


def at(day: date) -> datetime:
    """Return eleven in the morning of a legal day in Shanghai."""
    return datetime.combine(day, time(3), UTC)


@dataclass
class Country:
    """Courts by 代字, and the people in them by (代字, role)."""

    courts: dict[str, Court]
    people: dict[tuple[str, str], User] = field(default_factory=dict)

    def person(self, code: str, role: Role, nth: int = 1) -> User:
        """Return the nth person with that role in that court, made on first use."""
        key = (code, f"{role}{nth}")
        if key not in self.people:
            user = User.objects.create_user(f"{code}-{role}-{nth}", name=f"{role.label}{nth}")
            Post.objects.create(
                user=user, court=self.courts[code], role=role, first_day=date(2020, 1, 1)
            )
            self.people[key] = user
        return self.people[key]

    def file(self, code: str, on: date, *, procedure: str = "first", applied: int = 2) -> Case:
        """File a case in a court on a day."""
        return file_case(
            self.courts[code],
            by=self.person(code, Role.FILING_CLERK),
            now=at(on),
            on=on,
            applied_on=on - timedelta(days=applied),
            procedure=procedure,
            basis="court_civil_admin",
            basis_number="（2026）陕1002民初1号",
            basis_body="商洛市商州区人民法院",
            amount=Decimal("1000.00"),
            parties=[
                PartyInput("applicant", "natural", "白某甲"),
                PartyInput("debtor", "natural", "侯某乙"),
            ],
        ).case

    def do(self, verb: str, target: Any, on: date | None, **data: Any) -> Any:
        """Do a verb as the person of the case's court whose post it is, at eleven of the day."""
        assert on is not None
        case = target if isinstance(target, Case) else target.case
        spec = VERBS[verb]
        by = data.pop("by", None)
        if by is None:
            role = next(role for role in OWN if role in spec.roles)
            by = self.person(case.court.code, role)
            if role == Role.JUDGE and case.handler is not None:
                by = case.handler
        now = data.pop("now", at(on))
        return spec.run(target, by=by, now=now, on=on, **data)

    def start(self, code: str, on: date, *, assigned: int = 3, received: int = 1) -> Case:
        """File a case, assign it after some days and let the judge receive the file."""
        case = self.file(code, on)
        day = on + timedelta(days=assigned)
        self.do("assign_handler", case, day, user=self.person(code, Role.JUDGE))
        self.do("receive_file", case, day + timedelta(days=received))
        return case

    def settle(self, today: date = TODAY) -> None:
        """Derive every sheet and sweep, as beat and worker would have done by now."""
        rebuild(list(Case.objects.values_list("pk", flat=True)), now=at(today))
        sweep(today, at(today))

    def everywhere(self) -> Iterator[Court]:
        """Yield every court, the supreme court first."""
        yield from sorted(self.courts.values(), key=lambda court: court.lft)


def found(today: date = TODAY) -> Country:
    """Make the country, and let clocks be counted as of a day."""
    country = Country(load_branch())
    RollupDay.objects.update_or_create(id=1, defaults={"day": today})
    return country


def live(country: Country, today: date = TODAY) -> dict[str, Case]:
    """Let a mixture of everything happen, in courts of all levels; return cases by what happened.

    Every state of a case, every status of a clock and every stage of a flag occurs.
    """
    back = lambda n: today - timedelta(days=n)  # noqa: E731
    made: dict[str, Case] = {}
    made["new"] = country.file("陕1002", back(1))
    made["unassigned"] = country.file("陕1021", back(12))
    made["old"] = country.start("陕1002", back(420))
    made["quiet"] = country.start("陕0602", back(150))
    made["far"] = country.start("湘0104", back(200), assigned=9)
    made["of_high"] = country.start("陕", back(80))
    made["of_inter"] = country.start("陕10", back(30), assigned=8)
    made["amber"] = country.start("陕1022", back(6), assigned=4, received=1)
    _leads(country, made, today)
    _pauses(country, made, today)
    _ends(country, made, today)
    country.settle(today)
    _flags(country, made, today)
    _corrections(country, made, today)
    country.settle(today)
    return made


def _leads(country: Country, made: dict[str, Case], today: date) -> None:
    back = lambda n: today - timedelta(days=n)  # noqa: E731
    case = made["leads"] = country.start("陕1002", back(60))
    country.do("send_notice", case, back(55))
    give = {"asset_kind": "deposit", "content": "商洛某银行账户"}
    first = country.do("submit_lead", case, back(50), **give)
    country.do("verify_lead", first, back(45), result="true", finding="账户存在。")
    second = country.do("submit_lead", case, back(30), urgent=True, **give)
    country.do("verify_lead", second, back(10), result="false", finding="无此账户。")
    country.do("submit_lead", case, back(8), **give)
    country.do("submit_lead", case, back(1), **give)
    debtor = case.parties.get(role="debtor")
    listing = country.do("decide_listing", case, back(20), debtor=debtor, ground="refuses")
    country.do("publish_listing", listing, back(18))


def _pauses(country: Country, made: dict[str, Case], today: date) -> None:
    back = lambda n: today - timedelta(days=n)  # noqa: E731
    asleep = made["asleep"] = country.start("陕1021", back(90))
    country.do("send_notice", asleep, back(84))
    country.do("suspend", asleep, back(40), ground="bankruptcy", document="（2026）陕1021执1号之一")
    awake = made["awake"] = country.start("湘0104", back(100))
    country.do("send_notice", awake, back(95))
    country.do("suspend", awake, back(70), ground="third_party", document="（2026）湘0104执1号之一")
    country.do("resume", awake, back(20), ground="objection_rejected")
    made["valued"] = country.start("陕1022", back(170))
    country.do(
        "open_exclusion", made["valued"], back(100), exclusion="valuation", document="评估委托书"
    )
    country.do(
        "close_exclusion", made["valued"], back(60), exclusion="valuation", document="评估报告"
    )


def _ends(country: Country, made: dict[str, Case], today: date) -> None:
    back = lambda n: today - timedelta(days=n)  # noqa: E731
    ended = made["ended"] = country.start("陕1002", back(130))
    country.do("send_notice", ended, back(125))
    country.do(
        "close_case",
        ended,
        back(60),
        method="performed",
        paid=Decimal("1000"),
        document="结案通知书",
    )
    moot = made["moot"] = country.start("陕0602", back(5), assigned=2)
    country.do(
        "close_case", moot, back(1), method="terminated", ground="withdrawn", document="裁定书"
    )
    moved = made["moved"] = country.start("陕1002", back(25))
    other = country.person("陕1002", Role.JUDGE, 2)
    country.do("reassign_handler", moved, back(4), user=other, reason="承办人调离")


def _flags(country: Country, made: dict[str, Case], today: date) -> None:
    """Bring flags to every stage."""

    def flag(name: str, rule: str = "send_enforcement_notice") -> Any:
        return made[name].flags.get(rule=rule)

    why = {"ground": "oversight", "text": "工作疏漏，已经补办。"}
    asked = country.do("demand_explanation", flag("far"), today)
    told = country.do("explain_flag", flag("quiet"), today, by=made["quiet"].handler, **why)
    excused = country.do("explain_flag", flag("of_high"), today, by=made["of_high"].handler, **why)
    country.do("excuse_flag", excused, today, ground="确系系统故障。")
    upheld = country.do("explain_flag", flag("of_inter"), today, by=made["of_inter"].handler, **why)
    country.do("uphold_flag", upheld, today, ground="理由不成立。")
    country.do("reply_to_flag", upheld, today, by=made["of_inter"].handler, text="不同意。")
    shut = country.do("explain_flag", flag("old"), today, by=made["old"].handler, **why)
    country.do("excuse_flag", shut, today, ground="理由成立。")
    country.do("close_flag", shut, today)
    assert {asked.state, told.state} == {"demanded", "explained"}
    country.do("extend_limit", made["awake"], today, months=1, reason="财产正在处置")


def _corrections(country: Country, made: dict[str, Case], today: date) -> None:
    """Take a lapse away by a correction: its flag is withdrawn by the next sweep."""
    case = made["moved"]
    country.do(
        "correct_event",
        case,
        today,
        seq=case.events.get(kind="file.received").seq,
        reason="日期录入有误",
        new_day=today,
    )
