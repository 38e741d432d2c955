"""The report as it would read today, before it is drafted: each reviewer sees only their track.

Until the joint conclusion stands, what the other track found is left out of the facts before the
text is made, so no wording can let it through.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from datetime import date
from typing import Any

from enforcement.papers.model import Paper
from petitions.models import DualReview, Track
from petitions.report_text import Cover, report_paper
from petitions.snapshot import snapshot

#: What stands in the place of a finding that the reader may not see yet.
HIDDEN = {
    "answer": "暂不公开",
    "text": "由另一条核查线单独办理，联合结论作出后写入。",
    "evidence": [],
    "other_evidence": "",
}
NO_CONCLUSION = "（待两名核查人联合作出结论）"


def preview(review: DualReview, tracks: Collection[str], today: date) -> Paper:
    """Return the report as of today as a draft.

    Args:
        tracks: the tracks whose findings the reader may see.
    """
    facts = without(snapshot(review.case, today, review=review), tracks)
    if not facts["review"]["conclusion"]:
        facts["review"] |= {
            "conclusion_label": NO_CONCLUSION,
            "remedies": ["待定"],
        }
    parent = review.court.parent
    return report_paper(facts, Cover(review.court.name, addressee=parent.name if parent else ""))


def without(facts: dict[str, Any], tracks: Collection[str]) -> dict[str, Any]:
    """Return the facts with every track left out that is not named."""
    seen = copy.deepcopy(facts)
    for track in set(Track.values) - set(tracks):
        if track in seen["review"]["files"]:
            seen["review"]["files"][track]["summary"] = ""
        for clue in seen["review"]["clues"]:
            clue["findings"][track] = dict(HIDDEN)
    return seen
