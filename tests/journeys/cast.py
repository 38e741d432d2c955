"""The people of the journeys, made inside the running system's own database."""

from __future__ import annotations

from datetime import date

from enforcement.models import Court, Post, User
from enforcement.roles import Role

PASSWORD = "journey-2026-zhifa"
BELOW, ABOVE = "陕1002", "陕10"

#: Sign-in name → (name, role, 代字 of the court).
PEOPLE = {
    "j-lian": ("李立安", Role.FILING_CLERK, BELOW),
    "j-ju": ("局文山", Role.BUREAU_HEAD, BELOW),
    "j-lin": ("林承办", Role.JUDGE, BELOW),
    "j-xin": ("辛访访", Role.PETITION_CLERK, BELOW),
    "j-he": ("何督办", Role.SUPERVISOR, ABOVE),
    "j-du": ("杜察明", Role.INSPECTOR, ABOVE),
    "j-jia": ("贾局长", Role.BUREAU_HEAD, ABOVE),
}


def make() -> None:
    """Make the people once; a second call changes nothing."""
    for username, (name, role, code) in PEOPLE.items():
        user, made = User.objects.get_or_create(username=username, defaults={"name": name})
        if made:
            user.set_password(PASSWORD)
            user.save()
        court = Court.objects.get(code=code, active=True)
        Post.objects.get_or_create(
            user=user, court=court, role=role, defaults={"first_day": date(2020, 1, 1)}
        )
