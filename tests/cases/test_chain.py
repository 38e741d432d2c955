"""One canonical text in two places: the database writes the same chain as ``cases.chain``."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases import chain
from tests.builders import enforcing
from tests.people import People

pytestmark = pytest.mark.django_db

IN_DB = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
#: What PostgreSQL text can hold: no zero character, no half of a surrogate pair.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
VALUES = st.one_of(TEXTS, st.booleans(), st.integers(-(2**40), 2**40), st.none())
DATA = st.dictionaries(
    TEXTS, st.one_of(VALUES, st.lists(VALUES, max_size=3), st.dictionaries(TEXTS, VALUES)),
    max_size=5,
)  # fmt: skip
AWKWARD: dict[str, Any] = {
    "a": '引号"、反斜杠\\、换行\n\r\u2028、制表\t、😀',
    "😀": [1, {"b": None}],
}
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.sampled_from([UTC]))


def asked(sql: str, *params: Any) -> Any:
    """Return the one value of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        (value,) = cursor.fetchone()
    return value


@IN_DB
@given(
    case_id=st.integers(1, 2**62),
    seq=st.integers(1, 2**31 - 1),
    on=st.dates(date(1000, 1, 1), date(9999, 12, 31)),
    at=MOMENTS,
    by=st.one_of(st.none(), st.integers(1, 2**62)),
    data=DATA,
    head=st.binary(min_size=32, max_size=32),
)
@example(1, 1, date(2026, 11, 2), datetime(2026, 11, 2, tzinfo=UTC), None, AWKWARD, bytes(32))
def test_text_and_hash_are_the_same_in_python_and_in_the_database(
    case_id: int,
    seq: int,
    on: date,
    at: datetime,
    by: int | None,
    data: dict[str, Any],
    head: bytes,
) -> None:
    stored = chain.canonical(data)
    line = chain.text(case_id, seq, "some.kind", on, at, by, stored)
    call = "timeline_text(%s::bigint, %s::int, 'some.kind', %s, %s::timestamptz, %s::bigint, %s)"
    values = (case_id, seq, on, at, by, stored)
    assert asked(f"SELECT {call}", *values) == line
    link = asked(f"SELECT timeline_link(NULL, %s, {call})", head, *values)
    assert bytes(link) == chain.link(head, line)
    assert line.count("\n") == 6
    assert json.loads(stored) == data


@IN_DB
@given(lines=st.lists(TEXTS, min_size=1, max_size=6), head=st.binary(min_size=32, max_size=32))
def test_the_aggregate_links_one_event_after_another(lines: list[str], head: bytes) -> None:
    expected, hashes = head, []
    for line in lines:
        expected = chain.link(expected, line)
        hashes.append(expected)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT timeline_chain(%s, line) OVER (ORDER BY n)
            FROM unnest(%s::text[]) WITH ORDINALITY t(line, n)""",
            [head, lines],
        )
        assert [bytes(row[0]) for row in cursor.fetchall()] == hashes


@IN_DB
@given(data=DATA)
def test_one_content_has_one_text(data: dict[str, Any]) -> None:
    turned = dict(reversed(data.items()))
    assert chain.canonical(turned) == chain.canonical(data)
    assert chain.canonical(json.loads(chain.canonical(data))) == chain.canonical(data)


def test_a_moment_counts_to_the_microsecond() -> None:
    at = datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC)
    lines = {
        chain.text(1, 1, "k", date(2026, 11, 2), at + timedelta(microseconds=n), None, "{}")
        for n in range(3)
    }
    assert len(lines) == 3


def test_what_the_sweep_writes_is_canonical_too(people: People) -> None:
    """Its data is put together as text in the database: keys sorted, no spaces, one text."""
    built = enforcing(people)
    built.swept("12-10")
    told = built.case.events.filter(kind__startswith="flag.")
    assert told.count() == 1
    for event in told:
        assert chain.canonical(json.loads(event.data)) == event.data
        assert json.loads(event.data).keys() == {"due", "flag", "rule", "start"}
