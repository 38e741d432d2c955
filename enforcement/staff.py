"""The door of every staff page: signed in, and holding a post in some court today."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from enforcement.errors import Forbidden
from enforcement.frame import acting_post, posts_of
from enforcement.middleware import today_of
from enforcement.models import Court, Post, User
from enforcement.roles import COURT_ROLES, SUBTREE_ROLES, Role

STAFF = COURT_ROLES | SUBTREE_ROLES

View = Callable[..., HttpResponseBase]


class Who(NamedTuple):
    """Who asks, and on which legal day."""

    user: User
    today: date


def who(request: HttpRequest) -> Who:
    """Return the signed-in person and the legal day of a request that passed ``staff``."""
    return Who(cast(User, request.user), today_of(request))


def staff(view: View) -> View:
    """Let only people with a post in a court pass; others sign in, or learn why not.

    Raises:
        Forbidden: ``access.post`` for a person who holds no post in a court today.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not any(post.role in STAFF for post in posts_of(request)):
            raise Forbidden(
                "access.post", "您今天没有法院工作人员的岗位。请联系本院系统管理员登记岗位。"
            )
        return view(request, *args, **kwargs)

    return login_required(guarded)


def post_with(request: HttpRequest, roles: Iterable[Role]) -> Post | None:
    """Return the post a page works from: the chosen one if it has one of the roles, else another.

    A person with two posts should not be turned away for having the other one chosen.
    """
    wanted = frozenset(roles)
    chosen = acting_post(request)
    if chosen is not None and chosen.role in wanted:
        return chosen
    return next((post for post in posts_of(request) if post.role in wanted), None)


def court_with(request: HttpRequest, roles: Iterable[Role], what: str) -> Court:
    """Return the court in which the person holds one of the roles.

    Args:
        what: the act, for the sentence of the refusal.

    Raises:
        Forbidden: ``access.role`` when there is none.
    """
    wanted = frozenset(roles)
    post = post_with(request, wanted)
    if post is None:
        names = "、".join(role.label for role in Role if role in wanted)
        raise Forbidden("access.role", f"{what}由{names}办理，您没有这样的岗位。")
    return post.court
