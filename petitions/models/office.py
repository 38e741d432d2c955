"""Codes of issuing bodies (发文机关代字): a court's own, so a row here, never a constant."""

from __future__ import annotations

from django.db import models

from enforcement.models import Court


class PaperType(models.TextChoices):
    """Papers with a number of their own series."""

    REPORT = "report", "督查报告"
    ORDER = "order", "督办函"


class OfficeCode(models.Model):
    """The code a court puts before 〔year〕number on one type of paper, for example 商中法执督.

    A court without a row uses its 代字 with the usual ending (see ``petitions.numbering``).
    """

    court = models.ForeignKey(Court, on_delete=models.PROTECT, related_name="+")
    paper = models.CharField("文种", max_length=8, choices=PaperType.choices)
    code = models.CharField("机关代字", max_length=24)

    class Meta:
        verbose_name = verbose_name_plural = "发文机关代字"
        constraints = [
            models.UniqueConstraint(fields=["court", "paper"], name="office_code_once"),
            models.UniqueConstraint(fields=["paper", "code"], name="office_code_of_one_court"),
        ]

    def __str__(self) -> str:
        return self.code
