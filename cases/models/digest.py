"""The sealed digest of a day (每日封存摘要): only ever added; the database refuses the rest."""

from __future__ import annotations

import json
from typing import Any

import pgtrigger
from django.db import models


class Digest(models.Model):
    """What the timelines were at the end of a day, in one signed text.

    ``content`` is what is signed and what another court keeps. The other columns are a shortcut:
    one node for each block of the two trees and the key of the block's first leaf, so that a
    proof needs to read one block only.
    """

    #: Columns that a reader of the content does without.
    SHORTCUTS = ("event_nodes", "event_firsts", "case_nodes", "case_firsts")

    day = models.DateField("封存日", unique=True)
    number = models.PositiveIntegerField("序号", unique=True)
    content = models.TextField("内容")
    signature = models.BinaryField("签名", max_length=64)
    hash = models.BinaryField("哈希", max_length=32)
    last_event = models.BigIntegerField("所含最后一项")
    event_nodes = models.BinaryField()
    event_firsts = models.BinaryField()
    case_nodes = models.BinaryField()
    case_firsts = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = "每日封存摘要"
        ordering = ("day",)
        triggers = [
            pgtrigger.Protect(name="sealed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.day} 第 {self.number} 号"

    @property
    def fields(self) -> dict[str, Any]:
        """Return the signed content as a dictionary."""
        value: dict[str, Any] = json.loads(self.content)
        return value
