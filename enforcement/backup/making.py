"""Making a backup: one snapshot of the database, every file it names, and a manifest."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.core.files.storage import Storage
from django.db import connection, models, transaction

from enforcement import __version__, crypto
from enforcement.backup import parts, tools
from enforcement.backup.cipher import Sealer
from enforcement.errors import Refused

FORMAT = "enforcement-backup/1"
#: Sealed into the manifest with the keys of personal data, to try the keys of a restore with.
PROBE, CONTEXT = "备份", "backup.probe"

_TABLES = """
SELECT quote_ident(c.relname) FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY 1
"""


@dataclass
class Made:
    """What a backup holds: its manifest, and the files that the storage did not have."""

    manifest: dict[str, Any]
    missing: list[str] = field(default_factory=list)


def make(target: Path, secret: bytes, now: datetime, *, without_missing: bool = False) -> Made:
    """Write a backup; the file appears under its name only when it is whole.

    Args:
        without_missing: go on when uploaded files are gone, and name them.

    Raises:
        Refused: ``backup.exists``, ``backup.missing``, ``backup.program`` or ``backup.disk``;
            nothing is left behind.
    """
    if target.exists():
        raise Refused("backup.exists", f"{target} 已经存在，不覆盖。请换一个文件名。")
    half = target.with_name(target.name + ".part")
    try:
        with _private(half) as file:
            made = _write(file, secret, now, without_missing)
            file.flush()
            os.fsync(file.fileno())
        half.rename(target)
    except OSError as error:
        raise Refused("backup.disk", f"{target} 写不下去：{error.strerror}。") from error
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return made


def _private(path: Path) -> BinaryIO:
    """Open a new file that nobody else may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(file: BinaryIO, secret: bytes, now: datetime, without_missing: bool) -> Made:
    """Write everything as of one snapshot, that of this transaction."""
    sealer = Sealer(file, secret)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
        snapshot, version = cursor.fetchone()
        made = Made({"format": FORMAT, "made_at": now.isoformat(), "version": __version__})
        _find_missing(made, without_missing)
        major = tools.server_major()
        program = tools.fitting("pg_dump", major)
        made.manifest |= {"server": version, "server_major": major}
        made.manifest |= {"program_major": tools.major_of(program), "missing": made.missing}
        made.manifest["tables"] = table_counts()
        made.manifest["database"] = _dump(sealer, program, snapshot)
        made.manifest["files"] = _files(sealer, set(made.missing))
    probe = crypto.seal(PROBE, CONTEXT)
    made.manifest["probe"] = base64.b64encode(probe).decode()
    made.manifest["blind"] = crypto.blind(PROBE, CONTEXT)
    parts.put(sealer, {"name": "manifest"}, [json.dumps(made.manifest).encode()])
    sealer.finish()
    return made


def table_counts() -> dict[str, int]:
    """Return the number of rows of every table."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [row[0] for row in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 - quoted by the database
            counts[name] = cursor.fetchone()[0]
    return counts


def _dump(sealer: Sealer, program: Path, snapshot: str) -> dict[str, Any]:
    options = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges"]
    options.append(f"--snapshot={snapshot}")
    with tools.running(program, *options, stdout=tools.subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        return parts.put(sealer, {"name": "database"}, tools.pieces(process.stdout))


# -- files -------------------------------------------------------------------------------------


def file_fields() -> list[models.FileField]:
    """Return every field of the database that names an uploaded file."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]


def named_files() -> Iterator[tuple[Storage, str]]:
    """Yield (storage, name) of every file that a row names, each once a field."""
    for field_ in file_fields():
        rows = field_.model._default_manager.exclude(**{field_.name: ""}).order_by(field_.name)
        names = rows.values_list(field_.name, flat=True).distinct()
        for name in names.iterator(chunk_size=2000):
            yield field_.storage, name


def _find_missing(made: Made, without_missing: bool) -> None:
    made.missing = [name for storage, name in named_files() if not storage.exists(name)]
    if made.missing and not without_missing:
        raise Refused(
            "backup.missing",
            f"有 {len(made.missing)} 个附件在存储里找不到（第一个：{made.missing[0]}），没有备份。"
            "请先找回；确实找不回的，加 --without-missing 备份其余部分。",
        )


def _files(sealer: Sealer, missing: set[str]) -> dict[str, Any]:
    """Write every file; return how many, how large, and one hash over all their lines."""
    count, size, digest = 0, 0, hashlib.sha256()
    for storage, name in named_files():
        if name in missing:
            continue
        with storage.open(name, "rb") as file:
            closing = parts.put(sealer, {"name": "file", "path": name}, tools.pieces(file))
        count, size = count + 1, size + closing["size"]
        digest.update(file_line(name, closing))
    return {"count": count, "size": size, "sha256": digest.hexdigest()}


def file_line(name: str, closing: dict[str, Any]) -> bytes:
    """Return the line of one file in the hash over all files."""
    return f"{closing['sha256']} {closing['size']} {name}\n".encode()
