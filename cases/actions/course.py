"""The course of a case: suspension (中止执行) and resumption (恢复执行)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import TextChoices

from cases.actions._days import not_before, required
from cases.kinds import WORDS
from cases.machine import State
from cases.models import Case, CaseEvent
from cases.standing import last_day
from cases.timeline import record
from cases.verb import in_state, only_handler, verb
from enforcement.errors import Invalid
from enforcement.models import User
from enforcement.roles import Role


class SuspendGround(TextChoices):
    """Grounds of suspension: 民事诉讼法（2023）第267条 (the last one gathers item 5)."""

    APPLICANT_AGREES = "applicant_agrees", "申请人表示可以延期执行"
    THIRD_PARTY = "third_party", "案外人对执行标的提出确有理由的异议"
    DEATH = "death", "一方当事人死亡，需等待继承人继承权利或承担义务"
    ENTITY_ENDED = "entity_ended", "一方法人或其他组织终止，尚未确定权利义务承受人"
    BANKRUPTCY = "bankruptcy", "受理被执行人破产申请"
    OTHER = "other", "人民法院认为应当中止执行的其他情形"


class ResumeGround(TextChoices):
    """Why a suspended case goes on."""

    GROUND_GONE = "ground_gone", "中止的情形消失"
    OBJECTION_REJECTED = "objection_rejected", "案外人异议被驳回"
    BANKRUPTCY_REFUSED = "bankruptcy_refused", "破产申请不予受理"
    WRONG = "wrong", "中止不当，予以纠正"


WORDS.setdefault("ground", {}).update([*SuspendGround.choices, *ResumeGround.choices])


@verb(
    "中止执行",
    roles=[Role.JUDGE],
    form="cases.forms.SuspendForm",
    guards=[in_state(State.ENFORCING), only_handler],
    hint="中止期间不计入办案期限",
    order=70,
)
def suspend(
    case: Case, *, by: User, now: datetime, on: date, ground: str, document: str
) -> CaseEvent:
    """Suspend enforcement by a ruling; excluded time starts the day after.

    Args:
        ground: one of ``SuspendGround``.
        document: number of the ruling (裁定书文号).

    Raises:
        Invalid: unknown ground, missing ruling number, a day before the file was received.
    """
    if ground not in SuspendGround.values:
        raise Invalid("suspend.ground", "请选择中止执行的法定情形。", field="ground")
    not_before(on, case.received_on, "接收案件材料之日")
    not_before(on, last_day(case, "case.resumed"), "上次恢复执行之日")
    case.suspend()
    return record(
        case,
        "case.suspended",
        on=on,
        now=now,
        by=by,
        ground=ground,
        document=required(document, "document", "裁定书文号"),
    )


@verb(
    "恢复执行",
    roles=[Role.JUDGE],
    form="cases.forms.ResumeForm",
    guards=[in_state(State.SUSPENDED), only_handler],
    order=70,
)
def resume(
    case: Case, *, by: User, now: datetime, on: date, ground: str, document: str = ""
) -> CaseEvent:
    """Go on with a suspended case; the day of resumption is the last excluded day.

    Raises:
        Invalid: unknown ground, a day before the suspension.
    """
    if ground not in ResumeGround.values:
        raise Invalid("resume.ground", "请选择恢复执行的事由。", field="ground")
    not_before(on, last_day(case, "case.suspended"), "中止执行之日")
    case.resume()
    return record(
        case, "case.resumed", on=on, now=now, by=by, ground=ground, document=document.strip()
    )
