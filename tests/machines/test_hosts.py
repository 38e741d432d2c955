"""Workers on several hosts take a backlog together; two beats make the work of one.

Hosts are network namespaces; database, Redis and RabbitMQ are reached over the network only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.chaos.machine import until
from tests.machines import hosts, rabbit
from tests.machines.shared import System
from tests.watching.running import beat, worker

#: Part of an interval after which the next sweep may begin.
PART = 0.8
EVERY = 5.0

pytestmark = pytest.mark.slow


@contextmanager
def running(
    system: System, processes: dict[str, tuple[str, list[str]]]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run processes on their hosts: name → host and command."""
    started = {
        name: system.net.start(host, command, system.env, system.folder / f"{name}.log")
        for name, (host, command) in processes.items()
    }
    try:
        yield started
    finally:
        for process in started.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def last_words(system: System) -> str:
    """Return the ends of the logs, for whoever reads why it failed."""
    return "\n".join(log.read_text(errors="replace")[-600:] for log in system.folder.glob("*.log"))


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_two_hosts_take_a_backlog_together_and_nothing_is_flagged_twice(
    tmp_path: Path, broker: str
) -> None:
    if why := hosts.missing():
        pytest.skip(why)
    if broker == "rabbitmq" and not rabbit.program():
        pytest.skip("there is no rabbitmq-server (Debian: rabbitmq-server)")
    with ExitStack() as stack:
        net = stack.enter_context(hosts.network("first", "second", "clock1", "clock2"))
        system = System(tmp_path, net, broker, stack)
        system.manage("migrate", "--verbosity", "0")
        system.manage("load_courts")
        system.shell("fill()")
        processes = {
            "worker-first": ("first", worker()),
            "worker-second": ("second", worker()),
            "beat-1": ("clock1", beat(_folder(tmp_path, "1"))),
            "beat-2": ("clock2", beat(_folder(tmp_path, "2"))),
        }
        with running(system, processes) as started:
            until(lambda: system.shell("left()") == "0", "the backlog is gone", 150)
            time.sleep(3 * EVERY)
            assert all(p.poll() is None for p in started.values()), last_words(system)
        told = json.loads(system.shell("took_part()"))
        assert set(told["work"]) >= {"first", "second"}, last_words(system)
        assert all(told["work"][host] > 0 for host in ("first", "second")), told["work"]
        assert int(system.shell("hold()")) > 1_000
        _once_an_interval(told["starts"])


def _folder(parent: Path, name: str) -> Path:
    folder = parent / f"beat-{name}"
    folder.mkdir()
    return folder


def _once_an_interval(starts: list[float]) -> None:
    """Hold the sweeps of two beats to the turns of one."""
    assert len(starts) >= 3
    gaps = [after - before for before, after in pairwise(starts)]
    # A start is stamped by the worker after it took its turn, so a gap may be a little shorter.
    assert min(gaps) >= PART * EVERY - 0.5, gaps


def test_a_host_reaches_the_bridge_and_nothing_of_this_machine(tmp_path: Path) -> None:
    if why := hosts.missing():
        pytest.skip(why)
    with hosts.network("alone") as net, hosts.answering(net.address, str(tmp_path / "x")) as port:
        assert net.reaches("alone", port)
        probe = f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)"
        command = net.command("alone", ["python3", "-c", probe])
        assert subprocess.run(command, capture_output=True, check=False).returncode != 0
        name = net.command("alone", ["hostname"])
        assert subprocess.run(name, capture_output=True, text=True).stdout.strip() == "alone"
