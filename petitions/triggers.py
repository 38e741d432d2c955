"""What the database itself refuses about petitions and supervision, raw SQL included."""

from __future__ import annotations

import pgtrigger

from petitions.duties import TRACK_ROLES

_ABOVE = """
    SELECT FROM cases_case k
    JOIN enforcement_court below ON below.key = k.court_id
    JOIN enforcement_court above ON above.key = {court}
    WHERE k.id = NEW.case_id AND above.lft < below.lft AND above.rgt > below.rgt
"""


def _refuse(condition: str, sentence: str) -> str:
    return (
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}' "
        "USING ERRCODE = 'check_violation'; END IF;\n"
    )


def strictly_above(name: str) -> pgtrigger.Trigger:
    """Refuse a row whose court does not stand strictly above the court of its case."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("court_id", "case_id"),
        func=_refuse(
            f"NOT EXISTS ({_ABOVE.format(court='NEW.court_id')})",
            "the court does not stand above the court of the case",
        )
        + "RETURN NEW;",
    )


def reviewer_fit() -> pgtrigger.Trigger:
    """Refuse a reviewer without a fitting post at the reviewing court, or who held the case."""
    roles = " OR ".join(
        f"(NEW.track = '{track}' AND p.role IN ({', '.join(repr(r.value) for r in fit)}))"
        for track, fit in TRACK_ROLES.items()
    )
    post = f"""NOT EXISTS (
        SELECT FROM enforcement_post p JOIN petitions_dualreview v ON v.id = NEW.review_id
        WHERE p.id = NEW.post_id AND p.user_id = NEW.reviewer_id AND p.court_id = v.court_id
          AND v.case_id = NEW.case_id AND ({roles}) AND p.first_day <= NEW.assigned_on
          AND (p.last_day IS NULL OR p.last_day >= NEW.assigned_on))"""
    held = """EXISTS (
        SELECT FROM cases_handlerterm t
        WHERE t.case_id = NEW.case_id AND t.user_id = NEW.reviewer_id
    ) OR EXISTS (
        SELECT FROM cases_caseevent e
        WHERE e.case_id = NEW.case_id AND e.kind = 'handler.assigned'
          AND (e.data::jsonb ->> 'user')::bigint = NEW.reviewer_id)"""
    return pgtrigger.Trigger(
        name="reviewer_fit",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert
        | pgtrigger.UpdateOf(
            "review_id", "case_id", "track", "reviewer_id", "post_id", "assigned_on"
        ),
        func=_refuse(post, "the reviewer has no fitting post at the reviewing court")
        + _refuse(held, "the reviewer held the case")
        + "RETURN NEW;",
    )


def only_while_open(name: str, review_of: str) -> pgtrigger.Trigger:
    """Refuse any change of what a review found once it is no longer open.

    Args:
        review_of: SQL of the review's id from the row ``r``.
    """
    # our own text
    state = f"SELECT v.state FROM petitions_dualreview v WHERE v.id = ({review_of})"  # noqa: S608
    refusal = _refuse(f"({state}) <> 'open'", "the findings of this review are settled")
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("r", "RECORD")],
        func=f"IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;\n{refusal}RETURN r;",
    )


def event_of_the_case() -> pgtrigger.Trigger:
    """Refuse evidence picked from the timeline of another case."""
    theirs = "SELECT e.case_id FROM cases_caseevent e WHERE e.id = NEW.event_id"
    ours = "SELECT f.case_id FROM petitions_cluefinding f WHERE f.id = NEW.finding_id"
    elsewhere = f"({theirs}) IS DISTINCT FROM ({ours})"
    return pgtrigger.Trigger(
        name="event_of_the_case",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_refuse(elsewhere, "the event belongs to another case") + "RETURN NEW;",
    )


def kept_as_issued(
    name: str, free: tuple[str, ...], *, draft: str = "", final: str = ""
) -> pgtrigger.Trigger:
    """Refuse any change of an issued paper except the columns named; a draft may change.

    Args:
        free: columns that may still change.
        draft: state in which everything may change, if there is one.
        final: state in which nothing may change any more, if there is one.
    """
    gone = " ".join(f"- '{column}'" for column in free)
    altered = f"OLD.state <> '{draft}' AND " if draft else ""
    altered += f"(to_jsonb(OLD) {gone}) IS DISTINCT FROM (to_jsonb(NEW) {gone})"
    if final:
        altered = f"({altered}) OR (OLD.state = '{final}' AND OLD IS DISTINCT FROM NEW)"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=_refuse(altered, "an issued paper is superseded, never altered") + "RETURN NEW;",
    )


def issued_by_another() -> pgtrigger.Trigger:
    """Refuse a report that one of the two reviewers approves."""
    return pgtrigger.Trigger(
        name="issued_by_another",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=_refuse(
            "EXISTS (SELECT FROM petitions_reviewfile f "
            "WHERE f.review_id = NEW.review_id AND f.reviewer_id = NEW.issued_by_id)",
            "a reviewer cannot approve the report",
        )
        + "RETURN NEW;",
    )
