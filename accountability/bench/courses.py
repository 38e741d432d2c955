"""Made-up courses of a case (案件经过): what happens how many days after filing, and by whom.

A course is the whole life of a case. A case filed on some day has lived as much of it as fits
before today, so states, ages and shares of open and closed cases follow by themselves. Courses are
drawn from a seed; the same seed draws the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from cases.models.case import ClosingMethod, Procedure
from cases.models.lead import AssetKind
from cases.models.listing import ListingGround
from cases.models.measure import MeasureKind

#: Courses drawn: enough to differ, few enough that many cases share one on the same filing day.
COURSES = 48
#: A course that ends with this day never ends: the case stays open.
NEVER = 100_000

#: What may become of a flag, as far as it has come by today: name → weight.
STAGES = {
    "raised": 12, "demanded": 8, "explained": 10, "excused": 10, "excused closed": 25,
    "upheld": 8, "upheld closed": 27,
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One act: so many days after filing, by somebody of the court, with its data.

    Attributes:
        by: ``clerk``, ``bureau``, ``president``, ``judge``, ``judge2``, or empty for a party.
        data: fields of the event; ``{name}`` stands for what only the case knows.
        row: columns of the row the act makes or changes, beside the event.
        exact: on that very day; otherwise moved on to a working day.
    """

    after: int
    kind: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True, eq=False)
class Course:
    """One course: its steps by day, and what does not change while it lasts.

    Attributes:
        parties: how many parties, two to four.
        stages: what becomes of the first flag, the second, and so on.
    """

    name: str
    procedure: str
    basis: str
    applied_before: int
    parties: int
    steps: tuple[Step, ...]
    stages: tuple[str, ...]


def draw_courses(seed: int, count: int = COURSES) -> tuple[Course, ...]:
    """Draw the ordinary courses."""
    # repeatable on purpose
    return tuple(_course(Random(f"course {seed} {n}"), n) for n in range(count))  # noqa: S311


def _course(draw: Random, n: int) -> Course:
    never = draw.random() < 0.04
    life = min(900, max(16, int(draw.lognormvariate(4.9, 0.6))))
    method = _method(draw, life)
    begun = _begin(draw)
    last = begun[-1].after
    parties = draw.choices((2, 3, 4), (85, 12, 3))[0]
    end = NEVER if never else max(life, last + 12)
    short = method in (ClosingMethod.CANCELLED, ClosingMethod.REJECTED)
    middle = [] if short else _middle(draw, last, end, ends_well=not never)
    nonlit = draw.random() < 0.08
    steps = [*begun, *middle, *_limits(draw, end, 3 if nonlit else 6)]
    if not never:
        steps.append(_close(draw, end, method))
    steps.sort(key=lambda step: step.after)
    return Course(
        f"{n}",
        Procedure.NONLIT if nonlit else Procedure.FIRST,
        _basis(method, nonlit=nonlit),
        draw.randrange(0, 6),
        parties,
        tuple(steps),
        tuple(draw.choices(list(STAGES), list(STAGES.values()), k=6)),
    )


def _method(draw: Random, life: int) -> str:
    methods = {
        ClosingMethod.PERFORMED: 35, ClosingMethod.ROUND_ENDED: 40 if life > 95 else 0,
        ClosingMethod.TERMINATED: 15, ClosingMethod.NOT_ENFORCED: 4, ClosingMethod.CANCELLED: 3,
        ClosingMethod.REJECTED: 3,
    }  # fmt: skip
    return str(draw.choices(list(methods), list(methods.values()))[0])


def _basis(method: str, *, nonlit: bool) -> str:
    if method == ClosingMethod.NOT_ENFORCED:
        return "arbitration"
    return "admin_decision" if nonlit else "court_civil_admin"


def _begin(draw: Random) -> list[Step]:
    """Filing, handler, file, notice: mostly in time."""
    assigned = draw.choices((1, 2, 3, 5, 6, 9), (25, 30, 20, 12, 9, 4))[0]
    received = assigned + draw.choices((1, 2, 4), (50, 35, 15))[0]
    noticed = received + draw.choices((1, 2, 3, 6), (45, 35, 12, 8))[0]
    return [filing(), assignment(assigned), receipt(received), notice(noticed)]


