"""``manage.py load_reference``: bring the causes of action (案由) up to the shipped list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cases.models import Cause
from enforcement.reference import data_file, read_rows

_FIELDS = ("name", "case_type", "level", "parent_code", "is_leaf", "path")


class Command(BaseCommand):
    """Load reference lists; safe to run at any time, a second run changes nothing."""

    help = "Load causes of action (案由) from the shipped list."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take another list than the shipped one."""
        parser.add_argument("--causes", type=Path, help="another causes.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what changed."""
        try:
            added, changed, unchanged = load_causes(options["causes"])
        except (OSError, ValueError) as error:
            raise CommandError(f"nothing was loaded: {error}") from error
        except KeyError as error:
            raise CommandError(f"nothing was loaded: column {error} is missing") from error
        self.stdout.write(f"causes {added} added, {changed} changed, {unchanged} unchanged")
        if not added and not changed:
            self.stdout.write("nothing to change")


@transaction.atomic
def load_causes(path: Path | None = None) -> tuple[int, int, int]:
    """Write causes that are new or different; nothing is deleted, cases may carry them.

    Returns:
        How many were added, changed and left alone.

    Raises:
        OSError, KeyError, ValueError: the list cannot be read; nothing is written.
    """
    present = {cause.code: cause for cause in Cause.objects.all()}
    wanted = [_cause(row) for row in read_rows(path or data_file("causes.csv"))]
    added = [cause for cause in wanted if cause.code not in present]
    changed = [
        cause
        for cause in wanted
        if cause.code in present
        and any(getattr(cause, f) != getattr(present[cause.code], f) for f in _FIELDS)
    ]
    Cause.objects.bulk_create(
        [*added, *changed],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=list(_FIELDS),
    )
    return len(added), len(changed), len(wanted) - len(added) - len(changed)


def _cause(row: dict[str, str]) -> Cause:
    """Build one cause from a row of ``causes.csv``."""
    return Cause(
        code=row["code"],
        name=row["name"],
        case_type=Cause.CaseType(row["case_type"]),
        level=int(row["level"]),
        parent_code=row["parent_code"],
        is_leaf=row["is_leaf"] == "Y",
        path=row["path"],
    )
