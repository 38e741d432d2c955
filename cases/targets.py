"""From an address to the thing a verb acts on: kind, number, and the door it is reached through.

Every kind is reached through its case unless an app registers a door of its own (a dual review,
for example, that only its own people may open).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse

from cases.access import case_behind, case_for_reading
from cases.models import Case
from cases.verb import VERBS, Verb, case_of
from enforcement.errors import NotFound
from enforcement.models import User

#: (user, pk, today) → the thing, with its case attached.
Door = Callable[[User, int, date], Any]

DOORS: dict[str, Door] = {}


def register_door(kind: str, door: Door) -> None:
    """Let a kind be reached through a door of its own.

    Args:
        kind: name of the model in lower case, for example ``dualreview``.
        door: raises ``NotFound`` for what is not there or not theirs.
    """
    DOORS[kind] = door


def kind_of(target: models.Model | type[models.Model]) -> str:
    """Return the name under which addresses know this kind of thing."""
    return str(target._meta.model_name)


def verb_for(kind: str, name: str) -> Verb:
    """Return the verb of that name on that kind of thing.

    Raises:
        NotFound: no such verb; a name from an address is only ever looked up in the table.
    """
    spec = VERBS.get(name)
    if spec is None or kind_of(spec.target) != kind:
        raise NotFound
    return spec


def target_for(user: User, kind: str, pk: int, today: date) -> Any:
    """Return the thing a person wants to act on, its case attached.

    Raises:
        NotFound: an unknown kind, not there, or not in the person's sight.
    """
    if kind in DOORS:
        return DOORS[kind](user, pk, today)
    if kind == "case":
        return case_for_reading(user, pk, today)
    model = next((v.target for v in VERBS.values() if kind_of(v.target) == kind), None)
    if model is None or not hasattr(model, "case"):
        raise NotFound
    target = model._default_manager.filter(pk=pk).first()
    if target is None:
        raise NotFound
    target.case = case_behind(user, target.case_id, today)  # type: ignore[attr-defined]
    return target


def act_url(target: models.Model, verb: str) -> str:
    """Return the address of the form of a verb on this thing."""
    if isinstance(target, Case):
        return reverse("case_verb", args=[target.pk, verb])
    return reverse("act", args=[kind_of(target), target.pk, verb])


def page_url(target: models.Model) -> str:
    """Return the page of the thing: its own when there is one, else its place on the case page."""
    case = case_of(target)
    if isinstance(target, Case):
        return reverse("case", args=[case.pk])
    kind = kind_of(target)
    try:
        return reverse(kind, args=[target.pk])
    except NoReverseMatch:
        return f"{reverse('case', args=[case.pk])}?tab={kind}s#{kind}-{target.pk}"


def landing(done: Any, target: models.Model) -> str:
    """Return where to go after an act: the page of what it made, if that has one of its own."""
    if isinstance(done, models.Model) and hasattr(done, "case_id"):
        with suppress(NoReverseMatch):
            return reverse(kind_of(done), args=[done.pk])
    return page_url(target)
