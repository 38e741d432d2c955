"""Bring the uploaded files of a folder into the store that is set now."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management.base import BaseCommand, CommandError

from enforcement.backup import tools
from enforcement.backup.making import named_files
from enforcement.errors import Refused


class Command(BaseCommand):
    """``manage.py copy_files [--from FOLDER]``: nothing is removed; broken off, begin again."""

    help = "把目录里的附件复制到现在设置的存储（例如 S3），逐个核对；可以重复运行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the files are."""
        default = Path(settings.MEDIA_ROOT)
        parser.add_argument("--from", dest="folder", type=Path, default=default, help="附件目录")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy every file that a row names, and say how many.

        Raises:
            CommandError: the store does not answer, or holds something else than was copied.
        """
        here = FileSystemStorage(location=options["folder"])
        copied = there = 0
        missing = []
        try:
            for storage, name in named_files():
                if storage.exists(name):
                    there += 1
                elif here.exists(name):
                    self._copy(here, storage, name)
                    copied += 1
                else:
                    missing.append(name)
        except Refused as refused:
            raise CommandError(f"已复制 {copied} 个后中断：{refused.message}") from None
        self.stdout.write(f"复制 {copied} 个，已在存储中 {there} 个，找不到 {len(missing)} 个")
        for name in missing:
            self.stderr.write(f"找不到：{name}")

    def _copy(self, here: Storage, there: Storage, name: str) -> None:
        with here.open(name, "rb") as source:
            kept = there.save(name, File(source, name))
        if kept != name or _digest(here, name) != _digest(there, name):
            there.delete(kept)
            raise CommandError(f"{name} 复制后与原文件不同，已停止。")


def _digest(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    with storage.open(name, "rb") as file:
        pieces: Iterable[bytes] = tools.pieces(file)
        for piece in pieces:
            digest.update(piece)
    return digest.hexdigest()
