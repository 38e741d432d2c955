"""Verbs on flags: demand an explanation, explain, judge it, answer back, close."""

from __future__ import annotations

from datetime import date, datetime

from accountability.machine import FlagState
from accountability.models import Explanation, ExplanationGround, Flag, FlagReview, Reply
from cases.actions._days import not_before, required
from cases.kinds import WORDS
from cases.timeline import legal_day, record
from cases.verb import in_state, verb
from deadlines.models import Clock
from deadlines.sheets import rebuild
from enforcement.access import sight
from enforcement.errors import Forbidden, Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role

WORDS.setdefault("ground", {}).update(ExplanationGround.choices)

ASKERS = [Role.BUREAU_HEAD, Role.SUPERVISOR, Role.INSPECTOR]
JUDGES_OF_FLAGS = [Role.BUREAU_HEAD, Role.SUPERVISOR, Role.INSPECTOR]
#: Who answers for a lapse that is not the handler's, by the rule's duty.
ANSWERS = {
    "bureau": Role.BUREAU_HEAD,
    "filing": Role.FILING_CLERK,
    "petition": Role.PETITION_CLERK,
    "court": Role.BUREAU_HEAD,
    "handler": Role.BUREAU_HEAD,
}


#: The rule under which an explanation is due.
EXPLANATION = "explanation"


def _entered_today(on: date, now: datetime) -> None:
    """Refuse another day than today: these acts consist in their entry, so nobody can be asked,
    or have answered, before it. A demand dated back would be late at once, an answer never.
    """
    if on != legal_day(now):
        raise Invalid(
            "date.today_only", "此项自录入之日起生效，日期只能是今天，请不填日期。", field="on"
        )


def _answerable(flag: Flag, by: User | None, today: date) -> None:
    """Guard: the holder of the due day answers; a court's duty is answered by its post."""
    if by is None:
        return
    if flag.holder_id is not None:
        if flag.holder_id != by.pk:
            raise Forbidden("flag.not_yours", f"应由届满日的承办人{flag.holder}说明。")
        return
    role = ANSWERS[flag.duty]
    if not sight(by, today).has([role], flag.case.court):
        raise Forbidden("flag.not_yours", f"应由{flag.case.court}的{role.label}说明。")


def _another_person(flag: Flag, by: User | None, today: date) -> None:
    """Guard: nobody judges their own lateness, or an explanation they wrote."""
    written = Explanation.objects.filter(flag=flag).values_list("by_id", flat=True).first()
    if by is None:
        return
    if by.pk in {flag.holder_id, written}:
        raise Forbidden("flag.own", "不能审查自己的超期或者自己写的说明，请由他人审查。")
    if flag.holder_id is None and ANSWERS[flag.duty] == Role.BUREAU_HEAD:
        court = flag.case.court
        if not sight(by, today).has([Role.SUPERVISOR, Role.INSPECTOR], court):
            raise Forbidden("flag.own", f"该项由{court.name}执行局长负责，请由上级法院审查。")


def _not_judged_before(flag: Flag, by: User | None, today: date) -> None:
    """Guard: a reconsideration is decided by somebody new."""
    if by is not None and flag.reviews.filter(by=by, past=False).exists():
        raise Forbidden("flag.same_reviewer", "您已审查过该标记，复核应由另一人作出。")


@verb(
    "要求说明",
    on=Flag,
    roles=ASKERS,
    form="accountability.forms.EntryForm",
    guards=[in_state(FlagState.RAISED, code="flag.state"), _another_person],
    hint="五个工作日内说明（内部规则）",
    order=10,
)
def demand_explanation(flag: Flag, *, by: User, now: datetime, on: date) -> Flag:
    """Ask for an explanation; its own clock of 5 working days (internal rule) starts."""
    _entered_today(on, now)
    not_before(on, flag.raised_on, "标记之日")
    flag.demand()
    flag.demanded_on = on
    flag.save(update_fields=["state", "demanded_on"])
    record(
        flag.case,
        "explanation.demanded",
        on=on,
        now=now,
        by=by,
        flag=flag.pk,
        rule=flag.rule,
        start=flag.start_seq,
    )
    return flag


