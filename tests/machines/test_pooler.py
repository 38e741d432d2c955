"""Behind PgBouncer in transaction mode all goes as always: three servers for thirty people."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.checks import run_checks

from enforcement import servers
from enforcement.programs import identity
from tests.chaos.machine import Machine, until
from tests.chaos.writers import FILING
from tests.machines import programs
from tests.watching.running import free_port, started, web

SERVERS, PEOPLE = 3, 30

pytestmark = pytest.mark.slow


class Pooled:
    """A system whose processes reach PostgreSQL through PgBouncer only."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder, 5)
        self.port = free_port()
        name = f"127.0.0.1:{self.port}/{servers.DATABASE}"
        self.direct = dict(self.machine.env)
        self.machine.env |= {
            "DATABASE_URL": f"postgres://{servers.SUPERUSER}@{name}",
            "DATABASE_POOLER": "transaction",
        }

    def configured(self) -> Path:
        """Write the pooler's file where the servers' own user may read it."""
        places, folder = self.machine.places, self.machine.places.sockets
        server = f"host={places.sockets} port={servers.PORT} user={servers.SUPERUSER}"
        file = folder / "pgbouncer.ini"
        file.write_text(
            f"""[databases]
{servers.DATABASE} = {server} dbname={servers.DATABASE}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {SERVERS}
max_client_conn = 200
admin_users = {servers.SUPERUSER}
"""
        )
        if who := identity(places.postgres):
            os.chown(file, *who)
        return file

    def reached(self) -> bool:
        """Tell whether the pooler answers."""
        try:
            self.told("SHOW VERSION")
        except psycopg.OperationalError:
            return False
        return True

    def told(self, words: str) -> list[tuple[Any, ...]]:
        """Ask the pooler itself."""
        address = f"host=127.0.0.1 port={self.port} user={servers.SUPERUSER} dbname=pgbouncer"
        with psycopg.connect(address, autocommit=True) as line:
            return psycopg.ClientCursor(line).execute(words).fetchall()  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooled]:
    """Run servers, pooler and web server."""
    program = programs.find("pgbouncer")
    if not program:
        pytest.skip("there is no pgbouncer (Debian: pgbouncer)")
    found = Pooled(tmp_path_factory.mktemp("pooled"))
    machine = found.machine
    servers.start_postgres(machine.places)
    servers.start_redis(machine.places)
    log = machine.folder / "pgbouncer.log"
    who = identity(machine.places.postgres)
    user = {"user": who[0], "group": who[1]} if who else {}
    with log.open("wb") as out:
        pooler = subprocess.Popen(
            [program, str(found.configured())], stdout=out, stderr=out, cwd="/", **user
        )
    try:
        until(found.reached, f"the pooler answers: {log.read_text()[-500:]}", 30)
        through, machine.env = machine.env, found.direct
        machine.manage("migrate", "--verbosity", "0")
        machine.env = through
        machine.shell("from tests.chaos.people import make; make()")
        with started(web(machine.port), machine.env, machine.folder / "web.log"):
            until(machine.is_ready, "the pages answer")
            yield found
    finally:
        pooler.terminate()
        pooler.wait(20)
        servers.stop_redis(machine.places)
        servers.stop_postgres(machine.places)
        shutil.rmtree(machine.places.sockets, ignore_errors=True)


def test_thirty_people_write_at_once_through_three_servers(pooled: Pooled) -> None:
    machine = pooled.machine
    said = machine.shell("from tests.machines.lists import ways_in; ways_in('tang')")
    token, court = (json.loads(said)["tang"][name] for name in ("token", "court"))

    def file(nth: int) -> int:
        link = http.client.HTTPConnection("127.0.0.1", machine.port, timeout=60)
        parties = [
            {"role": "applicant", "kind": "natural", "name": f"申请人{nth}"},
            {"role": "debtor", "kind": "legal", "name": "商洛某某建设有限公司"},
        ]
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"pooled-{nth}-abcdefgh",
        }
        body = json.dumps({**FILING, "parties": parties}).encode()
        link.request("POST", f"/api/v1/courts/{court}/cases/", body, headers)
        answer = link.getresponse()
        answer.read()
        return answer.status

    with ThreadPoolExecutor(PEOPLE) as crowd:
        assert set(crowd.map(file, range(3 * PEOPLE))) == {201}
    pools = [row for row in pooled.told("SHOW SERVERS") if servers.DATABASE in row]
    assert 1 <= len(pools) <= SERVERS
    machine.manage("sweep")
    assert re.search(rf"\b{3 * PEOPLE}\b", machine.manage("verify_ledger"))
    machine.manage("check_rollups")


def test_a_long_list_is_exported_without_a_cursor_held_open(pooled: Pooled) -> None:
    settings = pooled.machine.shell(
        "from django.db import connection as c;"
        "print(c.settings_dict['DISABLE_SERVER_SIDE_CURSORS'])"
    )
    assert settings == "True"
    count = pooled.machine.shell(
        "from cases.models import Party; print(sum(1 for _ in Party.objects.iterator(10)))"
    )
    assert int(count) > 10


def test_an_unknown_kind_of_pooler_is_refused(settings: Any) -> None:
    settings.DATABASE_POOLER = "session"
    assert "enforcement.E033" in {fault.id for fault in run_checks()}
    settings.DATABASE_POOLER = "transaction"
    assert "enforcement.E033" not in {fault.id for fault in run_checks()}
