"""Entering cases of the past (补录) into the system."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cases.models import Case
from cases.models.party import PartyRole
from enforcement.roles import Role
from petitions.demo import course
from petitions.demo.claims import Claim
from petitions.demo.world import World

#: A suspension: from, ground, resumed on (or not), why.
Spell = tuple[date, str, date | None, str]
A, D = PartyRole.APPLICANT, PartyRole.DEBTOR
#: The day on which these courts began to use the system and entered what they had (补录).
ENTERED = date(2025, 9, 22)


def entered(world: World, code: str, claim: Claim, filed: date, notice: date) -> Case:
    """Enter a case of the past with its own days: filed, then file and notice on two others."""
    case = world.file(code, claim, on=filed, applied=3)
    world.quiet.add(case.pk)
    judge = world.cast.of(case.court, Role.JUDGE)
    world.do("assign_handler", case, on=filed, user=judge)
    world.do("receive_file", case, on=notice)
    world.do("send_notice", case, on=notice)
    return case


def suspended(world: World, case: Case, spells: Sequence[Spell]) -> None:
    """Enter suspensions in their order."""
    for nth, (since, ground, until, why) in enumerate(spells, start=3):
        paper = f"{case.number}之{'零一二三四五六七八九'[nth]}"
        world.do("suspend", case, on=since, ground=ground, document=paper)
        if until is not None:
            world.do("resume", case, on=until, ground=why, document=paper)


def excluded(world: World, case: Case, kind: str, first: date, last: date | None) -> None:
    """Enter an excluded interval, open while it has no last day."""
    world.do("open_exclusion", case, on=first, exclusion=kind, document=course.ruling(case))
    if last is not None:
        world.do("close_exclusion", case, on=last, exclusion=kind)
