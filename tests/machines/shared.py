"""A system whose servers answer at a bridge, and what is held to the truth afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from django.db import connection
from django.utils import timezone

from enforcement import servers
from tests.machines.hosts import Network, answering
from tests.watching.running import ROOT

#: Cases of the backlog: several batches of sheets to be rebuilt, so that helpers are called.
CASES = 6_000


class System:
    """Servers of the test's own, shared by the hosts of a network.

    Attributes:
        env: of a process on a host. places: where the servers live.
    """

    def __init__(self, folder: Path, net: Network, broker: str, stack: ExitStack) -> None:
        self.folder, self.net = folder, net
        short = Path("/tmp") / f"hosts-{os.getpid()}"  # noqa: S108 - short, for the sockets in it
        self.places = servers.Places(folder / "var", short)
        servers.start_postgres(self.places)
        stack.callback(servers.stop_postgres, self.places)
        servers.start_redis(self.places)
        stack.callback(servers.stop_redis, self.places)
        postgres = str(self.places.sockets / f".s.PGSQL.{servers.PORT}")
        database = stack.enter_context(answering(net.address, postgres))
        redis = stack.enter_context(answering(net.address, str(self.places.redis_socket)))
        who = f"{servers.SUPERUSER}@{net.address}:{database}"
        self.env = {
            **{k: v for k, v in os.environ.items() if k != "BROKER_URL"},
            "DATABASE_URL": f"postgres://{who}/{servers.DATABASE}",
            "REDIS_URL": f"redis://{net.address}:{redis}/0",
            "VAR_DIR": str(self.places.var),
            "SWEEP_EVERY": "5",
            "SWEEP_HELPERS": "2",
            "PYTHONWARNINGS": "ignore",
        }
        if broker == "rabbitmq":
            self._rabbit(stack)

    def _rabbit(self, stack: ExitStack) -> None:
        from tests.machines import rabbit

        folder = self.folder / "rabbit"
        folder.mkdir()
        node = stack.enter_context(rabbit.node(folder))
        port = stack.enter_context(answering(self.net.address, ("127.0.0.1", node)))
        self.env["BROKER_URL"] = f"amqp://guest:guest@{self.net.address}:{port}//"

    def manage(self, *words: str) -> str:
        """Run a command that must succeed; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Run a function of this module inside the system; return the last line it printed."""
        code = f"from tests.machines.shared import *; {code}"
        return self.manage("shell", "--no-imports", "-c", code).strip().rpartition("\n")[2]


# -- run inside the system -----------------------------------------------------------------------


def fill() -> None:
    """Load cases, and let a change of law make every sheet old."""
    from accountability.bench.load import load
    from accountability.bench.plan import Plan
    from cases.timeline import legal_day
    from deadlines.law import current

    now = timezone.now()
    load(Plan(1, CASES, legal_day(now), current().calendar, (0.3,)), now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deadlines_sheet SET token = 'former'")


def left() -> None:
    """Print how many sheets are old or due."""
    from cases.timeline import legal_day
    from deadlines.law import current
    from deadlines.models import Sheet

    today = legal_day(timezone.now())
    old = Sheet.objects.exclude(token=current().token).count()
    print(json.dumps(old + Sheet.objects.filter(next_look__lte=today).count()))


def took_part() -> None:
    """Print by host how many sheets it rebuilt and flags it raised, and the starts of sweeps."""
    from enforcement.models import Tick

    work: Counter[str] = Counter()
    for tick in Tick.objects.all():
        work[tick.host.partition(":")[0]] += tick.rebuilt + tick.flagged
    starts = Tick.objects.filter(job="sweep").order_by("started_at")
    times = [t.timestamp() for t in starts.values_list("started_at", flat=True)]
    print(json.dumps({"work": work, "starts": times}))


def hold() -> None:
    """Hold every flag to the timeline: told once, and exactly what is owed today."""
    from accountability.models import Flag
    from cases.timeline import legal_day
    from tests.concurrency import crowd

    crowd.hold_together()
    crowd.each_told_once()
    today = legal_day(timezone.now())
    assert crowd.flags() == crowd.truth(today)
    print(json.dumps(Flag.objects.filter(raised_on=today).count()))
