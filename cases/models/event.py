"""One event of a timeline: only ever added; the database refuses change and removal."""

from __future__ import annotations

import json
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models

from cases.models.case import Case


class CaseEvent(models.Model):
    """What happened in a case: kind, legal day, moment of recording, person, data, hash.

    ``data`` is canonical JSON kept as text, because ``jsonb`` reorders keys and the hash is
    over the text. It never holds personal data: names live in rows that it points to by id.
    """

    # No constraint in the database: cases are never deleted (a trigger refuses it), an event is
    # written only under its case's lock, and verify_ledger names an event without a case. The
    # check at commit would cost a tenth of the sweep.
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    seq = models.PositiveIntegerField("序号")
    kind = models.CharField("类别", max_length=40)
    on = models.DateField("法定日")
    at = models.DateTimeField("记录时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False
    )
    data = models.TextField("内容", default="{}")
    hash = models.BinaryField("哈希", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "案件事件"
        ordering = ("case_id", "seq")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq} {self.kind}"

    @property
    def fields(self) -> dict[str, Any]:
        """Return the data as a dictionary."""
        value: dict[str, Any] = json.loads(self.data)
        return value
