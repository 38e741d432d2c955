"""Reports: drafted from a frozen snapshot, issued by an approver, superseded, never altered."""

from __future__ import annotations

import json
from datetime import date, datetime

from cases.actions._days import not_before, required
from cases.timeline import record
from cases.verb import in_state, verb
from enforcement.errors import Forbidden, Invalid, Refused
from enforcement.models import Court, User
from petitions import papers
from petitions.actions._posts import at_court
from petitions.actions.reviews import files_of, of_this_review, own_file
from petitions.duties import APPROVERS, OPENERS
from petitions.machine import ReportState, ReviewState
from petitions.models import DualReview, PaperType, Report
from petitions.numbering import paper_number
from petitions.report_text import Cover, report_paper, title_of
from petitions.snapshot import canonical, snapshot


def _may_be_drafted(review: DualReview, by: User | None, today: date) -> None:
    """Guard: after the joint conclusion; once a report is out, a new one has to replace it."""
    in_state(ReviewState.CONCLUDED, ReviewState.REPORTED, code="review.state")(review, by, today)
    issued = review.reports.filter(state=ReportState.ISSUED).first()
    if issued is not None and not review.reports.filter(state=ReportState.DRAFT).exists():
        raise Refused(
            "report.exists", f"已印发{issued.number}，内容有变化的，请在该报告上办理“取代”。"
        )


def _may_draft(review: DualReview, by: User | None, today: date) -> None:
    """Standing: one of the two reviewers; once both have left their posts, an approver."""
    gone = [f.post.last_day is not None and f.post.last_day < today for f in files_of(review)]
    if all(gone) and own_file(review, by) is None:
        at_court(*APPROVERS)(review, by, today)
    else:
        of_this_review(review, by, today)


@verb(
    "起草督查报告",
    on=DualReview,
    roles=OPENERS,
    standing=_may_draft,
    form="petitions.forms.DraftReportForm",
    guards=[_may_be_drafted],
    hint="快照固定为截至日所知的情况；重新起草即替换草稿",
    order=40,
)
def draft_report(
    review: DualReview,
    *,
    by: User,
    now: datetime,
    on: date,
    as_of: date,
    addressee: str = "",
    replies: str = "",
) -> Report:
    """Draft the report from what was known as of a day; drafting again replaces the draft.

    Args:
        as_of: legal day of the snapshot, from the joint conclusion to today.
        addressee: 主送机关; the court above the issuing one when left empty.
        replies: opinions of the court and persons reviewed that are not in the system.

    Raises:
        Refused: ``review.state``, ``report.exists``. Invalid: ``report.as_of``.
    """
    draft = review.reports.filter(state=ReportState.DRAFT).first() or Report(review=review)
    return _write(draft, review, as_of, addressee, replies, by=by, now=now, on=on)


def _write(
    draft: Report,
    review: DualReview,
    as_of: date,
    addressee: str,
    replies: str,
    *,
    by: User,
    now: datetime,
    on: date,
) -> Report:
    """Freeze the snapshot and write the text of a draft."""
    _check_as_of(review, draft.replaces, as_of, on)
    facts = snapshot(review.case, as_of, review=review)
    draft.case, draft.court = review.case, review.court
    draft.as_of, draft.replies = as_of, replies.strip()
    draft.addressee = addressee.strip() or (review.court.parent.name if review.court.parent else "")
    draft.title, draft.snapshot = title_of(facts), canonical(facts)
    draft.drafted_by, draft.drafted_at = by, now
    draft.content, _ = papers.keep(report_paper(facts, _cover(draft)))
    draft.save()
    return draft


def _check_as_of(review: DualReview, old: Report | None, as_of: date, on: date) -> None:
    if as_of > on:
        raise Invalid("report.as_of", f"截至日 {as_of} 晚于今天（{on}）。", field="as_of")
    if review.concluded_on and as_of < review.concluded_on:
        raise Invalid(
            "report.as_of",
            f"截至日不能早于作出联合结论之日（{review.concluded_on}）。",
            field="as_of",
        )
    if old is not None and as_of <= old.as_of:
        raise Invalid("report.as_of", f"截至日应晚于原报告的截至日（{old.as_of}）。", field="as_of")


