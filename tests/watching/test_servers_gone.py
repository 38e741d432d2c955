"""When a server is away: a plain page, no trace, and verbs that go on without Redis.

The web servers are real processes; the database and the Redis that stop are of their own.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sys
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from enforcement import servers
from enforcement.programs import identity, postgres_bin, run
from tests.watching.running import free_port, started, web

DEAD_REDIS = "redis://127.0.0.1:1/0"
DEAD_DATABASE = "postgres://nobody@127.0.0.1:1/nowhere"
#: Words that a page for people never has.
INNER = re.compile(r"Traceback|OperationalError|psycopg|File \"|127\.0\.0\.1:1\b|redis\.exceptions")


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Site:
    """A web server of this test, asked as a browser asks."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """Send a request and keep the cookies of the answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link.request("GET" if form is None else "POST", path, body, headers)
        got = link.getresponse()
        for cookie in got.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        found = Answer(got.status, got.read().decode(errors="replace"), {})
        found.headers = {name.lower(): value for name, value in got.headers.items()}
        link.close()
        return found

    def wait(
        self,
        status: int = 200,
        path: str = "/health/live",
        seconds: float = 90,
        log: Path | None = None,
    ) -> Answer:
        """Ask until the status comes."""
        until = time.monotonic() + seconds
        while True:
            try:
                found = self.ask(path)
                if found.status == status:
                    return found
            except (OSError, http.client.HTTPException):
                found = Answer(0, "nobody listens", {})
            assert time.monotonic() < until, (found, log and log.read_text())
            time.sleep(0.2)

    def csrf(self, path: str) -> dict[str, str]:
        """Open a page with a form and return its token as a field."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path).text)
        assert found
        return {"csrfmiddlewaretoken": found[1]}


def is_plain(answer: Answer) -> None:
    """Hold an answer to the page of an outage."""
    assert answer.status == 503, answer.text[:500]
    assert "系统暂时不能使用" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["retry-after"]
    assert not INNER.search(answer.text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of logs."""
    return tmp_path_factory.mktemp("gone")


def test_without_a_database_people_see_a_plain_page_and_programs_a_problem(
    child_env: dict[str, str], folder: Path
) -> None:
    site = Site(free_port())
    env = {**child_env, "DATABASE_URL": DEAD_DATABASE}
    with started(web(site.port), env, folder / "web1.log"):
        site.wait()
        for path in ("/", "/portal/", "/accounts/login/", "/docket/", "/cases/1/"):
            site.cookies["sessionid"] = "x" * 32
            answer = site.ask(path)
            if answer.status not in (200, 302):  # a page that asks nothing of the database
                is_plain(answer)
        assert site.ask("/docket/").status == 503
        answer = site.ask("/api/v1/cases/")
        assert answer.status == 503
        assert json.loads(answer.text)["code"] == "unavailable"
        assert answer.headers["retry-after"]
        assert site.ask("/health/ready").status == 503
        site.cookies.clear()
        assert site.ask("/health/live").status == 200
    assert "OperationalError" in (folder / "web1.log").read_text()


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[servers.Places]:
    """Start a PostgreSQL of this test's own, on a short path."""
    sockets = Path("/tmp") / f"gone-{os.getpid()}"  # noqa: S108 - short, for the sockets in it
    places = servers.Places(tmp_path / "var", sockets)
    servers.start_postgres(places)
    yield places
    servers.stop_postgres(places)


def crash(places: servers.Places) -> None:
    """Stop PostgreSQL as a power cut would."""
    command: list[str | Path] = [postgres_bin() / "pg_ctl", "stop", "-s", "-w", "-m", "immediate"]
    code, said = run([*command, "-D", places.postgres], identity(places.postgres))
    assert code == 0, said


def test_a_database_that_stops_and_comes_back_is_found_again_by_itself(
    own_servers: servers.Places, child_env: dict[str, str], folder: Path
) -> None:
    site = Site(free_port())
    address = f"postgres://postgres@:{servers.PORT}/{servers.DATABASE}?host={own_servers.sockets}"
    env = {**child_env, "DATABASE_URL": address, "CONN_MAX_AGE": "600"}
    with started(
        ["/bin/sh", "-c", MIGRATE_AND_SERVE.format(port=site.port, python=sys.executable)],
        env,
        folder / "w.log",
    ):
        site.wait(seconds=180, log=folder / "w.log")
        assert site.wait(200, "/health/ready").status == 200
        site.cookies["sessionid"] = "x" * 32
        assert site.ask("/docket/").status == 302
        crash(own_servers)
        assert servers.ask_postgres(own_servers) == "down"
        site.cookies["sessionid"] = "x" * 32  # somebody who was signed in
        is_plain(site.ask("/docket/"))
        servers.start_postgres(own_servers)
        assert site.wait(302, "/docket/", 20)


MIGRATE_AND_SERVE = (
    "{python} manage.py migrate --verbosity 0 && exec {python} manage.py serve --port {port}"
    " --workers 1"
)


def test_without_redis_a_portal_that_is_tried_too_often_closes_and_sign_in_works(
    child_env: dict[str, str], folder: Path, transactional_db: None
) -> None:
    from enforcement.models import User

    User.objects.create_user(username="lin", password="a long true password 1")
    site = Site(free_port())
    env = {**child_env, "REDIS_URL": DEAD_REDIS}
    with started(web(site.port), env, folder / "web3.log"):
        site.wait(log=folder / "web3.log")
        ready = site.ask("/health/ready")
        assert (ready.status, "redis" in ready.text) == (200, True)
        answers = []
        for _ in range(11):
            form = {**site.csrf("/portal/"), "number": "（2026）陕1002执1号", "code": "AB23CD45"}
            answers.append(site.ask("/portal/", form).status)
        assert answers == [400] * 10 + [429]
        form = {**site.csrf("/accounts/login/"), "login": "lin"}
        assert site.ask("/accounts/login/", {**form, "password": "wrong"}).status == 200
        form = {**site.csrf("/accounts/login/"), "login": "lin"}
        right = site.ask("/accounts/login/", {**form, "password": "a long true password 1"})
        assert right.status == 302
    said = (folder / "web3.log").read_text()
    assert "the database keeps the counters now" in said
    assert "AB23CD45" not in said
    assert "a long true password" not in said
