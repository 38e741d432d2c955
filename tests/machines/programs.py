"""Programs that tests of several machines start: found, or installed as root on Debian.

``python tests/machines/programs.py --install`` sees to them; a test whose program is still missing
says so and is skipped, since nothing of the system itself needs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: Program → Debian package.
PACKAGES = {"ip": "iproute2", "pgbouncer": "pgbouncer", "rabbitmq-server": "rabbitmq-server"}
#: Where programs lie that are not on everybody's PATH.
ELSEWHERE = ("/usr/sbin", "/sbin", "/usr/lib/rabbitmq/bin")


def find(name: str) -> str:
    """Return a program's path, empty when there is none."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *ELSEWHERE])
    return shutil.which(name, path=path) or ""


def install() -> None:
    """Install what is missing, without starting any service of it."""
    missing = [package for name, package in PACKAGES.items() if not find(name)]
    apt = shutil.which("apt-get") if os.geteuid() == 0 else None
    if not missing or not apt:
        return
    # Debian starts what it installs; a policy that says no keeps the ports free.
    policy = Path("/usr/sbin/policy-rc.d")
    mine = not policy.exists()
    if mine:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run([apt, "update", "-q"], env=env, check=False)
        words = [apt, "install", "-y", "-q", "--no-install-recommends", *missing]
        subprocess.run(words, env=env, check=False)
    finally:
        if mine:
            policy.unlink()


if __name__ == "__main__":
    if "--install" in sys.argv:
        install()
    for name in PACKAGES:
        print(f"{name}: {find(name) or 'missing'}")
