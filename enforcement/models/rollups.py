"""Counts kept ready for dashboards: one row per (court node, metric, dimension, day).

Writers append deltas (database triggers do, in the writing transaction); a beat job folds them
into every ancestor court; a read adds the tail that is not folded yet.
"""

from __future__ import annotations

from datetime import date

from django.apps import AppConfig
from django.db import connections, models
from django.db.models.signals import post_migrate

#: The day of counts that have no day.
NO_DAY = date(1, 1, 1)


class Rollup(models.Model):
    """The folded count of one metric at one court node, everything below it included."""

    court_id = models.CharField(max_length=16)
    metric = models.CharField(max_length=24)
    dim = models.CharField(max_length=48)
    day = models.DateField(default=NO_DAY)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["court_id", "metric", "dim", "day"], name="rollup_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.court_id} {self.metric}/{self.dim}={self.value}"


class RollupDelta(models.Model):
    """A change not folded yet, at the court where it happened."""

    court_id = models.CharField(max_length=16)
    metric = models.CharField(max_length=24)
    dim = models.CharField(max_length=48)
    day = models.DateField(default=NO_DAY)
    delta = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.court_id} {self.metric}/{self.dim}{self.delta:+d}"


class RollupDay(models.Model):
    """The legal day as of which running clocks are counted as 正常/临期/逾期 (one row)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    day = models.DateField()

    def __str__(self) -> str:
        return str(self.day)


def start_counting(app_config: AppConfig, using: str = "default", **_: object) -> None:
    """Make sure that there is a counting day (after migrate, or after a test emptied the tables).

    Without one the triggers would count no clock.
    """
    if app_config.label != "enforcement":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('enforcement_rollupday')")
        if cursor.fetchone()[0] is None:  # migrated backwards, to before the table
            return
        cursor.execute(
            "INSERT INTO enforcement_rollupday (id, day) "
            "VALUES (1, (now() AT TIME ZONE 'Asia/Shanghai')::date) ON CONFLICT DO NOTHING"
        )


post_migrate.connect(start_counting, dispatch_uid="enforcement.counting_day")
