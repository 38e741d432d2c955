"""``manage.py rotate_keys [--check]``: bring personal data under the newest keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from enforcement import rotation
from enforcement.crypto import key_id
from enforcement.models import SecurityEvent

#: Unreadable values named one by one; the rest are only counted.
SHOWN = 20


class Command(BaseCommand):
    """Seal anew what older keys sealed; safe to interrupt, to repeat and to run beside the web."""

    help = "Seal every value with DATA_KEY and make every blind index with INDEX_KEY."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--check`` and the size of a batch."""
        parser.add_argument("--check", action="store_true", help="only count values by key")
        parser.add_argument("--batch", type=int, default=2000, help="rows in one transaction")

    def handle(self, *args: Any, check: bool = False, batch: int = 2000, **options: Any) -> None:
        """Rotate, then say which keys are still needed.

        Raises:
            CommandError: some values cannot be opened with any configured key (exit 1).
        """
        if not check:
            done = rotation.rotate(batch=batch, told=self.stdout.write)
            sealed, indexed = sum(done.sealed.values()), sum(done.indexed.values())
            self.stdout.write(f"重新加密 {sealed:,} 项，重做检索码 {indexed:,} 项")
            SecurityEvent.objects.create(
                kind=SecurityEvent.Kind.ROTATED,
                at=timezone.now(),
                about=rotation.newest(),
                detail=f"重新加密 {sealed} 项，检索码 {indexed} 项，不能打开 {len(done.sick)} 项",
            )
            for column, pk in done.sick[:SHOWN]:
                self.stdout.write(f"不能打开：{column} 第 {pk} 行")
        self._report()

    def _report(self) -> None:
        """Print how many values each key holds; fail when one of the keys is unknown."""
        known = {key_id(secret).hex(): n for n, secret in enumerate(settings.DATA_KEYS)}
        strangers = 0
        for column, keys in rotation.count_keys().items():
            for key, count in sorted(keys.items()):
                place = known.get(key)
                words = "现用" if place == 0 else "未配置" if place is None else f"旧 {place}"
                strangers += count if place is None else 0
                self.stdout.write(f"{column:<36} {key} {words} {count:>12,}")
        if strangers:
            raise CommandError(
                f"有 {strangers:,} 项是用没有配置的密钥加密的，请把该密钥加入 DATA_KEYS_OLD。"
            )
