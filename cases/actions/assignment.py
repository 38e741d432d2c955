"""Who handles a case: assignment, reassignment, receipt of the file."""

from __future__ import annotations

from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.machine import State
from cases.models import Case, HandlerTerm
from cases.terms import tell_terms
from cases.timeline import record
from cases.verb import handler_or, in_state, verb
from enforcement.errors import Invalid, Refused
from enforcement.models import User
from enforcement.roles import Role


def _must_be_judge(user: User, case: Case, day: date) -> None:
    posts = user.posts_on(day).filter(court=case.court, role=Role.JUDGE)
    if not user.is_active or not posts.exists():
        raise Invalid(
            "handler.not_judge",
            f"{user}在 {day} 不是{case.court}的承办法官，请另选承办人。",
            field="user",
        )


@verb(
    "确定承办人",
    roles=[Role.BUREAU_HEAD],
    form="cases.forms.AssignForm",
    guards=[in_state(State.FILED)],
    hint="立案之日起七日内确定承办人",
    order=10,
)
def assign_handler(case: Case, *, by: User, now: datetime, on: date, user: User) -> Case:
    """Give a filed case to a judge of the court (法发〔2006〕35号第2条: within 7 days of filing).

    Raises:
        Invalid: ``handler.not_judge``, or a day before the filing day.
    """
    not_before(on, case.filed_on, "立案日")
    _must_be_judge(user, case, on)
    case.assign()
    case.handler = user
    HandlerTerm.objects.create(case=case, user=user, first_day=on)
    record(case, "handler.assigned", on=on, now=now, by=by, user=user.pk, again=False)
    return case


@verb(
    "变更承办人",
    roles=[Role.BUREAU_HEAD],
    form="cases.forms.ReassignForm",
    guards=[in_state(State.ASSIGNED, State.ENFORCING, State.SUSPENDED)],
    hint="变更不影响已经开始计算的期限",
    order=80,
)
def reassign_handler(
    case: Case, *, by: User, now: datetime, on: date, user: User, reason: str
) -> Case:
    """Hand a case to another judge; running clocks go on, lateness stays with each day's holder.

    Raises:
        Refused: ``handler.same``.
        Invalid: ``handler.not_judge``, a missing reason, a day before the present term.
    """
    term = case.terms.get(last_day__isnull=True)
    not_before(on, term.first_day, "现承办人的接手日")
    _must_be_judge(user, case, on)
    if user.pk == case.handler_id:
        raise Refused("handler.same", f"{user}已经是本案承办人，无需变更。")
    reason = required(reason, "reason", "变更理由")
    case.handler = user
    record(case, "handler.assigned", on=on, now=now, by=by, note=reason, user=user.pk, again=True)
    tell_terms(case)
    return case


@verb(
    "接收案件材料",
    roles=[Role.JUDGE, Role.ASSISTANT, Role.CLERK],
    form="cases.forms.DayForm",
    guards=[in_state(State.ASSIGNED), handler_or(Role.ASSISTANT, Role.CLERK)],
    hint="自接收之日起三日内发出执行通知书",
    order=20,
)
def receive_file(case: Case, *, by: User, now: datetime, on: date) -> Case:
    """Record that the handler received the file; the clock for the notice starts.

    Raises:
        Invalid: a day before the assignment.
    """
    term = case.terms.get(last_day__isnull=True)
    not_before(on, term.first_day, "确定承办人之日")
    case.receive()
    case.received_on = on
    record(case, "file.received", on=on, now=now, by=by)
    return case
