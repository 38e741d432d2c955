"""The people of the chaos, and what must hold afterwards; all of it runs inside the system."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Attachment, Case, CaseEvent, Lead, Party
from cases.timeline import legal_day, record
from cases.verb import VERBS, lock
from enforcement.models import Court, Post, User
from enforcement.rest import tokens
from enforcement.roles import Role
from petitions.models import Petition
from tests.chaos.visitors import PASSWORD
from tests.concurrency import crowd
from tests.people import HOME, SINCE, cast

#: Who works over the interface.
PROGRAMS = ("tang", "qin", "lin", "wu")


def make() -> None:
    """Make courts and people; 吴书记员 and 魏管理 sign in with a password."""
    people = cast()
    wei = User.objects.create(username="wei", name="魏管理")
    Post.objects.create(user=wei, court=people.courts[HOME], role=Role.COURT_ADMIN, first_day=SINCE)
    for user in (wei, people.wu):
        user.set_password(PASSWORD)
        user.save()


def make_and_identify() -> None:
    """Make the people; print tokens of the programs, the key of the court, the judge's id."""
    make()
    people = {user.username: user for user in User.objects.filter(username__in=PROGRAMS)}
    now = timezone.now()
    issued = {name: tokens.issue(user, "chaos", now=now).text for name, user in people.items()}
    court = Court.objects.get(code=HOME)
    print(json.dumps({"tokens": issued, "court": court.key, "lin": people["lin"].pk}))


# -- a case that makes the counting ill ----------------------------------------------------------


def poison() -> None:
    """Write an event that no rule can read into a case; print the case and the event."""
    now = timezone.now()
    with transaction.atomic():
        case = lock(Case.objects.filter(handler__isnull=False).order_by("pk")[0])
        event = record(
            case, "limit.extended", on=legal_day(now), now=now,
            more={"rule": "case_limit", "n": 1, "unit": "fortnights", "document": "无"},
        )  # fmt: skip
        case.save(update_fields=["version", "head", "last_kind", "last_on"])
    print(json.dumps([case.pk, event.seq]))


def heal(case: int, seq: int) -> None:
    """Correct the event as an operator would: it never happened."""
    head = User.objects.get(username="qin")
    VERBS["correct_event"].run(
        Case.objects.get(pk=case), by=head, now=timezone.now(), seq=seq, void=True,
        reason="录入有误",
    )  # fmt: skip


# -- afterwards ----------------------------------------------------------------------------------


def hold(place: str) -> None:
    """Sweep once more, and hold the system to what it acknowledged and every part to every other.

    Chains are verified and counts counted again by ``hold_together``.

    Args:
        place: file with what people were told (``tests.chaos.ledger``).
    """
    call_command("sweep", stdout=StringIO())
    told: dict[str, list[list[Any]]] = json.loads(Path(place).read_text(encoding="utf-8"))
    found = _found()
    tried, done, refused = ({tuple(act) for act in told[k]} for k in ("tried", "done", "refused"))
    lost = [act for act in done if not found[act]]
    doubled = [act for act, times in found.items() if times > 1]
    assert not lost, lost[:5]
    assert not doubled, doubled[:5]
    assert set(found) <= tried, sorted(set(found) - tried)[:5]
    assert not refused & set(found), sorted(refused & set(found))[:5]
    _hold_events({tuple(event) for event in told["events"]})
    _hold_files()
    crowd.hold_together()
    crowd.each_told_once()
    flags, truth = crowd.flags(), crowd.truth(legal_day(timezone.now()))
    assert flags == truth, (sorted(flags - truth)[:3], sorted(truth - flags)[:3])
    print(json.dumps({"cases": Case.objects.count(), "flags": len(flags), "acts": len(done)}))


def _found() -> Counter[tuple[str, str]]:
    """Count what there is, by the names that every writer gave only once."""
    found: Counter[tuple[str, str]] = Counter()
    rows = {
        "filed": Party.objects.filter(role="applicant").values_list("name", flat=True),
        "lead": Lead.objects.filter(content__contains="第").values_list("content", flat=True),
        "petition": Petition.objects.values_list("text", flat=True),
    }
    for kind, names in rows.items():
        found.update((kind, str(name)) for name in names)
    return found


def _hold_events(told: set[tuple[int, int, str]]) -> None:
    """Hold the timelines to what answers said was written; no step of a program happened twice."""
    rows = set(CaseEvent.objects.values_list("case_id", "seq", "kind"))
    assert told <= rows, sorted(told - rows)[:5]
    steps = ("handler.assigned", "file.received", "notice.sent", "lead.verified", "measure.taken")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, kind FROM cases_caseevent WHERE kind = ANY(%s)"
            " GROUP BY 1, 2 HAVING count(*) > 1",
            [list(steps)],
        )
        assert not (twice := cursor.fetchall()), twice[:5]


def _hold_files() -> None:
    """Every row of a file has the whole file, and a petition has what was sent with it."""
    for row in Attachment.objects.all():
        with row.file.open() as file:
            assert hashlib.sha256(file.read()).hexdigest() == row.sha256, row.pk
    assert not Petition.objects.filter(attachments=None).exists()
