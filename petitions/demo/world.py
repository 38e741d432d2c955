"""Time and hands of the demo: days pass, scripts wake up, people act through the verbs.

A script is a generator that yields the day it waits for. The world wakes scripts in the order of
their days, lets the real sweep run on every morning on which something has lapsed, and makes the
sheets again in the evening of every day on which something happened.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Min

from accountability.models import Flag
from accountability.sweep import sweep
from cases.actions.filing import file_case, query_hash
from cases.models import Case, Cause
from cases.timeline import CHINA
from cases.verb import VERBS, Verb
from deadlines.law import current
from deadlines.models import Sheet
from deadlines.sheets import AT_ONCE, rebuild
from deadlines.spans import due_date
from enforcement.access import Sight, sight
from enforcement.errors import Refused
from enforcement.models import Court, User
from enforcement.roles import Role
from petitions.demo.cast import Cast
from petitions.demo.claims import Claim, Registry

#: What a script yields: the day it wants to be woken on. One that lies ahead is never reached.
Script = Generator[date, None, Any]
Filed = Generator[date, None, Case]

#: The query code (查询码) of every demo case; a real one is drawn at random at filing.
QUERY_CODE = "CHAXUN88"
DAY = timedelta(days=1)
MORNING, FIRST_HOUR = time(0, 5, tzinfo=CHINA), time(9, 2, tzinfo=CHINA)
#: Whom a verb falls to when several posts may do it.
HANDS = (
    Role.FILING_CLERK,
    Role.JUDGE,
    Role.PETITION_CLERK,
    Role.BUREAU_HEAD,
    Role.PRESIDENT,
)

_NEW = """
SELECT EXISTS (
    SELECT FROM deadlines_clock k WHERE k.severity = 'flag' AND k.lapse_on <= %s
    AND NOT EXISTS (SELECT FROM accountability_flag f WHERE f.case_id = k.case_id
        AND f.rule = k.rule AND f.start_seq = k.start_seq AND f.state <> 'withdrawn')
) OR EXISTS (SELECT FROM deadlines_clock WHERE severity = 'escalate' AND lapse_on = %s)
OR EXISTS (
    SELECT FROM deadlines_sheet s JOIN accountability_flag f ON f.case_id = s.case_id
    WHERE s.next_look = %s
)
"""


@dataclass
class World:
    """The courts of the demo on one of their days.

    Attributes:
        today: the last day, which the demo looks like. now: the moment the seed runs at.
        day: the day that is being lived through. minutes: acts of that day so far.
        quiet: cases whose flags nobody takes up by routine (their scripts do).
        stumbles: scripts that were refused an act and stopped there; none, as a rule.
    """

    cast: Cast
    today: date
    now: datetime
    start: date
    draw: Random
    registry: Registry
    day: date = date.min
    quiet: set[int] = field(default_factory=set)
    on_flag: Callable[[World, Flag], Script] | None = None
    causes: dict[str, Cause] = field(default_factory=dict)
    sweeps: int = 0
    stumbles: list[str] = field(default_factory=list)
    _queue: list[tuple[date, int, Script]] = field(default_factory=list)
    _count: int = 0
    _acts: int = 0
    _touched: set[int] = field(default_factory=set)
    _courts: dict[int, Court] = field(default_factory=dict)
    _held: dict[int, User] = field(default_factory=dict)
    _sights: dict[int, Sight] = field(default_factory=dict)
    _next_look: date | None = None
    _last_flag: int = 0

    # -- days ----------------------------------------------------------------------------------

    def back(self, days: int) -> date:
        """Return the day so many days before today, or the working day that follows it."""
        return self.open_day(self.today - timedelta(days=days))

    def open_day(self, day: date) -> date:
        """Return the day itself or the working day that follows it, today at the latest."""
        return min(current().calendar.next_working(day), self.today)

    def later(self, days: int) -> date:
        """Return the day so many days after the day lived through, moved to a working day."""
        return current().calendar.next_working(self.day + timedelta(days=days))

    def working(self, n: int) -> date:
        """Return the n-th working day before (negative n) or after today."""
        calendar, day = current().calendar, self.today
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not calendar.is_working(day):
                day += step
        return day

    @property
    def due_day(self) -> date:
        """Today, or the next working day when the court rests: nothing falls due on a day off."""
        return current().calendar.next_working(self.today)

    @property
    def next_due_day(self) -> date:
        """The working day after ``due_day``."""
        return current().calendar.next_working(self.due_day + DAY)

    def starting(self, due: date, n: int, unit: str) -> date:
        """Return the day from which a period of n units ends on ``due``, a working day if it can.

        No six months end on 31 March: then it is the next day on which some do.
        """
        calendar = current().calendar
        longest = 10 + n * (31 if unit == "months" else 3)
        fits: list[date] = []
        while not fits:
            days = (due - DAY * back for back in range(longest))
            fits = [day for day in days if due_date(day, n, unit, [], calendar).due == due]
            due = calendar.next_working(due + DAY)
        return next((day for day in fits if calendar.is_working(day)), fits[0])

    def moment(self) -> datetime:
        """Return a moment of the day lived through, later than the one before."""
        self._acts += 1
        if self.day < self.today:
            begin = datetime.combine(self.day, FIRST_HOUR)
            return (begin + timedelta(minutes=3 * self._acts)).astimezone(UTC)
        midnight = datetime.combine(self.day, MORNING)
        begin = max(midnight, self.now - timedelta(hours=2))
        return (begin + (self.now - begin) * (self._acts / (self._acts + 10))).astimezone(UTC)

    # -- acts ----------------------------------------------------------------------------------

    def file(self, code: str, claim: Claim, *, on: date | None = None, applied: int = 1) -> Case:
        """File a case as the filing clerk of a court; its query code is the demo's.

        Args:
            on: filing day, for a case of the past that is entered later (补录).
            applied: days from the application to the filing.
        """
        court, day = self.cast.courts[code], on or self.day
        case: Case = file_case(
            court,
            by=self.cast.of(court, Role.FILING_CLERK),
            now=self.moment(),
            on=day,
            applied_on=day - applied * DAY,
            procedure=claim.procedure,
            basis=claim.basis,
            basis_number=claim.basis_number,
            basis_body=claim.basis_body,
            basis_text=claim.basis_text,
            amount=claim.amount,
            parties=claim.parties,
            cause=self.causes.get(claim.cause),
        ).case
        # So that everybody who tries the demo can look a case up as its party would.
        case.query_code_hash = query_hash(case.number, QUERY_CODE)
        Case.objects.filter(pk=case.pk).update(query_code_hash=case.query_code_hash)
        self._courts[case.pk] = court
        self._touched.add(case.pk)
        return case

    def do(
        self,
        verb: str,
        target: Any,
        /,
        *,
        by: User | str | None = None,
        on: date | None = None,
        **data: Any,
    ) -> Any:
        """Do a verb: as the person named, or as the one at the case's court it falls to.

        Args:
            by: a person or their user name; a party acts with ``party=`` in ``data``.
            on: legal day, the day lived through when left out.
        """
        spec, case_id = VERBS[verb], target.pk if isinstance(target, Case) else target.case_id
        actor = self.cast[by] if isinstance(by, str) else by
        if actor is None and "party" not in data:
            actor = self._falls_to(spec, case_id)
        if actor is not None:
            self._let_see(actor)
        result = spec.run(target, by=actor, now=self.moment(), on=on or self.day, **data)
        if verb in {"assign_handler", "reassign_handler"}:
            self._held[case_id] = data["user"]
        self._touched.add(case_id)
        return result

    def _let_see(self, user: User) -> None:
        """Spare the verb a look-up: nobody's posts change in the months lived through."""
        if user.pk not in self._sights:
            self._sights[user.pk] = sight(user, self.today)
        user.__dict__.setdefault("_sight", {})[self.day] = self._sights[user.pk]

    def _falls_to(self, spec: Verb, case_id: int) -> User:
        if Role.JUDGE in spec.roles and case_id in self._held:
            return self._held[case_id]
        court = self._courts[case_id]
        for role in HANDS:
            if role in spec.roles and self.cast.all_of(court, role):
                return self.cast.of(court, role)
        raise LookupError(f"nobody at {court} does {spec.name}")

    def fresh(self, case: Case) -> Case:
        """Make the case's clocks current before an act that reads them."""
        rebuild([case.pk], now=self.moment())
        return case

    def flag(self, case: Case, rule: str) -> Flag:
        """Return the latest flag of a rule in a case."""
        return case.flags.filter(rule=rule).latest("id")

    def asker(self, flag: Flag) -> User:
        """Return who asks about a flag: the court above where the head answers for it."""
        court = self._courts[flag.case_id]
        if flag.duty == "handler" and flag.holder_id is not None and court.level > Court.Level.HIGH:
            return self.cast.of(court, Role.BUREAU_HEAD)
        return self.cast.above(court, Role.SUPERVISOR)

    # -- time ----------------------------------------------------------------------------------

    def add(self, script: Script) -> None:
        """Take in a script; it runs to its first day at once."""
        self._resume(script)

    def live(self) -> None:
        """Live through all days from the first to today."""
        self.day = self.start
        while self.day <= self.today:
            self._dawn()
            while self._queue and self._queue[0][0] <= self.day:
                self._resume(heapq.heappop(self._queue)[2])
            self._dusk()
            self.day += DAY
            self._acts = 0
        self.day = self.today
        self._sweep(self.now)

    def _resume(self, script: Script) -> None:
        try:
            day = next(script)
        except StopIteration:
            return
        except Refused as refused:
            # Long holidays push days together; a demo goes on without the rest of that script.
            self.stumbles.append(f"{getattr(script, '__name__', '?')} {self.day} {refused.code}")
            return
        if day <= self.today:
            self._count += 1
            heapq.heappush(self._queue, (max(day, self.day), self._count, script))
        else:
            script.close()

    def _dawn(self) -> None:
        if self._next_look is not None and self._next_look <= self.day and self._anything_new():
            morning = datetime.combine(self.day, MORNING).astimezone(UTC)
            self._sweep(min(morning, self.now))

    def _anything_new(self) -> bool:
        """Tell whether a sweep would find something it has not told of before."""
        with connection.cursor() as cursor:
            cursor.execute(_NEW, [self.day, self.day, AT_ONCE])
            return bool(cursor.fetchone()[0])

    def _sweep(self, now: datetime) -> None:
        """Run the sweep as beat would have, and let somebody take up what it found."""
        sweep(self.day, now)
        self.sweeps += 1
        self._look()
        for flag in (
            Flag.objects.filter(pk__gt=self._last_flag).select_related("case").order_by("pk")
        ):
            self._last_flag = flag.pk
            if self.on_flag is not None and flag.case_id not in self.quiet:
                self.add(self.on_flag(self, flag))

    def _dusk(self) -> None:
        if self._touched:
            rebuild(sorted(self._touched), now=self.moment())
            self._touched.clear()
            self._look()

    def _look(self) -> None:
        self._next_look = Sheet.objects.aggregate(m=Min("next_look"))["m"]
