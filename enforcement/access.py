"""Which courts a person sees: the one place for the hierarchy of courts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from enforcement.errors import Forbidden
from enforcement.models import Court, Post, User
from enforcement.roles import COURT_ROLES, SUBTREE_ROLES, Role


@dataclass(frozen=True)
class Sight:
    """What a person's posts let them see on one day.

    Attributes:
        courts: keys of courts seen alone (own court).
        ranges: (lft, rgt) of subtrees seen (supervising posts).
        posts: the posts in force.
    """

    courts: frozenset[str]
    ranges: tuple[tuple[int, int], ...]
    posts: tuple[Post, ...]

    def covers(self, court: Court) -> bool:
        """Tell whether that court is in sight."""
        return court.key in self.courts or any(
            lft <= court.lft and court.rgt <= rgt for lft, rgt in self.ranges
        )

    def filter(self, prefix: str = "court") -> Q:
        """Return the condition that keeps rows whose court is in sight.

        Args:
            prefix: path from the row to its court, for example ``case__court``.
        """
        condition = Q(**{f"{prefix}_id__in": self.courts}) if self.courts else Q(pk__in=[])
        for lft, rgt in self.ranges:
            condition |= Q(**{f"{prefix}__lft__gte": lft, f"{prefix}__rgt__lte": rgt})
        return condition

    def has(self, roles: Iterable[Role], court: Court | None = None) -> bool:
        """Tell whether one of the posts has one of the roles and reaches the court."""
        wanted = set(roles)
        return any(
            post.role in wanted and (court is None or post_reaches(post, court))
            for post in self.posts
        )


def post_reaches(post: Post, court: Court) -> bool:
    """Tell whether the post gives power or sight over that court."""
    if post.role in SUBTREE_ROLES:
        return post.court.covers(court)
    return post.court_id == court.key


def sight(user: User, day: date) -> Sight:
    """Return what the user sees on that legal day (nothing for people outside the courts).

    Read once for each user object and day: a request fetches its user anew, so what it may see
    is what held when it came in. Reading the user anew forgets it. It is kept on the user behind
    ``request.user``, not on the lazy shell around it.
    """
    if not user.is_active:
        return _sight_of(())
    known: dict[date, Sight] | None = getattr(user, "_sight", None)
    if known is None:
        known = user._sight = {}  # type: ignore[attr-defined]
    if day not in known:
        known[day] = _sight_of(tuple(user.posts_on(day)))
    return known[day]


def _sight_of(posts: tuple[Post, ...]) -> Sight:
    return Sight(
        courts=frozenset(p.court_id for p in posts if p.role in COURT_ROLES),
        ranges=tuple((p.court.lft, p.court.rgt) for p in posts if p.role in SUBTREE_ROLES),
        posts=posts,
    )


def courts_seen_by(user: User, day: date) -> QuerySet[Court]:
    """Return every court the user may see on that day, in tree order."""
    seen = sight(user, day)
    condition = Q(key__in=seen.courts)
    for lft, rgt in seen.ranges:
        condition |= Q(lft__gte=lft, rgt__lte=rgt)
    return Court.objects.filter(condition).order_by("lft")


def require(user: User, roles: Iterable[Role], court: Court, day: date) -> None:
    """Refuse unless the user holds one of the roles over that court on that day.

    Raises:
        Forbidden: ``access.role`` with the posts that could do it.
    """
    wanted = list(roles)
    if not sight(user, day).has(wanted, court):
        names = "、".join(Role(role).label for role in wanted)
        raise Forbidden(
            "access.role", f"此项操作由{court.name}的{names}办理，您现在的岗位不能办理。"
        )
