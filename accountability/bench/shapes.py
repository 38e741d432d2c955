"""What a course has come to by today, for one filing day: events, clocks, flags, state.

Many cases share a course and a filing day, so all of it is derived once for each such pair, by the
real ``derive``, and filled in for each case. What only the case knows (ids, people, amounts) stands
as ``%(name)s`` in the canonical texts, which ``chain.canonical`` made.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from accountability.bench.courses import Course
from cases import chain
from cases.machine import CASE_MOVES, State
from deadlines.clocks import Clock, derive
from deadlines.events import Event
from deadlines.law import Law
from deadlines.sheets import ACTS, next_due_of, worth_a_row

_NAME = re.compile(r"\{(\w+)\}")
_CHINA = timedelta(hours=8)
#: Working days after the flag on which each act on it is done.
_DEMANDED, _EXPLAINED, _JUDGED, _ENDED = 1, 3, 6, 8
_MOVES = {
    "handler.assigned": "assign", "file.received": "receive", "case.suspended": "suspend",
    "case.resumed": "resume", "case.closed": "close",
}  # fmt: skip


@dataclass
class Item:
    """One event on its way into the timeline; ``seq`` is settled when all are known."""

    on: date
    rank: int
    kind: str
    by: str
    data: Mapping[str, Any]
    row: Mapping[str, Any] = field(default_factory=dict)
    start: Item | None = None
    seq: int = 0


@dataclass
class Raised:
    """One flag of the case: which clock it is about, and how far it has come."""

    rule: str
    start: Item
    nth: int
    state: str = "raised"
    level: int = 0
    holder: str = ""
    demanded_on: date | None = None
    explained_on: date | None = None
    judged_on: date | None = None
    outcome: str = ""


class Told(NamedTuple):
    """An event as each case of the shape tells it."""

    seq: int
    kind: str
    on: date
    at: datetime
    by: str
    text: str
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """Everything that cases of one course and one filing day have in common.

    Attributes:
        clocks: with ``%(name)s`` for a subject that is the id of a row.
        looks: first lapse that the sweep has not seen; ``due``: the most urgent open due day.
        notes: texts beside events, by the number of the event.
    """

    course: Course
    applied_on: date
    events: tuple[Told, ...]
    clocks: tuple[Clock, ...]
    flags: tuple[tuple[Raised, Clock], ...]
    terms: tuple[tuple[str, date, date | None], ...]
    state: str
    received_on: date | None
    closed_on: date | None
    method: str
    looks: date | None
    due: date | None
    notes: Mapping[int, str]


@dataclass(frozen=True)
class Shaper:
    """Makes shapes as of a day.

    Attributes:
        swept: last day up to which the sweep has flagged what lapsed; what lapsed after it up
            to ``today`` is left for the next sweep.
    """

    law: Law
    today: date
    swept: date

    def shape(self, course: Course, filed: date) -> Shape:
        """Derive the shape of a course filed on that day."""
        items = self._items(course, filed)
        clocks = self._clocks(items)
        flags = self._flags(course, items, clocks)
        if flags:
            clocks = self._clocks(items)
            if self._escalated(items, clocks, flags):
                clocks = self._clocks(items)
        return self._told(course, filed, items, clocks, flags)

    # -- the timeline ----------------------------------------------------------------------------

    def _items(self, course: Course, filed: date) -> list[Item]:
        """Return the acts done by today, on working days."""
        found = []
        for step in course.steps:
            on = filed + timedelta(step.after)
            if not step.exact:
                on = self.law.calendar.next_working(on)
            if on <= self.today:
                data = _dated(step.data, on, step.row)
                found.append(Item(on, 1, step.kind, step.by, data, step.row))
        found[0].data = {
            **found[0].data,
            "applied_on": (filed - timedelta(course.applied_before)).isoformat(),
            "procedure": str(course.procedure),
            "parties": [f"{{party{n}}}" for n in range(course.parties)],
        }
        return found

    def _clocks(self, items: list[Item]) -> tuple[Clock, ...]:
        """Number the events, settle what refers to numbers, and derive."""
        items.sort(key=lambda item: (item.on, item.rank))
        ref, events = "", []
        for seq, item in enumerate(items, 1):
            item.seq = seq
            if "ref" in item.data:
                ref = str(seq) if item.kind == "exclusion.opened" else ref
                item.data = {**item.data, "ref": ref}
            if item.start is not None:
                item.data = {**item.data, "start": item.start.seq}
            events.append(Event(seq, item.kind, item.on, item.data))
        return derive(events, self.law.rulebook, self.law.calendar)

    # -- flags -----------------------------------------------------------------------------------

    def _flags(self, course: Course, items: list[Item], clocks: Iterable[Clock]) -> list[Raised]:
        """Tell what the sweeps up to ``swept`` flagged, and what became of each flag."""
        by_seq = {item.seq: item for item in items}
        seen = [c for c in clocks if c.severity == "flag" and c.lapse_on]
        seen = sorted((c for c in seen if c.lapsed(self.swept)), key=_by_lapse)
        flags = []
        terms = _terms(items)
        for nth, clock in enumerate(seen):
            holder = _holder(terms, clock) if clock.duty == "handler" else ""
            flag = Raised(clock.rule, by_seq[clock.start_seq], nth, holder=holder)
            flags.append(flag)
            items += self._life(flag, clock, course.stages[nth % len(course.stages)])
        return flags

    def _life(self, flag: Raised, clock: Clock, stage: str) -> list[Item]:
        """Tell one flag's events as far as they have come, and set its state."""
        assert clock.lapse_on is not None  # noqa: S101 - it has lapsed
        lapse, name = clock.lapse_on, f"{{flag{flag.nth}}}"
        data = {"due": str(clock.due), "flag": name, "rule": flag.rule}
        told = [Item(lapse, 0, "flag.raised", "", data, start=flag.start)]
        judge = "bureau" if clock.duty == "handler" else "above"
        answer = flag.holder or "bureau"
        judged = "flag.excused" if stage.startswith("excused") else "flag.upheld"
        steps = [
            (_DEMANDED, "explanation.demanded", judge, {"flag": name, "rule": flag.rule}),
            (_EXPLAINED, "explanation.given", answer, {"flag": name, "ground": "workload"}),
            (_JUDGED, judged, judge, {"flag": name}),
            (_ENDED, "flag.closed", judge, {"flag": name}),
        ]
        for after, kind, by, fields in steps[: _reach(stage)]:
            on = self.law.calendar.add_working_days(lapse, after)
            if on > self.today:
                break
            start = flag.start if kind == "explanation.demanded" else None
            told.append(Item(on, 1, kind, by, fields, start=start))
            _moved(flag, kind, on)
        return told

    def _escalated(self, items: list[Item], clocks: Iterable[Clock], flags: list[Raised]) -> bool:
        """Add what the sweep says of explanations that were not given; tell whether any."""
        late = [c for c in clocks if c.severity == "escalate" and c.lapsed(self.swept)]
        raised = {item.data["flag"]: item for item in items if item.kind == "flag.raised"}
        for clock in late:
            flag = flags[int(clock.subject[5:-1])]
            flag.level = 1
            assert clock.lapse_on is not None  # noqa: S101 - it has lapsed
            told = raised[clock.subject]
            items.append(Item(clock.lapse_on, 0, "flag.escalated", "", told.data, start=told.start))
        return bool(late)

    # -- what the cases share ---------------------------------------------------------------------

    def _told(
        self,
        course: Course,
        filed: date,
        items: list[Item],
        clocks: tuple[Clock, ...],
        flags: list[Raised],
    ) -> Shape:
        days, state = _days(items), _state(items)
        closed = state == State.CLOSED
        at = {(c.rule, c.start_seq): c for c in clocks}
        looks = [c.lapse_on for c in clocks if c.lapse_on and c.severity in ACTS]
        return Shape(
            course,
            filed - timedelta(course.applied_before),
            tuple(_event(item) for item in items),
            tuple(_bare(c) for c in clocks if worth_a_row(c)),
            tuple((flag, at[flag.rule, flag.start.seq]) for flag in flags),
            _terms(items),
            state,
            days.get("file.received"),
            days["case.closed"] if closed else None,
            str(items_of(items, "case.closed")[-1].data["method"]) if closed else "",
            min((day for day in looks if day > self.swept), default=None),
            None if closed else next_due_of(clocks),
            {item.seq: str(item.data["note"]) for item in items if "note" in item.data},
        )


