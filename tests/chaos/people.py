"""The people of the chaos, and what must hold afterwards; both run inside the system."""

from __future__ import annotations

import json
from collections import Counter

from django.utils import timezone

from cases.models import Case, Party
from cases.timeline import legal_day
from enforcement.rest import tokens
from enforcement.roles import Role
from tests.concurrency import crowd
from tests.people import cast


def make() -> None:
    """Make courts and people."""
    cast()


def token() -> None:
    """Print a token of the filing clerk, and the key of her court."""
    from enforcement.models import Post

    post = Post.objects.select_related("user", "court").get(role=Role.FILING_CLERK)
    issued = tokens.issue(post.user, "chaos", now=timezone.now())
    print(json.dumps([issued.text, post.court.key]))


def hold(acknowledged: list[str], tried: list[str]) -> None:
    """Hold the system to what it acknowledged, and every part of it to every other.

    Args:
        acknowledged: names of applicants whose filing was answered with success.
        tried: names that were sent at all.
    """
    found = Counter(Party.objects.filter(role="applicant").values_list("name", flat=True))
    lost = [name for name in acknowledged if not found[name]]
    doubled = [name for name, times in found.items() if times > 1]
    assert not lost, lost
    assert not doubled, doubled
    assert set(found) <= set(tried)
    crowd.hold_together()
    crowd.each_told_once()
    assert crowd.flags() == crowd.truth(legal_day(timezone.now()))
    print(json.dumps({"cases": Case.objects.count(), "flags": len(crowd.flags())}))
