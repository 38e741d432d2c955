"""``manage.py load_courts``: bring courts and their 代字 up to the shipped lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from enforcement.court_store import Tally, load_courts
from enforcement.courts import BadTree


class Command(BaseCommand):
    """Load the courts; safe to run at any time, a second run changes nothing."""

    help = "Load courts (法院) and their short codes (代字) from the shipped lists."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take other lists than the shipped ones."""
        parser.add_argument("--courts", type=Path, help="another courts.csv")
        parser.add_argument("--aliases", type=Path, help="another court_code_aliases.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what changed."""
        try:
            loaded = load_courts(options["courts"], options["aliases"])
        except (BadTree, OSError) as error:
            raise CommandError(f"nothing was loaded: {error}") from error
        except KeyError as error:
            raise CommandError(f"nothing was loaded: column {error} is missing") from error
        self.stdout.write(_line("courts", loaded.courts))
        self.stdout.write(_line("codes ", loaded.codes))
        if loaded.courts.nothing_to_do and loaded.codes.nothing_to_do:
            self.stdout.write("nothing to change")


def _line(what: str, tally: Tally) -> str:
    """Write one line of counts."""
    line = f"{what} {tally.added} added, {tally.changed} changed, {tally.unchanged} unchanged"
    return f"{line}, {tally.beyond} kept that are in no list" if tally.beyond else line
