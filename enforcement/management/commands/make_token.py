"""Make or revoke a token of the REST interface; the token is printed this once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from enforcement.errors import Refused
from enforcement.models import ApiToken, User
from enforcement.rest import tokens


class Command(BaseCommand):
    """``make_token lin --name 对接系统 --days 30`` or ``make_token --revoke PREFIX``."""

    help = "Make a token for a user (printed once), or revoke one by its prefix."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username", nargs="?")
        parser.add_argument("--name", default="接口", help="what it is for")
        parser.add_argument("--days", type=int, default=tokens.DAYS, help="how long it lives")
        parser.add_argument("--revoke", metavar="PREFIX", help="shut a token instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: no such user or token, or a wrong number of days.
        """
        if options["revoke"]:
            self._revoke(options["revoke"])
        elif not options["username"]:
            raise CommandError("Give a user name, or --revoke PREFIX.")
        else:
            self._make(options["username"], options["name"], options["days"])

    def _make(self, username: str, name: str, days: int) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {username!r}.")
        try:
            made = tokens.issue(user, name, now=timezone.now(), days=days)
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stderr.write(f"{user}, until {made.token.expires:%Y-%m-%d}; shown only now:")
        self.stdout.write(made.text)

    def _revoke(self, prefix: str) -> None:
        token = ApiToken.objects.filter(prefix=prefix).first()
        if token is None:
            raise CommandError(f"There is no token with the prefix {prefix!r}.")
        tokens.revoke(token, now=timezone.now())
        self.stderr.write(f"{token.prefix} is revoked.")
