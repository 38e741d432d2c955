"""Small values kept for a while in the database: what must not be lost with the cache."""

from __future__ import annotations

from django.db import models


class Kept(models.Model):
    """A value that is forgotten after its time (暂存): counters and marks of forms handed in."""

    key = models.CharField("键", max_length=250, primary_key=True)
    value = models.JSONField("值")
    expires = models.DateTimeField("失效时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂存"
        indexes = [models.Index(fields=["expires"], name="kept_expires")]

    def __str__(self) -> str:
        return str(self.key)
