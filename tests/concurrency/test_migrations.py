"""The last migrations run while people work: nobody waits for a table.

``MIGRATE_SIZE=L pytest tests/concurrency/test_migrations.py`` does the same at the size of a
province (some minutes).
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from itertools import cycle
from time import perf_counter

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from accountability.bench.figures import moment
from accountability.bench.load import load
from accountability.bench.plan import SIZES, Plan
from accountability.sweep import sweep
from cases.ledger import verify
from cases.machine import State
from cases.models import Case
from cases.verb import VERBS
from deadlines.law import current
from enforcement.errors import Stale
from enforcement.rollup_check import check
from enforcement.rollups import turn_day
from tests.architecture.source import TOWER
from tests.concurrency.bulk import DAY
from tests.concurrency.crowd import Env, finish, manage, until
from tests.courts_fixture import load_branch

SIZE = os.environ.get("MIGRATE_SIZE", "S")
#: Longest that a writer may wait for a lock; the database itself holds them to it.
PATIENCE = "1s"
#: What code of either release may go on with, whether it has run or not.
INDEXES = (AddIndexConcurrently, RemoveIndexConcurrently)


def last_ones() -> dict[str, str]:
    """Return, for each app that has such, the migration before the last ones.

    Those that only make indexes: they may be taken back and made again under the present code.
    """
    loader, found = MigrationLoader(None), {}
    for app in TOWER:
        names = sorted(name for label, name in loader.disk_migrations if label == app)
        kept = list(names)
        while kept and _only_indexes(loader, app, kept[-1]):
            kept.pop()
        if kept != names:
            found[app] = kept[-1]
    return found


def _only_indexes(loader: MigrationLoader, app: str, name: str) -> bool:
    operations = loader.disk_migrations[app, name].operations
    return bool(operations) and all(isinstance(one, INDEXES) for one in operations)


@dataclass
class Writers:
    """People who hand in leads, each on cases of their own, and a sweep beside them.

    Attributes:
        longest: seconds of the longest act. refused: locks that were not got in time.
    """

    over: threading.Event = field(default_factory=threading.Event)
    done: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    refused: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, many: int = 4) -> None:
        """Begin, and return when everybody has done something."""
        open_now = Case.objects.filter(handler__isnull=False, state=State.ENFORCING)
        pks = list(open_now.values_list("pk", flat=True))
        for nth in range(many):
            self._start(self._hand_in, f"writer {nth}", pks[nth::many])
        self._start(self._sweep, "sweep")
        until(lambda: len(self.done) == many + 1 or bool(self.refused), "everybody has begun")

    def end(self) -> None:
        """Let everybody finish."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()

    def _start(self, work: object, *given: object) -> None:
        thread = threading.Thread(target=self._guarded, args=(work, *given), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _guarded(self, work: object, name: str, *given: object) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
            for _ in work(*given):  # type: ignore[operator]
                self.done[name] += 1
                if self.over.is_set():
                    return
        except Exception as error:
            self.refused.append(f"{name}: {error!r}")
        finally:
            connections.close_all()

    def _hand_in(self, pks: list[int]) -> Iterator[None]:
        lead = {"asset_kind": "deposit", "content": "某银行账户"}
        for pk in cycle(pks):
            start = perf_counter()
            case = Case.objects.select_related("court", "handler").get(pk=pk)
            with suppress(Stale):  # the sweep was quicker
                VERBS["submit_lead"].run(
                    case, by=case.handler, now=moment(DAY), version=case.version, on=DAY, **lead
                )
            self.longest = max(self.longest, perf_counter() - start)
            yield

    def _sweep(self) -> Iterator[None]:
        while True:
            sweep(DAY, moment(DAY))
            yield


@pytest.fixture
def loaded(alone: None) -> Plan:
    """Load a court's cases, a tenth of which lapse anew."""
    turn_day(DAY)
    load_branch()
    plan = Plan(5, SIZES[SIZE], DAY, current().calendar, (0.1,))
    load(plan, moment(DAY))
    return plan


def test_the_last_migrations_keep_nobody_waiting(loaded: Plan, child_env: Env) -> None:
    before = last_ones()
    assert before, "none of the last migrations can be taken back: try another way"
    for app, name in before.items():
        call_command("migrate", app, name, verbosity=0)
    writers = Writers()
    writers.begin()
    counted, start = Counter(writers.done), perf_counter()
    said = finish(manage(child_env, "migrate"))
    seconds = perf_counter() - start
    meanwhile = writers.done - counted
    writers.end()
    assert writers.refused == []
    assert said.count("OK") >= len(before)
    assert len(meanwhile) >= 4, "the writers wrote while the migrations ran"
    assert call_command("migrate", check=True, verbosity=0, stdout=StringIO()) is None
    assert not verify().faults
    assert not check().wrong
    print(
        f"\n{SIZE}: {said.count('OK')} migrations in {seconds:.1f} s, meanwhile"
        f" {sum(meanwhile.values())} acts, the longest {writers.longest:.2f} s"
    )


def test_a_migration_that_locks_a_table_would_be_found(loaded: Plan) -> None:
    """The control: an index made the plain way locks like this, for as long as the table is."""
    writers = Writers()
    writers.begin()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE cases_case IN SHARE MODE; SELECT pg_sleep(2); COMMIT")
    writers.end()
    assert any("lock timeout" in words for words in writers.refused)
