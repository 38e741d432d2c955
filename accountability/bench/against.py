"""What stands against the figures: the naive way, and the floor of bare SQL, in the same run.

The naive way is what most systems do: one query for each line of a page, a live count instead of
one kept ready, a sort of the whole table, a row written at a time. The floor is the least that any
design has to do: the rows themselves, by their keys, with nothing checked or drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from accountability.bench.figures import Figure, timed
from cases import chain
from cases.models import Case, CaseEvent, Party
from deadlines.models import Clock
from enforcement.models import Court, User

#: Lines of a page, events of a long case, rows a naive loop takes.
LINES, EVENTS, SINGLE = 50, 200, 500
RUNS = 5


def _median_of(name: str, work: Callable[[], Any], runs: int = RUNS) -> Figure:
    """Time a piece of work in milliseconds, once before to warm up."""
    work()
    return Figure(name, "ms", tuple(timed(work) * 1000 for _ in range(runs)))


def _sql(name: str, sql: str, params: Sequence[Any], runs: int = RUNS) -> Figure:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.fetchall()

    return _median_of(name, run, runs)


# -- pages and lists ---------------------------------------------------------------------------


def against_pages(busy: Court, judge: int, top: Court, today: date) -> Iterable[Figure]:
    """Yield the naive way and the floor of dashboards, dockets, lists and searches.

    Args:
        busy: the court with most cases; ``judge``: key of its busiest judge.
        top: the court above all.
    """
    ids = list(Case.objects.filter(court=busy).order_by("id").values_list("pk", flat=True)[:LINES])
    yield _sql("dashboard_floor_ms", _ROLLUP, [top.key])
    yield _sql("docket_naive_ms", _DOCKET, [judge])
    yield _sql("docket_floor_ms", _KEYS.format("cases_case"), [ids])
    yield _sql("list_naive_ms", _LIST, [top.lft, top.rgt], runs=3)
    yield _sql("clock_list_naive_ms", _CLOCKS, [top.lft, top.rgt, today, today], runs=3)
    clocks = list(Clock.objects.filter(case_id__in=ids).values_list("pk", flat=True)[:LINES])
    yield _sql("clock_list_floor_ms", _KEYS.format("deadlines_clock"), [clocks])
    people = list(Party.objects.filter(case_id__in=ids).values_list("pk", flat=True)[:LINES])
    yield _sql("search_floor_ms", _KEYS.format("cases_party"), [people])


_ROLLUP = "SELECT * FROM enforcement_rollup WHERE court_id = %s"
_KEYS = "SELECT * FROM {} WHERE id = ANY(%s)"
_DOCKET = """
SELECT c.id, c.number, (
    SELECT min(k.due) FROM deadlines_clock k WHERE k.case_id = c.id AND k.stopped_on IS NULL
) AS due FROM cases_case c
WHERE c.handler_id = %s::bigint AND c.state <> 'closed' ORDER BY due NULLS LAST
"""
_LIST = """
SELECT c.id, c.number FROM cases_case c JOIN enforcement_court t ON t.key = c.court_id
WHERE t.lft >= %s AND t.rgt <= %s ORDER BY c.filed_on + 0 DESC, c.id DESC LIMIT 50
"""
_CLOCKS = """
SELECT k.* FROM deadlines_clock k JOIN enforcement_court t ON t.key = k.court_id
WHERE t.lft >= %s AND t.rgt <= %s AND k.due - 3 <= %s AND k.due + 1 > %s
  AND k.state IN ('running', 'suspended')
ORDER BY k.due + 0, k.case_id LIMIT 50
"""


# -- pages as a loop ---------------------------------------------------------------------------


def against_http(case: Case, judge: User) -> Iterable[Figure]:
    """Yield what the same answers take, unrendered, when every line asks for itself.

    Args:
        case: the long case; ``judge``: who holds it.
    """
    yield _median_of("http_docket_naive_ms", lambda: _docket_loop(judge), 3)
    yield _median_of("http_case_naive_ms", lambda: _case_loop(case.pk), 3)
    yield _median_of("http_portal_naive_ms", lambda: _case_loop(case.pk, people=False), 3)
    yield _median_of("http_api_list_naive_ms", lambda: _list_loop(case), 3)
    yield _median_of("http_api_verb_floor_ms", lambda: _bare_verb(case.pk))


def _lines(cases: Iterable[Case]) -> list[tuple[Any, ...]]:
    """Fetch court, parties, clocks and last event of each case for itself."""
    found = []
    for case in cases:
        due = [k.due for k in Clock.objects.filter(case=case, stopped_on__isnull=True)]
        names = [p.name for p in Party.objects.filter(case=case)]
        last = CaseEvent.objects.filter(case=case).order_by("-seq").first()
        found.append((case.court.name, case.handler and case.handler.name, due, names, last))
    return found


def _docket_loop(judge: User) -> None:
    _lines(Case.objects.filter(handler=judge).exclude(state="closed")[:LINES])


def _list_loop(case: Case) -> None:
    _lines(Case.objects.filter(court=case.court).exclude(state="closed").order_by("-id")[:LINES])


def _case_loop(pk: int, *, people: bool = True) -> None:
    case = Case.objects.get(pk=pk)
    _lines([case])
    for event in CaseEvent.objects.filter(case=case).order_by("-seq")[:EVENTS]:
        _ = (event.fields, event.by.name if people and event.by else "")


def _bare_verb(pk: int) -> None:
    """Write what a lead writes, one row and one event, and take it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BARE_VERB, {"case": pk})
        transaction.set_rollback(True)


