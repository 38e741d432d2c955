"""How far the clock of a machine stood ahead of its own boot clock when it was last believed."""

from __future__ import annotations

from django.db import models


class ClockMark(models.Model):
    """The clock of one machine since it was started (时钟基准); see ``enforcement.clock``.

    Attributes:
        boot: the kernel's id of this start of the machine.
        offset: seconds of the wall clock minus seconds since the start.
        after_tick: runs of the sweep up to this one say nothing about the clock any more.
    """

    boot = models.CharField("开机标识", max_length=64, primary_key=True)
    offset = models.FloatField("基准")
    after_tick = models.BigIntegerField("此前的巡检不计", default=0)
    set_at = models.DateTimeField("设定时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "时钟基准"

    def __str__(self) -> str:
        return str(self.boot)
