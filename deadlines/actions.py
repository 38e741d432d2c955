"""Verbs of deadlines: excluded time (扣除期间) and approved extensions (延长期限)."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._correctable import CORRECTABLE, FILED, Correctable, nothing_else
from cases.actions._days import not_before, required
from cases.machine import State
from cases.models import Case, CaseEvent
from cases.standing import Standing, standing
from cases.timeline import record
from cases.verb import in_state, only_handler, verb
from deadlines.law import current
from deadlines.models import Clock
from deadlines.sheets import rebuild
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role

RUNNING = in_state(State.ASSIGNED, State.ENFORCING, State.SUSPENDED)


def _still_open(case: Case, wrong: Standing) -> None:
    """Undo of an opening: an interval that was ended is taken back from its end."""
    ref = wrong.fields["ref"]
    if any(event.fields["ref"] == ref for event in standing(case, "exclusion.closed")):
        raise Refused("correct.later", "该扣除期间已经结束，请先更正结束的记录。")


def _none_since(case: Case, wrong: Standing) -> None:
    """Undo of an end: the interval is open again, so no other of its kind may be."""
    if any(kind == wrong.fields["exclusion"] for kind, _ in open_exclusions(case)):
        raise Refused("correct.later", "其后又登记了同类扣除期间，请先更正后面的记录。")


CORRECTABLE |= {
    "exclusion.opened": Correctable(FILED, "", _still_open),
    "exclusion.closed": Correctable(("exclusion.opened",), "ref", _none_since),
    "limit.extended": Correctable(FILED, "", nothing_else),
}

#: Exclusions that have verbs of their own.
OWN_VERBS = frozenset({"suspension"})


def open_exclusions(case: Case) -> dict[tuple[str, str], date]:
    """Return the excluded intervals still open: (kind, reference) → first day."""
    found: dict[tuple[str, str], date] = {}
    for event in standing(case, "exclusion.opened", "exclusion.closed"):
        key = (event.fields["exclusion"], event.fields["ref"])
        if event.kind == "exclusion.opened":
            found[key] = event.on
        else:
            found.pop(key, None)
    return found


@verb(
    "登记扣除期间",
    roles=[Role.JUDGE],
    form="deadlines.forms.OpenExclusionForm",
    guards=[RUNNING, only_handler],
    hint="公告送达、评估、拍卖、请示等期间依法不计入办案期限",
    order=72,
)
def open_exclusion(
    case: Case, *, by: User, now: datetime, on: date, exclusion: str, document: str
) -> CaseEvent:
    """Open an excluded interval; days from the day after it are not counted.

    Args:
        exclusion: kind listed in ``deadlines/rules/exclusions.toml``.
        document: number of the document it rests on.

    Raises:
        Invalid: unknown kind, no document, a day before filing. Refused: already open.
    """
    _known(exclusion)
    not_before(on, case.filed_on, "立案日")
    document = required(document, "document", "依据文书")
    if any(kind == exclusion for kind, _ in open_exclusions(case)):
        raise Refused("exclusion.open", "该类扣除期间已经开始且尚未结束，不能重复登记。")
    return record(
        case,
        "exclusion.opened",
        on=on,
        now=now,
        by=by,
        exclusion=exclusion,
        ref=str(case.version + 1),
        document=document,
    )


def _some_open(case: Case, by: User | None, today: date) -> None:
    """Guard: there must be an interval to end."""
    if not open_exclusions(case):
        raise Refused("exclusion.not_open", "没有正在进行的扣除期间。")


@verb(
    "结束扣除期间",
    roles=[Role.JUDGE],
    form="deadlines.forms.CloseExclusionForm",
    guards=[RUNNING, only_handler, _some_open],
    order=73,
)
def close_exclusion(
    case: Case, *, by: User, now: datetime, on: date, exclusion: str, document: str = ""
) -> CaseEvent:
    """End an open excluded interval; the day of ending is its last day.

    Raises:
        Refused: none open. Invalid: a day before it was opened.
    """
    for (kind, ref), opened in open_exclusions(case).items():
        if kind == exclusion:
            not_before(on, opened, "扣除期间开始之日")
            return record(
                case,
                "exclusion.closed",
                on=on,
                now=now,
                by=by,
                exclusion=exclusion,
                ref=ref,
                document=document.strip(),
            )
    raise Refused("exclusion.not_open", "没有正在进行的该类扣除期间。")


@verb(
    "批准延长期限",
    roles=[Role.PRESIDENT],
    form="deadlines.forms.ExtendForm",
    guards=[RUNNING],
    hint="执行期限届满前由院长批准",
    order=75,
)
def extend_limit(
    case: Case, *, by: User, now: datetime, on: date, months: int, reason: str, document: str = ""
) -> CaseEvent:
    """Extend the case limit before it ends (法释〔2000〕29号第5条: three months, by the president).

    Args:
        months: 1 to 3.

    Raises:
        Invalid: months out of range, no reason. Refused: no limit is running, or it has ended.
    """
    if not 1 <= months <= 3:
        raise Invalid("extend.months", "每次延长一至三个月。", field="months")
    reason = required(reason, "reason", "延长理由")
    not_before(on, case.filed_on, "立案日")
    clock = _limit(case, now)
    if clock is None or clock.due is None:
        raise Refused("extend.none", "本案没有正在计算的执行期限（可能处于扣除期间），不能延长。")
    if on > clock.due:
        raise Refused(
            "extend.late", f"执行期限已于 {clock.due} 届满，延长应在届满前批准，不能补办。"
        )
    return record(
        case,
        "limit.extended",
        on=on,
        now=now,
        by=by,
        note=reason,
        rule=clock.rule,
        n=months,
        unit="months",
        document=document.strip(),
    )


def _limit(case: Case, now: datetime) -> Clock | None:
    """Return the running case limit, derived afresh under the lock: a message may be lost."""
    rebuild([case.pk], now=now)
    return Clock.objects.filter(
        case=case, rule__in=["case_limit", "case_limit_nonlit"], stopped_on__isnull=True
    ).first()


def _known(exclusion: str) -> None:
    if exclusion in OWN_VERBS or exclusion not in exclusion_choices():
        raise Invalid("exclusion.kind", "请选择扣除期间的种类。", field="exclusion")


def exclusion_choices() -> dict[str, str]:
    """Return the kinds of excluded time a judge may record, with their Chinese names."""
    rulebook = current().rulebook
    return {k: rulebook.exclusion_name(k) for k in rulebook.exclusion_kinds if k not in OWN_VERBS}
