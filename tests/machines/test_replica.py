"""Dashboards and lists come from a streaming replica, and everything else from the primary.

The replica is a real one, built by pg_basebackup and following the primary; the web server is a
process of its own. Who was asked what stands in the logs of the two servers.
"""

from __future__ import annotations

import http.client
import json
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from enforcement import servers
from tests.chaos.machine import until
from tests.chaos.writers import FILING
from tests.machines import pair as machines
from tests.machines.pair import LISTED, MAX_LAG, REST, TIMEOUT, WRITES, Pair
from tests.watching.running import started, web

NOTICE = "统计暂由主库提供"
PAGES = ("/cases/", "/clocks/", "/flags/", "/docket/")
ABOVE = ("/dashboard/", "/cases/", "/clocks/", "/flags/", "/petitions/", "/reports/", "/orders/")


@dataclass
class Person:
    """Somebody at a browser, and their program."""

    port: int
    session: str
    token: str
    court: str

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        """Send a request as a browser, or as a program below ``/api/`` ; return what came."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        api = path.startswith("/api/")
        headers = (
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            if api
            else {"Cookie": f"sessionid={self.session}"}
        )
        if body is not None:
            headers["Idempotency-Key"] = f"pair-{time.monotonic_ns()}-key"
        sent = json.dumps(body).encode() if body is not None else None
        link.request("GET" if body is None else "POST", path, sent, headers)
        answer = link.getresponse()
        found = answer.status, answer.read().decode()
        link.close()
        return found

    def page(self, path: str) -> str:
        """Return the text of a page that must come."""
        status, text = self.ask(path)
        assert status == 200, (path, status, text[:400])
        return text

    def files_a_case(self) -> str:
        """File a case over the interface; return its number."""
        parties = [
            {"role": "applicant", "kind": "natural", "name": "申请人某"},
            {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"},
        ]
        status, said = self.ask(
            f"/api/v1/courts/{self.court}/cases/", {**FILING, "parties": parties}
        )
        assert status == 201, said
        return str(json.loads(said)["case"]["number"])

    def sees(self, number: str) -> bool:
        """Tell whether their list of cases, as page and as program, has a number in it."""
        on_page = number in self.page("/cases/")
        in_list = number in self.page("/api/v1/cases/")
        assert on_page == in_list
        return on_page


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Run the pair with a web server."""
    with machines.running() as pair:
        log = pair.folder / "web.log"
        with started(web(pair.port), pair.env, log):
            until(lambda: ready(pair), "the pages answer")
            yield pair


def ready(pair: Pair) -> bool:
    """Tell whether the web server serves."""
    try:
        return Person(pair.port, "", "", "").ask("/health/ready")[0] == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def people(pair: Pair) -> dict[str, Person]:
    """Return the filing clerk, a judge and a supervisor above, signed in."""
    names = ("tang", "lin", "he")
    said = pair.shell(f"from tests.machines.lists import ways_in; ways_in{names}")
    return {name: Person(pair.port, **way) for name, way in json.loads(said).items()}


@pytest.fixture(autouse=True)
def sound(pair: Pair, people: dict[str, Person]) -> None:
    """Begin each test with a replica that runs, follows and is used."""
    pair.sql(pair.replica, "SELECT pg_wal_replay_resume()")
    until(lambda: metrics(pair)["enforcement_replica_used"] == 1, "the replica is used")
    until(pair.caught_up, "the replica has caught up")


def metrics(pair: Pair) -> dict[str, float]:
    """Return the figures of the replica."""
    status, text = Person(pair.port, "", "", "").ask("/metrics")
    assert status == 200
    return {
        name: float(value)
        for name, value in re.findall(r"^(enforcement_replica_\w+) (\S+)$", text, re.MULTILINE)
    }


def place_of(pair: Pair, ask: Any) -> tuple[bool, bool]:
    """Return whether asking read what lists are made of from the primary, from the replica."""
    since = pair.mark()
    ask()
    both = (pair.primary, pair.replica)
    asked = [bool(LISTED.search(pair.asked(places, since))) for places in both]
    return asked[0], asked[1]


