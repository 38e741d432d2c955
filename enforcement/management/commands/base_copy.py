"""Copy the embedded server's data folder: where going back to a moment begins."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from enforcement import embedded, servers
from enforcement.backup.moments import copy_base
from enforcement.env import env_str
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py base_copy FOLDER``."""

    help = "复制内置 PostgreSQL 的数据目录，供恢复到某一时刻使用"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="空目录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy it.

        Raises:
            CommandError: another database than the embedded one, no archive, or it failed.
        """
        if not settings.EMBEDDED_DATABASE:
            raise CommandError("使用的不是内置 PostgreSQL，请用该服务器自己的 pg_basebackup。")
        if not env_str("WAL_ARCHIVE"):
            raise CommandError("没有设置 WAL_ARCHIVE：没有归档的日志，副本不能恢复到以后的时刻。")
        var = embedded.var_dir()
        try:
            places = servers.Places(var, embedded.socket_dir(var))
            copy_base(places, options["folder"].resolve())
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(f"已复制到 {options['folder']}，并按清单核对。")
