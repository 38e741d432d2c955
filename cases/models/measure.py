"""Control measures on property (查封、扣押、冻结) with their terms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from cases.models.lead import AssetKind, Lead


class MeasureKind(models.TextChoices):
    """Kind of control."""

    SEAL = "seal", "查封"
    DETAIN = "detain", "扣押"
    FREEZE = "freeze", "冻结"


class Measure(models.Model):
    """One measure: on what, for how much (yuan), effective from and until which day."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="measures")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, null=True, related_name="measures")
    kind = models.CharField("措施", max_length=8, choices=MeasureKind.choices)
    asset_kind = models.CharField("财产类型", max_length=12, choices=AssetKind.choices)
    target = models.CharField("财产描述", max_length=200)
    amount = models.DecimalField("控制金额（元）", max_digits=18, decimal_places=2)
    effective_on = models.DateField("生效日")
    expires_on = models.DateField("到期日")
    void = models.BooleanField("已更正作废", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "控制措施"
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(name="measure_amount", condition=Q(amount__gte=0)),
            models.CheckConstraint(
                name="measure_days", condition=Q(expires_on__gt=F("effective_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}"
