"""Verbs: one function with one name, called by the page, the API, the import and the sweep.

A verb owns, in one transaction: the row lock on the case, the version check, the guard, the
change and the event. The table ``VERBS`` is what pages and the API offer; a name that comes
from a URL is looked up there, never by ``getattr``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django_fsm import TransitionNotAllowed

from cases.models import Case
from cases.signals import event_recorded
from cases.timeline import legal_day
from enforcement import clock, counters
from enforcement.access import sight
from enforcement.errors import Forbidden, Invalid, NotFound, Refused, Stale
from enforcement.models import Court, User
from enforcement.roles import Role

Guard = Callable[[Any, User | None, date], None]


@dataclass(frozen=True)
class Verb:
    """What a face needs to offer a verb.

    Attributes:
        name: stable name, the last part of its URL.
        label: Chinese verb on the button.
        target: model it acts on.
        roles: posts over the case's court that may do it.
        form: dotted path of its input form, or empty when it needs none.
        guards: further conditions; each raises ``Refused`` with a sentence.
        outside: may also be done by a party through the portal (``party=`` given, ``by`` None).
        confirm: the question to ask before an act that cannot be undone.
        hint: one line under the button.
        standing: takes the place of the check of posts over the case's court, for acts that
            another court does (a court above, the court that received a petition).
    """

    name: str
    label: str
    target: type[models.Model]
    run: Callable[..., Any]
    roles: frozenset[Role]
    form: str = ""
    guards: tuple[Guard, ...] = ()
    outside: bool = False
    confirm: str = ""
    hint: str = ""
    order: int = 100
    standing: Guard | None = None

    def refusal(self, target: models.Model, by: User | None, today: date) -> Refused | None:
        """Return why this person may not do it now, or None when they may."""
        try:
            self.check(target, by, today)
        except Refused as refused:
            return refused
        return None

    def check(self, target: Any, by: User | None, today: date) -> None:
        """Run the guards: post first, then state and the rest.

        Raises:
            Refused: with the reason.
        """
        if self.standing is not None:
            self.standing(target, by, today)
        elif by is not None:
            court = target if isinstance(target, Court) else case_of(target).court
            if not sight(by, today).has(self.roles, court):
                names = "、".join(role.label for role in Role if role in self.roles)
                raise Forbidden("access.role", f"“{self.label}”由{court.name}的{names}办理。")
        for guard in self.guards:
            guard(target, by, today)


VERBS: dict[str, Verb] = {}


def case_of(target: Any) -> Case:
    """Return the case a target belongs to (itself, or its ``case``)."""
    return target if isinstance(target, Case) else target.case


def in_state(*states: str, code: str = "case.state") -> Guard:
    """Return a guard that holds the target to some states."""
    wanted = frozenset(str(s) for s in states)

    def guard(target: Any, by: User | None, today: date) -> None:
        if target.state not in wanted:
            raise Refused(code, f"当前状态为“{target.get_state_display()}”，不能办理此项。")

    return guard


def only_handler(target: Any, by: User | None, today: date) -> None:
    """Guard: a judge acts only on a case of their own."""
    case = case_of(target)
    if by is None or case.handler_id == by.pk:
        return
    if case.handler_id is None:
        raise Refused("case.no_handler", "本案尚未确定承办人，请先由执行局长分案。")
    raise Forbidden("case.not_handler", "您不是本案承办人。需要办理的，请先由执行局长变更承办人。")


def handler_or(*helpers: Role) -> Guard:
    """Return a guard: the handler, or somebody with one of these posts in the case's court.

    Name only roles that the verb itself is open to: a judge who also holds another post does not
    thereby come to act on a colleague's case.
    """

    def guard(target: Any, by: User | None, today: date) -> None:
        if by is None or not sight(by, today).has(helpers, case_of(target).court):
            only_handler(target, by, today)

    return guard


def lock(target: Any) -> Any:
    """Lock the case first, then the target row; return the fresh target with its case attached.

    One lock order everywhere (case, then what hangs on it) keeps verbs and sweep from deadlock.
    The lock is the weaker one that leaves foreign keys to the case alone: whoever adds a row that
    points to a case need not wait for the verb, and cannot deadlock with it.

    Raises:
        NotFound: the row is not there.
    """
    model = type(target)
    case_id = target.pk if isinstance(target, Case) else target.case_id
    try:
        case = Case.objects.select_for_update(no_key=True).get(pk=case_id)
    except Case.DoesNotExist:
        raise NotFound from None
    case.locked = True
    if isinstance(target, Case):
        return case
    fresh = model._default_manager.select_for_update(of=("self",)).filter(pk=target.pk).first()
    if fresh is None:
        raise NotFound
    fresh.case = case
    return fresh


def verb(
    label: str,
    *,
    roles: Iterable[Role],
    on: type[models.Model] = Case,
    name: str = "",
    form: str = "",
    guards: Iterable[Guard] = (),
    outside: bool = False,
    confirm: str = "",
    hint: str = "",
    order: int = 100,
    standing: Guard | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a verb and put it in the table.

    The function receives the locked target and keyword arguments ``by``, ``now``, ``on`` and its
    own; callers may add ``version`` (the timeline length they looked at). What changed on the
    case is saved once, after the function, together with its new version and head.
    """

    def decorate(fn: Callable[..., Any]) -> Callable[..., Any]:
        known = name or fn.__name__

        @functools.wraps(fn)
        def act(
            target: Any,
            /,
            *,
            by: User | None,
            now: datetime,
            on: date | None = None,
            version: int | None = None,
            **data: Any,
        ) -> Any:
            today = legal_day(now)
            with counters.verb(known), _on_a_sure_day():
                locked = lock(target)
                case = case_of(locked)
                before = _columns(case)
                _check_version(case, version)
                if by is None and not (outside and data.get("party")) and not data.pop("system", 0):
                    raise Forbidden("access.signin", "请先登录后再办理。")
                spec.check(locked, by, today)
                _check_day(on or today, today)
                try:
                    result = fn(locked, by=by, now=now, on=on or today, **data)
                except TransitionNotAllowed:
                    raise Refused(
                        "case.move", f"当前状态“{locked.get_state_display()}”下不能{label}。"
                    ) from None
                _save_case(case, before)
                _refresh(target, locked)
            return result

        spec = Verb(
            known,
            label,
            on,
            act,
            frozenset(roles),
            form,
            tuple(guards),
            outside,
            confirm,
            hint,
            order,
            standing,
        )
        if VERBS.setdefault(known, spec) is not spec:
            raise ValueError(f"verb {known} is registered twice")
        act.spec = spec  # type: ignore[attr-defined]
        return act

    return decorate


