"""What petitions hold of people, destroyed with the closed case they belong to."""

from __future__ import annotations

from collections import Counter

from cases import shredding
from cases.models import Case
from enforcement.errors import Refused
from petitions.machine import PetitionState
from petitions.models import DualReview, Petition
from petitions.models.review import RUNNING


def hold(case: Case) -> None:
    """Refuse while somebody still waits for an answer, or a review still runs.

    Raises:
        Refused: ``shred.petition``, ``shred.review``.
    """
    if Petition.objects.filter(case=case).exclude(state=PetitionState.CLOSED).exists():
        raise Refused("shred.petition", f"{case.number}还有没有办结的信访，不能销毁个人信息。")
    if DualReview.objects.filter(case=case, state__in=RUNNING).exists():
        raise Refused("shred.review", f"{case.number}正在一案双查，不能销毁个人信息。")


def shred(whom: shredding.Whom) -> Counter[str]:
    """Overwrite petitions of these people, or all petitions of the case."""
    gone, done = shredding.GONE, Counter[str]()
    for petition in Petition.objects.filter(case=whom.case).exclude(text=gone):
        texts = f"{petition.petitioner}\n{petition.text}\n{petition.answer}"
        if whom.whole or petition.party_id in whom.parties or whom.named_in(texts):
            done["信访"] += Petition.objects.filter(pk=petition.pk).update(
                petitioner=gone if petition.petitioner else "",
                contact="",
                text=gone,
                answer=gone if petition.answer else "",
                transfer_reason=gone if petition.transfer_reason else "",
            )
    return done
