"""The verifier names what was changed behind the system's back; a superuser does the changing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cases.ledger import verify
from tests.builders import CaseBuilder, enforcing
from tests.people import People


@contextmanager
def superuser() -> Iterator[Any]:
    """Run statements with the triggers of the database switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def built(people: People) -> CaseBuilder:
    """Return a case with eight events, a flag and a note among them, between two others."""
    enforcing(people).noticed("11-05")
    built = enforcing(people)
    built.swept("11-10")
    built.reassigned("11-10", people.zhou, reason="林法官调离").noticed("11-11")
    built.with_lead("11-12").verified("11-13")
    enforcing(people).noticed("11-05")
    return built


def faults(case_id: int | None = None) -> list[tuple[str, int, str]]:
    """Return every fault found as (case number, number of the event, what)."""
    return [(f.case, f.seq, f.what) for f in verify(case_id).faults]


CHANGED = "内容或哈希与链不符"


def test_untouched_timelines_hold(built: CaseBuilder) -> None:
    found = verify()
    assert (found.cases, found.faults) == (3, [])
    assert found.events == 4 + built.case.version + 4
    assert faults(built.case.pk) == []


@pytest.mark.parametrize(
    "change",
    [
        "data = replace(data, 'true', 'True')",
        "data = overlay(data placing '}' from 1 for 1)",
        "kind = 'lead.checked'",
        '"on" = "on" - 1',
        "at = at + interval '1 microsecond'",
        "by_id = by_id + 1",
        "by_id = NULL",
        "hash = set_byte(hash, 31, get_byte(hash, 31) # 1)",
    ],
)
def test_one_changed_byte_is_found_and_the_event_named(built: CaseBuilder, change: str) -> None:
    event = built.event("lead.verified")
    with superuser() as cursor:
        # of the test's table
        cursor.execute(f"UPDATE cases_caseevent SET {change} WHERE id = %s", [event.pk])  # noqa: S608
        assert cursor.rowcount == 1
    found = faults()
    assert found[0] == (built.case.number, event.seq, CHANGED)
    assert len(found) == (2 if change.startswith("hash") else 1)
    assert faults(built.case.pk) == found


def test_a_removed_event_is_found(built: CaseBuilder) -> None:
    event = built.event("lead.submitted")
    with superuser() as cursor:
        cursor.execute("DELETE FROM cases_caseevent WHERE id = %s", [event.pk])
    number, seq, what = faults()[0]
    assert (number, seq) == (built.case.number, event.seq + 1)
    assert f"应为第 {event.seq} 项" in what


def test_a_removed_end_is_found(built: CaseBuilder) -> None:
    last = built.case.events.get(seq=built.case.version)
    with superuser() as cursor:
        cursor.execute("DELETE FROM cases_caseevent WHERE id = %s", [last.pk])
    assert faults() == [
        (built.case.number, last.seq, f"应有 {last.seq} 项记录，实有 {last.seq - 1} 项")
    ]


def test_two_events_that_changed_places_are_found(built: CaseBuilder) -> None:
    with superuser() as cursor:
        for old, new in ((5, 99), (6, 5), (99, 6)):
            cursor.execute(
                "UPDATE cases_caseevent SET seq = %s WHERE case_id = %s AND seq = %s",
                [new, built.case.pk, old],
            )
    assert [(n, s) for n, s, _ in faults()][:2] == [(built.case.number, 5), (built.case.number, 6)]


def test_an_event_slipped_in_at_the_end_is_found(built: CaseBuilder) -> None:
    """Even with a hash that fits: the head that the case vouches for does not."""
    with superuser() as cursor:
        cursor.execute(
            """INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, by_id, data, hash)
            SELECT id, version + 1, 'notice.sent', '2026-11-05', now(), NULL, '{}',
                timeline_link(head, NULL, timeline_text(id, (version + 1)::int, 'notice.sent',
                    '2026-11-05', now(), NULL, '{}'))
            FROM cases_case WHERE id = %s""",
            [built.case.pk],
        )
    version = built.case.version
    assert faults() == [
        (built.case.number, version, f"应有 {version} 项记录，实有 {version + 1} 项")
    ]


def test_a_whole_forged_chain_is_found_by_its_head(built: CaseBuilder) -> None:
    """The last event forged with a hash that fits what stands before it."""
    with superuser() as cursor:
        cursor.execute(
            """UPDATE cases_caseevent e SET data = '{}', hash = timeline_link(p.hash, NULL,
                timeline_text(e.case_id, e.seq::int, e.kind, e."on", e.at, e.by_id, '{}'))
            FROM cases_caseevent p WHERE p.case_id = e.case_id AND p.seq = e.seq - 1
                AND e.case_id = %s AND e.seq = %s""",
            [built.case.pk, built.case.version],
        )
        assert cursor.rowcount == 1
    assert faults() == [(built.case.number, built.case.version, "最后一项的哈希与案件所记不符")]


def test_a_changed_head_is_found(built: CaseBuilder) -> None:
    with superuser() as cursor:
        cursor.execute(
            "UPDATE cases_case SET head = set_byte(head, 0, get_byte(head, 0) # 1) WHERE id = %s",
            [built.case.pk],
        )
    assert faults() == [(built.case.number, built.case.version, "最后一项的哈希与案件所记不符")]


def test_a_changed_note_is_found_and_a_shredded_one_is_not(built: CaseBuilder) -> None:
    event = built.event("handler.assigned")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_eventnote SET text = '林法官高升' WHERE event_id = %s", [event.pk]
        )
        assert faults() == [(built.case.number, event.seq, "说明文字与事件所记哈希不符")]
        cursor.execute("DELETE FROM cases_eventnote WHERE event_id = %s", [event.pk])
    assert faults() == []


def test_a_note_of_an_event_whose_data_is_no_json_any_more_is_found_too(
    built: CaseBuilder,
) -> None:
    event = built.event("handler.assigned")
    with superuser() as cursor:
        cursor.execute("UPDATE cases_caseevent SET data = '{' WHERE id = %s", [event.pk])
    assert [(n, s) for n, s, _ in faults()] == [(built.case.number, event.seq)] * 2


def test_events_whose_case_was_removed_are_named_and_hide_nothing_behind_them(
    built: CaseBuilder,
) -> None:
    with superuser() as cursor, transaction.atomic():
        cursor.execute("DELETE FROM cases_case WHERE id = %s", [built.case.pk])
        found = faults()
        transaction.set_rollback(True)
    named = f"案件 {built.case.pk}"
    assert {(n, w) for n, _, w in found} == {(named, "记录所属的案件不存在")}
    assert [s for _, s, _ in found] == list(range(1, built.case.version + 1))


def test_the_command_passes_says_how_much_and_names_the_event_when_it_fails(
    built: CaseBuilder,
) -> None:
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "全部相符" in out.getvalue()
    assert f"核验 3 件案件、{built.case.version + 8} 项记录" in out.getvalue()
    with superuser() as cursor:
        cursor.execute(
            "UPDATE cases_caseevent SET data = data || ' ' WHERE case_id = %s AND seq = 3",
            [built.case.pk],
        )
    out = StringIO()
    with pytest.raises(CommandError, match="发现 1 处不符"):
        call_command("verify_ledger", stdout=out)
    assert f"{built.case.number} 第 3 项：{CHANGED}" in out.getvalue()
    call_command("verify_ledger", case=built.case.pk - 1, stdout=out)
