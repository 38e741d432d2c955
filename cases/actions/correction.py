"""Correcting a wrong entry (更正): never by changing it, always by a further event."""

from __future__ import annotations

from datetime import date, datetime

from cases import kinds
from cases.actions._correctable import CORRECTABLE, Correctable
from cases.actions._days import not_before, required
from cases.actions.closing import check_round_ended
from cases.actions.measures import check_term
from cases.models import Case, CaseEvent, Measure
from cases.models.case import ClosingMethod
from cases.standing import Standing, corrections_of, standing
from cases.timeline import legal_day, record
from cases.verb import verb
from enforcement.errors import Invalid, NotFound, Refused
from enforcement.models import User
from enforcement.roles import Role

__all__ = ["correct_event", "corrections_of"]


@verb(
    "更正记录",
    roles=[Role.BUREAU_HEAD],
    form="cases.forms.CorrectForm",
    hint="原记录保留，期限和标记随之重新计算",
    order=95,
)
def correct_event(
    case: Case,
    *,
    by: User,
    now: datetime,
    on: date,
    seq: int,
    reason: str,
    new_day: date | None = None,
    void: bool = False,
) -> CaseEvent:
    """Answer a wrong entry by an event that changes how it is read.

    Clocks, flags and statistics follow by themselves; the wrong entry stays on the timeline.

    Args:
        seq: number of the wrong event. new_day: the right legal day. void: it never happened.

    Raises:
        NotFound: no such event. Invalid/Refused: nothing changed, a kind that cannot be
        corrected, a day before what it answers, after what answers it or in the future, an
        event already void, or one that later ones were built on.
    """
    if not CaseEvent.objects.filter(case=case, seq=seq).exists():
        raise NotFound("event.unknown", f"本案没有第 {seq} 项记录，请核对序号。")
    reason = required(reason, "reason", "更正理由")
    if void == (new_day is not None):
        raise Invalid("correct.what", "请选择：填写正确的日期，或者将该项作废。", field="new_day")
    wrong, spec = _wrong(case, seq)
    if new_day is None:
        if spec.undo is None:
            raise Refused("correct.kind", "这类记录不能作废；日期有误的，请填写正确的日期。")
        spec.undo(case, wrong)
    else:
        _check_day(case, wrong, new_day, now)
    event = record(
        case,
        "event.corrected",
        on=on,
        now=now,
        by=by,
        note=reason,
        corrects=seq,
        void=void,
        more={} if new_day is None else {"on": new_day.isoformat()},
    )
    if new_day is not None and spec.follow is not None:
        spec.follow(case, wrong, new_day)
    return event


def _wrong(case: Case, seq: int) -> tuple[Standing, Correctable]:
    """Return the event to be corrected as it stands, and how its kind may be corrected."""
    kind = CaseEvent.objects.values_list("kind", flat=True).get(case=case, seq=seq)
    spec = CORRECTABLE.get(kind)
    if spec is None:
        raise Refused("correct.kind", "这类记录由系统生成或属于他人事项，不能在此更正。")
    wrong = next((event for event in standing(case, kind) if event.seq == seq), None)
    if wrong is None:
        raise Refused("correct.void", "该项记录已经作废，不能再次更正。")
    return wrong, spec


def _check_day(case: Case, wrong: Standing, day: date, now: datetime) -> None:
    if day > legal_day(now):
        raise Invalid("date.future", f"日期 {day} 晚于今天，请核对。", field="new_day")
    if day == wrong.on:
        raise Invalid("correct.same", "填写的日期与现有记录相同，无需更正。", field="new_day")
    for event in standing(case, *CORRECTABLE):
        if _answers(wrong, event) and day < event.on:
            raise Invalid(
                "date.before", f"日期 {day} 早于它所对应的{_called(event)}。", field="new_day"
            )
        if _answers(event, wrong) and day > event.on:
            raise Invalid(
                "date.after",
                f"日期 {day} 晚于其后的{_called(event)}。后面的记录也有误的，请先更正后面的记录。",
                field="new_day",
            )
    if check := CHECKS.get(wrong.kind):
        check(case, wrong, day)


def _answers(later: Standing, earlier: Standing) -> bool:
    """Tell whether an event may not be dated before another one."""
    spec = CORRECTABLE[later.kind]
    if later.seq <= earlier.seq or earlier.kind not in spec.after:
        return False
    return not spec.thing or later.fields.get(spec.thing) == earlier.fields.get(spec.thing)


def _called(event: Standing) -> str:
    return f"第 {event.seq} 项“{kinds.kind(event.kind).label}”（{event.on}）"


def _filing_day(case: Case, wrong: Standing, day: date) -> None:
    """The number carries the year of filing, and nothing is filed before it was applied for."""
    not_before(day, case.applied_on, "收到申请日", field="new_day")
    if day.year != case.year:
        raise Invalid(
            "correct.year", f"案号 {case.number} 属于 {case.year} 年，立案日不能改到其他年度。",
            field="new_day",
        )  # fmt: skip


def _measure_day(case: Case, wrong: Standing, day: date) -> None:
    measure = Measure.objects.get(pk=wrong.fields["measure"])
    check_term(measure.asset_kind, day, measure.expires_on, field="new_day")


def _closing_day(case: Case, wrong: Standing, day: date) -> None:
    if case.closing_method == ClosingMethod.ROUND_ENDED:
        check_round_ended(case, day)


#: What else must hold for the new day of a kind.
CHECKS = {
    "case.filed": _filing_day,
    "measure.taken": _measure_day,
    "case.closed": _closing_day,
}
