"""``manage.py shred_person``: destroy what is known of people in closed cases."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases import shredding
from cases.models import Case
from enforcement.errors import Refused
from enforcement.middleware import CHINA


class Command(BaseCommand):
    """One person by id, one case by number, or every case closed long enough ago."""

    help = "Destroy personal data of one party, of one closed case, or of all closed long ago."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose data, and on what ground."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("party", nargs="?", type=int, help="id of one party (never a number)")
        whose.add_argument("--case", help="number of one case")
        whose.add_argument("--closed-years", type=int, help="every case closed so long ago")
        parser.add_argument("--ground", required=True, help="the rule or decision that asks for it")
        parser.add_argument("--limit", type=int, default=1000, help="cases in one run")
        parser.add_argument("--dry-run", action="store_true", help="only name the cases")

    def handle(self, *args: Any, **given: Any) -> None:
        """Destroy, and print how many rows of what.

        Raises:
            CommandError: refused, with the reason.
        """
        now = timezone.now()
        if given["closed_years"] is not None:
            self._expired(now, given)
            return
        told: dict[str, Any] = {"ground": given["ground"], "by": None, "now": now}
        try:
            if given["party"] is not None:
                done = shredding.shred_party(given["party"], **told)
            else:
                pk = Case.objects.filter(number=given["case"]).values_list("pk", flat=True).first()
                done = shredding.shred_case(pk or 0, **told)
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write("、".join(f"{what} {n}" for what, n in done.items()) or "没有可以销毁的")

    def _expired(self, now: Any, given: dict[str, Any]) -> None:
        if given["closed_years"] < 1:
            raise CommandError("至少一年。")
        today = now.astimezone(CHINA).date()
        kept = 0
        found = list(shredding.expired(given["closed_years"], today)[: given["limit"]])
        for case in found:
            if given["dry_run"]:
                self.stdout.write(case.number)
                continue
            try:
                shredding.shred_case(case.pk, ground=given["ground"], by=None, now=now)
            except Refused as refused:
                kept += 1
                self.stdout.write(refused.message)
        if not given["dry_run"]:
            self.stdout.write(f"已销毁 {len(found) - kept} 件，保留 {kept} 件")
