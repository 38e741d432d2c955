"""``manage.py unlock``: open the door again for a locked account or address."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from enforcement.models import User
from enforcement.signin import factors, lockout


class Command(BaseCommand):
    """The way in when the court administrator is locked out too."""

    help = "Unlock an account (and with --reset-factor take its second factor away), or an address."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a user name or an address."""
        parser.add_argument("username", nargs="?", help="account to unlock")
        parser.add_argument("--address", help="network address to unlock")
        parser.add_argument(
            "--reset-factor", action="store_true", help="also take the second factor away"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Unlock, and say what was done.

        Raises:
            CommandError: neither given, or nobody has that name.
        """
        now = timezone.now()
        if options["address"]:
            opened = lockout.unlock_address(options["address"], now=now)
            self.stdout.write(f"地址：解除 {opened} 项锁定")
        elif options["username"]:
            user = User.objects.filter(username=options["username"]).first()
            if user is None:
                raise CommandError(f"没有账号 {options['username']}")
            opened = lockout.unlock(user, by=None, now=now)
            self.stdout.write(f"{user.username}：解除 {opened} 项锁定")
            if options["reset_factor"]:
                factors.reset(user, by=None, now=now)
                self.stdout.write(f"{user.username}：已重置两步验证")
        else:
            raise CommandError("请给出账号，或者 --address")
