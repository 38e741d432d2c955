"""``manage.py seed_demo [--today D]``: fictional people and cases, lived through by the verbs."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import Case
from cases.timeline import CHINA, legal_day
from enforcement.frame import DEMO_ACCOUNTS
from enforcement.models import User
from petitions.demo.seed import Seeded, seed

#: A made-up today is looked at as of this hour, when the working day is over.
EVENING = clock_time(18, 0, tzinfo=CHINA)


class Command(BaseCommand):
    """Make the demo's world once; a second run says politely that it is there."""

    help = (
        "Make fictional people and cases for the demo, through the verbs; refuses if cases exist."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take ``--today`` and ``--force``."""
        parser.add_argument("--today", type=date.fromisoformat, help="legal day, 2026-11-23")
        parser.add_argument(
            "--force", action="store_true", help="outside DEMO=1, into an empty database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, write the sign-ins, print a table.

        Raises:
            CommandError: not a demo, not empty, courts missing, a day too early.
        """
        if Case._default_manager.exists():
            self.stdout.write(
                "已有案件，演示数据不再生成。 (There are cases already; nothing done.)"
            )
            return
        _check_allowed(force=options["force"])
        began, now = time.monotonic(), timezone.now()
        today = options["today"] or legal_day(now)
        if today != legal_day(now):
            now = datetime.combine(today, EVENING)
        try:
            made = seed(today, now)
        except LookupError as missing:
            raise CommandError(
                f"缺少法院 {missing}：请先运行 load_courts、load_reference。"
            ) from None
        except ValueError as wrong:
            raise CommandError(str(wrong)) from None
        path = write_accounts(settings.VAR_DIR, made)
        self.show(made, path, timedelta(seconds=time.monotonic() - began))

    def show(self, made: Seeded, path: Path, took: timedelta) -> None:
        """Print what was made."""
        for title, rows in made.tables.items():
            self.stdout.write(f"\n{title}")
            for label, n in rows:
                self.stdout.write(f"  {n:>6,}  {label}")
        for stumble in made.stumbles:
            self.stderr.write(f"剧本未走完 (stopped early): {stumble}")
        self.stdout.write(
            f"\n{made.cases} 件案件，巡检 {made.sweeps} 次，用时 {took.total_seconds():.1f} 秒；"
            f"账号见 {path}，查询码 {made.query_code}"
        )


def _check_allowed(*, force: bool) -> None:
    """Refuse to make accounts with a known password where real people work.

    Raises:
        CommandError: not a demo, or forced into a database that has users.
    """
    if settings.DEMO:
        return
    if not force:
        raise CommandError(
            "演示账号的密码是公开的，只能在演示环境生成（DEMO=1）；确需在空库中生成的，加 --force。"
        )
    if User.objects.exists():
        raise CommandError("数据库中已有用户，不能生成演示账号。")


def write_accounts(folder: Path, made: Seeded) -> Path:
    """Write the sign-ins for ``manage.py demo`` and the sign-in page; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / DEMO_ACCOUNTS
    path.write_text(json.dumps(made.accounts, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