def filing() -> Step:
    """Day 0: what the clerk enters."""
    data = {"amount": "{amount}", "applied_on": "{applied_on}", "procedure": "{procedure}"}
    return Step(0, "case.filed", "clerk", data)


def assignment(after: int) -> Step:
    """The bureau head names the judge."""
    return Step(after, "handler.assigned", "bureau", {"user": "{judge}", "again": False})


def receipt(after: int) -> Step:
    """The judge takes over the file."""
    return Step(after, "file.received", "judge")


def notice(after: int) -> Step:
    """The judge sends the notice of enforcement."""
    return Step(after, "notice.sent", "judge", {"papers": []})


def lead(after: int, nth: int, *, urgent: bool = False) -> Step:
    """A lead comes in."""
    data = {"lead": f"{{lead{nth}}}", "urgent": urgent}
    return Step(after, "lead.submitted", "", data)


def _middle(draw: Random, first: int, end: int, *, ends_well: bool) -> list[Step]:
    """What is done about property and persons between the notice and the end."""
    last = min(end - 2, first + 240)
    steps = _leads(draw, first, last, ends_well=ends_well) + _measures(draw, first, last)
    if draw.random() < 0.4:
        steps += _listing(draw, first, last)
    if draw.random() < 0.2:
        steps += _exclusion(draw, first, last)
    if draw.random() < 0.07:
        steps += _suspension(draw, first, end, last)
    if draw.random() < 0.05:
        day = draw.randrange(first, max(first + 1, last))
        data = {"user": "{judge2}", "again": True, "note": "工作调整"}
        steps.append(Step(day, "handler.assigned", "bureau", data))
    return steps


def _leads(draw: Random, first: int, last: int, *, ends_well: bool) -> list[Step]:
    steps = []
    for nth in range(draw.choices((0, 1, 2, 3), (22, 38, 27, 13))[0]):
        urgent = draw.random() < 0.15
        day = draw.randrange(first, max(first + 1, last - 3))
        took = draw.choices((2, 4, 6, 9, 13), (40, 30, 15, 10, 5))[0] if not urgent else 2
        steps.append(lead(day, nth, urgent=urgent))
        if ends_well or draw.random() < 0.9:
            result = draw.choices(("true", "false", "unverifiable"), (45, 35, 20))[0]
            data = {"lead": f"{{lead{nth}}}", "result": result}
            steps.append(Step(min(day + took, last), "lead.verified", "judge", data))
    return steps


#: What is controlled in a made-up case, by the kind of control.
_ASSETS = {
    MeasureKind.FREEZE: AssetKind.DEPOSIT,
    MeasureKind.SEAL: AssetKind.REAL_ESTATE,
    MeasureKind.DETAIN: AssetKind.VEHICLE,
}


def _measures(draw: Random, first: int, last: int) -> list[Step]:
    steps = []
    for nth in range(draw.choices((8, 13, 19, 24, 30), (15, 25, 30, 20, 10))[0]):
        kind = draw.choices((MeasureKind.FREEZE, MeasureKind.SEAL, MeasureKind.DETAIN), (6, 3, 1))
        data = {
            "measure": f"{{measure{nth}}}", "measure_kind": str(kind[0]), "amount": "{share}",
            "asset_kind": str(_ASSETS[kind[0]]), "effective_on": "{on}", "expires_on": "{until}",
        }  # fmt: skip
        years = {MeasureKind.FREEZE: 1, MeasureKind.SEAL: 3, MeasureKind.DETAIN: 2}[kind[0]]
        day = draw.randrange(first, max(first + 1, last))
        steps.append(Step(day, "measure.taken", "judge", data, {"years": years}))
    return steps


def _listing(draw: Random, first: int, last: int) -> list[Step]:
    day = draw.randrange(first, max(first + 1, last - 4))
    took = draw.choices((0, 1, 2, 5), (30, 40, 22, 8))[0]
    ground = draw.choice([str(g) for g in ListingGround])
    decided = Step(day, "listing.decided", "judge", {"listing": "{listing0}", "ground": ground})
    published = Step(min(day + took, last), "listing.published", "judge", {"listing": "{listing0}"})
    return [decided, published]


