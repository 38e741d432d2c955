"""Where uploaded files lie: up before the rows, down with their hash held to the row's.

A file is stored first and named by a row afterwards, so no committed row points to nothing. What
a refused act had stored is removed at once; what a killed process left is swept a week later.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models, transaction

from cases.models import Attachment
from enforcement.errors import FilesAway, Refused

log = logging.getLogger("enforcement.files")

#: Bytes read at once, and kept in memory of one file.
PIECE, IN_MEMORY = 1 << 16, 2 << 20
#: How long a file may lie there without a row: longer than any act, and long enough to find out
#: that a database was put back to an earlier moment.
ORPHANED = timedelta(days=7)
#: More orphans than these, and than this share of the files, are no accident of acts.
FEW, SHARE = 20, 0.05
#: Folders looked through are those of this month and the ones before it, so many.
MONTHS = 3


def field() -> models.FileField:
    """Return the field that names the file of an attachment."""
    found = Attachment._meta.get_field("file")
    assert isinstance(found, models.FileField)  # noqa: S101 - the model says so
    return found


def keep(data: bytes, sha256: str, ending: str) -> str:
    """Store the bytes of a checked file; return the name it has now.

    The name is the hash and a few random letters: it says nothing about who sent it or what they
    called it, and two who send the same do not share a file that one of them may have removed.

    Raises:
        FilesAway: the store does not answer, or its disk is full.
    """
    name = field().generate_filename(Attachment(), f"{sha256[:40]}-{secrets.token_hex(4)}.{ending}")
    try:
        return str(field().storage.save(name, ContentFile(data), max_length=field().max_length))
    except OSError as error:
        log.error("a file cannot be stored: %s", type(error).__name__)
        raise FilesAway from error


@contextmanager
def together() -> Iterator[list[str]]:
    """Do an act with its files in one transaction; the names of stored files go into the list.

    When the act is refused, its files are removed. When it is the commit that fails, nobody knows
    whether it happened: the files stay, for the sweep to decide by the rows.
    """
    stored: list[str] = []
    within = True
    try:
        with transaction.atomic():
            yield stored
            within = False
    except BaseException:
        if within:
            for name in stored:
                with suppress(Refused, OSError):
                    field().storage.delete(name)
        raise


def _copy() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)


def opened(kept: Attachment) -> IO[bytes]:
    """Return the file of an attachment to read, after all of it was held to its hash.

    Raises:
        FileNotFoundError: it is no longer in the store.
        FilesAway: the store does not answer.
        Refused: ``attachment.changed`` when it is not what was handed in.
    """
    digest, copy = hashlib.sha256(), _copy()
    with kept.file.storage.open(str(kept.file.name), "rb") as source:
        while piece := source.read(PIECE):
            digest.update(piece)
            copy.write(piece)
    if digest.hexdigest() != kept.sha256:
        log.error("attachment %s is not what was handed in", kept.pk)
        raise Refused(
            "attachment.changed",
            "这个附件与提交时登记的校验码不符，可能已被改动，没有提供。请联系系统管理员。",
        )
    copy.seek(0)
    return copy


# -- the sweep ---------------------------------------------------------------------------------


def orphans(now: datetime) -> tuple[list[str], int]:
    """Return the files that no row names and that are older than ``ORPHANED``, and how many
    files were looked at.

    Raises:
        FilesAway: the store does not answer.
    """
    storage, seen = field().storage, 0
    found: list[str] = []
    for folder in _folders(now):
        try:
            names = [f"{folder}{name}" for name in storage.listdir(folder)[1]]
        except FileNotFoundError:
            continue
        seen += len(names)
        for start in range(0, len(names), 1000):
            found += _unnamed(storage, names[start : start + 1000], now)
    return found, seen


def _unnamed(storage: Storage, names: list[str], now: datetime) -> Iterator[str]:
    named = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
    for name in names:
        with suppress(FileNotFoundError):
            if name not in named and now - storage.get_modified_time(name) > ORPHANED:
                yield name


def _folders(now: datetime) -> Iterator[str]:
    """Yield the folders of the months in which an orphan may lie that no sweep has seen."""
    day = now.date().replace(day=1)
    for _ in range(MONTHS):
        yield f"attachments/{day:%Y/%m}/"
        day = (day - timedelta(days=1)).replace(day=1)


def sweep(now: datetime) -> int:
    """Remove the orphans; return how many. Safe to run twice and at once.

    Raises:
        FilesAway: the store does not answer.
        Refused: ``files.orphans``: there are so many that this store rather belongs to another
            database; nothing was removed.
    """
    found, seen = orphans(now)
    if len(found) > max(FEW, seen * SHARE):
        raise Refused(
            "files.orphans",
            f"存储里 {seen} 个附件中有 {len(found)} 个没有登记，多得不寻常，没有清理。"
            "请核对 DATABASE_URL 和附件存储是否属于同一个系统。",
        )
    for name in found:
        field().storage.delete(name)
    return len(found)
