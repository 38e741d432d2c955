"""A small disk for the files of one system, that can be filled up and emptied again."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import psutil

MOUNT, UMOUNT = shutil.which("mount") or "", shutil.which("umount") or ""
#: Bytes of the disk: room for what petitioners hand in, and so much that nobody complains.
SIZE = 160 * 1024 * 1024
#: Where no disk can be mounted, files may not grow beyond this instead.
HARDLY_ANYTHING = 16 * 1024


class SmallDisk:
    """A file system in memory where that is allowed; else a limit on what a process may write.

    Attributes:
        real: whether it is a file system, so that the figures about disks see it.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.filler = place, place / "filler"
        place.mkdir(parents=True, exist_ok=True)
        command = [MOUNT, "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(place)]
        self.real = os.geteuid() == 0 and MOUNT and not subprocess.run(
            command, capture_output=True, check=False
        ).returncode  # fmt: skip

    def fill(self, web: psutil.Process) -> None:
        """Leave no room for a file."""
        if not self.real:
            _limit(web, HARDLY_ANYTHING)
            return
        with self.filler.open("ab", buffering=0) as out:
            for piece in (b"x" * 1_048_576, b"x" * 4096):
                try:
                    while out.write(piece) == len(piece):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def clear(self, web: psutil.Process) -> None:
        """Make room again."""
        if self.real:
            self.filler.unlink(missing_ok=True)
        else:
            _limit(web, psutil.RLIM_INFINITY)

    def remove(self) -> None:
        """Take the disk away with what is on it."""
        if self.real:
            subprocess.run([UMOUNT, "--lazy", str(self.place)], check=True)


def _limit(web: psutil.Process, most: int) -> None:
    for process in [web, *web.children()]:
        _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (most, hard))