def _exclusion(draw: Random, first: int, last: int) -> list[Step]:
    kind = draw.choice(("valuation", "auction", "public_notice"))
    day = draw.randrange(first, max(first + 1, last - 10))
    data = {"exclusion": kind, "ref": "{ref0}", "document": "{number}之二"}
    end = min(day + draw.randrange(20, 70), last)
    return [
        Step(day, "exclusion.opened", "judge", data),
        Step(end, "exclusion.closed", "judge", data),
    ]


def _suspension(draw: Random, first: int, end: int, last: int) -> list[Step]:
    day = draw.randrange(first, max(first + 1, last - 10))
    ground = draw.choice(("third_party", "applicant_agrees", "death"))
    document = "{number}之三"
    steps = [Step(day, "case.suspended", "judge", {"ground": ground, "document": document})]
    back = day + draw.randrange(15, 90)
    if back < min(end, NEVER) - 1 or end == NEVER:
        data = {"ground": "ground_gone", "document": ""}
        steps.append(Step(back, "case.resumed", "judge", data))
    return steps


def _limits(draw: Random, end: int, months: int) -> list[Step]:
    """An extension of the case limit, when the case lasts longer: the president's act."""
    if end < 30 * months + 5 or draw.random() > 0.6:
        return []
    rule = "case_limit_nonlit" if months == 3 else "case_limit"
    data = {"rule": rule, "n": 3, "unit": "months", "document": "", "note": "财产正在处置"}
    return [Step(30 * months - 6, "limit.extended", "president", data)]


def _close(draw: Random, after: int, method: str) -> Step:
    data: dict[str, Any] = {"method": method, "document": "{number}之一"}
    if method == ClosingMethod.PERFORMED:
        data |= {"settled": draw.random() < 0.2, "paid": "{amount}"}
    elif method == ClosingMethod.ROUND_ENDED:
        data |= {"interview_on": "{on}", "consent": "applicant_signed", "paid": "{share}"}
    elif method == ClosingMethod.TERMINATED:
        data |= {"ground": draw.choice(("withdrawn", "unable", "title_revoked"))}
    elif method == ClosingMethod.CANCELLED:
        data |= {"ground": draw.choice(("no_jurisdiction", "other_court"))}
    return Step(after, "case.closed", "judge", data)


# -- waves ---------------------------------------------------------------------------------------


def wave_courses() -> dict[str, Course]:
    """Return the courses whose notice or lead lapses a known number of days after filing.

    Filed on day F, the notice of ``notice…`` is due on the third day after the file came in on
    F + 6, and the lead of ``lead…`` on the tenth day after F + n: lapses fall on ``WAVE_DAYS``
    after filing when the day before is a working day.
    """
    early = (filing(), assignment(2))
    found = {"notice": _wave("notice", (*early, receipt(6)))}
    for nth, day in enumerate((20, 34, 48, 69)):
        done = (receipt(4), notice(6), *_wave_past(nth))
        name = f"lead{nth}"
        found[name] = _wave(name, (*early, *done, lead(day, 0)))
    return found


#: Days from filing to the lapse that a wave course is made for.
WAVE_DAYS = {"notice": 10, "lead0": 31, "lead1": 45, "lead2": 59, "lead3": 80}


def _wave_past(nth: int) -> tuple[Step, ...]:
    data = {
        "measure": "{measure0}", "measure_kind": "freeze", "amount": "{share}",
        "asset_kind": "deposit", "effective_on": "{on}", "expires_on": "{until}",
    }  # fmt: skip
    return (Step(9, "measure.taken", "judge", data, {"years": 1}),) if nth % 2 else ()


def _wave(name: str, steps: tuple[Step, ...]) -> Course:
    steps = tuple(replace(step, exact=True) for step in steps)
    return Course(name, Procedure.FIRST, "court_civil_admin", 1, 2, steps, ("raised",) * 6)
