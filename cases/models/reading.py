"""Who opened which case, and when (案件查阅记录): only ever added."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models

from cases.models.case import Case


class CaseRead(models.Model):
    """A person opened a case: one entry for each person, case and quarter of an hour.

    ``slot`` numbers the quarter hours, so that the same reading twice is one row by constraint.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField("时间")
    slot = models.BigIntegerField("时段")
    through = models.CharField("途径", max_length=8, default="page")

    class Meta:
        verbose_name = verbose_name_plural = "案件查阅记录"
        constraints = [
            models.UniqueConstraint(fields=["user", "case", "slot"], name="read_once"),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="read_by_case")]
        triggers = [
            pgtrigger.Protect(name="read_log_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_id} {self.at:%F %T}"