def _cover(
    report: Report, number: str = "", on: date | None = None, by: User | None = None
) -> Cover:
    upward: Court | None = report.court.parent
    goes_up = upward is not None and report.addressee == upward.name
    return Cover(
        court=report.court.name,
        number=number,
        issued_on=on,
        addressee=report.addressee,
        signed_off_by=str(by) if by and goes_up else "",
        replies=report.replies,
        replaces=report.replaces.number if report.replaces else "",
        reason=report.reason,
    )


def _not_a_reviewer(report: Report, by: User | None, today: date) -> None:
    """Guard: nobody approves the report on their own review, or one they drafted themselves."""
    if by is not None and report.review.files.filter(reviewer=by).exists():
        raise Forbidden("report.own_review", "您是本次核查的核查人，报告应由其他领导签发。")
    if by is not None and report.drafted_by_id == by.pk:
        raise Forbidden("report.own_draft", "报告由您起草，应由其他领导签发。")


@verb(
    "签发督查报告",
    on=Report,
    roles=APPROVERS,
    standing=at_court(*APPROVERS),
    form="cases.forms.DayForm",
    guards=[in_state(ReportState.DRAFT, code="report.state"), _not_a_reviewer],
    confirm="签发后报告文字和校验码不能再改，只能以新的报告取代。确定签发吗？",
    order=10,
)
def issue_report(report: Report, *, by: User, now: datetime, on: date) -> Report:
    """Approve and issue a draft: it gets its number, its day and its hash, and never changes.

    A replacement supersedes the report it replaces in the same act.

    Raises:
        Forbidden: ``report.own_review``. Refused: ``report.state``, ``report.stale`` when what
            was known as of the day has changed since the draft. Invalid: a day before the draft.
    """
    not_before(on, report.as_of, "报告截至日")
    facts = json.loads(report.snapshot)
    if canonical(snapshot(report.case, report.as_of, review=report.review)) != report.snapshot:
        raise Refused(
            "report.stale",
            f"起草之后，截至 {report.as_of} 的记录有变化，请核查人重新起草后再签发。",
        )
    report.number = paper_number(report.court, PaperType.REPORT, on.year)
    cover = _cover(report, report.number, on, by)
    report.content, report.sha256 = papers.keep(report_paper(facts, cover))
    report.issued_by, report.issued_on = by, on
    if report.replaces is not None:
        _supersede(report.replaces, report, by=by, now=now, on=on)
    report.issue()
    report.save()
    review = report.review
    if review.state == ReviewState.CONCLUDED:
        review.report_it()
        review.save(update_fields=["state"])
    record(report.case, "report.issued", on=on, now=now, by=by, report=report.pk)
    return report


def _supersede(old: Report, new: Report, *, by: User, now: datetime, on: date) -> None:
    """Let the new report stand in the place of the old one, whose text and hash stay."""
    old.supersede()
    old.superseded_by = new
    old.save(update_fields=["state", "superseded_by"])
    record(new.case, "report.superseded", on=on, now=now, by=by, report=old.pk, replaced_by=new.pk)


def _no_draft(report: Report, by: User | None, today: date) -> None:
    if report.review.reports.filter(state=ReportState.DRAFT).exists():
        raise Refused("report.drafted", "取代本报告的草稿已经起草，请签发或者重新起草该草稿。")


def _reviewer_of(report: Report, by: User | None, today: date) -> None:
    """Standing: as for drafting."""
    _may_draft(report.review, by, today)


@verb(
    "取代督查报告",
    on=Report,
    roles=OPENERS,
    standing=_reviewer_of,
    form="petitions.forms.SupersedeReportForm",
    guards=[in_state(ReportState.ISSUED, code="report.state"), _no_draft],
    hint="原报告不改动，新报告签发后取代原报告",
    order=20,
)
def supersede_report(
    report: Report,
    *,
    by: User,
    now: datetime,
    on: date,
    as_of: date,
    reason: str,
    addressee: str = "",
    replies: str = "",
) -> Report:
    """Draft a report that will replace an issued one; the old one stands until it is issued.

    Args:
        as_of: day of the new snapshot, later than the old one's.

    Returns:
        The new draft.

    Raises:
        Refused: ``report.state``, ``report.drafted``.
        Invalid: no reason, ``report.as_of`` (not later than the report it replaces).
    """
    draft = Report(
        review=report.review, replaces=report, reason=required(reason, "reason", "取代理由")
    )
    replies = replies.strip() or report.replies
    addressee = addressee or report.addressee
    return _write(draft, report.review, as_of, addressee, replies, by=by, now=now, on=on)
