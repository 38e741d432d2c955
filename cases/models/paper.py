"""Papers (文书) made from case data: the structured text is kept, DOCX and PDF follow from it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case


class PaperKind(models.TextChoices):
    """Papers the system writes."""

    NOTICE = "notice", "执行通知书"
    REPORT_ORDER = "report_order", "报告财产令"


class Paper(models.Model):
    """One issued paper. ``content`` is its structured text as JSON, ``sha256`` the text's hash."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("种类", max_length=20, choices=PaperKind.choices)
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=60)
    content = models.TextField("内容")
    sha256 = models.CharField("校验码", max_length=64)
    issued_on = models.DateField("成文日")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    void = models.BooleanField("已更正作废", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.title} {self.number}"