@verb(
    "说明理由",
    on=Flag,
    roles=[Role.JUDGE, Role.BUREAU_HEAD, Role.FILING_CLERK, Role.PETITION_CLERK],
    form="accountability.forms.ExplainForm",
    guards=[in_state(FlagState.RAISED, FlagState.DEMANDED, code="flag.state"), _answerable],
    order=20,
)
def explain_flag(flag: Flag, *, by: User, now: datetime, on: date, ground: str, text: str) -> Flag:
    """Explain a lapse, once; a late explanation is taken and noted as late.

    Raises:
        Invalid: unknown ground, no text, a day before the demand.
    """
    _entered_today(on, now)
    not_before(on, flag.demanded_on or flag.raised_on, "要求说明之日")
    if ground not in ExplanationGround.values:
        raise Invalid("flag.ground", "请选择理由类别。", field="ground")
    Explanation.objects.create(
        flag=flag,
        by=by,
        on=on,
        ground=ground,
        text=required(text, "text", "说明"),
        late=_too_late(flag, on, now),
    )
    flag.explain()
    flag.save(update_fields=["state"])
    record(flag.case, "explanation.given", on=on, now=now, by=by, flag=flag.pk, ground=ground)
    return flag


def _too_late(flag: Flag, on: date, now: datetime) -> bool:
    """Tell whether a demanded explanation comes after its last day, whatever the sweep has seen."""
    if flag.demanded_on is None:
        return False
    rebuild([flag.case_id], now=now)
    asked = Clock.objects.filter(
        case=flag.case, rule=EXPLANATION, subject=str(flag.pk), start_on__gte=flag.demanded_on
    )
    return bool(asked.filter(due__lt=on).exists())


def _decide(
    flag: Flag, outcome: FlagReview.Outcome, *, by: User, now: datetime, on: date, ground: str
) -> None:
    _entered_today(on, now)
    explanation = Explanation.objects.filter(flag=flag).first()
    if explanation is not None:
        not_before(on, explanation.on, "提交说明之日")
    FlagReview.objects.create(
        flag=flag,
        by=by,
        explained_by=explanation.by if explanation else None,
        holder=flag.holder,
        on=on,
        outcome=outcome,
        ground=required(ground, "ground", "审查理由"),
    )


@verb(
    "认定理由成立",
    on=Flag,
    roles=JUDGES_OF_FLAGS,
    form="accountability.forms.ReviewForm",
    guards=[in_state(FlagState.EXPLAINED, code="flag.state"), _another_person],
    order=30,
)
def excuse_flag(flag: Flag, *, by: User, now: datetime, on: date, ground: str) -> Flag:
    """Accept the explanation: the lapse does not count against anybody.

    Raises:
        Invalid: no ground, a day before the explanation.
    """
    _decide(flag, FlagReview.Outcome.EXCUSED, by=by, now=now, on=on, ground=ground)
    flag.excuse()
    flag.save(update_fields=["state"])
    record(flag.case, "flag.excused", on=on, now=now, by=by, flag=flag.pk)
    return flag


def _explained_or_late(flag: Flag, by: User | None, today: date) -> None:
    """Guard: the right to be heard comes first; only a late explanation may be passed over."""
    if flag.state == FlagState.DEMANDED and flag.level == 0:
        raise Refused("flag.wait", "说明期限尚未届满，应先听取说明。")


@verb(
    "认定超期",
    on=Flag,
    roles=JUDGES_OF_FLAGS,
    form="accountability.forms.ReviewForm",
    guards=[
        in_state(FlagState.DEMANDED, FlagState.EXPLAINED, code="flag.state"),
        _another_person,
        _explained_or_late,
    ],
    confirm="认定超期将计入考核，被标记人可以申辩。确定认定吗？",
    order=31,
)
def uphold_flag(flag: Flag, *, by: User, now: datetime, on: date, ground: str) -> Flag:
    """Find the lapse unexcused; the person found late may reply.

    Raises:
        Refused: ``flag.wait`` while the explanation is not due yet. Invalid: no ground.
    """
    _decide(flag, FlagReview.Outcome.UPHELD, by=by, now=now, on=on, ground=ground)
    flag.uphold()
    flag.save(update_fields=["state"])
    record(flag.case, "flag.upheld", on=on, now=now, by=by, flag=flag.pk)
    return flag


