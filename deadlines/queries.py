"""Lists by urgency, read only: the docket, the queue of unassigned cases, people's workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from cases import kinds
from cases.actions.notices import look_up_notices
from cases.machine import State
from cases.models import Case
from cases.queries import STATE_TONES, Sides, sides_of
from deadlines.duties import Act, acts_for, name_of, urgency_of
from deadlines.models import Clock
from deadlines.rule import INFO
from enforcement.models import Court, User
from enforcement.roles import Role
from enforcement.zh_format import Urgency, days_left

#: Where a case without any due day stands in the order of urgency.
FAR = date(9999, 12, 31)
SOON_DAYS = 3

#: Groups of the docket: code → heading.
GROUPS = {
    "late": "已逾期",
    "today": "今天到期",
    "soon": "三日内到期",
    "week": "本周到期",
    "later": "其后到期",
    "none": "暂无届满日",
}


@dataclass(frozen=True)
class Line:
    """One line of the docket: the case and the clock that presses most."""

    case: Case
    sides: Sides | None
    due: date | None
    urgency: Urgency
    rule: str
    why: int | None
    act: Act | None
    more: int
    last: str
    last_on: date | None
    tone: str
    group: str


def week_end(today: date) -> date:
    """Return the Sunday of this week."""
    return today + timedelta(days=6 - today.weekday())


def group_of(due: date, today: date) -> str:
    """Return the docket's group of a due day (``FAR`` for none)."""
    if due == FAR:
        return "none"
    left = (due - today).days
    if left < 0:
        return "late"
    if left == 0:
        return "today"
    if left <= SOON_DAYS:
        return "soon"
    return "week" if due <= week_end(today) else "later"


def _when(code: str, today: date) -> Q:
    """Return the condition of a group over ``key``."""
    near, sunday = today + timedelta(days=SOON_DAYS), week_end(today)
    return {
        "late": Q(key__lt=today),
        "today": Q(key=today),
        "soon": Q(key__gt=today, key__lte=near),
        "week": Q(key__gt=near, key__lte=sunday),
        "later": Q(key__gt=max(near, sunday), key__lt=FAR),
        "none": Q(key=FAR),
    }[code]


def docket(scope: Q, *, rule: str = "", state: str = "") -> QuerySet[Case]:
    """Return open cases with their most urgent due day under ``key`` (``FAR`` for none).

    Args:
        scope: whose cases.
        rule: only cases with a running clock of this rule, ordered by its due day.
    """
    rows = Case.objects.filter(scope).exclude(state=State.CLOSED)
    if state:
        rows = rows.filter(state=state)
    due: Any = "sheet__next_due"
    if rule:
        running = Clock.objects.filter(case=OuterRef("pk"), rule=rule, stopped_on__isnull=True)
        rows = rows.filter(Exists(running))
        due = Subquery(running.order_by("due").values("due")[:1])
    far = Value(FAR, output_field=DateField())
    return rows.annotate(key=Coalesce(due, far)).select_related("handler", "court")


def in_group(rows: QuerySet[Case], code: str, today: date) -> QuerySet[Case]:
    """Keep one group of a docket; an unknown code keeps everything."""
    return rows.filter(_when(code, today)) if code in GROUPS else rows


def figures(rows: QuerySet[Case], today: date) -> dict[str, int]:
    """Count each group of a docket, and all of it, in one query."""
    counts = {code: Count("pk", filter=_when(code, today)) for code in GROUPS}
    found: dict[str, int] = rows.order_by().aggregate(all=Count("pk"), **counts)
    return found


def lines(cases: list[Case], today: date, user: User, *, rule: str = "") -> list[Line]:
    """Dress the cases of one page of a docket, in a few queries however many they are.

    Args:
        user: the reader; an act is offered where this person may do it now.
    """
    ids = [case.pk for case in cases]
    sides, clocks = sides_of(ids), running_clocks(ids, rule)
    press = {case.pk: pressing(clocks[case.pk]) for case in cases}
    look_up_notices(cases)
    acts = acts_for(user, today, [(c, k) for c in cases if (k := press[c.pk]) is not None])
    return [
        _line(case, sides.get(case.pk), clocks[case.pk], today, press[case.pk], acts)
        for case in cases
    ]


def pressing(clocks: list[Clock]) -> Clock | None:
    """Return the most urgent of a case's running clocks: the first with a due day."""
    return next((c for c in clocks if c.due is not None), clocks[0] if clocks else None)


def running_clocks(case_ids: Iterable[int], rule: str = "") -> dict[int, list[Clock]]:
    """Return the clocks still running or suspended of several cases, the most urgent first.

    Rights and waits press nobody; they come only when their rule is asked for.
    """
    rows = Clock.objects.filter(case_id__in=list(case_ids), stopped_on__isnull=True)
    rows = rows.filter(rule=rule) if rule else rows.exclude(severity=INFO)
    found: dict[int, list[Clock]] = defaultdict(list)
    for clock in rows:
        found[clock.case_id].append(clock)
    for mine in found.values():
        mine.sort(key=lambda c: (c.due or FAR, c.severity != "flag", c.rule))
    return found


