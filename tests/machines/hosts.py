"""Hosts of a court's network, as network namespaces of this machine, and what they share.

Each host is a namespace with a cable (veth) to one bridge and a name of its own. Servers answer at
the bridge's address only, so whatever a worker does crosses the network.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.watching.running import ROOT

#: Names of bridges and namespaces begin with it, so that leftovers of a killed run are found.
MARK = "ect"


def missing() -> str:
    """Return why there can be no hosts here, empty when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "network namespaces need ip and unshare (Debian: iproute2, util-linux)"
    return ""


def ip(*words: str, check: bool = True) -> str:
    """Run ``ip``; return what it printed."""
    program = shutil.which("ip") or "ip"
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"ip {' '.join(words)}: {done.stderr}"
    return done.stdout


def tidy() -> None:
    """Take down what runs that were killed have left: names carry the number of their process."""
    for line in ip("-o", "link", "show", "type", "bridge").splitlines():
        name = line.split(":")[1].strip()
        if name.startswith(MARK) and not Path(f"/proc/{name.removeprefix(MARK)}").exists():
            ip("link", "del", name, check=False)
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        owner = name.removeprefix(MARK).partition("-")[0]
        if name.startswith(MARK) and not Path(f"/proc/{owner}").exists():
            ip("netns", "del", name, check=False)


@dataclass(frozen=True)
class Network:
    """A bridge and the hosts on it.

    Attributes:
        address: of the bridge, where the servers answer.
        hosts: names.
    """

    bridge: str
    address: str
    hosts: Sequence[str]

    def command(self, host: str, command: Sequence[str]) -> list[str]:
        """Return the command line that runs a command on a host."""
        space = f"{self.bridge}-{host}"
        named = f'hostname {host} && exec "$@"'
        return ["ip", "netns", "exec", space, "unshare", "--uts", "sh", "-c", named, "sh", *command]

    def start(
        self, host: str, command: Sequence[str], env: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a command on a host, its output in a file."""
        with log.open("wb") as out:
            return subprocess.Popen(
                self.command(host, command),
                cwd=ROOT, env=dict(env), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def reaches(self, host: str, port: int) -> bool:
        """Tell whether a host reaches a port of the bridge."""
        probe = f"import socket; socket.create_connection(('{self.address}', {port}), 2)"
        command = self.command(host, ["python3", "-c", probe])
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def network(*hosts: str) -> Iterator[Network]:
    """Make a bridge and hosts on it, and take them down again."""
    tidy()
    bridge = f"{MARK}{os.getpid()}"
    third = os.getpid() % 250
    made = Network(bridge, f"10.213.{third}.1", hosts)
    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("addr", "add", f"{made.address}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        for number, host in enumerate(hosts, start=2):
            _plug_in(bridge, f"{bridge}-{host}", f"v{os.getpid()}{number}", third, number)
        yield made
    finally:
        for host in hosts:
            ip("netns", "del", f"{bridge}-{host}", check=False)
        ip("link", "del", bridge, check=False)


def _plug_in(bridge: str, space: str, cable: str, third: int, number: int) -> None:
    ip("netns", "add", space)
    ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
    ip("link", "set", cable, "master", bridge, "up")
    ip("-n", space, "addr", "add", f"10.213.{third}.{number}/24", "dev", "eth0")
    ip("-n", space, "link", "set", "eth0", "up")
    ip("-n", space, "link", "set", "lo", "up")


@contextmanager
def answering(address: str, place: str | tuple[str, int]) -> Iterator[int]:
    """Answer at a port of an address for a server elsewhere (a socket's path, or host and port)."""
    listener = socket.create_server((address, 0))
    threading.Thread(target=_take, args=[listener, place], daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def _take(listener: socket.socket, place: str | tuple[str, int]) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:  # closed
            return
        family = socket.AF_UNIX if isinstance(place, str) else socket.AF_INET
        far = socket.socket(family, socket.SOCK_STREAM)
        try:
            far.connect(place)
        except OSError:
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=[one, other], daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
