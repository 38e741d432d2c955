"""Figures over HTTP: a real web server on this machine, eight clients with kept connections.

The clients run in this process and share the two cores with server and database, as a caller on
the same machine would.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from accountability.bench.against import against_http
from accountability.bench.figures import Figure, p95
from accountability.bench.rows import query_code
from accountability.bench.sweeping import Meanwhile
from accountability.bench.worker import Team
from cases.models import Case
from cases.verb import VERBS
from enforcement.models import User
from enforcement.rest import tokens
from enforcement.supervisor import Supervisor

CLIENTS = 8
#: Requests of one run of one figure.
COUNT = 160
#: Requests after which the memory of the web workers is read, by size.
MANY = {"XS": 100, "S": 500, "M": 1_500, "L": 10_000, "N": 10_000}
EVENTS = 200
PATIENCE = 60.0
Headers = dict[str, str]


@contextmanager
def served() -> Iterator[tuple[Supervisor, int]]:
    """Run the web server on the database of this process, and stop it."""
    port = _free_port()
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "2"]
    web += ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "2"]
    supervisor = Supervisor(settings.VAR_DIR / "log", environment(), settings.BASE_DIR)
    try:
        supervisor.start("bench-web", [*web, "enforcement.wsgi:application"])
        supervisor.wait_for(lambda: _answers(port, "/health/live"), PATIENCE)
        yield supervisor, port
    finally:
        supervisor.stop()


def environment() -> dict[str, str]:
    """Return the environment of a server on the scratch database, without limits on programs."""
    wanted = connection.settings_dict
    user = quote(wanted["USER"] or "") + (
        f":{quote(wanted['PASSWORD'])}" * bool(wanted["PASSWORD"])
    )
    place = f":{wanted['PORT']}" if wanted["PORT"] else ""
    url = f"postgres://{user}@{place}/{wanted['NAME']}?host={wanted['HOST']}"
    return {
        **os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL,
        "API_RATE": "1000000/min", "PAGE_RATE": "0", "PAGE_RATE_ANONYMOUS": "0",
        "MFA_REQUIRED": "0", "DIGEST_KEY": secrets.token_urlsafe(48),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_KEY": settings.DATA_KEYS[0], "INDEX_KEY": settings.INDEX_KEY,
    }  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, path: str) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", path)
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


class Caller:
    """One client with one kept connection."""

    def __init__(self, port: int, nth: int) -> None:
        """Connect when first asked; ``nth`` tells the clients apart."""
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.nth = nth

    def ask(
        self, method: str, path: str, headers: Headers, body: str = "", wanted: int = 200
    ) -> tuple[Headers, str]:
        """Send a request; return headers (names in lower case), cookies, and text of the answer.

        Raises:
            AssertionError: another status than the wanted one.
        """
        self.link.request(method, path, body=body.encode() or None, headers=headers)
        answer = self.link.getresponse()
        text = answer.read().decode(errors="replace")
        if answer.status != wanted:
            raise AssertionError(f"{method} {path} answered {answer.status}: {text[:300]}")
        cookies = "; ".join(c.partition(";")[0] for c in answer.headers.get_all("Set-Cookie") or [])
        return {**{k.lower(): v for k, v in answer.headers.items()}, "cookies": cookies}, text


Work = Callable[[Caller, int], Any]


def crowd(port: int, work: Work, count: int) -> list[float]:
    """Let eight clients do ``count`` pieces of work in all; return the milliseconds of each."""
    numbers, turn = iter(range(count)), threading.Lock()
    times: list[float] = []
    wrong: list[Exception] = []

    def client(nth: int) -> None:
        caller = Caller(port, nth)
        try:
            while not wrong:
                with turn:
                    n = next(numbers, None)
                if n is None:
                    return
                start = perf_counter()
                work(caller, n)
                times.append((perf_counter() - start) * 1000)
        except Exception as error:
            wrong.append(error)
        finally:
            caller.link.close()

    threads = [threading.Thread(target=client, args=[nth]) for nth in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return times


def over_http(size: str, seed: int, now: datetime) -> Iterable[Figure]:
    """Yield every figure over HTTP, and what the web workers hold in memory afterwards."""
    stage = Stage(seed, now)
    yield from against_http(stage.case, stage.judge)
    with served() as (supervisor, port):
        for name, work in stage.works().items():
            crowd(port, work, CLIENTS * 2)
            runs = [_run(port, work) for _ in range(3)]
            yield Figure(name, "ms", tuple(worst for worst, _ in runs))
            yield Figure(name.replace("_p95_ms", "_per_s"), "answers/s", tuple(r for _, r in runs))
        before = _memory(supervisor)
        crowd(port, stage.docket, MANY[size])
        yield Figure("web_rss_before_mb", "MB", (before,))
        yield Figure("web_rss_mb", "MB", (_memory(supervisor),))


def _run(port: int, work: Work) -> tuple[float, float]:
    """Return the percentile of one run, and how many pieces of work a second were done."""
    start = perf_counter()
    worst = p95(crowd(port, work, COUNT))
    return worst, COUNT / (perf_counter() - start)


def meanwhile(seed: int, now: datetime) -> Meanwhile:
    """Return what measures pages while somebody works: made ready before the work begins."""
    stage = Stage(seed, now)

    def measure(team: Team) -> Iterator[Figure]:
        works = {name: work for name, work in stage.works().items() if "verb" not in name}
        times: dict[str, list[float]] = {name: [] for name in works}
        with served() as (_, port):
            team.begin()
            for name, work in cycle(works.items()):
                if not team.working:
                    break
                times[name] += crowd(port, work, CLIENTS * 4)
        for name, found in times.items():
            if found:
                yield Figure(name.replace("http_", "backlog_"), "ms", (p95(found),))

    return measure


class Stage:
    """Who asks for what: a judge with a full docket, a case with 200 events, a program's token."""

    def __init__(self, seed: int, now: datetime) -> None:
        """Sign people in and make the long case longer, by verbs."""
        self.seed, self.now = seed, now
        enforcing = Case.objects.filter(state="enforcing")
        busiest = enforcing.values("court").annotate(n=Count("pk")).order_by("-n", "court")[0]
        mine = enforcing.filter(court=busiest["court"]).order_by("-version", "id")
        self.case = mine.select_related("handler", "court")[0]
        judge = self.case.handler
        assert judge is not None  # noqa: S101 - an enforcing case has one
        self.judge = judge
        self.cookie = {"Cookie": f"sessionid={_session(judge)}"}
        clerk = User.objects.get(username=f"load-{self.case.court_id}-clerk")
        self.numbers = list(Case.objects.order_by("id").values_list("number", flat=True)[:400])
        self.tokens = [tokens.issue(clerk, "bench", now=now).text for _ in range(CLIENTS)]
        self._lengthen(judge)
        rows = list(mine.order_by("id").values_list("pk", "version"))
        self.open = [dict(rows[nth::CLIENTS]) for nth in range(CLIENTS)]

    def _lengthen(self, judge: User) -> None:
        on = self.case.received_on
        assert on is not None  # noqa: S101 - so has it the day of receipt
        while self.case.version < EVENTS:
            VERBS["take_measure"].run(
                self.case, by=judge, now=self.now, on=on, kind="freeze",
                asset_kind="deposit", target="被执行人名下账户", amount=Decimal("100.00"),
                expires_on=on + timedelta(300),
            )  # fmt: skip
            self.case.refresh_from_db()

    def works(self) -> dict[str, Work]:
        """Return what is asked for, by the name of its figure."""
        return {
            "http_docket_p95_ms": self.docket,
            "http_case_p95_ms": self.long_case,
            "http_portal_p95_ms": self.portal,
            "http_api_list_p95_ms": self.api_list,
            "http_api_verb_p95_ms": self.api_verb,
            "http_floor_p95_ms": self.alive,
        }

    def alive(self, caller: Caller, n: int) -> None:
        """The least the server can be asked: that it is there."""
        caller.ask("GET", "/health/live", {})

    def docket(self, caller: Caller, n: int) -> None:
        """The judge's cases by urgency."""
        caller.ask("GET", reverse("docket"), self.cookie)

    def long_case(self, caller: Caller, n: int) -> None:
        """The page of a case with 200 events."""
        caller.ask("GET", reverse("case", args=[self.case.pk]), self.cookie)

    def portal(self, caller: Caller, n: int) -> None:
        """A party's look-up: number and query code, and the page they lead to."""
        path, number = "/portal/", self.numbers[n % len(self.numbers)]
        cookie = "csrftoken=" + "a" * 32
        form = {"number": number, "code": query_code(self.seed), "csrfmiddlewaretoken": "a" * 32}
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        found, _ = caller.ask("POST", path, headers, urlencode(form), 302)
        caller.ask("GET", found["location"], {"Cookie": f"{cookie}; {found['cookies']}"})

    def api_list(self, caller: Caller, n: int) -> None:
        """A page of cases for a program."""
        caller.ask("GET", f"{reverse('api:cases')}?state=open", self._bearer(n))

    def api_verb(self, caller: Caller, n: int) -> None:
        """A lead handed in by a program, on the version it looked at."""
        mine = self.open[caller.nth]
        pk = list(mine)[n % len(mine)]
        at = reverse("api:case_submit_lead", args=[pk])
        headers = {**self._bearer(n), "Content-Type": "application/json"}
        headers["If-Match"] = f'"{mine[pk]}"'
        body = json.dumps({"asset_kind": "deposit", "content": "某银行账户", "urgent": False})
        _, text = caller.ask("POST", at, headers, body, 201)
        mine[pk] = json.loads(text)["version"]

    def _bearer(self, n: int) -> Headers:
        return {"Authorization": f"Bearer {self.tokens[n % CLIENTS]}"}


def _session(user: User) -> str:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return str(client.cookies["sessionid"].value)


def _memory(supervisor: Supervisor) -> float:
    """Return the resident memory of the largest web worker, in MB."""
    return max(map(_resident, _family(supervisor.children[0].process.pid)))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


# -- the demo ------------------------------------------------------------------------------------


def demo_ready(patience: float = 300.0) -> Figure:
    """Time ``make demo`` in an empty folder until its pages answer."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="demo") as folder:
        gone = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEY", "INDEX_KEY"}
        env = {k: v for k, v in os.environ.items() if k not in gone}
        env |= {"VAR_DIR": folder, "DEMO": "1"}
        supervisor = Supervisor(Path(folder) / "log", env, settings.BASE_DIR)
        start = perf_counter()
        try:
            supervisor.start("demo", [sys.executable, "manage.py", "demo", "--port", str(port)])
            supervisor.wait_for(lambda: _answers(port, "/health/ready"), patience)
            return Figure("demo_ready_s", "s", (perf_counter() - start,))
        finally:
            supervisor.stop(30.0)
