"""The line of milestones a party reads (办理进度): what was done and promised, and by when.

Made from the timeline as it reads today and from its clocks. Only events that a party may read
and that have a plain sentence are told; a promise is a legal day with its basis, and one that was
not kept is said to be late in so many words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cases import kinds
from cases.kinds import Audience
from cases.models.lead import AssetKind
from deadlines.clocks import Clock
from deadlines.events import Event
from deadlines.rule import Rule
from deadlines.spans import span_text
from enforcement.zh_format import day_paper, money

#: Kinds of event that only the applicant's side is told of: they would warn the debtor.
APPLICANTS_ONLY = (
    *("lead.", "leads.", "measure.", "listing.decided", "investigation.", "audit.", "bounty."),
    *("uplevel.", "interview.", "requery.", "receivable."),
)
#: Words a layman knows for what is sealed or frozen.
THINGS = {
    AssetKind.DEPOSIT: "一个银行账户",
    AssetKind.REAL_ESTATE: "一处不动产",
    AssetKind.VEHICLE: "一辆车",
    AssetKind.MOVABLE: "一批动产",
    AssetKind.EQUITY: "一笔股权",
    AssetKind.SECURITIES: "一笔证券",
    AssetKind.INSURANCE: "一份保险",
    AssetKind.RECEIVABLE: "一笔到期债权",
    AssetKind.WAGES: "一笔收入",
    AssetKind.OTHER: "一项财产权",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """What a clock promises to a party.

    Attributes:
        what: promises about the same thing count once, the earliest day of them.
        title: plain words for what will be done.
        own: plain words when it is the party's own lead or petition.
    """

    what: str
    title: str
    own: str = ""


#: Rules whose dates a party is told; every other clock is the courts' own affair.
PROMISES = {
    "assign_handler": Promise("handler", "确定承办法官"),
    "send_enforcement_notice": Promise("notice", "向被执行人发出执行通知书"),
    "notice_statutory_max": Promise("notice", "向被执行人发出执行通知书"),
    "verify_lead": Promise("lead", "核查财产线索", "核查您提供的财产线索"),
    "verify_lead_urgent": Promise("lead", "核查紧急的财产线索", "核查您提供的紧急财产线索"),
    "lead_red_line": Promise("lead", "核查财产线索", "核查您提供的财产线索"),
    "dishonest_entry": Promise("listing", "公布被执行人的失信信息"),
    "case_limit": Promise("close", "办结本案"),
    "case_limit_nonlit": Promise("close", "办结本案"),
    "petition_register": Promise("register", "登记您反映的问题", "登记您反映的问题"),
    "petition_close_own": Promise("answer", "答复您反映的问题", "答复您反映的问题"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One point on the line.

    Attributes:
        state: ``done`` | ``late`` (promised and overrun) | ``now`` | ``next`` | ``paused``.
        title: plain words. on: day it was done. due: day promised, if any.
        days_late: by how much the promise was overrun, 0 when kept.
        basis: source of the promised day. note: a second line.
        times: how often in a row the same happened.
        what, subject: of the promise, to find the step of one lead or petition.
    """

    state: str
    title: str
    on: date | None = None
    due: date | None = None
    days_late: int = 0
    basis: str = ""
    note: str = ""
    times: int = 1
    what: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the line is drawn.

    Attributes:
        applicant_side: an applicant, or counsel of one.
        leads: ids of the leads this side gave. petitions: ids of the reader's own petitions.
        measures: id of a control measure → its row, for plain words.
    """

    applicant_side: bool
    leads: Collection[int] = ()
    petitions: Collection[int] = ()
    measures: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """The whole line: what was done, then what is open, the overrun first."""

    done: Sequence[Step]
    open: Sequence[Step]

    @property
    def late(self) -> list[Step]:
        """Promises that were overrun and are still open."""
        return [step for step in self.open if step.state == "late"]

    @property
    def coming(self) -> Step | None:
        """The next promise with a day, late ones aside."""
        return next((s for s in self.open if s.due and s.state in {"now", "next"}), None)

    def of(self, what: str, subject: int) -> Step | None:
        """Return the open step about one lead or petition."""
        found = (s for s in self.open if s.what == what and s.subject == str(subject))
        return next(found, None)


def line_of(events: Iterable[Event], clocks: Iterable[Clock], reader: Reader, today: date) -> Line:
    """Return the line of a case as this reader may see it.

    Args:
        events: the timeline as it reads today (corrections applied, voided events left out).
        clocks: the clocks derived from it.
    """
    told = [clock for clock in clocks if _told(clock, reader)]
    kept = _kept(told)
    done = [
        _done(event, kept.get(event.seq), reader)
        for event in sorted(events, key=lambda e: (e.on, e.seq))
        if _readable(event, reader)
    ]
    return Line(_together(done), _open(told, reader, today))


def _readable(event: Event, reader: Reader) -> bool:
    """Tell whether the reader is told of an event: in plain words, and of their own petitions."""
    kind = kinds.kind(event.kind)
    if kind.audience != Audience.PARTY or not kind.plain:
        return False
    if event.kind.startswith("petition."):
        return event.data.get("petition") in reader.petitions
    return reader.applicant_side or not event.kind.startswith(APPLICANTS_ONLY)


def _told(clock: Clock, reader: Reader) -> bool:
    """Tell whether the reader is told of a clock."""
    promise = PROMISES.get(clock.rule)
    if promise is None:
        return False
    if promise.what in {"register", "answer"}:
        return clock.subject in {str(pk) for pk in reader.petitions}
    return reader.applicant_side or promise.what in {"handler", "notice", "close"}


def _done(event: Event, clock: Clock | None, reader: Reader) -> Step:
    title = kinds.kind(event.kind).say(event.data, plain=True).rstrip("。")
    note = ""
    measure = reader.measures.get(event.data.get("measure", 0))
    if event.kind == "measure.taken" and measure is not None:
        thing = THINGS.get(measure.asset_kind, "一项财产")
        title = f"法院已经{measure.get_kind_display()}被执行人{thing}"
        note = f"控制金额 {money(measure.amount)}，期限到 {day_paper(measure.expires_on)}。"
    elif event.kind.startswith("lead.") and event.data.get("lead") in reader.leads:
        title = title.replace("一条财产线索", "您提供的一条财产线索")
    if not reader.applicant_side:
        title = title.replace("您的执行申请", "执行申请")
    step = Step("done", title, on=event.on, note=note)
    if clock is None or clock.due is None:
        return step
    late = max(0, (event.on - clock.due).days)
    return replace(step, due=clock.due, days_late=late, basis=basis_words(clock))


def _kept(clocks: Iterable[Clock]) -> dict[int, Clock]:
    """Return the clock that each event stopped; of several the one that was due first."""
    found: dict[int, Clock] = {}
    for clock in clocks:
        if clock.state != "done" or clock.stop_seq is None or clock.due is None:
            continue
        before = found.get(clock.stop_seq)
        if before is None or before.due is None or clock.due < before.due:
            found[clock.stop_seq] = clock
    return found


def _together(steps: Iterable[Step]) -> list[Step]:
    """Count equal steps in a row once; the last day stands."""
    found: list[Step] = []
    for step in steps:
        last = found[-1] if found else None
        same = last is not None and (last.title, last.note) == (step.title, step.note)
        if last is not None and same and not (last.due or step.due):
            found[-1] = replace(step, times=last.times + 1)
        else:
            found.append(step)
    return found


def _open(clocks: Iterable[Clock], reader: Reader, today: date) -> list[Step]:
    """Return what is promised and not done: overrun first, then by day, then what stands still."""
    earliest: dict[tuple[str, str], Clock] = {}
    far = date.max
    for clock in clocks:
        if clock.state not in {"running", "suspended"}:
            continue
        key = (PROMISES[clock.rule].what, clock.subject)
        before = earliest.get(key)
        if before is None or (clock.due or far) < (before.due or far):
            earliest[key] = clock
    steps = [_promised(clock, reader, today) for clock in earliest.values()]
    order = {"late": 0, "next": 1, "paused": 2}
    steps.sort(key=lambda s: (order[s.state], s.due or far, s.what))
    first = next((i for i, s in enumerate(steps) if s.state == "next"), None)
    if first is not None:
        steps[first] = replace(steps[first], state="now")
    return steps


def _promised(clock: Clock, reader: Reader, today: date) -> Step:
    promise = PROMISES[clock.rule]
    mine = reader.leads if promise.what == "lead" else reader.petitions
    own = clock.subject in {str(pk) for pk in mine}
    step = Step(
        "next",
        promise.own if own and promise.own else promise.title,
        due=clock.due,
        basis=basis_words(clock),
        what=promise.what,
        subject=clock.subject,
    )
    if clock.due is None:
        return replace(step, state="paused", note="现在是不计入期限的期间，结束后继续计算。")
    if clock.overdue(today):
        return replace(step, state="late", days_late=(today - clock.due).days)
    return step


def basis_words(clock: Clock) -> str:
    """Say on what a promised day rests, and honestly so when it is no statute."""
    rule: Rule = clock.basis.rule
    words = f"{span_text(clock.basis.n, rule.unit)}。依据：{rule.source}。"
    if "ART" in rule.confidence:
        return f"{words}这是公开报道的工作要求，不是法定期限。"
    if rule.unsure:
        return f"{words}这一依据有待核实，以法院的答复为准。"
    return words
