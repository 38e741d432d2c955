"""A RabbitMQ node of the test's own, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machines import programs
from tests.watching.running import free_port

#: Where packages put the server's own script, which runs as whoever calls it.
SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def program() -> str:
    """Return the server's program, empty when there is none."""
    return str(SCRIPT) if SCRIPT.exists() else programs.find("rabbitmq-server")


@contextmanager
def node(folder: Path) -> Iterator[int]:
    """Run a node, and yield the port it answers at."""
    port = free_port()
    env = {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"test{os.getpid()}@localhost",
        "RABBITMQ_CONFIG_FILE": str(folder / "own.conf"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "no-plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "no-env"),
        "ERL_EPMD_PORT": str(free_port()),
    }
    (folder / "own.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{port}\n")
    with (folder / "rabbitmq.out").open("wb") as log:
        process = subprocess.Popen(
            [program()], env=env, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        end = time.monotonic() + 90
        while not _answers(port):
            said = (folder / "rabbitmq.out").read_text(errors="replace")[-1500:]
            assert process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.3)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if mapper := shutil.which("epmd"):  # the node started one of its own; it outlives the node
            subprocess.run([mapper, "-kill"], env=env, capture_output=True, check=False)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as line:
            line.settimeout(5)
            line.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(line.recv(8))
    except OSError:
        return False
