"""The lists behind the figures: clocks, flags and cases of a court, filtered.

A list filter is a small value that gives both its address and its rows. A figure of the
dashboard carries the filter of the list that it opens, so the number and the list are one query
(``statistics`` pairs each with its rollup; a test holds them to each other).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from accountability.actions import ANSWERS
from accountability.machine import OPEN_STATES, FlagState
from accountability.models import Flag
from cases.access import under
from cases.machine import State
from cases.models import Case
from deadlines.models import Clock
from enforcement.access import sight
from enforcement.errors import NotFound
from enforcement.models import Court, User
from enforcement.paging import CAP, Spread, capped_count

OPEN = "open"

#: 正常, 临期, 逾期, 扣除中 of running clocks, as the rollup names them.
RUNNING_STATUSES = {"ok": "正常", "amber": "临期", "lapsed": "逾期", "suspended": "扣除中"}
#: What a list of clocks may be filtered by.
CLOCK_STATUSES = {
    "running": "运行中",
    **RUNNING_STATUSES,
    "ontime": "按期完成",
    "late": "曾逾期",
    "judged": "按期与逾期",
}
#: Statuses that belong to a month.
MONTHLY = frozenset({"ontime", "late", "judged"})

S = FlagState


def _states(*states: FlagState) -> frozenset[str]:
    return frozenset(str(s) for s in states)


#: What a list of flags may be filtered by: one state, or several that mean one thing.
FLAG_STAGES: dict[str, tuple[str, frozenset[str]]] = {
    "open": ("待处理", _states(*OPEN_STATES)),
    "valid": ("全部有效标记", _states(*(s for s in S if s != S.WITHDRAWN))),
    "heard": ("已说明或者已审查", _states(S.EXPLAINED, S.EXCUSED, S.UPHELD, S.CLOSED)),
    "judged": ("已审查", _states(S.EXCUSED, S.UPHELD, S.CLOSED)),
    **{str(s): (str(s.label), _states(s)) for s in S},
}


#: States in which somebody may still explain.
UNEXPLAINED = (str(S.RAISED), str(S.DEMANDED))


@lru_cache(maxsize=64)
def _page(name: str) -> str:
    """Return the address of a page without arguments: a dashboard has five hundred links to it."""
    return reverse(name)


def link(name: str, *args: object, **kwargs: object) -> str:
    """Return the address of a page, or nothing when no page has that name."""
    try:
        return reverse(name, args=args, kwargs=kwargs) if args or kwargs else _page(name)
    except NoReverseMatch:
        return ""


def month_start(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


def months_back(day: date, n: int) -> date:
    """Return the first day of the month n months before that of ``day``."""
    index = day.year * 12 + day.month - 1 - n
    return date(index // 12, index % 12 + 1, 1)


def month_end(day: date) -> date:
    """Return the last day of its month."""
    return months_back(day, -1) - timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """A court and everything below it, or (``own``) the court alone (本院)."""

    court: Court
    own: bool = False

    def params(self) -> dict[str, str]:
        """Return the scope as parameters of an address."""
        return {"court": self.court.key} | ({"own": "1"} if self.own else {})

    def filter(self, path: str = "court_id") -> Q:
        """Return the condition that keeps rows of the scope.

        Args:
            path: the column that holds a court's key.
        """
        if self.own or self.court.level == Court.Level.BASIC:
            return Q(**{path: self.court.key})
        if self.court.parent_id is None:
            return Q()
        return Q(**{f"{path}__in": Court.objects.below(self.court).order_by().values("key")})


def scope_for(user: User, today: date, court: Court, *, own: bool = False) -> Scope:
    """Return what the person may see of a court: with what is below it, or the court alone.

    Raises:
        NotFound: the court is not in their sight.
    """
    seen = sight(user, today)
    if any(lft <= court.lft and court.rgt <= rgt for lft, rgt in seen.ranges):
        return Scope(court, own)
    if court.key in seen.courts:
        return Scope(court, own=court.rgt > court.lft + 1)
    raise NotFound("court.not_found", "没有这个法院，或者您无权查看。")


@dataclass(frozen=True)
class CaseList:
    """Cases by state and filing day."""

    page: ClassVar[str] = "case_list"
    scope: Scope
    state: str = ""
    filed_from: date | None = None
    filed_to: date | None = None

    @property
    def url(self) -> str:
        """Return the address of the list."""
        more = {
            "state": self.state,
            "filed_from": self.filed_from,
            "filed_to": self.filed_to,
        }
        return _url(self.page, self.scope, more)

    def rows(self, today: date) -> QuerySet[Case]:
        """Return the cases."""
        court = self.scope.court
        rows = Case.objects.filter(Q(court=court) if self.scope.own else under(court))
        if self.state == OPEN:
            rows = rows.exclude(state=State.CLOSED)
        elif self.state:
            rows = rows.filter(state=self.state)
        if self.filed_from:
            rows = rows.filter(filed_on__gte=self.filed_from)
        return rows.filter(filed_on__lte=self.filed_to) if self.filed_to else rows


@dataclass(frozen=True)
class ClockList:
    """Clocks by rule and status; those done in time or late by month.

    Attributes:
        status: one of ``CLOCK_STATUSES``.
        first, last: months (first days) for ``ontime`` (when done) and ``late`` (when lapsed).
    """

    page: ClassVar[str] = "clocks"
    scope: Scope
    status: str = "running"
    rule: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def url(self) -> str:
        """Return the address of the list."""
        more = {
            "status": self.status,
            "rule": self.rule,
            "from": self.first and f"{self.first:%Y-%m}",
            "to": self.last and f"{self.last:%Y-%m}",
        }
        return _url(self.page, self.scope, more)

    def meant(self) -> ClockList:
        """Return the list without months where its status has none (running clocks)."""
        return self if self.status in MONTHLY else replace(self, first=None, last=None)

    @property
    def order(self) -> tuple[str, ...]:
        """Return the order of the list: the most urgent first, what is over newest first."""
        return {
            "suspended": ("start_on", "id"),
            "running": ("raw_end", "id"),
            "ontime": ("-stopped_on", "-id"),
            "late": ("-lapse_on", "-id"),
            "judged": ("-id",),
        }.get(self.status, ("due", "id"))

    def rows(self, today: date) -> QuerySet[Clock]:
        """Return the clocks as of a day."""
        return self._everywhere(today).filter(self.scope.filter())

    def _everywhere(self, today: date) -> QuerySet[Clock]:
        rows = Clock.objects.filter(self._status(today))
        return rows.filter(rule=self.rule) if self.rule else rows

    def spread(self, today: date) -> Spread[Clock] | None:
        """Return how to gather a page over a subtree; None for one court, and for all of them."""
        court = self.scope.court
        if self.scope.own or court.parent_id is None or court.level == Court.Level.BASIC:
            return None
        return Spread(self._everywhere(today), "court_id", court.lft, court.rgt)

    def count(self, today: date) -> int:
        """Count the clocks, no further than one beyond what is shown as "many"."""
        rows = self.rows(today)
        if self.scope.court.parent_id is None and not self.scope.own:
            # In the order of the list: its index begins where the list does.
            return rows.order_by(*self.order)[: CAP + 1].count()
        return capped_count(rows)

    def _status(self, today: date) -> Q:
        """Return the condition of the status; the rollup counts by the same words."""
        running, late = Q(stopped_on__isnull=True), Q(lapse_on__lte=today)
        dated, amber = running & Q(due__isnull=False), Q(amber_on__lte=today)
        not_late = Q(lapse_on__isnull=True) | Q(lapse_on__gt=today)
        not_amber = Q(amber_on__isnull=True) | Q(amber_on__gt=today)
        done = Q(state="done", lapse_on__isnull=True)
        match self.status:
            case "running":
                return running
            case "suspended":
                return running & Q(due__isnull=True)
            case "lapsed":
                return dated & late & Q(due__lt=today)
            case "amber":
                # Late is over, not late is not: said by the due day too, which the index is by.
                return dated & not_late & amber & Q(due__gte=today)
            case "ok":
                return dated & not_late & not_amber
            case "ontime":
                return done & self._months("stopped_on")
            case "late":
                return late & self._months("lapse_on")
        return (done & self._months("stopped_on")) | (late & self._months("lapse_on"))

    def _months(self, path: str) -> Q:
        condition = Q(**{f"{path}__gte": self.first}) if self.first else Q()
        if self.last:
            condition &= Q(**{f"{path}__lte": month_end(self.last)})
        return condition


@dataclass(frozen=True)
class FlagList:
    """Flags by stage, rule and holder of the due day.

    Attributes:
        mine: only those that this person is asked to explain.
    """

    page: ClassVar[str] = "flags"
    scope: Scope
    stage: str = ""
    rule: str = ""
    holder: int | None = None
    mine: User | None = None
    order: ClassVar[tuple[str, ...]] = ("-id",)

    @property
    def url(self) -> str:
        """Return the address of the list."""
        more = {"stage": self.stage, "rule": self.rule, "holder": self.holder}
        more |= {"mine": "1" if self.mine else ""}
        return _url(self.page, self.scope, more)

    def rows(self, today: date) -> QuerySet[Flag]:
        """Return the flags."""
        rows = Flag.objects.filter(self.scope.filter())
        if self.stage:
            rows = rows.filter(state__in=FLAG_STAGES[self.stage][1])
        if self.rule:
            rows = rows.filter(rule=self.rule)
        if self.mine:
            rows = rows.filter(flags_to_answer(self.mine, today), state__in=UNEXPLAINED)
        return rows.filter(holder_id=self.holder) if self.holder else rows


AnyList = CaseList | ClockList | FlagList


def flags_to_answer(user: User, today: date) -> Q:
    """Return the condition that keeps the flags that this person is asked to explain.

    Their own from the due day, and those of a duty of the court that their post answers for.
    """
    condition = Q(holder=user)
    for post in sight(user, today).posts:
        duties = [duty for duty, role in ANSWERS.items() if role == post.role]
        if duties:
            condition |= Q(holder__isnull=True, duty__in=duties, court_id=post.court_id)
    return condition


def _url(page: str, scope: Scope, more: Mapping[str, object]) -> str:
    base = link(page)
    if not base:
        return ""
    params = scope.params() | {name: str(value) for name, value in more.items() if value}
    return f"{base}?{urlencode(params)}"
