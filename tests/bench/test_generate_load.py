"""A generated load is what the verbs, the sweep and the triggers would have left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from accountability.bench.load import Chunk, Loaded, NotEmpty, chunks, load
from accountability.bench.plan import SIZES, Plan
from accountability.bench.rows import TABLES, Ids, query_code
from accountability.models import Flag
from accountability.sweep import sweep
from cases.actions.filing import query_hash
from cases.kinds import KINDS
from cases.ledger import verify
from cases.models import Case, CaseEvent, NumberSeries, Party
from cases.verb import VERBS
from deadlines.law import current
from deadlines.models import Clock, Sheet, Stale
from deadlines.sheets import rebuild
from enforcement.court_store import load_courts
from enforcement.models import Court, User
from enforcement.rollup_check import check
from tests.builders import filing
from tests.courts_fixture import load_branch

pytestmark = pytest.mark.django_db

#: Columns whose bytes differ by their nonce.
SEALED = {"id_number", "phone"}
CASES = SIZES["XS"]
#: Of so few cases some thirty carry a flag; with this seed flags just raised are among them.
SEED = 3


def plan(today: date, *, seed: int = SEED, cases: int = CASES, waves: Any = (0.1, 0.05)) -> Plan:
    """Return a plan as of a day, a tenth of it lapsing anew."""
    return Plan(seed, cases, today, current().calendar, waves)


@pytest.fixture
def loaded(today: date, now: datetime) -> Loaded:
    """Load a few hundred cases into the courts of a branch."""
    load_branch()
    return load(plan(today), now)


def drawn(wanted: Plan, now: datetime, size: int = 50) -> Iterator[Chunk]:
    """Draw a plan for the courts at hand without writing anything."""
    return chunks(wanted, list(Court.objects.order_by("lft")), current(), now, Ids(), size)


def plain(found: Iterator[Chunk]) -> dict[str, list[dict[str, Any]]]:
    """Return all rows as dictionaries, without what is sealed."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for chunk in found:
        for table, columns in TABLES.items():
            named = (dict(zip(columns, row, strict=True)) for row in chunk.rows[table])
            rows[table] += [{k: v for k, v in r.items() if k not in SEALED} for r in named]
    return rows


# -- drawing -------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_rows_and_another_seed_others(
    today: date, now: datetime
) -> None:
    load_branch()
    first = plain(drawn(plan(today), now))
    assert first == plain(drawn(plan(today), now, size=200))
    assert len(first["cases_case"]) == CASES
    other = plain(drawn(plan(today, seed=2), now))
    assert other["cases_case"] != first["cases_case"]


def test_rows_come_court_by_court_so_that_the_whole_nation_needs_no_more_memory(
    today: date, now: datetime
) -> None:
    load_courts()
    nation = plan(today, cases=SIZES["N"])
    found = drawn(nation, now, size=1)
    chunk = next(found)
    assert iter(found) is found
    assert {row[1] for row in chunk.rows["cases_case"]} == {chunk.rows["cases_case"][0][1]}
    assert chunk.cases == len(chunk.rows["cases_case"]) < SIZES["N"] / 1000
    dockets = list(nation.dockets(Court.objects.all()))
    assert sum(docket.cases for docket in dockets) == SIZES["N"]
    able = Court.objects.filter(active=True).exclude(code="").count()
    assert len(dockets) == able


# -- loading -------------------------------------------------------------------------------------


def test_the_ledger_and_the_rollups_hold_after_a_load(loaded: Loaded, today: date) -> None:
    found = verify()
    assert (found.cases, found.events, found.faults) == (CASES, loaded.events, [])
    assert check().clean
    assert not Stale.objects.exists()
    assert set(Case.objects.values_list("state", flat=True)) >= {"filed", "enforcing", "closed"}
    assert set(Flag.objects.values_list("state", flat=True)) >= {"raised", "closed"}


def test_every_event_is_one_that_a_verb_could_have_recorded(loaded: Loaded, today: date) -> None:
    for event in CaseEvent.objects.all():
        fields = set(json.loads(event.data)) - {"note_sha256"}
        assert fields == KINDS[event.kind].fields & fields, event
        assert "{" not in "".join(map(str, json.loads(event.data).values())), event
        assert event.on <= today
    owed = CaseEvent.objects.filter(kind="lead.submitted").count()
    assert owed == loaded.rows["cases_lead"]


