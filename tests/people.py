"""The cast of the tests: real users with real posts, and nobody does what their post is not for.

Judge Lin and her colleagues sit in 商州区人民法院 (陕1002); Supervisor He and the Inspector in
the intermediate court above it (陕10); Judge Luo next door (陕1021); Sun in another province.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enforcement.models import Court, Post, User
from enforcement.roles import Role
from tests.courts_fixture import load_branch

#: The first day of every post of the cast.
SINCE = date(2010, 1, 1)

HOME, NEXT_DOOR, ABOVE, FAR = "陕1002", "陕1021", "陕10", "湘0104"

#: attribute → (name, court, role); no court: a person outside the courts.
CAST: dict[str, tuple[str, str, Role | None]] = {
    "lin": ("林法官", HOME, Role.JUDGE),
    "zhou": ("周法官", HOME, Role.JUDGE),
    "gu": ("顾助理", HOME, Role.ASSISTANT),
    "wu": ("吴书记员", HOME, Role.CLERK),
    "tang": ("唐立案", HOME, Role.FILING_CLERK),
    "qin": ("秦局长", HOME, Role.BUREAU_HEAD),
    "zhao": ("赵院长", HOME, Role.PRESIDENT),
    "jin": ("金财务", HOME, Role.FINANCE),
    "xu": ("许信访", HOME, Role.PETITION_CLERK),
    "he": ("何督导", ABOVE, Role.SUPERVISOR),
    "song": ("宋督察", ABOVE, Role.INSPECTOR),
    "bai": ("白审计", ABOVE, Role.AUDITOR),
    "luo": ("罗法官", NEXT_DOOR, Role.JUDGE),
    "luo_head": ("洛局长", NEXT_DOOR, Role.BUREAU_HEAD),
    "sun": ("孙某", FAR, Role.JUDGE),
    "far_supervisor": ("湘督导", FAR, Role.SUPERVISOR),
    "chen": ("陈某", "", None),
}


@dataclass(frozen=True)
class People:
    """The cast, and the courts by their 代字."""

    courts: dict[str, Court]
    lin: User
    zhou: User
    gu: User
    wu: User
    tang: User
    qin: User
    zhao: User
    jin: User
    xu: User
    he: User
    song: User
    bai: User
    luo: User
    luo_head: User
    sun: User
    far_supervisor: User
    chen: User

    @property
    def court(self) -> Court:
        """The court where most of it happens: 商洛市商州区人民法院 (陕1002)."""
        return self.courts[HOME]

    def everybody(self) -> dict[str, User]:
        """Return the whole cast by attribute."""
        return {name: getattr(self, name) for name in CAST}


def cast() -> People:
    """Load the branch of courts and give everybody their post."""
    courts = load_branch()
    users = User.objects.bulk_create(User(username=key, name=CAST[key][0]) for key in CAST)
    people = dict(zip(CAST, users, strict=True))
    Post.objects.bulk_create(
        Post(user=people[key], court=courts[court], role=role, first_day=SINCE)
        for key, (_, court, role) in CAST.items()
        if role is not None
    )
    return People(courts, **people)


def post(
    user: User, court: Court, role: Role, first: date = SINCE, last: date | None = None
) -> User:
    """Give somebody a further post; return the person read afresh, as the next request would."""
    Post.objects.create(user=user, court=court, role=role, first_day=first, last_day=last)
    return again(user)


def leaves(user: User, last_day: date) -> User:
    """End every post of a person; return the person read afresh."""
    user.posts.update(last_day=last_day)
    return again(user)


def again(user: User) -> User:
    """Return the person as the next request would read them: what they may see is not kept."""
    return User.objects.get(pk=user.pk)
