"""Take the embedded server back to a moment, from a base copy and the archived log."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from enforcement import embedded, servers
from enforcement.backup.moments import recover
from enforcement.errors import Refused
from enforcement.middleware import CHINA


class Command(BaseCommand):
    """``manage.py recover_to 2026-11-22T15:00 --base FOLDER --archive FOLDER``."""

    help = "把内置 PostgreSQL 恢复到某一时刻（系统须已全部停止）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the moment, the copy and the archive."""
        parser.add_argument(
            "moment", type=datetime.fromisoformat, help="时刻，北京时间，例如 2026-11-22T15:00"
        )
        parser.add_argument("--base", type=Path, required=True, help="base_copy 做的副本")
        parser.add_argument("--archive", type=Path, required=True, help="WAL_ARCHIVE 的目录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put the copy in place.

        Raises:
            CommandError: refused; nothing was changed.
        """
        if not settings.EMBEDDED_DATABASE:
            raise CommandError(
                "使用的不是内置 PostgreSQL，请按 docs/operations.md 在该服务器上恢复。"
            )
        moment: datetime = options["moment"]
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=CHINA)
        var = embedded.var_dir()
        places = servers.Places(var, embedded.socket_dir(var))
        try:
            before = recover(places, options["base"], options["archive"], moment)
        except Refused as refused:
            raise CommandError(refused.message) from None
        if before is not None:
            self.stdout.write(f"原数据目录保留在 {before}")
        self.stdout.write("已就位；下一条命令启动数据库时恢复到该时刻。请接着运行 verify_ledger。")
