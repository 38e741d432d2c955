"""Restore a backup into an empty database and an empty place for files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from enforcement.backup import restoring
from enforcement.backup.cipher import read_key
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py restore FILE --key-file KEY [--verify | --check]``."""

    help = "把备份恢复到空的数据库和空的附件目录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the backup and the key."""
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument("--key-file", type=Path, required=True, help="备份时的密钥文件")
        parser.add_argument(
            "--verify", action="store_true", help="恢复后核对行数、附件、哈希链和汇总数"
        )
        parser.add_argument(
            "--check", action="store_true", help="只检查备份文件是否完整，不写入任何内容"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, restore, verify; say how long each took.

        Raises:
            CommandError: refused (nothing was restored), or what was restored does not hold.
        """
        try:
            secret = read_key(options["key_file"])
            if not options["check"]:
                restoring.refuse_unless_empty()
            start = perf_counter()
            manifest = restoring.check(options["file"], secret)
            self._said("备份完整", start)
            if options["check"]:
                self.stdout.write(_what(manifest))
                return
            restoring.refuse_other_keys(manifest)
            start = perf_counter()
            restoring.restore(options["file"], secret, manifest)
            self._said("已经恢复", start)
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(_what(manifest))
        if options["verify"]:
            self._verify(manifest)

    def _verify(self, manifest: dict[str, Any]) -> None:
        """Hold the restored system against the manifest and against itself.

        Raises:
            CommandError: naming what does not hold.
        """
        start = perf_counter()
        if wrong := restoring.differences(manifest):
            for line in wrong:
                self.stdout.write(line)
            raise CommandError(f"恢复的内容与清单有 {len(wrong)} 处不符，不能使用。")
        self._said("行数、附件与清单相符", start)
        for command in ("verify_ledger", "check_rollups"):
            start = perf_counter()
            call_command(command, stdout=self.stdout, stderr=self.stderr)
            self._said(command, start)

    def _said(self, what: str, start: float) -> None:
        self.stdout.write(f"{what}（{perf_counter() - start:.1f} 秒）")
        self.stdout.flush()


def _what(manifest: dict[str, Any]) -> str:
    rows = sum(manifest["tables"].values())
    return (
        f"备份于 {manifest['made_at']}，PostgreSQL {manifest['server']}，"
        f"{len(manifest['tables'])} 张表、{rows} 行，附件 {manifest['files']['count']} 个"
    )
