"""Restoring a backup into an empty place: everything is read and checked before a byte is written.

The database comes back in one transaction and the files are taken away again when anything fails:
a restore has happened wholly or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.db import connection

from enforcement import crypto
from enforcement.backup import making, parts, tools
from enforcement.backup.cipher import opened
from enforcement.errors import Refused

_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%'
"""


@contextmanager
def _read(path: Path, secret: bytes) -> Iterator[Iterator[parts.Part]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(
            "backup.unreadable", f"备份文件 {path} 读不出来：{error.strerror}。"
        ) from None
    with file:
        yield parts.parts(opened(file, secret))


def check(path: Path, secret: bytes) -> dict[str, Any]:
    """Read a whole backup without writing anything; return its manifest.

    Raises:
        Refused: ``backup.key``, ``backup.truncated``, ``backup.changed``, ``backup.unreadable``
            or ``backup.incomplete`` (a part that the manifest names is not there).
    """
    manifest: dict[str, Any] = {}
    found: dict[str, Any] = {"database": None}
    count, size, digest = 0, 0, hashlib.sha256()
    with _read(path, secret) as each:
        for part in each:
            kind = part.title["name"]
            if kind == "manifest":
                manifest = json.loads(b"".join(part.content()))
                continue
            for _ in part.content():
                pass
            if kind == "database":
                found["database"] = part.closing
            else:
                count, size = count + 1, size + part.closing["size"]
                digest.update(making.file_line(part.title["path"], part.closing))
    found["files"] = {"count": count, "size": size, "sha256": digest.hexdigest()}
    _complete(manifest, found)
    return manifest


def _complete(manifest: dict[str, Any], found: dict[str, Any]) -> None:
    if manifest.get("format") != making.FORMAT:
        raise Refused("backup.incomplete", "备份里没有清单，不能恢复。")
    if manifest["database"] != found["database"]:
        raise Refused("backup.incomplete", "备份里的数据库与清单不符，不能恢复。")
    if manifest["files"] != found["files"]:
        raise Refused(
            "backup.incomplete",
            f"备份里的附件与清单不符：应有 {manifest['files']['count']} 个，"
            f"实有 {found['files']['count']} 个，不能恢复。",
        )


def refuse_unless_empty(storage: Storage = default_storage) -> None:
    """Refuse to restore over anything.

    Raises:
        Refused: ``restore.database`` or ``restore.files``, saying what to do.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchone()[0]
    if tables:
        raise Refused(
            "restore.database",
            f"数据库 {connection.settings_dict['NAME']} 不是空的（有 {tables} 张表），没有恢复。"
            "请用 createdb 新建一个空数据库并设置 DATABASE_URL，或者用 VAR_DIR 另设空的数据目录。",
        )
    if _holds_a_file(storage, ""):
        raise Refused(
            "restore.files",
            "附件目录不是空的，没有恢复。请用 VAR_DIR（或者存储设置）另设一个空的位置。",
        )


def _holds_a_file(storage: Storage, folder: str) -> bool:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return False
    return bool(files) or any(_holds_a_file(storage, f"{folder}{name}/") for name in folders)


def refuse_other_keys(manifest: dict[str, Any]) -> None:
    """Refuse a restore whose personal data nobody could read afterwards.

    Raises:
        Refused: ``restore.data_key`` or ``restore.index_key``.
    """
    try:
        crypto.open_sealed(base64.b64decode(manifest["probe"]), making.CONTEXT)
    except crypto.SealError:
        raise Refused(
            "restore.data_key",
            "DATA_KEY 与备份时的不同，恢复后读不出个人信息，没有恢复。请设置当时的 DATA_KEY"
            "（或者加进 DATA_KEYS_OLD）。",
        ) from None
    if crypto.blind(making.PROBE, making.CONTEXT) != manifest["blind"]:
        raise Refused(
            "restore.index_key",
            "INDEX_KEY 与备份时的不同，恢复后按证件号码查不到人，没有恢复。"
            "请设置当时的 INDEX_KEY。",
        )


def restore(
    path: Path, secret: bytes, manifest: dict[str, Any], storage: Storage = default_storage
) -> None:
    """Bring database and files back; the caller has checked the backup and the place.

    Raises:
        Refused: ``backup.program``, ``restore.version`` or ``restore.files``; nothing is left.
    """
    major = tools.server_major()
    if major < manifest["server_major"]:
        raise Refused(
            "restore.version",
            f"备份出自 PostgreSQL {manifest['server_major']}，这里是 {major}：不能恢复到旧版。",
        )
    program = tools.fitting("pg_restore", max(major, manifest["program_major"]))
    written: list[str] = []
    try:
        # Files first: they can be taken away again, the database's transaction ends the work.
        _files(path, secret, storage, written)
        _database(path, secret, program)
    except BaseException:
        for name in written:
            storage.delete(name)
        raise
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _files(path: Path, secret: bytes, storage: Storage, written: list[str]) -> None:
    with _read(path, secret) as each:
        for part in each:
            if part.title["name"] != "file":
                for _ in part.content():
                    pass
                continue
            name = part.title["path"]
            with tempfile.SpooledTemporaryFile(max_size=tools.PIECE) as content:
                for piece in part.content():
                    content.write(piece)
                content.seek(0)
                kept = storage.save(name, File(content, name))
            written.append(kept)
            if kept != name:
                raise Refused("restore.files", f"附件 {name} 不能按原名保存，没有恢复。")


def _database(path: Path, secret: bytes, program: Path) -> None:
    options = ["--format=custom", "--single-transaction", "--exit-on-error"]
    options += ["--no-owner", "--no-privileges"]
    with _read(path, secret) as each:
        for part in each:
            if part.title["name"] != "database":
                for _ in part.content():
                    pass
                continue
            with tools.running(program, *options, stdin=tools.subprocess.PIPE) as process:
                assert process.stdin is not None  # noqa: S101 - asked for above
                for piece in part.content():
                    process.stdin.write(piece)


def differences(manifest: dict[str, Any]) -> list[str]:
    """Return what of the restored system is not as the manifest says."""
    found = making.table_counts()
    wrong = [
        f"表 {name} 应有 {manifest['tables'].get(name, 0)} 行，实有 {found.get(name, 0)} 行"
        for name in sorted(found.keys() | manifest["tables"].keys())
        if found.get(name, 0) != manifest["tables"].get(name, 0)
    ]
    count, size, digest = 0, 0, hashlib.sha256()
    for storage, name in making.named_files():
        if name in manifest["missing"]:
            continue
        if not storage.exists(name):
            wrong.append(f"附件 {name} 没有恢复")
            continue
        line = _measured(storage, name)
        count, size = count + 1, size + line["size"]
        digest.update(making.file_line(name, line))
    if {"count": count, "size": size, "sha256": digest.hexdigest()} != manifest["files"]:
        wrong.append(f"附件与清单不符：应有 {manifest['files']['count']} 个，实有 {count} 个")
    return wrong


def _measured(storage: Storage, name: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with storage.open(name, "rb") as file:
        for piece in tools.pieces(file):
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "size": size}
