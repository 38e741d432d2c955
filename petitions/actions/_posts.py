"""Standings: which court's posts may do what, where it is not the court of the case alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from cases.verb import Guard, case_of
from enforcement.access import sight
from enforcement.errors import Forbidden
from enforcement.models import Court, Post, User
from enforcement.roles import Role


def posts_where(
    user: User, today: date, roles: Iterable[Role], fits: Callable[[Court], bool]
) -> list[Post]:
    """Return the person's posts in force with one of the roles at a fitting court, the nearest
    to the basic courts first."""
    wanted = set(roles)
    held = [p for p in sight(user, today).posts if p.role in wanted and fits(p.court)]
    return sorted(held, key=lambda post: -post.court.level)


def posts_above(user: User, today: date, roles: Iterable[Role], court: Court) -> list[Post]:
    """Return the person's posts with one of the roles at courts strictly above a court."""
    return posts_where(user, today, roles, lambda held: held.is_above(court))


def strictly_above(*roles: Role) -> Guard:
    """Return a standing: one of the posts, at a court strictly above the court of the case."""

    def standing(target: Any, by: User | None, today: date) -> None:
        court = case_of(target).court
        if by is None or not posts_above(by, today, roles, court):
            raise Forbidden("access.role", f"此项由{court}的上级法院的{_names(roles)}办理。")

    return standing


def at_court(*roles: Role, of: str = "court") -> Guard:
    """Return a standing: one of the posts, at the court the target itself names.

    Args:
        of: name of the target's field that holds the court.
    """

    def standing(target: Any, by: User | None, today: date) -> None:
        court: Court = getattr(target, of)
        if by is None or not posts_where(by, today, roles, lambda held: held.pk == court.pk):
            raise Forbidden("access.role", f"此项由{court}的{_names(roles)}办理。")

    return standing


def at_or_above(*roles: Role, of: str = "court") -> Guard:
    """Return a standing: one of the posts, at the court the target names or one above it."""

    def standing(target: Any, by: User | None, today: date) -> None:
        court: Court = getattr(target, of)
        if by is None or not posts_where(by, today, roles, lambda held: held.covers(court)):
            raise Forbidden("access.role", f"此项由{court}或者其上级法院的{_names(roles)}办理。")

    return standing


def _names(roles: Iterable[Role]) -> str:
    return "、".join(role.label for role in roles)
