"""Whose turn it is (轮次): of several that want to do a job at once, one does it.

Beat may run on two machines, so that one of them may die. Both send the same tasks; each worker
asks here first. The answer is one statement and goes by the clock of the database, whatever the
clocks of the machines say.
"""

from __future__ import annotations

from django.db import connection

_TAKE = """
INSERT INTO enforcement_turn AS t (job, at) VALUES (%(job)s, clock_timestamp())
ON CONFLICT (job) DO UPDATE SET at = EXCLUDED.at
WHERE t.at <= clock_timestamp() - make_interval(secs => %(seconds)s) OR t.at > clock_timestamp()
RETURNING 1
"""


def take_turn(job: str, seconds: float) -> bool:
    """Take the turn of a job, unless somebody took it less than so many seconds ago.

    A turn that was taken in the future, by a clock since set right, holds nobody up.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"job": job, "seconds": seconds})
        return cursor.fetchone() is not None
