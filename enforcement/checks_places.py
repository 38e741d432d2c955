"""Checks of where data is: the replica, and the store of files (called by ``checks``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution

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


def files() -> Iterator[CheckMessage]:
    """Look at the store of files: given wholly or not at all, and not in the clear."""
    given = {f"FILES_S3_{name.upper()}": value for name, value in settings.FILES_S3.items()}
    if not settings.FILES_S3_BUCKET:
        if named := [name for name, value in given.items() if value]:
            yield Error(
                f"{', '.join(named)} without FILES_S3_BUCKET: files would go to this disk.",
                hint="Name the bucket, or unset the others.",
                id="enforcement.E040",
            )
        return
    keys = ("FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY")
    if missing := [name for name in keys if not given[name]]:
        yield Error(
            f"FILES_S3_BUCKET without {', '.join(missing)}: the store would refuse everything.",
            hint="Give both, best by FILES_S3_ACCESS_KEY_FILE and FILES_S3_SECRET_KEY_FILE.",
            id="enforcement.E041",
        )
    endpoint = given["FILES_S3_ENDPOINT"]
    if endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or "?" in endpoint):
        yield Error(
            f"FILES_S3_ENDPOINT={endpoint!r} is no address.",
            hint="For example https://s3.court.internal; empty for Amazon's own.",
            id="enforcement.E042",
        )
    elif endpoint.startswith("http://") and not (settings.DEMO or settings.TESTING):
        yield Caution(
            "FILES_S3_ENDPOINT is not https: files travel in the clear.",
            hint="Use https unless the store is on this machine.",
            id="enforcement.W004",
        )
    on_disk = Path(settings.MEDIA_ROOT)
    if on_disk.is_dir() and any(path.is_file() for path in on_disk.rglob("*")):
        yield Caution(
            f"There are files in {on_disk}, and FILES_S3_BUCKET is set: they are not looked for.",
            hint="manage.py copy_files brings them into the store; then move the folder away.",
            id="enforcement.W005",
        )
