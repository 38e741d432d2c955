"""Cases for tests, built through the verbs alone: what a test stands on could have happened.

    a_case(people).filed(on="11-02").assigned(on="11-04").received(on="11-05").noticed(on="11-06")

Days are written MM-DD (of 2026) or YYYY-MM-DD. An act is recorded at ten in the morning of its
day unless ``seen`` says on which day it was entered.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accountability.models import Flag
from accountability.sweep import Swept, sweep
from cases import identity
from cases.actions.filing import PartyInput
from cases.models import Case, CaseEvent, Lead, Listing, Measure, Party
from cases.verb import VERBS
from deadlines.models import Clock
from deadlines.sheets import rebuild
from enforcement.models import Court, User
from tests.people import People

Day = str | date

#: Numbers of nobody: they check, but no real person or company has them.
NOBODY = identity.fictional_identity(1)
NO_COMPANY = identity.fictional_credit_code(1)


def day(text: Day) -> date:
    """Return a day written MM-DD (of 2026) or YYYY-MM-DD."""
    if isinstance(text, date):
        return text
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(text: Day, hour: int = 10) -> datetime:
    """Return a moment of that legal day in Shanghai."""
    return datetime.combine(day(text), time(hour), UTC) - timedelta(hours=8)


def applicant(**changes: Any) -> PartyInput:
    """Return the applicant of the tests, changed as wanted."""
    entry: dict[str, Any] = {"role": "applicant", "kind": "natural", "name": "陈某"}
    return PartyInput(**entry | {"id_number": NOBODY, "phone": "13900000000"} | changes)


def debtor(**changes: Any) -> PartyInput:
    """Return the debtor of the tests, changed as wanted."""
    entry: dict[str, Any] = {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"}
    return PartyInput(**entry | {"id_number": NO_COMPANY} | changes)


def filing(on: Day, **changes: Any) -> dict[str, Any]:
    """Return what filing a case asks for, applied for two days before."""
    return {
        "on": day(on),
        "now": at(on),
        "applied_on": day(on) - timedelta(days=2),
        "procedure": "first",
        "basis": "court_civil_admin",
        "basis_number": "（2025）陕1002民初88号民事判决书",
        "basis_body": "商洛市商州区人民法院",
        "amount": Decimal("100000.00"),
        "parties": [applicant(), debtor()],
    } | changes


class CaseBuilder:
    """One case on its way; every step is a verb done by the person whose post it is."""

    case: Case
    query_code: str

    def __init__(self, people: People, court: Court | None = None) -> None:
        self.people = people
        self.court = court or people.court
        self.leads: list[Lead] = []
        self.listings: list[Listing] = []
        self.measures: list[Measure] = []

    # -- doing ---------------------------------------------------------------------------------

    def do(
        self, verb: str, on: Day, by: User, *, target: Any = None, seen: Day = "", **data: Any
    ) -> Any:
        """Do a verb on the case, or on what hangs on it, as of a day."""
        done = VERBS[verb].run(target or self.case, by=by, now=at(seen or on), on=day(on), **data)
        self.case.refresh_from_db()
        return done

    def filed(
        self, on: Day, *, by: User | None = None, seen: Day = "", **changes: Any
    ) -> CaseBuilder:
        """立案."""
        entry = filing(on, **changes)
        if seen:
            entry["now"] = at(seen)
        made = VERBS["file_case"].run(self.court, by=by or self.people.tang, **entry)
        self.case, self.query_code = made.case, made.query_code
        return self

    def assigned(self, on: Day, to: User | None = None, **data: Any) -> CaseBuilder:
        """确定承办人: Judge Lin unless told otherwise."""
        data = {"by": self.people.qin, "user": to or self.people.lin} | data
        self.do("assign_handler", on, **data)
        return self

    def reassigned(self, on: Day, to: User, **data: Any) -> CaseBuilder:
        """变更承办人."""
        data = {"by": self.people.qin, "user": to, "reason": "工作调整"} | data
        self.do("reassign_handler", on, **data)
        return self

    def received(self, on: Day, **data: Any) -> CaseBuilder:
        """接收案件材料."""
        self.do("receive_file", on, **{"by": self.handler} | data)
        return self

    def noticed(self, on: Day, **data: Any) -> CaseBuilder:
        """发出执行通知书."""
        self.do("send_notice", on, **{"by": self.handler} | data)
        return self

    def with_lead(self, on: Day, **data: Any) -> CaseBuilder:
        """收到财产线索."""
        given = {"asset_kind": "deposit", "content": "商洛某银行账户", "by": self.people.wu}
        self.leads.append(self.do("submit_lead", on, **given | data))
        return self

    def verified(self, on: Day, result: str = "true", **data: Any) -> CaseBuilder:
        """核查财产线索: the last one unless told otherwise."""
        given = {"by": self.handler, "target": self.leads[-1], "finding": "账户存在。"}
        self.do("verify_lead", on, result=result, **given | data)
        return self

    def measured(self, on: Day, **data: Any) -> CaseBuilder:
        """采取控制措施: a bank account frozen for a year."""
        given = {"kind": "freeze", "asset_kind": "deposit", "target": "商洛某银行账户"}
        until = {"amount": Decimal("5000.00"), "expires_on": day(on) + timedelta(days=365)}
        self.measures.append(self._measure(on, given | until | {"by": self.handler} | data))
        return self

    def _measure(self, on: Day, data: dict[str, Any]) -> Measure:
        spec, by, seen = VERBS["take_measure"], data.pop("by"), data.pop("seen", "")
        taken: Measure = spec.run(self.case, by=by, now=at(seen or on), on=day(on), **data)
        self.case.refresh_from_db()
        return taken

    def listed(self, on: Day, **data: Any) -> CaseBuilder:
        """决定纳入失信名单."""
        given = {"by": self.handler, "ground": "refuses"}
        given["debtor"] = data.get("debtor") or self.debtor
        self.listings.append(self.do("decide_listing", on, **given | data))
        return self

    def published(self, on: Day, **data: Any) -> CaseBuilder:
        """录入并公布失信信息."""
        given = {"by": self.handler, "target": self.listings[-1]}
        self.do("publish_listing", on, **given | data)
        return self

    def suspended(self, on: Day, **data: Any) -> CaseBuilder:
        """中止执行."""
        given = {"by": self.handler, "ground": "third_party", "document": "（2026）陕1002执1号之一"}
        self.do("suspend", on, **given | data)
        return self

    def resumed(self, on: Day, **data: Any) -> CaseBuilder:
        """恢复执行."""
        self.do("resume", on, **{"by": self.handler, "ground": "ground_gone"} | data)
        return self

    def excluded(
        self, on: Day, until: Day = "", kind: str = "valuation", **data: Any
    ) -> CaseBuilder:
        """扣除期间, closed again on ``until`` when given."""
        given = {"by": self.handler, "exclusion": kind, "document": "委托书"}
        self.do("open_exclusion", on, **given | data)
        if until:
            self.do("close_exclusion", until, by=self.handler, exclusion=kind)
        return self

    def extended(self, on: Day, months: int = 3, **data: Any) -> CaseBuilder:
        """批准延长期限."""
        given = {"by": self.people.zhao, "reason": "财产正在处置"}
        self.do("extend_limit", on, months=months, **given | data)
        return self

    def closed(self, on: Day, method: str = "performed", **data: Any) -> CaseBuilder:
        """结案: performed in full unless told otherwise."""
        given: dict[str, Any] = {"by": self.handler, "document": "结案通知书"}
        if method == "performed":
            given["paid"] = self.case.amount
        self.do("close_case", on, method=method, **given | data)
        return self

    def corrected(self, on: Day, kind: str, new_day: Day = "", **data: Any) -> CaseBuilder:
        """更正: the last event of the kind gets another day, or is void when no day is given."""
        given: dict[str, Any] = {"by": self.people.qin, "reason": "录入有误"}
        given["seq"] = self.event(kind).seq
        given |= {"new_day": day(new_day)} if new_day else {"void": True}
        self.do("correct_event", on, **given | data)
        return self

    def rebuilt(self, on: Day) -> CaseBuilder:
        """Derive the sheet anew, as happens after each commit."""
        rebuild([self.case.pk], now=at(on))
        return self

    def swept(self, on: Day) -> Swept:
        """Sweep as of a day."""
        done = sweep(day(on), at(on))
        self.case.refresh_from_db()
        return done

    # -- looking -------------------------------------------------------------------------------

    @property
    def handler(self) -> User:
        """The judge who holds the case, or Judge Lin while nobody does."""
        return self.case.handler or self.people.lin

    @property
    def debtor(self) -> Party:
        """The debtor of the case."""
        return self.case.parties.get(role="debtor")

    @property
    def kinds(self) -> list[str]:
        """Kinds of all events, in order of recording."""
        return list(self.case.events.order_by("seq").values_list("kind", flat=True))

    def event(self, kind: str) -> CaseEvent:
        """Return the last event of a kind."""
        found = self.case.events.filter(kind=kind).order_by("-seq").first()
        assert found is not None, f"no {kind} in {self.kinds}"
        return found

    def clock(self, rule: str) -> Clock:
        """Return the one clock of a rule."""
        return self.case.clocks.get(rule=rule)

    def flag(self, rule: str) -> Flag:
        """Return the one flag of a rule."""
        return self.case.flags.get(rule=rule)

    def flags(self) -> dict[str, str]:
        """Return rule → state of every flag of the case."""
        return dict(self.case.flags.order_by("rule").values_list("rule", "state"))


def a_case(people: People, court: Court | None = None) -> CaseBuilder:
    """Begin a case of 陕1002, or of another court (then the acting people must be named)."""
    return CaseBuilder(people, court)


def enforcing(people: People, on: Day = "11-02") -> CaseBuilder:
    """Return a case filed, assigned and received on three days in a row, notice not yet sent."""
    first = day(on)
    one = timedelta(days=1)
    return a_case(people).filed(first).assigned(first + one).received(first + 2 * one)
