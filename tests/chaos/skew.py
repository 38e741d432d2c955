"""A clock that can be set for some processes and no others: a few lines of C before the C library.

Only the wall clock is shifted, by whole seconds that stand in a file, so that a running process
sees its clock set as it sees the machine's: at once. What counts since the start of the machine
stays true, as it does when somebody sets the clock.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t none, *shift = &none;

__attribute__((constructor)) static void find(void) {
    const char *path = getenv("CLOCK_SHIFT");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *found = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) shift = found;
    close(file);
}

int clock_gettime(clockid_t which, struct timespec *out) {
    int wrong = syscall(SYS_clock_gettime, which, out);
    int wall = which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE;
    if (!wrong && wall) out->tv_sec += *shift;
    return wrong;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"""


def compiler() -> str | None:
    """Return a C compiler, None on a machine without one."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


class Skew:
    """The shift of one group of processes.

    Attributes:
        env: what those processes are started with.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.place = folder / f"{name}.shift"
        self.env: dict[str, str] = {}
        if (cc := compiler()) is None:
            return
        library, source = folder / "skew.so", folder / "skew.c"
        if not library.exists():
            source.write_text(SOURCE, encoding="utf-8")
            command = [cc, "-O1", "-shared", "-fPIC", "-o", str(library), str(source)]
            subprocess.run(command, check=True)
        self.set(0)
        self.env = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(self.place)}

    def set(self, seconds: int) -> None:
        """Set the clock of the group so many seconds ahead of the true one."""
        if not self.place.exists():
            self.place.write_bytes(bytes(8))
            self.place.chmod(0o644)
        with self.place.open("r+b") as out:
            out.write(struct.pack("=q", seconds))

    @contextmanager
    def inherited(self) -> Iterator[None]:
        """Let processes that are started inside belong to the group."""
        before = {name: os.environ.get(name) for name in self.env}
        os.environ.update(self.env)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
