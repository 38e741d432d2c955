"""What the system writes about itself: runs of the sweep, and who looked at personal data."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models


class Tick(models.Model):
    """One run of a beat job (巡检): silence longer than two intervals is itself an alarm."""

    job = models.CharField("任务", max_length=24, db_index=True)
    today = models.DateField("法定日")
    started_at = models.DateTimeField("开始", db_index=True)
    finished_at = models.DateTimeField("结束", null=True)
    rebuilt = models.IntegerField("重建", default=0)
    flagged = models.IntegerField("新标记", default=0)
    withdrawn = models.IntegerField("撤销", default=0)
    escalated = models.IntegerField("升级", default=0)
    sick = models.IntegerField("异常案件", default=0)
    statements = models.IntegerField("语句数", default=0)
    error = models.TextField("错误", blank=True)
    host = models.CharField("主机和进程", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡检记录"
        indexes = [models.Index(fields=["job", "-started_at"], name="tick_latest")]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%F %T}"


class Turn(models.Model):
    """When a job was last taken in hand by somebody, by the clock of the database."""

    job = models.CharField("任务", max_length=24, primary_key=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "轮次"

    def __str__(self) -> str:
        return self.job


class Reveal(models.Model):
    """Someone saw a masked value in full (查看敏感信息): who, what, when, on what ground."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    what = models.CharField("内容", max_length=40)
    object_id = models.BigIntegerField("对象")
    ground = models.CharField("事由", max_length=200)
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "敏感信息查看记录"
        triggers = [
            pgtrigger.Protect(
                name="reveal_log_kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} {self.object_id}"