# -- where lists are read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "path"), [*(("lin", path) for path in PAGES), *(("he", path) for path in ABOVE)]
)
def test_a_list_or_dashboard_is_read_from_the_replica_alone(
    pair: Pair, people: dict[str, Person], who: str, path: str
) -> None:
    assert place_of(pair, lambda: people[who].page(path)) == (False, True)


@pytest.mark.parametrize("path", ["/api/v1/cases/", "/api/v1/clocks/", "/api/v1/flags/"])
def test_a_list_for_programs_is_read_from_the_replica_alone(
    pair: Pair, people: dict[str, Person], path: str
) -> None:
    assert place_of(pair, lambda: people["lin"].page(path)) == (False, True)


@pytest.mark.parametrize("path", ["/cases/1/", "/api/v1/cases/1/", "/api/v1/flags/?case=1"])
def test_a_case_and_what_hangs_on_it_are_read_from_the_primary(
    pair: Pair, people: dict[str, Person], path: str
) -> None:
    assert place_of(pair, lambda: people["lin"].page(path)) == (True, False)


def test_the_replica_is_asked_for_no_session_post_or_person(
    pair: Pair, people: dict[str, Person]
) -> None:
    since = pair.mark()
    people["he"].page("/dashboard/")
    asked = pair.asked(pair.replica, since)
    assert "enforcement_rollup" in asked
    for table in ("django_session", "enforcement_post", 'FROM "enforcement_user"', "_apitoken"):
        assert table not in asked
        assert table == "_apitoken" or table in pair.asked(pair.primary, since)


def test_a_number_on_the_dashboard_and_the_list_it_opens_agree_while_the_replica_stands_still(
    pair: Pair, people: dict[str, Person]
) -> None:
    pair.sql(pair.replica, "SELECT pg_wal_replay_pause()")
    people["tang"].files_a_case()  # the primary is ahead now
    he = people["he"]
    board = he.page("/dashboard/")
    links = re.findall(r'href="(/(?:clocks|flags)/\?[^"]+)">(\d+)</a>', board)
    assert links
    assert any(int(number) for _, number in links)
    for link, number in links:
        rows = he.page(link.replace("&amp;", "&"))
        assert len(re.findall(r'href="/(?:clocks/\d+/why|flags/\d+)/"', rows)) == int(number), link
    assert NOTICE not in board


# -- one's own writes --------------------------------------------------------------------------


def test_who_writes_sees_it_at_once_and_others_when_the_replica_has_it(
    pair: Pair, people: dict[str, Person]
) -> None:
    pair.sql(pair.replica, "SELECT pg_wal_replay_pause()")
    number = people["tang"].files_a_case()
    assert people["tang"].sees(number)
    assert place_of(pair, lambda: people["tang"].page("/cases/")) == (True, False)
    assert NOTICE not in people["tang"].page("/cases/")
    assert not people["he"].sees(number)
    pair.sql(pair.replica, "SELECT pg_wal_replay_resume()")
    until(lambda: people["he"].sees(number), "the others see it")
    until(
        lambda: place_of(pair, lambda: people["tang"].page("/cases/")) == (False, True),
        "their lists come from the replica again",
    )
    assert people["tang"].sees(number)


def test_one_s_own_write_is_seen_also_when_redis_has_forgotten_everything(
    pair: Pair, people: dict[str, Person]
) -> None:
    import redis

    pair.sql(pair.replica, "SELECT pg_wal_replay_pause()")
    number = people["tang"].files_a_case()
    with redis.Redis.from_url(pair.env["REDIS_URL"]) as client:
        client.flushall()
    assert people["tang"].sees(number)


# -- when it fails -----------------------------------------------------------------------------


def test_a_replica_that_falls_behind_is_left_with_a_notice_until_it_has_caught_up(
    pair: Pair, people: dict[str, Person]
) -> None:
    pair.sql(pair.replica, "SELECT pg_wal_replay_pause()")
    number = people["tang"].files_a_case()
    until(lambda: NOTICE in people["he"].page("/cases/"), "it is told", MAX_LAG + 20)
    assert people["he"].sees(number)
    found = metrics(pair)
    assert (found["enforcement_replica_up"], found["enforcement_replica_used"]) == (1, 0)
    assert found["enforcement_replica_lag_seconds"] > MAX_LAG
    pair.sql(pair.replica, "SELECT pg_wal_replay_resume()")
    until(lambda: NOTICE not in people["he"].page("/cases/"), "it is used again")
    assert people["he"].sees(number)
    assert metrics(pair)["enforcement_replica_lag_seconds"] < MAX_LAG