def kept() -> tuple[list[Any], list[Any]]:
    """Return every clock with its id, and every sheet but for when to look and when made."""
    sheets = ("case_id", "seen", "token", "next_due", "handler_id", "court_id", "sick")
    return list(Clock.objects.order_by("id").values_list()), list(
        Sheet.objects.order_by("case_id").values_list(*sheets)
    )


def test_rebuilding_every_sheet_changes_nothing(loaded: Loaded, today: date, now: datetime) -> None:
    before = kept()
    looks = dict(Sheet.objects.values_list("case_id", "next_look"))
    ids = list(Case.objects.order_by("id").values_list("id", flat=True))
    assert len(rebuild(ids, now=now).done) == CASES
    assert kept() == before
    # A rebuilt sheet looks at old lapses once more, finds their flags there, and goes on.
    swept = sweep(plan(today).swept, now)
    assert (swept.flagged, swept.withdrawn, swept.escalated) == (0, 0, 0)
    assert dict(Sheet.objects.values_list("case_id", "next_look")) == looks


def test_the_next_sweep_flags_exactly_what_was_left_for_it(
    loaded: Loaded, today: date, now: datetime
) -> None:
    wanted = plan(today)
    left = Clock.objects.filter(severity="flag", lapse_on__gt=wanted.swept, lapse_on__lte=today)
    flags, owed = Flag.objects.count(), left.count()
    assert owed >= CASES // 20
    first = sweep(today, now)
    assert (first.flagged, first.withdrawn) == (owed, 0)
    assert Flag.objects.count() == flags + owed
    again = sweep(today, now)
    assert (again.looked, again.flagged) == (0, 0)
    assert not verify().faults
    assert check().clean


def test_the_waves_lapse_on_their_days(loaded: Loaded, today: date) -> None:
    wanted = plan(today)
    for day, share in zip(wanted.days, wanted.waves, strict=True):
        lapsing = Clock.objects.filter(severity="flag", lapse_on=day, stopped_on=None)
        assert lapsing.count() >= CASES * share / 2


# -- afterwards ----------------------------------------------------------------------------------


def test_a_case_filed_afterwards_gets_the_next_number(loaded: Loaded, today: date) -> None:
    series = NumberSeries.objects.filter(year=today.year).order_by("-last")[0]
    clerk = User.objects.get(username=f"load-{series.court_id}-clerk")
    made = VERBS["file_case"].run(series.court, by=clerk, **filing(today))
    assert made.case.serial == series.last + 1
    assert made.case.pk == CASES + 1
    series.refresh_from_db()
    assert series.last == made.case.serial
    assert not verify(made.case.pk).faults


def test_the_guards_of_the_ledger_are_on_afterwards(loaded: Loaded) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        CaseEvent.objects.filter(seq=1).update(data="{}")
    with pytest.raises(DatabaseError, match="without an event"), transaction.atomic():
        Case.objects.filter(state="filed").update(state="closed", closed_on="2026-11-23")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")
        assert cursor.fetchone() == (0,)


def test_parties_are_found_by_number_and_cases_by_their_query_code(loaded: Loaded) -> None:
    party = Party.objects.filter(kind="natural").first()
    assert party is not None
    assert party.id_number.startswith("610000")
    case = party.case
    assert case.query_code_hash == query_hash(case.number, query_code(SEED))
    assert case.query_code_hash != query_hash(case.number, query_code(2))


def test_a_database_with_cases_is_not_loaded_into(
    loaded: Loaded, today: date, now: datetime
) -> None:
    with pytest.raises(NotEmpty):
        load(plan(today), now)
    with pytest.raises(CommandError, match="已经有案件"):
        call_command("generate_load", size="XS", stdout=StringIO())


def test_the_command_says_what_it_made_and_asks_for_courts_first(today: date) -> None:
    with pytest.raises(CommandError, match="load_courts"):
        call_command("generate_load", size="XS", stdout=StringIO())
    load_branch()
    told = StringIO()
    call_command("generate_load", size="XS", seed=3, today=today, stdout=told)
    assert f"{CASES:>9,} / {CASES:,} 件" in told.getvalue()
    assert query_code(3) in told.getvalue()
    assert Case.objects.count() == CASES
