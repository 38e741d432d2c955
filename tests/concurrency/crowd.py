"""Many at once: real processes and threads, stopped where a test wants them, and what must hold.

To stop somebody at a certain point a test writes, and does not commit, the very row that they
will write there: they wait for the outcome, in the middle of their own transaction.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

from django.db import connection

from accountability.models import Flag
from cases.ledger import verify
from cases.models import Case, CaseEvent, HandlerTerm
from deadlines.clocks import derive
from deadlines.events import Event
from deadlines.law import current
from deadlines.models import Sheet, Stale
from enforcement.errors import Refused
from enforcement.rollup_check import check
from tests.concurrency.nursery import ROOT, Child

#: Seconds after which something that should have happened by itself has not.
PATIENCE = 60

Env = dict[str, str]
Lapse = tuple[Any, ...]


# -- processes ---------------------------------------------------------------------------------


def manage(env: Env, *words: str) -> subprocess.Popen[str]:
    """Start a ``manage.py`` command on the database of the test."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a process that must succeed; return what it printed."""
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return said


def ended(child: Child) -> int:
    """Wait for the end of a child; return its exit code, or minus the signal that killed it."""
    until(lambda: child.ended() is not None, "a child has ended")
    code = child.ended()
    assert code is not None
    return code


def finished(*children: Child) -> None:
    """Wait for children that must succeed."""
    assert [ended(child) for child in children] == [0] * len(children)


def killed(*children: Child) -> None:
    """Kill children with SIGKILL; each must have been at work until then."""
    for child in children:
        child.kill()
    assert [ended(child) for child in children] == [-signal.SIGKILL] * len(children)


def until(happened: Callable[[], Any], what: str) -> None:
    """Wait until something has happened.

    Raises:
        AssertionError: it has not, after a time that is long even for a busy machine.
    """
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"still waiting until {what}"
        time.sleep(0.01)


# -- stopping others ---------------------------------------------------------------------------


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the first look again
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def waiting() -> int:
    """Return how many sessions on this database wait for somebody's lock."""
    return _count(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )


def others() -> int:
    """Return how many other sessions there are on this database."""
    return _count(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )


@contextmanager
def held(sql: str, params: Iterable[Any] = ()) -> Iterator[None]:
    """Keep what a statement locks or writes for the length of the block, then take it back."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(sql, list(params))
        yield
    finally:
        other.rollback()
        other.close()


def flags_held(case_ids: Iterable[int]) -> Any:
    """Stop whoever raises the flag of one of these cases right there."""
    return held(
        """
        INSERT INTO accountability_flag (case_id, court_id, rule, version, start_seq, start_on,
            due, lapse_on, duty, state, level, raised_on, raised_at)
        SELECT case_id, court_id, rule, version, start_seq, start_on, due, lapse_on, duty,
            'raised', 0, lapse_on, now()
        FROM deadlines_clock
        WHERE case_id = ANY(%s) AND rule = 'send_enforcement_notice'
        """,
        [list(case_ids)],
    )


def case_held(case: Case) -> Any:
    """Stop whoever acts on a case before they have begun."""
    return held("SELECT FROM cases_case WHERE id = %s FOR NO KEY UPDATE", [case.pk])


# -- threads -----------------------------------------------------------------------------------


def closing(act: Callable[[], Any]) -> Callable[[], Any]:
    """Return the act as a thread does it: with a connection of its own, closed behind it."""

    def own() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return own


def at_once(*acts: Callable[[], Any], stop: Any = None) -> list[Any]:
    """Do acts in threads with connections of their own; return their results or refusals.

    Args:
        stop: what all of them run into, as made by ``held``: it is let go only when every one
            of them stands before it, so that they are at it at the same time.
    """
    start = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        try:
            return act()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        own = [closing(partial(one, act)) for act in acts]
        if stop is None:
            return [future.result(PATIENCE) for future in [pool.submit(act) for act in own]]
        with stop:
            done = [pool.submit(act) for act in own]
            until(lambda: waiting() == len(acts), f"{len(acts)} stand before the lock")
        return [future.result(PATIENCE) for future in done]


# -- what must hold ----------------------------------------------------------------------------


def truth(today: date) -> set[Lapse]:
    """Return what must be flagged by a day, derived from the timelines and nothing else."""
    law, owed = current(), set()
    events: dict[int, list[Event]] = {}
    for row in CaseEvent.objects.order_by("case_id", "seq"):
        told = Event(row.seq, row.kind, row.on, json.loads(row.data))
        events.setdefault(row.case_id, []).append(told)
    for case_id, timeline in events.items():
        for c in derive(timeline, law.rulebook, law.calendar):
            if c.severity == "flag" and c.lapse_on and c.lapse_on <= today:
                holder = _holder(case_id, c.due) if c.duty == "handler" else None
                owed.add((case_id, c.rule, c.start_seq, c.start_on, c.due, c.lapse_on, holder))
    return owed


def _holder(case_id: int, on: date | None) -> int | None:
    assert on is not None
    terms = HandlerTerm.objects.filter(case_id=case_id).order_by("-first_day")
    return next((term.user_id for term in terms if term.covers(on)), None)


def flags() -> set[Lapse]:
    """Return what is flagged, in the same words."""
    names = ("case_id", "rule", "start_seq", "start_on", "due", "lapse_on", "holder_id")
    return set(Flag.objects.exclude(state="withdrawn").values_list(*names))


def told(kind: str) -> list[Any]:
    """Return the ids of flags that events of a kind tell of, one for each event."""
    rows = CaseEvent.objects.filter(kind=kind).values_list("data", flat=True)
    return [json.loads(data)["flag"] for data in rows]


def hold_together() -> None:
    """Hold flags, timelines, sheets and figures to each other, whatever happened before."""
    assert Counter(told("flag.raised")) >= Counter(Flag.objects.values_list("pk", flat=True))
    verified = verify()
    assert not verified.faults, verified.faults[:3]
    assert verified.events == CaseEvent.objects.count()
    seen = dict(Sheet.objects.filter(sick="").values_list("case_id", "seen"))
    stale = set(Stale.objects.values_list("case_id", flat=True))
    versions = Case.objects.exclude(pk__in=stale).values_list("pk", "version")
    assert all(seen.get(pk) == version for pk, version in versions)
    counted = check()
    assert counted.clean, counted.wrong[:3]


def each_told_once() -> None:
    """Hold every flag to exactly one event that raised it."""
    assert sorted(told("flag.raised")) == sorted(Flag.objects.values_list("pk", flat=True))