def _no_reply_yet(flag: Flag, by: User | None, today: date) -> None:
    if Reply.objects.filter(flag=flag).exists():
        raise Refused("flag.replied", "已经提交过申辩，请等待复核。")


@verb(
    "提出申辩",
    on=Flag,
    roles=[Role.JUDGE, Role.BUREAU_HEAD, Role.FILING_CLERK, Role.PETITION_CLERK],
    form="accountability.forms.ReplyForm",
    guards=[in_state(FlagState.UPHELD, code="flag.state"), _answerable, _no_reply_yet],
    order=40,
)
def reply_to_flag(flag: Flag, *, by: User, now: datetime, on: date, text: str) -> Flag:
    """Answer a finding of lateness, once; somebody new reconsiders it.

    Raises:
        Invalid: no text.
    """
    _entered_today(on, now)
    Reply.objects.create(flag=flag, by=by, on=on, text=required(text, "text", "申辩意见"))
    record(flag.case, "flag.replied", on=on, now=now, by=by, flag=flag.pk)
    return flag


def _decided_anew(flag: Flag) -> bool:
    """Tell whether a reply was reconsidered already."""
    done = [FlagReview.Outcome.CONFIRMED, FlagReview.Outcome.OVERTURNED]
    return bool(flag.reviews.filter(outcome__in=done, past=False).exists())


def _replied(flag: Flag, by: User | None, today: date) -> None:
    if not Reply.objects.filter(flag=flag).exists():
        raise Refused("flag.no_reply", "被标记人没有提出申辩，无需复核。")
    if _decided_anew(flag):
        raise Refused("flag.reconsidered", "该标记已经复核。")


@verb(
    "复核",
    on=Flag,
    roles=[Role.SUPERVISOR, Role.INSPECTOR],
    form="accountability.forms.ReconsiderForm",
    guards=[
        in_state(FlagState.UPHELD, code="flag.state"),
        _another_person,
        _replied,
        _not_judged_before,
    ],
    order=45,
)
def reconsider_flag(
    flag: Flag, *, by: User, now: datetime, on: date, ground: str, overturn: bool = False
) -> Flag:
    """Decide on a reply: confirm the finding, or overturn it.

    Raises:
        Invalid: no ground.
    """
    outcome = FlagReview.Outcome.OVERTURNED if overturn else FlagReview.Outcome.CONFIRMED
    _decide(flag, outcome, by=by, now=now, on=on, ground=ground)
    if overturn:
        flag.overturn()
        flag.save(update_fields=["state"])
    kind = "flag.excused" if overturn else "flag.upheld"
    record(flag.case, kind, on=on, now=now, by=by, flag=flag.pk)
    return flag


def _no_open_reply(flag: Flag, by: User | None, today: date) -> None:
    if Reply.objects.filter(flag=flag).exists() and not _decided_anew(flag):
        raise Refused("flag.reply_open", "申辩尚未复核，不能办结。")


@verb(
    "办结标记",
    on=Flag,
    roles=JUDGES_OF_FLAGS,
    form="accountability.forms.EntryForm",
    guards=[
        in_state(FlagState.EXCUSED, FlagState.UPHELD, code="flag.state"),
        _another_person,
        _no_open_reply,
    ],
    order=50,
)
def close_flag(flag: Flag, *, by: User, now: datetime, on: date) -> Flag:
    """Close a judged flag; a reply must have been reconsidered first."""
    _entered_today(on, now)
    flag.close()
    flag.save(update_fields=["state"])
    record(flag.case, "flag.closed", on=on, now=now, by=by, flag=flag.pk)
    return flag
