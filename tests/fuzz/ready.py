"""Every verb ready to be done: on what, and by whom. The three lower apps have their own table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.verb import VERBS
from enforcement.models import Court, User
from tests.acts import ACTS
from tests.builders import enforcing
from tests.people import People
from tests.petitions.steps import Supervised

#: Verbs without a form of their own, each with its reason.
WITHOUT_FORM = {
    "file_case": "the form of filing is a page of its own (cases/new/)",
    "read_answer": "done by opening the answer at the portal; nobody fills anything in",
}

Ready = tuple[Any, User]


def _petition(step: str) -> Callable[[Supervised], Any]:
    return lambda under: getattr(under, step)()


def _replied(under: Supervised) -> Any:
    order = under.ordered("11-20")
    told = {"text": "已经核查。", "statuses": ["done", "done"]}
    under.do("reply_order", order, "11-23", under.people.qin, **_fitting(told))
    return order


def _fitting(told: dict[str, Any]) -> dict[str, Any]:
    """Return those of the arguments that the verb takes."""
    names = VERBS["reply_order"].run.__wrapped__.__code__.co_varnames  # type: ignore[attr-defined]
    return {name: value for name, value in told.items() if name in names}


def _answered_clue(under: Supervised) -> Any:
    return under.opened().clues.order_by("position").first()


#: verb → (what it acts on, who does it): attributes of the people, or of the case's supervision.
PETITIONS: dict[str, tuple[Callable[[Supervised], Any], str]] = {
    "file_petition": (lambda under: under.case, "people.xu"),
    "register_petition": (_petition("filed"), "people.xu"),
    "transfer_petition": (_petition("filed"), "people.xu"),
    "answer_petition": (_petition("registered"), "people.xu"),
    "close_petition": (_petition("answered"), "people.xu"),
    "open_review": (lambda under: under.case, "head"),
    "add_clue": (_petition("opened"), "people.he"),
    "answer_clue": (_answered_clue, "people.he"),
    "propose_conclusion": (_petition("all_answered"), "people.he"),
    "conclude_review": (_petition("proposed"), "people.song"),
    "return_conclusion": (_petition("proposed"), "people.song"),
    "replace_reviewer": (_petition("opened"), "head"),
    "draft_report": (_petition("concluded"), "people.he"),
    "issue_report": (_petition("drafted"), "head"),
    "supersede_report": (_petition("issued"), "people.he"),
    "issue_order": (lambda under: under.case, "people.he"),
    "reply_order": (_petition("ordered"), "people.qin"),
    "accept_order": (_replied, "people.he"),
    "return_order": (_replied, "people.he"),
}


def verbs() -> list[str]:
    """Return the verbs that are done through a form."""
    return sorted(set(VERBS) - set(WITHOUT_FORM))


def ready(name: str, first: Supervised) -> Ready:
    """Return what a verb is done on, and by whom.

    Args:
        first: the people above the court, made once.

    Raises:
        KeyError: a verb that no table makes ready: give it its line.
    """
    if name in ACTS:
        act = ACTS[name](first.people)
        return act.target, act.by
    make, who = PETITIONS[name]
    built = enforcing(first.people).noticed("11-12")
    under = Supervised(first.people, built, first.head, first.president, first.clerk)
    target, by = make(under), under
    for part in who.split("."):
        by = getattr(by, part)
    return target, by  # type: ignore[return-value]


def covered() -> set[str]:
    """Return the verbs that the tables make ready."""
    return {name for name in {*ACTS, *PETITIONS} if VERBS[name].target is not Court}


def cast_above(people: People) -> Supervised:
    """Return the supervision of a first case, for its people."""
    return Supervised.case_of(people)
