"""Back up database and uploaded files into one encrypted file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enforcement.backup.cipher import read_key
from enforcement.backup.making import make
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py backup FILE_OR_FOLDER --key-file KEY``."""

    help = "备份数据库和附件，加密写成一个文件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to write and the key."""
        parser.add_argument("target", type=Path, help="备份文件，或者存放备份的目录")
        parser.add_argument("--key-file", type=Path, required=True, help="密钥文件，请另处保存")
        parser.add_argument(
            "--without-missing", action="store_true", help="附件有缺失时仍备份其余部分"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up and say how much.

        Raises:
            CommandError: refused; nothing was written.
        """
        start, now = perf_counter(), timezone.now()
        target: Path = options["target"]
        if target.is_dir():
            target = target / f"enforcement-{now:%Y%m%d-%H%M%S}.backup"
        try:
            secret = read_key(options["key_file"])
            made = make(target, secret, now, without_missing=options["without_missing"])
        except Refused as refused:
            raise CommandError(refused.message) from None
        rows, files = sum(made.manifest["tables"].values()), made.manifest["files"]
        self.stdout.write(
            f"已备份到 {target}：{len(made.manifest['tables'])} 张表、{rows} 行，"
            f"附件 {files['count']} 个，文件 {target.stat().st_size / 1e6:,.1f} MB，"
            f"用时 {perf_counter() - start:.1f} 秒"
        )
        for name in made.missing:
            self.stderr.write(f"附件缺失，没有备份：{name}")