def _by_lapse(clock: Clock) -> tuple[Any, ...]:
    return clock.lapse_on, clock.rule, clock.start_seq


def _reach(stage: str) -> int:
    """Return how many acts on a flag its stage takes."""
    first = stage.split()[0]
    order = {"raised": 0, "demanded": 1, "explained": 2, "excused": 3, "upheld": 3}
    return order[first] + stage.endswith("closed")


def _moved(flag: Raised, kind: str, on: date) -> None:
    """Set what an act changes on the flag."""
    match kind:
        case "explanation.demanded":
            flag.state, flag.demanded_on = "demanded", on
        case "explanation.given":
            flag.state, flag.explained_on = "explained", on
        case "flag.excused" | "flag.upheld":
            flag.state = flag.outcome = kind.removeprefix("flag.")
            flag.judged_on = on
        case "flag.closed":
            flag.state = "closed"


def items_of(items: Iterable[Item], kind: str) -> list[Item]:
    """Return the events of one kind."""
    return [item for item in items if item.kind == kind]


def _days(items: Iterable[Item]) -> dict[str, date]:
    return {item.kind: item.on for item in items}


def _state(items: Iterable[Item]) -> str:
    """Follow the moves of the case, by its own table."""
    state = str(State.FILED)
    for item in items:
        move = CASE_MOVES.get(_MOVES.get(item.kind, ""))
        if move and not item.data.get("again"):
            if state not in move.sources:
                raise ValueError(f"{item.kind} in state {state}")
            state = str(move.target)
    return state