def opening(
    label: str, *, roles: Iterable[Role], form: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function that opens a new case a verb: its target is the court, there is no lock.

    The function returns an object whose ``case`` it created and recorded upon.
    """

    def decorate(fn: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(fn)
        def act(
            court: Court,
            /,
            *,
            by: User | None,
            now: datetime,
            on: date | None = None,
            **data: Any,
        ) -> Any:
            today = legal_day(now)
            with counters.verb(fn.__name__), _on_a_sure_day():
                if by is None:
                    raise Forbidden("access.signin", "请先登录后再办理。")
                spec.check(court, by, today)
                _check_day(on or today, today)
                result = fn(court, by=by, now=now, on=on or today, **data)
                _save_case(result.case, {"version": 0, "head": b"", "last_kind": "", "last_on": 0})
            return result

        spec = Verb(fn.__name__, label, Court, act, frozenset(roles), form)
        VERBS[spec.name] = spec
        act.spec = spec  # type: ignore[attr-defined]
        return act

    return decorate


@contextmanager
def _on_a_sure_day() -> Iterator[None]:
    """Open the transaction of a verb, unless nobody knows which legal day it is."""
    clock.refuse_wrong_day()
    with transaction.atomic():
        yield


def _columns(case: Case) -> dict[str, Any]:
    return {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields}


def _save_case(case: Case, before: dict[str, Any]) -> None:
    """Save what the verb changed, and announce the new length after commit."""
    changed = [name for name, value in before.items() if getattr(case, name) != value]
    if not changed:
        return
    names = [f.name for f in Case._meta.concrete_fields if f.attname in changed]
    case.save(update_fields=names)
    if "version" in changed:
        case_id = case.pk
        transaction.on_commit(
            lambda: event_recorded.send_robust(sender=Case, case_id=case_id), robust=True
        )


def _refresh(given: Any, locked: Any) -> None:
    """Copy the fresh values onto the caller's object, so that it does not go on with old ones."""
    for f in type(given)._meta.concrete_fields:
        given.__dict__[f.attname] = locked.__dict__.get(f.attname, given.__dict__.get(f.attname))
    given._state.fields_cache.clear()


def _check_version(case: Case, version: int | None) -> None:
    if version is not None and version != case.version:
        raise Stale(
            "case.stale",
            f"本案刚刚有了新的记录（您看到的是第 {version} 项，现在是第 {case.version} 项）。"
            "请核对最新情况后再提交，您填写的内容已保留。",
        )


def _check_day(on: date, today: date) -> None:
    if on > today:
        raise Invalid("date.future", f"日期 {on} 晚于今天（{today}），请核对。", field="on")


@dataclass(frozen=True)
class Offer:
    """A verb as offered to one person on one target: allowed, or why not."""

    verb: Verb
    refusal: Refused | None = field(default=None)

    @property
    def allowed(self) -> bool:
        """Tell whether the person may do it now."""
        return self.refusal is None


def offers(target: models.Model, by: User, today: date) -> list[Offer]:
    """Return every verb of the target's kind, allowed ones first, each with its reason."""
    found = [
        Offer(v, v.refusal(target, by, today))
        for v in sorted(VERBS.values(), key=lambda v: v.order)
        if isinstance(target, v.target)
    ]
    return sorted(found, key=lambda offer: not offer.allowed)
