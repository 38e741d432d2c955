"""Cases to be listed, and ways in for people of the cast; both run inside the system."""

from __future__ import annotations

import json
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from cases.timeline import legal_day
from enforcement.models import Court, User
from enforcement.rest import tokens
from enforcement.rollups import fold, turn_day
from tests.builders import CaseBuilder
from tests.people import HOME, cast


def make() -> None:
    """Make the cast, a case with clocks, and a flag."""
    people = cast()
    today = legal_day(timezone.now())
    turn_day(today)
    ago = [today - timedelta(days=days) for days in (60, 58, 57)]
    built = CaseBuilder(people).filed(ago[0]).assigned(ago[1]).received(ago[2])
    assert built.swept(today).flagged
    fold()


def ways_in(*names: str) -> None:
    """Print for each person a session and a token, and the key of their court."""
    court = Court.objects.get(code=HOME).key
    found = {}
    for name in names:
        user = User.objects.get(username=name)
        client = Client()
        client.force_login(user)
        issued = tokens.issue(user, "pair", now=timezone.now())
        found[name] = {
            "session": client.cookies["sessionid"].value,
            "token": issued.text,
            "court": court,
        }
    print(json.dumps(found))