def test_a_dead_replica_costs_no_page_and_the_figures_tell(
    pair: Pair, people: dict[str, Person]
) -> None:
    assert NOTICE not in people["he"].page("/dashboard/")
    pair.stop(pair.replica)
    began = time.monotonic()
    for path in ABOVE:
        assert NOTICE in people["he"].page(path)
    assert people["lin"].ask("/api/v1/cases/")[0] == 200
    assert time.monotonic() - began < TIMEOUT + 3
    found = metrics(pair)
    assert (found["enforcement_replica_up"], found["enforcement_replica_used"]) == (0, 0)
    status, said = people["lin"].ask("/health/ready")
    assert (status, "replica" in json.loads(said)["warnings"]) == (200, True)
    servers.start_postgres(pair.replica)
    until(lambda: NOTICE not in people["he"].page("/dashboard/"), "it is used again", REST + 20)
    assert metrics(pair)["enforcement_replica_up"] == 1
    assert place_of(pair, lambda: people["he"].page("/dashboard/")) == (False, True)


def test_a_replica_that_hangs_is_given_up(pair: Pair, people: dict[str, Person]) -> None:
    people["he"].page("/dashboard/")
    pair.freeze(pair.replica, signal.SIGSTOP)
    try:
        began = time.monotonic()
        text = people["he"].page("/dashboard/")
        assert time.monotonic() - began < 2 * TIMEOUT + 6
        assert NOTICE in text
        began = time.monotonic()
        people["he"].page("/cases/")
        assert time.monotonic() - began < TIMEOUT + 1
    finally:
        pair.freeze(pair.replica, signal.SIGCONT)
    until(lambda: NOTICE not in people["he"].page("/dashboard/"), "it is used again")


# -- no writes ---------------------------------------------------------------------------------

TRY = """
from django.db import connections, transaction
from enforcement.models import Court
from cases.models import Case
from enforcement.replica.aliases import from_replica
said = []
for sql in ("INSERT INTO enforcement_kept (key, value) VALUES ('x', '1')",
            "DELETE FROM cases_lead", "SELECT * FROM cases_case FOR UPDATE"):
    try:
        connections["replica"].cursor().execute(sql)
        said.append("written")
    except Exception as error:
        said.append(type(error.__cause__).__name__)
with from_replica():
    where = [Case.objects.all().db]
    with transaction.atomic():
        where.append(Case.objects.select_for_update().db)
    where.append(Case.objects.all().db)
try:
    Court.objects.first().save(using="replica")
    said.append("written")
except Exception as error:
    said.append(type(error.__cause__).__name__)
print(*said, *where)
"""


def test_nothing_is_ever_written_to_the_replica(pair: Pair, people: dict[str, Person]) -> None:
    """Refused by the database; and who locks or writes goes on reading from the primary."""
    refused = ["ReadOnlySqlTransaction"] * 4
    assert pair.shell(TRY).split() == [*refused[:3], refused[3], "replica", "default", "default"]
    since = pair.mark()
    people["tang"].files_a_case()
    for path in ("/cases/", "/docket/", "/cases/1/"):
        people["lin"].page(path)
    assert WRITES.search(pair.asked(pair.primary, since))
    assert not WRITES.search(pair.asked(pair.replica, since))


def test_a_promoted_replica_is_no_longer_read_and_still_refuses_writes(
    pair: Pair, people: dict[str, Person]
) -> None:
    pair.sql(pair.replica, "SELECT pg_promote()")
    until(lambda: NOTICE in people["he"].page("/cases/"), "it is left")
    assert pair.shell(TRY).split()[:4] == ["ReadOnlySqlTransaction"] * 4
    found = metrics(pair)
    assert (found["enforcement_replica_up"], found["enforcement_replica_used"]) == (0, 0)