def _line(
    case: Case,
    sides: Sides | None,
    clocks: list[Clock],
    today: date,
    press: Clock | None,
    acts: dict[int, Act],
) -> Line:
    dated = [c for c in clocks if c.due is not None]
    urgency = urgency_of(press, today) if press else days_left(None, today)
    near = today + timedelta(days=SOON_DAYS)
    last = kinds.kind(case.last_kind).label if case.last_kind else ""
    return Line(
        case,
        sides,
        press.due if press else None,
        urgency,
        name_of(press) if press else "",
        press.pk if press else None,
        acts.get(press.pk) if press else None,
        len([c for c in dated[1:] if c.due and c.due <= near]),
        last,
        case.last_on,
        STATE_TONES[case.state],
        group_of(getattr(case, "key", FAR), today),
    )


# -- assignment ---------------------------------------------------------------------------------


@dataclass
class Load:
    """A judge's workload: open cases, and those with an early warning or a lapse in them."""

    user: User
    open: int = 0
    amber: int = 0
    lapsed: int = 0

    @property
    def weight(self) -> tuple[int, int, str]:
        """Order of lightness: fewest open cases, then fewest pressing ones, then by name."""
        return self.open, self.amber + self.lapsed, str(self.user)

    @property
    def words(self) -> str:
        """The workload in words."""
        return f"在办 {self.open} · 临期 {self.amber} · 逾期 {self.lapsed}"


def judges_of(court: Court, today: date) -> QuerySet[User]:
    """Return who is a judge of a court on a day, by name."""
    posts = court.posts.in_force(today).filter(role=Role.JUDGE)
    return User.objects.filter(posts__in=posts, is_active=True).distinct().order_by("name", "pk")


def loads(court: Court, today: date) -> list[Load]:
    """Return the judges of a court with their workload there, the lightest first.

    Three queries, whatever the number of judges.
    """
    found = {user.pk: Load(user) for user in judges_of(court, today)}
    mine = Case.objects.filter(court=court, handler__in=found).exclude(state=State.CLOSED)
    for row in mine.order_by().values("handler").annotate(n=Count("pk")):
        found[row["handler"]].open = row["n"]
    clocks = Clock.objects.filter(
        case__court=court, case__handler__in=found, stopped_on__isnull=True, due__isnull=False
    ).exclude(case__state=State.CLOSED)
    lapsed, amber = Q(lapse_on__lte=today), Q(amber_on__lte=today, lapse_on__gt=today)
    for pressing in clocks.values("case__handler").annotate(
        lapsed=Count("case", filter=lapsed, distinct=True),
        amber=Count("case", filter=amber, distinct=True),
    ):
        load = found[pressing["case__handler"]]
        load.amber, load.lapsed = pressing["amber"], pressing["lapsed"]
    return sorted(found.values(), key=lambda load: load.weight)


@dataclass(frozen=True)
class Waiting:
    """A case without a handler: its clock, and to whom it is suggested and why."""

    case: Case
    sides: Sides | None
    due: date | None
    urgency: Urgency
    why: int | None
    suggested: Load | None
    reason: str


def unassigned(court: Court) -> QuerySet[Case]:
    """Return the filed cases of a court that nobody handles yet."""
    return Case.objects.filter(court=court, state=State.FILED).select_related("cause")


def waiting(cases: list[Case], people: list[Load], today: date) -> list[Waiting]:
    """Dress unassigned cases; each suggestion counts the ones before it."""
    ids = [case.pk for case in cases]
    sides, clocks = sides_of(ids), running_clocks(ids, "assign_handler")
    given: dict[int, int] = defaultdict(int)
    found = []
    for case in cases:
        clock = clocks[case.pk][0] if clocks[case.pk] else None
        load = min(
            people,
            key=lambda p: (p.open + given[p.user.pk], *p.weight[1:]),
            default=None,
        )
        reason = _reason(load, given[load.user.pk]) if load else ""
        if load:
            given[load.user.pk] += 1
        found.append(
            Waiting(
                case,
                sides.get(case.pk),
                clock.due if clock else None,
                urgency_of(clock, today) if clock else days_left(None, today),
                clock.pk if clock else None,
                load,
                reason,
            )
        )
    return found


def _reason(load: Load, before: int) -> str:
    """Say why this judge is suggested."""
    more = f"（加前面建议 {before} 件）" if before else ""
    return f"在办 {load.open} 件{more}，最少"


def assignable(court: Court, case_ids: Iterable[int]) -> QuerySet[Case]:
    """Return these cases of the court, assigned meanwhile or not (the verb says which)."""
    return Case.objects.filter(court=court, pk__in=list(case_ids)).select_related("court")
