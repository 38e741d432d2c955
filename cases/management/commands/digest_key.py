"""Print the public key that other courts check this system's digests with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.signing import BadKey, fingerprint, public_key


class Command(BaseCommand):
    """``manage.py digest_key [FILE]``: the key on the screen, or in a file."""

    help = "显示（或写入文件）封存摘要的签名公钥，交由其他法院保存"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a file to write to."""
        parser.add_argument("file", type=Path, nargs="?", help="写入的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print or write it.

        Raises:
            CommandError: the key cannot be read, or the file cannot be written.
        """
        try:
            key = public_key()
            if options["file"]:
                options["file"].write_text(key + "\n", encoding="ascii")
        except BadKey as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{options['file']} 不能写入：{error.strerror}") from None
        if not options["file"]:
            self.stdout.write(key)
        self.stderr.write(f"指纹 {fingerprint(key)}（请通过电话等另外的渠道核对）")
