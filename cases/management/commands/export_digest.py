"""Write the digest of a day to a small file that another court can keep."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.evidence import digest_file, digest_of, written
from cases.signing import fingerprint
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py export_digest 2026-11-22 FILE``."""

    help = "导出某一日的封存摘要，交由其他法院保存"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day and the file."""
        parser.add_argument("day", type=date.fromisoformat, help="封存日，例如 2026-11-22")
        parser.add_argument("file", type=Path, help="写入的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it.

        Raises:
            CommandError: the day is not sealed, or the file cannot be written.
        """
        try:
            digest = digest_of(options["day"])
            options["file"].write_text(written(digest_file(digest)), encoding="utf-8")
        except Refused as refused:
            raise CommandError(refused.message) from None
        except OSError as error:
            raise CommandError(f"{options['file']} 不能写入：{error.strerror}") from None
        self.stdout.write(
            f"已导出 {digest.day} 的封存摘要：{options['file']}；"
            f"签名公钥指纹 {fingerprint(digest.fields['key'])}"
        )
