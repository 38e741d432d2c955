"""Causes of action (案由): the official lists that a case's cause is picked from."""

from __future__ import annotations

from django.db import models


class CauseQuerySet(models.QuerySet["Cause"]):
    """Look-ups a filing form needs."""

    def pickable(self) -> CauseQuerySet:
        """Return the causes that a case may carry: the leaves (最末级案由)."""
        return self.filter(is_leaf=True)

    def search(self, text: str) -> CauseQuerySet:
        """Return causes whose name contains the text, the shallow ones first."""
        return self.filter(name__contains=text.strip()).order_by("level", "code")


class Cause(models.Model):
    """One official cause (案由). Codes are the court system's own identifiers.

    Source: 民事案件案由规定, 罪名 and 行政案件案由 as shipped in ``enforcement/data/causes.csv``.
    """

    class CaseType(models.TextChoices):
        """Which list the cause belongs to."""

        CIVIL = "civil", "民事"
        CRIMINAL = "criminal", "刑事"
        ADMINISTRATIVE = "administrative", "行政"

    code = models.CharField("编码", max_length=8, primary_key=True)
    name = models.CharField("案由", max_length=60, db_index=True)
    case_type = models.CharField("类别", max_length=16, choices=CaseType.choices)
    level = models.PositiveSmallIntegerField("级别")
    parent_code = models.CharField("上级编码", max_length=8, blank=True, db_index=True)
    is_leaf = models.BooleanField("最末级", default=True)
    path = models.CharField("路径", max_length=200)

    objects = CauseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案由"
        ordering = ("case_type", "code")

    def __str__(self) -> str:
        return self.name
