"""A day is sealed once, when it is over, whole, and nothing recorded escapes the digests."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from cases import sealing, signing
from cases.comparing import digests_in_order
from cases.models import CaseEvent, Digest
from cases.sealing import NO_HASH, seal
from enforcement import measures
from enforcement.errors import Refused
from enforcement.rollups import turn_day
from tests.builders import a_case, at, day, enforcing
from tests.people import People, cast

FIGURE = "enforcement_digest_days_unsealed"


def sealed(upto: str, on: str) -> list[Digest]:
    """Seal up to a day, as of the small hours of another."""
    return seal(day(upto), at(on, 8))


def test_the_first_digest_covers_everything_before_and_each_next_one_its_day(
    people: People,
) -> None:
    first = enforcing(people, "11-02")
    (one,) = sealed("11-04", "11-05")
    assert (one.day, one.number) == (day("11-04"), 1)
    assert one.fields | {"events": 3, "cases": 1, "total_events": 3} == one.fields
    assert one.fields["previous"] == NO_HASH
    first.noticed("11-05")
    a_case(people).filed("11-05")
    (two,) = sealed("11-05", "11-06")
    assert two.fields | {"events": 2, "cases": 2, "total_events": 5, "late": 0} == two.fields
    assert two.fields["previous"] == bytes(one.hash).hex()
    assert two.fields["after_event"] == one.last_event
    assert list(digests_in_order()) == []


def test_a_day_that_is_not_over_is_not_sealed(people: People) -> None:
    enforcing(people, "11-02")
    with pytest.raises(Refused, match="尚未结束") as refused:
        seal(day("11-04"), at("11-04", 23))
    assert refused.value.code == "digest.day_open"
    assert len(seal(day("11-04"), at("11-05", 0))) == 1


def test_sealing_twice_seals_once(people: People) -> None:
    enforcing(people, "11-02")
    assert len(sealed("11-04", "11-05")) == 1
    assert sealed("11-04", "11-05") == []
    assert sealed("11-03", "11-05") == []
    assert Digest.objects.count() == 1


def test_missed_days_are_sealed_later_in_order_with_their_own_events(people: People) -> None:
    built = a_case(people).filed("11-02")
    sealed("11-02", "11-03")
    built.assigned("11-03").received("11-05")
    made = sealed("11-06", "11-07")
    assert [d.day.day for d in made] == [3, 4, 5, 6]
    assert [d.fields["events"] for d in made] == [1, 0, 1, 0]
    assert made[1].fields["cases_root"] == made[0].fields["cases_root"]
    assert list(digests_in_order()) == []


def test_an_event_of_the_new_day_waits_for_its_own_digest(people: People) -> None:
    built = enforcing(people, "11-02")
    built.noticed("11-05")
    (one,) = sealed("11-04", "11-05")
    assert one.fields | {"events": 3, "total_events": 3} == one.fields
    assert [d.fields["events"] for d in sealed("11-05", "11-06")] == [1]


def test_what_is_recorded_after_sealing_with_a_moment_before_it_is_counted_as_late(
    people: People,
) -> None:
    """The clock went back: the event is not lost, and cannot be slipped into the sealed day."""
    built = enforcing(people, "11-02")
    (one,) = sealed("11-04", "11-05")
    built.noticed("11-04")
    assert sealed("11-04", "11-05") == []
    (two,) = sealed("11-05", "11-06")
    assert two.fields | {"events": 1, "late": 1, "early": 0} == two.fields
    assert one.last_event < built.event("notice.sent").pk == two.last_event


def test_a_clock_that_was_ahead_keeps_nothing_from_being_sealed(people: People) -> None:
    """What was recorded with a moment to come is sealed with what was recorded after it."""
    built = enforcing(people, "11-02")
    built.do("submit_lead", "11-04", people.wu, seen="12-24", asset_kind="deposit", content="户")
    assert [d.fields["events"] for d in sealed("11-04", "11-05")] == [3]
    built.noticed("11-05")
    (two,) = sealed("11-05", "11-06")
    assert two.fields | {"events": 2, "early": 1} == two.fields


def test_the_days_that_wait_to_be_sealed_can_be_watched(people: People) -> None:
    def figure(on: str) -> list[str]:
        text = measures.text(at(on, 8))
        return [line for line in text.splitlines() if line.startswith(FIGURE)]

    assert figure("11-05") == []
    sealed("11-04", "11-05")
    assert figure("11-05") == [f"{FIGURE} 0"]
    assert figure("11-07") == [f"{FIGURE} 2"]
    assert figure("11-03") == [f"{FIGURE} -2"]


def test_a_long_gap_is_sealed_only_when_somebody_asks(people: People) -> None:
    enforcing(people, "09-01")
    sealed("09-03", "09-04")
    with pytest.raises(Refused, match="服务器时钟") as refused:
        sealed("11-04", "11-05")
    assert refused.value.code == "digest.gap"
    assert Digest.objects.count() == 1
    made = seal(day("11-04"), at("11-05"), catch_up=True)
    assert (made[0].day, made[-1].day) == (day("09-04"), day("11-04"))
    assert list(digests_in_order()) == []


@pytest.mark.django_db
def test_a_day_is_over_only_by_both_clocks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    ahead, behind = now + timedelta(days=365), now - timedelta(days=1)
    assert now <= sealing.earlier_clock(ahead) < now + timedelta(minutes=5)
    assert sealing.earlier_clock(behind) == behind


@pytest.fixture
def committed(transactional_db: None) -> People:
    """Return the cast, committed: other sessions see it."""
    turn_day(day("11-24"))
    return cast()


@pytest.mark.parametrize(
    "change", ["UPDATE cases_digest SET content = '{}'", "DELETE FROM cases_digest"]
)
def test_a_digest_can_neither_be_changed_nor_removed(people: People, change: str) -> None:
    sealed("11-04", "11-05")
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="pgtrigger"):
        cursor.execute(change)


def test_a_digest_is_signed_and_names_the_key(people: People) -> None:
    (one,) = sealed("11-04", "11-05")
    key = one.fields["key"]
    assert key == signing.public_key()
    assert signing.signed(one.content, bytes(one.signature), key)
    assert not signing.signed(one.content + " ", bytes(one.signature), key)
    assert not signing.signed(one.content, bytes(one.signature), bytes(32).hex())


def test_an_empty_system_is_sealed_too(db: None) -> None:
    (one,) = sealed("11-04", "11-05")
    assert one.fields | {"events": 0, "cases": 0, "total_events": 0} == one.fields


def test_the_command_seals_and_says_so(people: People) -> None:
    enforcing(people, "2024-03-04")
    out = StringIO()
    until = date(2024, 3, 6)
    call_command("seal_digests", until=until, stdout=out)
    assert "已封存 2024-03-06：记录 3 项，案件 1 件" in out.getvalue()
    call_command("seal_digests", until=until, stdout=out)
    assert "没有需要封存的日期" in out.getvalue()
    with pytest.raises(CommandError, match="尚未结束"):
        call_command("seal_digests", until=date(2100, 1, 1), stdout=out)


def test_a_writer_at_work_is_waited_for_and_its_event_is_in_its_own_day(
    committed: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its event has a smaller number than one committed before the sealing began."""
    slow, quick = (enforcing(committed, "11-02") for _ in range(2))
    began, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                slow.noticed("11-04")
                began.set()
                may_end.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    began.wait(20)
    quick.noticed("11-04")
    monkeypatch.setattr(sealing, "PATIENCE", 0.2)
    with pytest.raises(Refused, match="写入事务") as refused:
        sealed("11-04", "11-05")
    assert refused.value.code == "digest.busy"
    assert not Digest.objects.exists()
    monkeypatch.setattr(sealing, "PATIENCE", 20.0)
    threading.Timer(0.3, may_end.set).start()
    (one,) = sealed("11-04", "11-05")
    writer.join()
    assert one.fields | {"events": 8, "cases": 2} == one.fields
    assert one.last_event > CaseEvent.objects.get(case=slow.case, kind="notice.sent").pk


def test_four_at_once_seal_each_day_once(committed: People) -> None:
    enforcing(committed, "11-02")
    sealed("11-02", "11-03")

    def run() -> None:
        try:
            sealed("11-10", "11-11")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed("11-10", "11-11")  # whoever found the others at it left the rest to them
    assert list(Digest.objects.values_list("number", flat=True)) == list(range(1, 10))
    assert list(digests_in_order()) == []
