"""A month in the life of a court: what is done is drawn by lot, and the lot is the same each time.

Two courts that live the same month side by side must look alike at its end, down to the
timelines, whatever happened to the messages of one of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from accountability.models import Flag
from cases.models import Case
from cases.signals import event_recorded
from deadlines.models import Clock
from deadlines.sheets import after_event
from enforcement.errors import Refused
from enforcement.models import User
from enforcement.roles import Role
from tests.accountability.country import Country, at

FIRST, DAYS = date(2026, 10, 9), 30
LAST = FIRST + timedelta(days=DAYS - 1)
#: Acts on one day in one court.
EACH_DAY = 6
TEXT = {"ground": "oversight", "text": "工作疏漏，已经补办。"}
LEAD = {"asset_kind": "deposit", "content": "商洛某银行账户"}


@contextmanager
def unplugged() -> Iterator[None]:
    """Lose every message after commit: nobody listens on the other end of the line."""
    assert event_recorded.disconnect(dispatch_uid="deadlines.rebuild")
    try:
        yield
    finally:
        event_recorded.connect(after_event, dispatch_uid="deadlines.rebuild")


class Month:
    """One court's month, a day at a time."""

    def __init__(self, country: Country, code: str) -> None:
        self.country, self.code = country, code
        self.lot = random.Random(20261109)  # noqa: S311 - repeatable on purpose
        self.cases: list[Case] = []
        #: Two more whose course is fixed: a flag is taken back, and one grows by silence.
        self.fixed: list[Case] = []
        #: What became of each act: done, or the code of its refusal.
        self.became: list[tuple[str, str]] = []

    def live(self, day: date) -> None:
        """Do what the lot says for one day: file on every other day, and act."""
        if (day - FIRST).days % 2 == 0:
            self.cases.append(self.country.file(self.code, day))
        acts = [self._case_act, self._case_act, self._side_act, self._flag_act, self._flag_act]
        for _ in range(EACH_DAY):
            self.lot.choice(acts)(day)

        self._fixed((day - FIRST).days, day)

    def _fixed(self, n: int, day: date) -> None:
        """Let the two fixed cases go on; both are received on the second day, neither noticed."""
        if n == 0:
            self.fixed = [self.country.file(self.code, day) for _ in range(2)]
        for case in self.fixed:
            if n == 1:
                self._try("assign_handler", case, day, user=self._judge(1))
                self._try("receive_file", case, day)
            elif n == 9:
                for flag in case.flags.all():  # none where nobody sweeps
                    self._try("demand_explanation", flag, day, by=self._above())
        if n == 14:
            seq = self.fixed[0].events.get(kind="file.received").seq
            day_told = {"new_day": day, "reason": "日期录入有误"}
            self._try("correct_event", self.fixed[0], day, seq=seq, **day_told)
            self._try("send_notice", self.fixed[0], day)

    def _try(self, name: str, target: Any, on: date, **data: Any) -> None:
        try:
            self.country.do(name, target, on, **data)
        except Refused as refused:
            self.became.append((name, refused.code))
        else:
            self.became.append((name, "done"))

    def _a_case(self) -> Case:
        return Case.objects.get(pk=self.lot.choice(self.cases).pk)

    def _entered_late(self, day: date) -> dict[str, Any]:
        """Return an earlier legal day, entered now."""
        return {"on": day - timedelta(days=self.lot.choice([0, 0, 1, 5])), "now": at(day)}

    def _judge(self, nth: int) -> User:
        return self.country.person(self.code, Role.JUDGE, nth)

    def _case_act(self, day: date) -> None:
        """Bring a case on by one step, or correct the last one."""
        case, when = self._a_case(), self._entered_late(day)
        nth = self.lot.choice([1, 2])
        if self.lot.random() < 0.15:
            self._correct(case, day)
        elif case.state == "filed":
            self._try("assign_handler", case, user=self._judge(nth), **when)
        elif case.state == "assigned":
            self._try("receive_file", case, **when)
        elif case.state == "suspended":
            self._try("resume", case, ground="ground_gone", **when)
        else:
            self._enforce(case, when, nth)

    def _enforce(self, case: Case, when: dict[str, Any], nth: int) -> None:
        ruling = {"document": "（2026）执1号之一"}
        debtor = case.parties.get(role="debtor")
        steps: list[tuple[str, dict[str, Any]]] = [
            ("send_notice", {}),
            ("send_notice", {}),
            ("suspend", {"ground": "third_party", **ruling}),
            ("reassign_handler", {"user": self._judge(nth), "reason": "工作调整"}),
            ("decide_listing", {"debtor": debtor, "ground": "refuses"}),
            ("open_exclusion", {"exclusion": "valuation", **ruling}),
            ("close_exclusion", {"exclusion": "valuation"}),
            ("close_case", {"method": "terminated", "ground": "withdrawn", **ruling}),
        ]
        name, data = self.lot.choice(steps)
        self._try(name, case, **data, **when)

    def _correct(self, case: Case, day: date) -> None:
        events = case.events.exclude(kind__startswith="flag.").order_by("-seq")[:4]
        event = self.lot.choice(list(events))
        what = {"void": True} if self.lot.random() < 0.5 else {"new_day": day}
        self._try("correct_event", case, day, seq=event.seq, reason="日期录入有误", **what)

    def _side_act(self, day: date) -> None:
        """Give a lead, or answer one, or publish a listing."""
        case, when = self._a_case(), self._entered_late(day)
        lead, listing = case.leads.order_by("pk").last(), case.listings.order_by("pk").last()
        if lead is not None and self.lot.random() < 0.4:
            self._try("verify_lead", lead, result="true", finding="账户存在。", **when)
        elif listing is not None and self.lot.random() < 0.5:
            self._try("publish_listing", listing, **when)
        else:
            self._try("submit_lead", case, urgent=self.lot.random() < 0.3, **LEAD, **when)

    def _flag_act(self, day: date) -> None:
        """Go on with a flag, if there is one."""
        flags = list(Flag.objects.filter(case__in=self.cases).order_by("case_id", "rule", "id"))
        if not flags:
            return
        flag, draw = self.lot.choice(flags), self.lot.random()
        steps: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
            "raised": lambda: ("demand_explanation", {"by": self._above()}),
            "demanded": lambda: ("explain_flag", {"by": flag.holder or self._head(), **TEXT}),
            "explained": lambda: (
                "excuse_flag" if draw < 0.5 else "uphold_flag",
                {"by": self._above(), "ground": "经审查认定。"},
            ),
        }
        closing: tuple[str, dict[str, Any]] = ("close_flag", {"by": self._above()})
        name, data = steps.get(flag.state, lambda: closing)()
        if flag.state in {"raised", "explained"} or draw < 0.3:  # some do not answer in time
            self._try(name, flag, day, **data)

    def _above(self) -> User:
        return self.country.person(self.code, Role.SUPERVISOR)

    def _head(self) -> User:
        return self.country.person(self.code, Role.BUREAU_HEAD)

    # -- looking -------------------------------------------------------------------------------

    @property
    def everything(self) -> list[Case]:
        """All cases of the court."""
        return [*self.cases, *self.fixed]

    def flags(self) -> list[tuple[Any, ...]]:
        """Return all flags, cases and people named so that two courts can be compared."""
        rows = Flag.objects.filter(case__in=self.everything).select_related("case", "holder")
        found = [
            (f.case.serial, f.rule, f.start_seq, f.start_on, f.due, f.lapse_on,
             self._name(f.holder), f.state, f.level, f.raised_on, f.demanded_on)
            for f in rows
        ]  # fmt: skip
        return sorted(found, key=str)

    def clocks(self) -> list[tuple[Any, ...]]:
        """Return all kept clocks, cases by their serial."""
        names = ("case__serial", "rule", "start_seq", "start_on", "due", "state", "stopped_on",
                 "lapse_on", "amber_on")  # fmt: skip
        return sorted(Clock.objects.filter(case__in=self.everything).values_list(*names), key=str)

    def timelines(self) -> list[tuple[Any, ...]]:
        """Return what the timelines say: case, number, kind, day and person."""
        return [
            (case.serial, event.seq, event.kind, event.on, self._name(event.by))
            for case in sorted(self.everything, key=lambda case: case.serial)
            for event in case.events.order_by("seq").select_related("by")
        ]

    def _name(self, user: User | None) -> str:
        return user.username.removeprefix(self.code) if user else ""
