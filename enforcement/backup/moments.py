"""Back to a moment (时间点恢复) with the embedded server: a base copy and the log of writes since.

With ``WAL_ARCHIVE`` set the server keeps every finished piece of its log in that folder. A base
copy and the pieces after it give back the database as it was at any moment between.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import datetime
from pathlib import Path

from enforcement import servers
from enforcement.errors import Refused
from enforcement.programs import Identity, ServerTrouble, identity, must, open_the_way, own
from enforcement.programs import postgres_bin as programs


def copy_base(places: servers.Places, target: Path) -> None:
    """Copy the running embedded server's data folder, checked by its own manifest.

    Raises:
        Refused: ``moment.target`` when the folder holds something, ``moment.copy`` when it fails.
    """
    if target.exists() and any(target.iterdir()):
        raise Refused("moment.target", f"{target} 不是空目录，没有复制。请换一个目录。")
    who = identity(places.postgres)
    try:
        own(target, who, private=True)
        if who is not None:
            open_the_way(target)
        address: list[str | Path] = [
            "-h",
            places.sockets,
            "-p",
            str(servers.PORT),
            "-U",
            servers.SUPERUSER,
        ]
        copy = [programs() / "pg_basebackup", *address, "-D", target, "-X", "stream", "-c", "fast"]
        must([*copy, "--manifest-checksums=SHA256"], who, "复制数据目录")
    except ServerTrouble as trouble:
        raise Refused("moment.copy", str(trouble)) from None
    refuse_spoiled(target)


def refuse_spoiled(base: Path) -> None:
    """Hold a copy against its manifest (the wheel's ``pg_verifybackup`` does not run).

    Raises:
        Refused: ``moment.base`` naming the first file that differs.
    """
    try:
        manifest = json.loads((base / "backup_manifest").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused(
            "moment.base", f"{base} 不是数据目录的副本，请用 base_copy 做的目录。"
        ) from None
    for entry in manifest["Files"]:
        path = base / entry["Path"]
        if not path.is_file() or _sha256(path) != entry["Checksum"]:
            raise Refused(
                "moment.base", f"副本已经损坏：{entry['Path']} 与清单不符，请换一份副本。"
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recover(places: servers.Places, base: Path, archive: Path, to: datetime) -> Path | None:
    """Put a base copy in place of the data folder, to be rolled forward to a moment.

    The next start of the server does the rolling. The data folder of before is kept beside.

    Returns:
        where the data folder of before is, None when there was none.

    Raises:
        Refused: ``moment.running``, ``moment.base`` or ``moment.archive``.
    """
    if servers.ask_postgres(places) != "down":
        raise Refused("moment.running", "内置 PostgreSQL 正在运行，请先停止系统的全部进程。")
    if not archive.is_dir():
        raise Refused("moment.archive", f"归档目录 {archive} 不存在，请核对 WAL_ARCHIVE。")
    refuse_spoiled(base)
    who, fresh = identity(places.postgres), places.var / "pg18.recovering"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(base, fresh, symlinks=True)
    with (fresh / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(_settings(archive.resolve(), to))
    (fresh / "recovery.signal").touch()
    _give(fresh, who)
    before = None
    if places.postgres.exists():
        before = places.var / f"pg18.before-{to:%Y%m%d-%H%M%S}"
        places.postgres.rename(before)
    fresh.rename(places.postgres)
    return before


def _settings(archive: Path, to: datetime) -> str:
    command = f'cp "{archive}/%f" "%p"'.replace("'", "''")
    return (
        f"restore_command = '{command}'\n"
        f"recovery_target_time = '{to.isoformat()}'\n"
        "recovery_target_action = 'promote'\n"
    )


def _give(folder: Path, who: Identity) -> None:
    """Let the servers' user own a folder and what is in it, and nobody else enter."""
    folder.chmod(0o700)
    if who is None:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, *who, follow_symlinks=False)
