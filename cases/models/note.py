"""Free text that goes with an event: kept outside the event so that it can be shredded."""

from __future__ import annotations

from django.db import models

from cases.models.event import CaseEvent


class EventNote(models.Model):
    """What a person wrote beside an event; the event carries the text's SHA-256."""

    event = models.OneToOneField(
        CaseEvent, on_delete=models.PROTECT, primary_key=True, related_name="note"
    )
    text = models.TextField("说明")

    class Meta:
        verbose_name = verbose_name_plural = "事件说明"

    def __str__(self) -> str:
        return self.text[:40]
