"""Files that people hand in (附件): checked by content, kept with their hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.models.case import Case
from cases.models.party import Party


class Attachment(models.Model):
    """One file of a case; its stored name says nothing about its sender."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=80)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验码", max_length=64)
    file = models.FileField("文件", upload_to="attachments/%Y/%m/")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