_BARE_VERB = """
WITH lead AS (
    INSERT INTO cases_lead (case_id, asset_kind, content, urgent, submitted_on, state, finding,
        void)
    VALUES (%(case)s, 'deposit', 'x', false, current_date, 'submitted', '', false) RETURNING id
), told AS (
    INSERT INTO cases_caseevent (case_id, seq, kind, "on", at, by_id, data, hash)
    SELECT c.id, c.version + 1, 'lead.submitted', current_date, now(), NULL, '{}',
        sha256('x'::bytea)
    FROM cases_case c WHERE c.id = %(case)s
)
UPDATE cases_case SET version = version + 1 WHERE id = %(case)s
"""


# -- the sweep with nothing due, sheets, the ledger ----------------------------------------------


def against_idle(today: date) -> Iterable[Figure]:
    """Yield how long it takes to look through every clock, and to find nothing in an index."""
    yield _sql("sweep_idle_naive_ms", _UNFLAGGED, [today], runs=3)
    yield _sql(
        "sweep_idle_floor_ms", "SELECT 1 FROM deadlines_sheet WHERE next_look <= %s", [today]
    )


_UNFLAGGED = """
SELECT count(*) FROM deadlines_clock k WHERE k.severity || '' = 'flag' AND k.lapse_on + 0 <= %s
  AND NOT EXISTS (SELECT FROM accountability_flag f WHERE f.case_id = k.case_id
                  AND f.rule = k.rule AND f.start_seq = k.start_seq)
"""


def against_rebuild(ids: Sequence[int]) -> Iterable[Figure]:
    """Yield cases a second when events are only read and clocks only written."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bare (LIKE deadlines_clock) ON COMMIT DROP")
        start = perf_counter()
        cursor.execute("SELECT * FROM cases_caseevent WHERE case_id = ANY(%s)", [list(ids)])
        cursor.fetchall()
        cursor.execute(
            "INSERT INTO bare SELECT * FROM deadlines_clock WHERE case_id = ANY(%s)", [list(ids)]
        )
        rate = len(ids) / (perf_counter() - start)
    yield Figure("rebuild_floor_cases_per_s", "cases/s", (rate,))


def against_verify() -> Iterable[Figure]:
    """Yield events a second when each case's events are fetched and hashed one by one."""
    start, seen = perf_counter(), 0
    for pk in Case.objects.order_by("id").values_list("pk", flat=True)[:SINGLE]:
        head = chain.GENESIS
        for e in CaseEvent.objects.filter(case_id=pk).order_by("seq"):
            line = chain.text(pk, e.seq, e.kind, e.on, e.at, e.by_id, e.data)
            head = chain.link(head, line)
            seen += 1
    yield Figure("verify_loop_events_per_s", "events/s", (seen / (perf_counter() - start),))


# -- the load ----------------------------------------------------------------------------------


def against_load() -> Iterable[Figure]:
    """Yield rows a second: written one statement each, and in bulk without keys and triggers."""
    tables: tuple[type[Model], ...] = (CaseEvent, Clock, Party)
    told = [_copied(model) for model in tables]
    bare, bare_spent, single, single_spent = (sum(part) for part in zip(*told, strict=True))
    yield Figure("generate_loop_rows_per_s", "rows/s", (single / single_spent,))
    yield Figure("generate_floor_rows_per_s", "rows/s", (bare / bare_spent,))


def _copied(model: type[Model]) -> tuple[float, float, float, float]:
    """Return rows and seconds in bulk, then rows and seconds one by one, for one table."""
    table, fields = model._meta.db_table, model._meta.concrete_fields
    rows = list(model._default_manager.order_by("pk")[:SINGLE])
    names, places = ", ".join(f'"{f.column}"' for f in fields), ", ".join(["%s"] * len(fields))
    one = f"INSERT INTO bare ({names}) VALUES ({places})"  # noqa: S608 - a model's
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bare (LIKE {table}) ON COMMIT DROP")
        bulk = f"INSERT INTO bare SELECT * FROM {table} LIMIT 50000"  # noqa: S608 - a model's
        seconds = timed(lambda: cursor.execute(bulk))
        count = cursor.rowcount
        start = perf_counter()
        for row in rows:
            cursor.execute(one, [getattr(row, field.attname) for field in fields])
        return count, seconds, len(rows), perf_counter() - start
