"""Checks of where data is: the replica, and the store of files (called by ``checks``)."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error

from enforcement.env import database_from_url


def replica() -> Iterator[CheckMessage]:
    """Look at the replica: another server than the primary, and limits that can be kept."""
    if not settings.REPLICA_URL:
        return
    here, there = map(database_from_url, (settings.DATABASE_URL, settings.REPLICA_URL))
    if all(here[name] == there[name] for name in ("HOST", "PORT", "NAME")):
        yield Error(
            "REPLICA_URL and DATABASE_URL are the same server: there is no replica.",
            hint="Give the address of the replica, or leave REPLICA_URL empty.",
            id="enforcement.E030",
        )
    if here["NAME"] != there["NAME"]:
        yield Error(
            f"REPLICA_URL names the database {there['NAME']!r}, DATABASE_URL {here['NAME']!r}:"
            " a streaming replica has the same one.",
            hint="Give both the same name.",
            id="enforcement.E031",
        )
    limits = {
        "REPLICA_MAX_LAG": settings.REPLICA_MAX_LAG,
        "REPLICA_TIMEOUT": settings.REPLICA_TIMEOUT,
        "REPLICA_REST": settings.REPLICA_REST,
    }
    if wrong := [name for name, seconds in limits.items() if seconds < 1]:
        yield Error(
            f"{', '.join(wrong)}: at least one second.",
            hint="Leave them unset: 10, 2 and 10 seconds.",
            id="enforcement.E032",
        )
