"""A reviewer leaves: the file passes on, the conflict check stays, no review is ever stuck."""

from __future__ import annotations

import pytest

from enforcement.errors import NotFound
from enforcement.models import User
from enforcement.roles import Role
from petitions import access
from petitions.machine import ReportState, ReviewState
from petitions.models import DualReview, ReviewerChange
from tests.builders import day
from tests.people import again, leaves, post
from tests.petitions.steps import Supervised, database_refuses, raw, somebody
from tests.refusals import refused


@pytest.fixture
def heir(under: Supervised) -> User:
    """Return another inspector of the reviewing court."""
    return somebody("heir", "季督察", under.above, Role.INSPECTOR)


def replace(under: Supervised, review: DualReview, by: User, heir: User, **data: str) -> None:
    """Hand the conduct track to somebody else."""
    given = {"track": "conduct", "reason": "工作调动"} | data
    under.do("replace_reviewer", review, "11-19", by, reviewer=heir, **given)


def test_the_file_with_its_findings_passes_to_the_successor(under: Supervised, heir: User) -> None:
    review = under.all_answered()
    replace(under, review, under.head, heir)

    file = access.track_for_reviewer(heir, review.pk, day("11-23"))
    assert (file.track, file.findings.count(), file.assigned_on) == ("conduct", 2, day("11-19"))
    with pytest.raises(NotFound):
        access.track_for_reviewer(again(under.people.song), review.pk, day("11-23"))
    change = ReviewerChange.objects.get()
    assert (change.former, change.successor, change.reason) == (
        under.people.song,
        heir,
        "工作调动",
    )
    assert under.built.event("review.reviewer_changed").fields == {"review": review.pk}


def test_a_proposal_falls_and_both_have_to_sign_anew(under: Supervised, heir: User) -> None:
    review = under.proposed("11-18")
    replace(under, review, under.president, heir)

    assert review.state == ReviewState.OPEN
    assert not review.files.filter(signed_on__isnull=False).exists()


def test_only_heads_of_the_reviewing_court_replace(under: Supervised, heir: User) -> None:
    review = under.all_answered()
    for other in (under.people.he, under.people.song, under.people.qin):
        with refused("access.role", 403):
            replace(under, review, other, heir)


def test_the_successor_must_be_fit_and_another(under: Supervised, heir: User) -> None:
    review = under.all_answered()
    with refused("review.no_post", 400, "reviewer"):
        replace(under, review, under.head, under.president)
    with refused("review.same_reviewer", 400, "reviewer"):
        replace(under, review, under.head, under.people.song)
    both = post(under.people.he, under.above, Role.INSPECTOR)
    with refused("review.same_person", 409, "reviewer"):
        replace(under, review, under.head, both)
    lin = post(under.people.lin, under.above, Role.INSPECTOR)
    with refused("review.conflict", 409, "reviewer"):
        replace(under, review, under.head, lin)
    with refused("review.track", 400, "track"):
        replace(under, review, under.head, heir, track="other")
    with refused("input.required", 400, "reason"):
        replace(under, review, under.head, heir, reason=" ")


def test_not_after_the_joint_conclusion(under: Supervised, heir: User) -> None:
    review = under.concluded()
    with refused("review.state"):
        replace(under, review, under.head, heir)


def test_the_trace_of_a_change_cannot_be_wiped(under: Supervised, heir: User) -> None:
    replace(under, under.all_answered(), under.head, heir)
    with database_refuses("Cannot update or delete"):
        raw("DELETE FROM petitions_reviewerchange")


class TestWhenBothHaveLeft:
    """The report of a concluded review can still be written, by two people."""

    def test_an_approver_drafts_and_another_one_issues(self, under: Supervised) -> None:
        review = under.concluded("11-19")
        for reviewer in (under.people.he, under.people.song):
            leaves(reviewer, day("11-19"))
        draft = under.do("draft_report", review, "11-20", under.head, as_of=day("11-20"))
        with refused("report.own_draft", 403):
            under.do("issue_report", draft, "11-21", under.head)
        under.do("issue_report", draft, "11-21", under.president)
        assert draft.state == ReportState.ISSUED

    def test_while_one_is_there_nobody_drafts_in_their_place(self, under: Supervised) -> None:
        review = under.concluded("11-19")
        leaves(under.people.he, day("11-19"))
        with refused("review.not_reviewer", 403):
            under.do("draft_report", review, "11-20", under.head, as_of=day("11-20"))

    def test_who_left_does_not_draft(self, under: Supervised) -> None:
        review = under.concluded("11-19")
        he = leaves(under.people.he, day("11-19"))
        with refused("review.post_ended", 403):
            under.do("draft_report", review, "11-20", he, as_of=day("11-20"))