def _terms(items: Iterable[Item]) -> tuple[tuple[str, date, date | None], ...]:
    """Return who held the case from when to when, as ``cases.terms`` tells it."""
    told = [(str(i.data["user"])[1:-1], i.on) for i in items_of(items, "handler.assigned")]
    ends = [on - timedelta(1) for _, on in told[1:]]
    pairs = zip_longest(told, ends)
    return tuple((who, on, last) for (who, on), last in pairs if last is None or last >= on)


def _holder(terms: Iterable[tuple[str, date, date | None]], clock: Clock) -> str:
    """Return who held the case on the due day, as the sweep finds it."""
    due = clock.due
    held = [who for who, first, last in terms if due and first <= due and (not last or last >= due)]
    return held[-1] if held else ""


def _until(on: date, row: Mapping[str, Any]) -> date:
    """Return the last day of a control that was taken on a day."""
    return on + timedelta(365 * int(row.get("years", 0)))


def _dated(data: Mapping[str, Any], on: date, row: Mapping[str, Any]) -> dict[str, Any]:
    """Write the days of an event into its data: rules read them."""
    days = {"{on}": on.isoformat(), "{until}": _until(on, row).isoformat()}
    return {k: days.get(v, v) if isinstance(v, str) else v for k, v in data.items()}


def _event(item: Item) -> Told:
    """Write the canonical text once, with places for what each case fills in."""
    data = dict(item.data)
    if note := data.pop("note", None):
        data["note_sha256"] = hashlib.sha256(str(note).encode()).hexdigest()
    data, until = _dated(data, item.on, item.row), _until(item.on, item.row)
    hour = 0 if item.rank == 0 else 9
    at = datetime.combine(item.on, time(hour, item.seq % 60), UTC) - _CHINA
    row = {**item.row, "until": until, "data": data}
    return Told(item.seq, item.kind, item.on, at, item.by, _places(data), row)


#: Names that stand in a text; the others are ids and stand without quotes.
_TEXTS = frozenset({"amount", "share", "number"})


def _places(data: Mapping[str, Any]) -> str:
    """Return canonical JSON in which ``{name}`` became ``%(name)s``, ids without quotes."""
    text = chain.canonical(data).replace("%", "%%")

    def place(match: re.Match[str]) -> str:
        return f"%({match[1]})s"

    for name in set(_NAME.findall(text)) - _TEXTS:
        text = text.replace(f'"{{{name}}}"', f"%({name})s")
    return _NAME.sub(place, text)


def _bare(clock: Clock) -> Clock:
    """Return the clock without its basis (which would keep much alive), its subject a place."""
    subject = _NAME.sub(r"%(\1)s", clock.subject)
    values = {name: getattr(clock, name) for name in _CLOCK_FIELDS}
    return Clock(**values | {"subject": subject, "basis": None})


_CLOCK_FIELDS = (
    "rule", "version", "start_seq", "start_on", "raw_end", "due", "state", "stopped_on",
    "stop_seq", "lapse_on", "amber_on", "severity", "duty",
)  # fmt: skip
