"""Whether this machine's clock may be believed (时钟): a wrong day would accuse an innocent judge.

Three witnesses are heard, and the first that contradicts is enough to doubt:

- the database's clock (all machines of a court share it);
- the newest run of the sweep: nothing that happened can lie in the future;
- the kernel's count of seconds since the machine was started, which nobody can set. A clock that
  was set while the machine ran, the database's with it, shows by it (``ClockMark``).

While a clock is in doubt the sweep flags nobody and takes nothing back, what is kept for a time is
not thrown away, no day is sealed; a verb is refused when the legal day itself is in doubt. Reading
goes on. A clock that comes back is believed again by itself; one that was set right on purpose
needs a person who says so (``manage.py clock --accept``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from enforcement.errors import Refused
from enforcement.middleware import CHINA
from enforcement.models import ClockMark, Tick

#: Seconds for which a look is good, as long as the clock is not set meanwhile.
GOOD_FOR = 15.0
#: A step of the clock by more seconds than this is seen at once.
STEP = 2.0

_ASK = """
SELECT extract(epoch FROM clock_timestamp())::float8, m."offset", (
    SELECT extract(epoch FROM t.started_at)::float8 FROM enforcement_tick t
    WHERE t.job = 'sweep' AND t.id > coalesce(m.after_tick, 0) ORDER BY t.id DESC LIMIT 1
)
FROM (SELECT 1) one LEFT JOIN enforcement_clockmark m ON m.boot = %s
"""


@dataclass(frozen=True)
class Doubt:
    """Why the clock of this machine is not believed.

    Attributes:
        code: the witness: database, past or boot.
        ahead: seconds by which this clock is ahead of the witness (negative: behind).
        at: what this clock said.
    """

    code: str
    ahead: float
    at: datetime

    @property
    def other(self) -> datetime:
        """Return what the witness says."""
        return self.at - timedelta(seconds=self.ahead)

    @property
    def earlier(self) -> datetime:
        """Return the earlier of the two: nothing is stamped with a time that may not have come."""
        return min(self.at, self.other)

    @property
    def wrong_day(self) -> bool:
        """Tell whether the two stand on different legal days."""
        return _day(self.at) != _day(self.other)

    def __str__(self) -> str:
        """Say it to the operator, with what to do."""
        off = f"{'快' if self.ahead > 0 else '慢'} {_long(abs(self.ahead))}"
        said = {
            "database": f"本机时钟比数据库服务器{off}",
            "past": f"本机时钟比最近一次巡检的时间{off}",
            "boot": f"本机时钟被拨过，比开机计时{off}",
        }[self.code]
        return (
            f"{said}，在核对以前不标记、不撤销。请校准时钟（NTP）；"
            "确认现在的时间无误的，执行 manage.py clock --accept。"
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _long(seconds: float) -> str:
    for unit, name in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds > 0.95 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} 秒"


# -- the machine -------------------------------------------------------------------------------


@cache
def boot_id() -> str:
    """Return the kernel's id of this start of the machine; empty where there is none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def offset() -> float:
    """Return the wall clock minus the seconds since the machine was started."""
    boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.time() - time.clock_gettime(boot)


# -- looking -----------------------------------------------------------------------------------


@dataclass
class _Look:
    """The last look of this process: what it found, when, and how the clock stood then."""

    found: Doubt | None = None
    at: float = float("-inf")
    offset: float = 0.0


_last = _Look()


def doubt() -> Doubt | None:
    """Return why this machine's clock is not believed now; None when it is.

    One statement every ``GOOD_FOR`` seconds in a process; at once after the clock was set.

    Raises:
        django.db.DatabaseError: the database does not answer.
    """
    global _last
    if not settings.CLOCK_TOLERANCE:
        return None
    stands, now = offset(), time.monotonic()
    if now - _last.at > GOOD_FOR or abs(stands - _last.offset) > STEP:
        _last = _Look(look(), now, stands)
    return _last.found


def look() -> Doubt | None:
    """Hear the witnesses now; remember how the clock stands when this start has no mark yet."""
    before, stands = time.time(), offset()
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [boot_id()])
        database, marked, past = cursor.fetchone()
    after = time.time()
    at, most = datetime.fromtimestamp(after, UTC), settings.CLOCK_TOLERANCE
    # The answer was true at some moment between: the least difference is what is certain.
    ahead = max(before - database, 0.0) or min(after - database, 0.0)
    if abs(ahead) > most:
        return Doubt("database", ahead, at)
    if past is not None and past - after > 2 * most:  # written by a machine that may be off too
        return Doubt("past", after - past, at)
    if marked is not None and abs(stands - marked) > most:
        return Doubt("boot", stands - marked, at)
    if marked is None and boot_id():
        ClockMark.objects.bulk_create(
            [ClockMark(boot=boot_id(), offset=stands)], ignore_conflicts=True
        )
    return None


def refuse_wrong_day() -> None:
    """Refuse an act while nobody knows which day it is.

    Raises:
        Refused: ``clock.doubt`` (503): by its own or the other clock it is another legal day.
    """
    found = doubt()
    if found is not None and found.wrong_day:
        raise Refused(
            "clock.doubt",
            "服务器的时钟不对，为免记错日期，暂时不能办理，您填写的内容没有写入。"
            "管理员已收到提示，请过几分钟再提交。",
            status=503,
        )


def accept() -> None:
    """Believe this machine's clock as it stands now, because a person has looked at it.

    Raises:
        Refused: ``clock.database``: it still differs from the database's; set one of them right.
    """
    global _last
    found = look()
    if found is not None and found.code == "database":
        raise Refused("clock.database", f"{found}")
    newest = Tick.objects.order_by("-pk").values_list("pk", flat=True).first()
    ClockMark.objects.update_or_create(
        boot=boot_id(), defaults={"offset": offset(), "after_tick": newest or 0}
    )
    _last = _Look()
