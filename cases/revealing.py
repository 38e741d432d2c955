"""Showing a masked number in full (查看证件号码): on a stated ground, and always written down."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from cases.actions._days import required
from cases.models import Case, Party
from enforcement.access import sight
from enforcement.errors import Forbidden, Invalid
from enforcement.models import Reveal, User
from enforcement.roles import Role

#: Who handles people's data in a case; administrators, auditors and programs do not.
MAY_SEE = frozenset(
    {
        Role.FILING_CLERK,
        Role.JUDGE,
        Role.ASSISTANT,
        Role.CLERK,
        Role.BUREAU_HEAD,
        Role.PRESIDENT,
        Role.FINANCE,
        Role.PETITION_CLERK,
        Role.SUPERVISOR,
        Role.INSPECTOR,
    }
)
#: Longest ground that is kept, in characters.
LONGEST = 200


class Shown(NamedTuple):
    """What is shown, once."""

    id_number: str
    phone: str


def may_reveal(user: User, case: Case, today: date) -> bool:
    """Tell whether the person's post lets them see numbers of this case in full."""
    return bool(sight(user, today).has(MAY_SEE, case.court))


def check_may_reveal(user: User, case: Case, today: date) -> None:
    """Refuse who may not see numbers of this case in full.

    Raises:
        Forbidden: ``reveal.role``.
    """
    if not may_reveal(user, case, today):
        raise Forbidden("reveal.role", "您的岗位不能查看当事人的证件号码。")


def reveal(party: Party, *, by: User, now: datetime, today: date, ground: str) -> Shown:
    """Return a party's identity number and phone in full, and write down who asked and why.

    Args:
        party: with its case attached, reached through the case's door.
        ground: why the number is needed, at most 200 characters.

    Raises:
        Forbidden: ``reveal.role``.
        Invalid: ``input.required`` or ``reveal.ground`` for a ground that is missing or too long.
    """
    check_may_reveal(by, party.case, today)
    ground = required(ground, "ground", "查看事由")
    if len(ground) > LONGEST:
        raise Invalid("reveal.ground", f"查看事由不超过 {LONGEST} 个字。", field="ground")
    Reveal.objects.create(user=by, what="party.numbers", object_id=party.pk, ground=ground, at=now)
    return Shown(str(party.id_number or ""), str(party.phone or ""))
